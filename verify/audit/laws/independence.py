"""Does another weight, or another group of them, change where this one goes?"""

import torch

from verify.audit.finding import Finding, Setting
from verify.audit.laws.examine import Values, examine, size
from verify.audit.laws.trial import follow, gap, gradients, weights
from verify.audit.target import Target


def effect_of_another_weight(make, step, seed, dtype, shape):
    start, pushes = weights(shape, seed, dtype), gradients(shape, 4, seed, dtype)
    alone = follow(make, step, start, pushes)[1]
    found = {}
    for way in ("in its group", "in another group"):
        p, other = torch.nn.Parameter(start.detach().clone()), weights((5, *shape[1:]), seed + 1, dtype)
        groups = [{"params": [other]}, {"params": [p]}]
        try:
            optimizer = make([other, p] if way == "in its group" else groups)
        except (ValueError, TypeError):  # takes one group only, and says so
            continue
        for k, g in enumerate(pushes):
            step(optimizer, [p, other], [g, torch.full_like(other, k - 1.5)])
        found[way] = gap(alone, p)
    return {"difference": max(found.values()), **found}


def words(found: Values) -> str:
    if not found["difference"]:
        return "Another weight, or group of weights, changes nothing."
    where = " and ".join(way for way in ("in its group", "in another group") if found.get(way))
    return (
        f"Another weight {where} changes where this one goes by {size(found['difference'])}, relative, in four steps."
    )


def law(target: Target, setting: Setting) -> Finding:
    return examine("independence", target, setting, effect_of_another_weight, words)
