"""Changes of when something is read, in impl.optim, that compute the same, and why."""

from collections.abc import Mapping

ARGUED: Mapping[str, tuple[str, ...]] = {
    "each works on what the other neither reads nor writes: their order does not matter": (
        "_adam.start: "
        "states[p].update(step=torch.tensor(0.0), exp_avg=torch.zeros_like(p), exp_avg_sq"
        "=p.new_zeros(row_count(p, inv…",
        "_blocks.Block.vector: self.gathered.add(name) after parts = self.parts[name]",
        "_blocks.Block.release: self.parts['gradient'].clear() after if len(self.counts) == 1:",
        "_blocks._planned: "
        "block.cut.append((i, start, end)) after for name, cut, t in zip(('x', *buffers),"
        " (ROWS, *buffers.values()), h…",
        "adagrad_g.AdaGradG.add_param_group: "
        "self.state[p]['second_moment'] = start.to(p.dtype) after p.copy_(projected(as_ro"
        "ws(p, group['invariant'])).re…",
        "adam_g.adam_g_update_: "
        "block.add('exp_avg', (1 - beta1) * kept, 'tangent') after v = beta2 * v + (1 - b"
        "eta2) * (kept * block.norms('…",
        "adam_g.adam_g_update_: "
        "block.add('exp_avg', -along * (1 - length.cos()) / over, 'step') after turn(bloc"
        "k, 'step', length)",
        "adam_without_ab.adam_without_ab_update_: "
        "m.add_(block.vector(g), alpha=1 - betas[0]) after block.vector('previous').copy_(x)",
        "adam_without_abc.adam_without_abc_update_: "
        "m.add_(block.vector(g), alpha=1 - betas[0]) after block.vector('previous').copy_(x)",
        "psi_sgd.psi_sgd_update_: block.times('taken', -lr * size, out='taken') after if weight_decay:",
        "spherical_sgd.SphericalSGD.add_param_group: "
        "self.state[p]['fourth_power_radius'] = start.to(p.dtype) after p.copy_(projected"
        "(as_rows(p, group['invariant'…",
    ),
    "a name for memory that stays where it is, whatever is written to other memory meanwhile": (
        "_projection.slide: "
        "block.add('step', block.dot('x', 'step').div_(norms.square()).neg_(), 'x') after"
        " point = block.vector('x')",
    ),
    "where a length is too long, the other of the two terms is NaN, and so is their sum": (
        "_neurons.turn: "
        "in block.times('x', before_length.cos(), out='x'), length from before length = t"
        "orch.where(length * torch.fin…",
        "_neurons.turn: "
        "in block.add('x', torch.sinc(before_length / torch.pi), d), length from before l"
        "ength = torch.where(length * …",
        "_neurons.exponential: "
        "in return projected(y * before_length.cos() + d * torch.sinc(length / torch.pi))"
        ", length from before length =…",
        "_neurons.exponential: "
        "in return projected(y * length.cos() + d * torch.sinc(before_length / torch.pi))"
        ", length from before length =…",
    ),
    "only the type of this tensor is read, which does not change": (
        "psi_sgd.psi_sgd_update: "
        "in if max_norm is not None:, x from before x = (1 - lr * weight_decay) * x + (mo"
        "mentum * u - taken if nestero… (2)",
        "psi_sgd.psi_sgd_update: "
        "in if max_norm is not None:, x from before x = (1 - lr * weight_decay) * x + (mo"
        "mentum * u - taken if nestero… (4)",
    ),
}
"""{why: labels}."""
