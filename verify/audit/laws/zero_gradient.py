"""Does a zero gradient, before any other and without weight decay, leave the weights? Do numbers stay finite after?"""

import torch

from verify.audit.finding import Finding, Setting
from verify.audit.laws.examine import Values, examine, size
from verify.audit.laws.trial import decay, follow, gap, gradients, weights
from verify.audit.target import Target


def moved_by_nothing(make, step, seed, dtype, shape):
    start = weights(shape, seed, dtype)
    nothing, (g,) = torch.zeros(shape, dtype=dtype), gradients(shape, 1, seed, dtype)
    still = decay(make([weights(shape, seed, dtype)]), 0.0)
    begun = follow(make, step, start, [], **still)[1]  # some put the weights on the sphere when they are made
    p = follow(make, step, start, [nothing] * 3, **still)[1]
    later = follow(make, step, start, [nothing, g, nothing, g], **still)[1]
    bad = sum(int((~t.isfinite()).sum()) for t in (p, later))
    return {"difference": float("inf") if bad else gap(begun, p), "not finite": bad}


def words(found: Values) -> str:
    if found["not finite"]:
        return f"A zero gradient leaves {found['not finite']:.0f} weights that are not finite."
    if found["difference"]:
        far = size(found["difference"])
        return f"A zero gradient moves the weights by {far}, relative, in three steps from the start."
    return "A zero gradient leaves the weights as they are."


def law(target: Target, setting: Setting) -> Finding:
    return examine("zero gradient", target, setting, moved_by_nothing, words)
