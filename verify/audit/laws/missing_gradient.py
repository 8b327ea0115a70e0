"""Is a weight without gradient (p.grad is None) left alone, and the others moved as if it were not there?"""

import torch

from verify.audit.finding import Finding, Setting
from verify.audit.laws.examine import Values, examine, size
from verify.audit.laws.trial import follow, gap, gradients, rounding, weights
from verify.audit.target import Target


def effect_of_a_missing_gradient(make, step, seed, dtype, shape):
    start, pushes = weights(shape, seed, dtype), gradients(shape, 4, seed, dtype)
    alone = follow(make, step, start, pushes)[1]
    p, frozen = torch.nn.Parameter(start.detach().clone()), weights(shape, seed + 1, dtype)
    optimizer = make([frozen, p])
    before = frozen.detach().clone()
    for g in pushes:
        step(optimizer, [p], [g])
    moved, other = gap(before, frozen), gap(alone, p)
    if other <= rounding(make, step, start, pushes, 1.5 * torch.finfo(dtype).eps):
        other = 0.0  # sums that go over all weights may go in another order
    return {"difference": max(moved, other), "without gradient": moved, "with": other}


def words(found: Values) -> str:
    if found["without gradient"]:
        return f"A weight without gradient is moved by {size(found['without gradient'])}, relative."
    if found["with"]:
        return f"A weight without gradient moves the other one by {size(found['with'])}, relative."
    return "A weight without gradient is left alone, and the others move as if it were not there."


def law(target: Target, setting: Setting) -> Finding:
    return examine("missing gradient", target, setting, effect_of_a_missing_gradient, words, parts=(rounding,))
