"""Changes of impl.optim that compute the same, and why."""

from collections.abc import Mapping

ARGUED: Mapping[str, tuple[str, ...]] = {
    "Y is radial: the projection that follows takes it out": (
        "_neurons.overlap: (y @ y.mT @ y if len(y) <= y.shape[1] else y @ (y.mT @ y)) - y -> "
        "(y @ y.mT @ y if len(y) <= y.shape[1] else y @ (y.mT @ y)) + y",
        "_neurons.overlap: (y @ y.mT @ y if len(y) <= y.shape[1] else y @ (y.mT @ y)) - y -> "
        "y @ y.mT @ y if len(y) <= y.shape[1] else y @ (y.mT @ y)",
    ),
    "of as many rows as columns, both products are of one size": (
        "_neurons.overlap: y @ y.mT @ y if len(y) <= y.shape[1] else y @ (y.mT @ y) -> "
        "y @ y.mT @ y if len(y) < y.shape[1] else y @ (y.mT @ y)",
    ),
    "Lion's rule works on each coordinate alone: how a parameter is cut into rows changes no number": (
        "lion.Lion.step: cut = group['invariant'] or 'whole' -> cut = 'whole'",
    ),
    "it is read once, in this product, and belongs to a Projection that is made anew at every step": (
        "adamp.adamp_update: column(1 - lr * weight_decay * out.decay, x) -> "
        "column(1 - out.decay.mul_(lr * weight_decay), x)",
        "sgdp.sgdp_update: lr * weight_decay / (1 - momentum) * out.decay -> "
        "out.decay.mul_(lr * weight_decay / (1 - momentum))",
    ),
    "with_gradient has chosen the parameters that have one: the condition is for the type checker": (
        "_base_method._gradients: for p in parameters if p.grad is not None -> for p in parameters",
        "_batches.batches: for p in members if p.grad is not None -> for p in members",
        "_blocks.blocks: for p in parameters if p.grad is not None -> for p in parameters",
    ),
    "a key of a dictionary: in which order it tells its parts does not matter": (
        "_batches.batches: (p.numel() // row_count(p, invariant), p.dtype, p.device, steps(states[p])) -> "
        "(p.dtype, p.numel() // row_count(p, invariant), p.device, steps(states[p]))",
        "_batches.batches: (p.numel() // row_count(p, invariant), p.dtype, p.device, steps(states[p])) -> "
        "(p.numel() // row_count(p, invariant), p.device, p.dtype, steps(states[p]))",
        "_batches.batches: (p.numel() // row_count(p, invariant), p.dtype, p.device, steps(states[p])) -> "
        "(p.numel() // row_count(p, invariant), p.dtype, steps(states[p]), p.device)",
    ),
    "a type is looked for in this pair: its order does not matter": (
        "_batches.check_slices: p.dtype not in (torch.float32, torch.float64) -> "
        "p.dtype not in (torch.float64, torch.float32)",
    ),
    "of this tensor only the type is read": (
        "_neurons.tangent_gradient: norm(h, y.new_zeros(0, dtype=wide_type(y))) -> "
        "norm(h, y.new_zeros(1, dtype=wide_type(y)))",
        "psi_sgd.psi_sgd_update: like = x.new_zeros(0, dtype=wide_type(x)) -> "
        "like = x.new_zeros(1, dtype=wide_type(x))",
    ),
    "0·c is 0 or NaN, of either sign": (
        "lion.lion_update: (1 - lr * weight_decay) * x - lr * (c.sign() + 0 * c) -> "
        "(1 - lr * weight_decay) * x - lr * (c.sign() - 0 * c)",
    ),
    "the function has computed this tensor itself, and does not read it again": (
        "psi_sgd.psi_sgd_update: x, u = (x / divisor, u / divisor) -> x, u = (x.div_(divisor), u / divisor)",
        "psi_sgd.psi_sgd_update: x, u = (x / divisor, u / divisor) -> x, u = (x / divisor, u.div_(divisor))",
    ),
    "how many numbers a block has changes no number": (
        "_blocks._planned: sum((p.numel() for p in block.parts['x'])) + (end - start) * d -> "
        "sum((p.numel() for p in block.parts['x'])) + start * d",
        "_blocks._planned: count if whole else max(1, SIZE // d) -> count if whole else max(1, SIZE)",
    ),
    "a vector is copied to where it is": (
        "_blocks.Block.write: names if len(self.counts) > 1 else () -> names if len(self.counts) >= 1 else ()",
    ),
    "the arithmetic is then in float64: slower, and rounded less": (
        "_blocks.Block._columns: scalars.to(self.parts['x'][0].dtype) -> scalars",
    ),
    "the tensors of a step are on one device": (
        "_paths.compiled.call: torch.tensor(options[n], dtype=wide_type(tensors[0])) -> "
        "torch.tensor(options[n], dtype=wide_type(tensors[1]))",
    ),
    "a bound that only tells where the exact norms are not needed": (
        "psi_sgd._cap_: torch.linalg.vector_norm(band, dim=1) -> torch.linalg.vector_norm(band)",
    ),
    "torch's sgd reads no buffer where the momentum is 0": (
        "_base_method.sgd_step: states[p].get('momentum_buffer') if momentum else None -> "
        "states[p].get('momentum_buffer')",
    ),
    "the order of the types that isinstance is asked for does not matter": (
        "_adam.check_betas: not isinstance(betas, (tuple, list)) -> not isinstance(betas, (list, tuple))",
    ),
    "where ‖d‖ is below the least normal number, d̂ is 0 or both terms that it enters are lost in rounding": (
        "adam_g.adam_g_update: length.clamp_min(torch.finfo(d.dtype).tiny) -> "
        "length.clamp_min_(torch.finfo(d.dtype).tiny)",
    ),
    "where ‖d‖ is below ε, the part of m that is carried along changes by less than ε of it: one rounding": (
        "adam_g.adam_g_update: length.clamp_min(torch.finfo(d.dtype).tiny) -> "
        "length.clamp_min(torch.finfo(d.dtype).eps)",
    ),
    "of `like` only the dtype and the device are read, in `direction` too": (
        "_sphere.direction: norm(x, x.new_zeros(0, dtype=wide_type(x))) -> norm(x, x.new_zeros(1, dtype=wide_type(x)))",
    ),
    "a distance and a choice of classes do not depend on the order of their two": (
        "_sphere.divisors: torch.where((norms - 1).abs() <= rounding, 1.0, or_nan(norms, x)) -> "
        "torch.where((1 - norms).abs() <= rounding, 1.0, or_nan(norms, x))",
        "_validation.check_number: not isinstance(value, (int, float)) -> not isinstance(value, (float, int))",
    ),
    "every caller excludes one number at most, so that nothing is joined": (
        "_validation.check_number: ''.join((f' without {x}' for x in excluded)) -> "
        "'_'.join((f' without {x}' for x in excluded))",
    ),
}
"""{why: labels}."""

EQUIVALENT: Mapping[str, str] = {label: reason for reason, labels in ARGUED.items() for label in labels}
