"""Changes of impl.optim that compute the same, and why."""

from collections.abc import Mapping

from verify.trust.mutants.sources_equivalent_when import ARGUED as WHEN

ARGUED: Mapping[str, tuple[str, ...]] = {
    "Y is radial: the projection that follows takes it out": (
        "_neurons.overlap: (y @ y.mT @ y if len(y) <= y.shape[1] else y @ (y.mT @ y)) - y -> "
        "(y @ y.mT @ y if len(y) <= y.shape[1] else y @ (y.mT @ y)) + y",
        "_neurons.overlap: (y @ y.mT @ y if len(y) <= y.shape[1] else y @ (y.mT @ y)) - y -> "
        "y @ y.mT @ y if len(y) <= y.shape[1] else y @ (y.mT @ y)",
    ),
    "of as many rows as columns, both products are of one size, and equal up to rounding": (
        "_neurons.overlap: y @ y.mT @ y if len(y) <= y.shape[1] else y @ (y.mT @ y) -> "
        "y @ y.mT @ y if len(y) < y.shape[1] else y @ (y.mT @ y)",
        "_neurons.pull: (y, y.mT) if y.shape[0] <= y.shape[1] else (y.mT, y) -> "
        "(y, y.mT) if y.shape[0] < y.shape[1] else (y.mT, y)",
    ),
    "Lion's rule works on each coordinate alone: how a parameter is cut into rows changes no number": (
        "lion.Lion.step: cut = group['invariant'] or 'whole' -> cut = 'whole'",
    ),
    "the caller has computed it itself, and does not read it again": (
        "_projection.slide: block.dot('x', 'step').div_(norms.square()) -> "
        "block.dot('x', 'step').div_(norms.square_())",
        "_adam.descend: betas[1] * v + (1 - betas[1]) * block.norms(g).square() / block.lengths -> "
        "v.mul_(betas[1]) + (1 - betas[1]) * block.norms(g).square() / block.lengths",
    ),
    "a number that is added is multiplied by 1 if nothing is said": (
        "_batches.count_steps: torch._foreach_add_(counts, torch.tensor(1.0), alpha=1.0) -> "
        "torch._foreach_add_(counts, torch.tensor(1.0))",
    ),
    "the later parts of a large parameter find the block before them full, and open another either way": (
        "_blocks._planned: sum((p.numel() for p in block.parts['x'])) + (end - start) * d -> "
        "sum((p.numel() for p in block.parts['x'])) + (end + start) * d",
        "_blocks._planned: sum((p.numel() for p in block.parts['x'])) + (end - start) * d -> "
        "sum((p.numel() for p in block.parts['x'])) + end * d",
    ),
    "the name of scratch that is written before it is read, and is no other's": (
        "_neurons.pull: KEPT.room('gram', y.dtype, y.device, size ** 2) -> "
        "KEPT.room('gram_', y.dtype, y.device, size ** 2)",
    ),
    "what comes in is a tensor just made, or is replaced by what comes out": (
        "_sphere.projected: x / column(divisors(norms, rounding(x, x.shape[1]), x), x) -> "
        "x.div_(column(divisors(norms, rounding(x, x.shape[1]), x), x))",
    ),
    "a round either goes on to the next or raises: its end is not reached": (
        "_batches._check_group: for p in group['params']: … -> once, or not so",
    ),
    "an option that a group is without is a flag, whichever": (
        "_validation.check_paths: check_flag('compile', group.get('compile', False)) -> "
        "check_flag('compile', group.get('compile', True))",
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
        "_blocks._planned: kind = (held[i][0].dtype, ks[i]) -> kind = (ks[i], held[i][0].dtype)",
        "_blocks._Kept.room: key = (name, dtype, device) -> key = (dtype, name, device)",
        "_blocks._Kept.room: key = (name, dtype, device) -> key = (name, device, dtype)",
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
        "_adam.descend: normal((v / (1 - betas[1] ** (k + 1)) + eps).sqrt(), block.vector('x')) -> "
        "normal((v / (1 - betas[1] ** (k + 1)) + eps).sqrt(), block.vector('x_'))",
        "adagrad_g.adagrad_g_update_: (block.vector('x'), block.scalars('second_moment')) -> "
        "(block.vector('x_'), block.scalars('second_moment'))",
        "spherical_sgd.spherical_sgd_update_: (block.vector('x'), block.scalars('fourth_power_radius')) -> "
        "(block.vector('x_'), block.scalars('fourth_power_radius'))",
        "psi_sgd._cap_: x = block.vector('x') -> x = block.vector('x_')",
        "adamp.adamp_update_: (block.moderate('x'), block.vector('gradient')) -> "
        "(block.moderate('x'), block.vector('gradient_'))",
        "_sphere.projected: norm(x, x.new_zeros(0, dtype=wide_type(x))) -> norm(x, x.new_zeros(1, dtype=wide_type(x)))",
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
    "a vector is copied to where it is": (
        "_blocks.Block.write: names if len(self.counts) > 1 else () -> names",
        "_blocks.Block.write: names if len(self.counts) > 1 else () -> names if len(self.counts) > 0 else ()",
        "_blocks.Block.write: names if len(self.counts) > 1 else () -> names if len(self.counts) >= 1 else ()",
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
    "a product does not depend on the order of its two factors": (
        "sgd_g.sgd_g_update_: torch.mul(m, momentum, out=d) -> torch.mul(momentum, m, out=d)",
        "_blocks.Block.dot: torch.mul(self.vector(name), self.vector(other), out=self.vector('product')) -> "
        "torch.mul(self.vector(other), self.vector(name), out=self.vector('product'))",
        "adam_g.adam_g_update_: along = block.dot('step', 'exp_avg') / over -> "
        "along = block.dot('exp_avg', 'step') / over",
        "_projection.slide: block.dot('x', 'step').div_(norms.square()) -> block.dot('step', 'x').div_(norms.square())",
        "_neurons.tangent: block.add('tangent', -block.dot('x', 'tangent'), 'x') -> "
        "block.add('tangent', -block.dot('tangent', 'x'), 'x')",
        "_adam.carry: 2 * block.dot('previous', 'x') / (before * now) -> "
        "2 * block.dot('x', 'previous') / (before * now)",
        "_adam.carry: block.dot('exp_avg', 'previous') / before -> block.dot('previous', 'exp_avg') / before",
        "_adam.carry: (block.dot('exp_avg', 'previous') / before, block.dot('exp_avg', 'x') / now) -> "
        "(block.dot('exp_avg', 'previous') / before, block.dot('x', 'exp_avg') / now)",
        "_blocks.Block._room: [rows * d for rows, d in self.shapes] -> [rows * d for d, rows in self.shapes]",
        "_blocks.Block.times: (band, factor, to) -> (factor, band, to)",
        "_blocks.Block.times: zip(self.bands(name), self._columns(factors), self.bands(out), strict=True) -> "
        "zip(self._columns(factors), self.bands(name), self.bands(out), strict=True)",
        "_blocks.Block.times: torch.mul(band, factor, out=to) -> torch.mul(factor, band, out=to)",
        "_blocks.Block.add: (band, factor, term) -> (band, term, factor)",
        "_blocks.Block.add: zip(self.bands(name), self._columns(factors), self.bands(other), strict=True) -> "
        "zip(self.bands(name), self.bands(other), self._columns(factors), strict=True)",
        "_blocks.Block.add: band.addcmul_(term, factor) -> band.addcmul_(factor, term)",
    ),
    "each vector is brought back by itself, whichever is first": (
        "adam_g.adam_g_update_: block.write('x', 'exp_avg', exp_avg_sq=v) -> block.write('exp_avg', 'x', exp_avg_sq=v)",
        "adam_without_ab.adam_without_ab_update_: block.write('exp_avg', 'previous') -> "
        "block.write('previous', 'exp_avg')",
        "adam_without_abc.adam_without_abc_update_: block.write('exp_avg', 'previous') -> "
        "block.write('previous', 'exp_avg')",
        "sgd_g.sgd_g_update_: block.write('x', 'momentum_buffer') -> block.write('momentum_buffer', 'x')",
    ),
    "the count of steps is set before any rule reads it": (
        "_blocks.Block.__init__: self.k = 0 -> nothing",
        "_blocks.Block.__init__: self.k = 0 -> self.k = 1",
    ),
    "torch takes tensors in a tuple as in a list": (
        "_blocks.Block.write: torch._foreach_copy_(self.parts[name], list(values.split(self.counts))) -> "
        "torch._foreach_copy_(self.parts[name], values.split(self.counts))",
    ),
    "where the rate or the decay is 0, the factor is 1": ("psi_sgd.psi_sgd_update_: weight_decay -> lr",),
    "torch's kernel reads nesterov only where the momentum is not 0": (
        "psi_sgd.psi_sgd_update_: nesterov=nesterov and momentum > 0 -> nesterov=nesterov",
        "psi_sgd.psi_sgd_update_: nesterov=nesterov and momentum > 0 -> nesterov=nesterov and momentum >= 0",
    ),
    "the slice's own norm is compared after this bound, which only spares the work": (
        "psi_sgd._cap_: if 2 * largest <= max_norm: … -> nothing",
        "psi_sgd._cap_: 2 * largest <= max_norm -> 2 * largest < max_norm",
        "psi_sgd._cap_: 2 * largest <= max_norm -> 3 * largest <= max_norm",
    ),
    "at the point 0 there is nothing to decay": (
        "adamp.adamp_update_: weight_decay=0.0 -> weight_decay=1.0",
        "sgdp.sgdp_update_: weight_decay=0.0 -> weight_decay=1.0",
    ),
    "of squares that are numbers all is well; of others torch's norm, and of d = 1 the number, is beyond this bound": (
        "adamp.adamp_update_: torch.linalg.vector_norm(band, dim=1) -> torch.linalg.vector_norm(band, dim=0)",
        "adamp.adamp_update_: slopes.max().item() <= torch.finfo(gradient.dtype).max ** 0.25 -> "
        "slopes.max().item() < torch.finfo(gradient.dtype).max ** 0.25",
        "adamp.adamp_update_: torch.finfo(gradient.dtype).max ** 0.25 -> torch.finfo(gradient.dtype).max ** 0.5",
    ),
    "what tells one plan from another tells it with the other sign too": (
        "_blocks.blocks: [[t.data_ptr() for own in held for t in own], [k - ks[0] for k in ks], group['invariant']] -> "
        "[[t.data_ptr() for own in held for t in own], [ks[0] - k for k in ks], group['invariant']]",
    ),
    "the largest or the least of some numbers does not depend on their order": (
        "_blocks._Kept.room: torch.empty(max(count, SIZE), dtype=dtype, device=device) -> "
        "torch.empty(max(SIZE, count), dtype=dtype, device=device)",
        "_blocks._planned: count if whole else max(1, SIZE // d) -> count if whole else max(SIZE // d, 1)",
        "_blocks._planned: end = min(start + most, count) -> end = min(count, start + most)",
        "_paths._moderate: max(options.get('momentum', 0.0), *options.get('betas', (0.0,))) -> "
        "max(*options.get('betas', (0.0,)), options.get('momentum', 0.0))",
    ),
    "of finite weights 0·x is 0; a slice with one that is not is lost already: it has neither a norm nor a direction": (
        "_adam.decayed: if not weight_decay: … -> nothing",
    ),
    "whoever asks reads only whether it is true": (
        "_base_method._natively: return False -> return None",
        "_base_method._natively: return False -> return None (2)",
        "_base_method._natively: return False -> return None (3)",
    ),
    "there is one name at most": ("_base_method._natively: for name in starts: … -> once, or not so",),
    "there are as many kinds of what is not None as of what is": (
        "_base_method.sgd_step: len({b is None for b in buffers}) == 1 -> len({b is not None for b in buffers}) == 1",
    ),
    "the same is asked of both lists, of which none or both are empty": (
        "_base_method.sgd_step: _fused(parameters, gradients, foreach) -> _fused(gradients, parameters, foreach)",
        "_base_method.adam_step: _fused(parameters, gradients, group['foreach']) -> "
        "_fused(gradients, parameters, group['foreach'])",
    ),
    "without parameters there is no step to make": (
        "adamp._is_plain: max((torch.finfo(p.dtype).tiny for p in parameters), default=0.0) -> "
        "max((torch.finfo(p.dtype).tiny for p in parameters), default=1.0)",
    ),
}
"""{why: labels}."""

EQUIVALENT: Mapping[str, str] = {
    label: reason for argued in (ARGUED, WHEN) for reason, labels in argued.items() for label in labels
}
