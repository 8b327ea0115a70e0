"""Does the order in which weights or gradients lie in memory change where they go?"""

import torch

from verify.audit.finding import Finding, Setting
from verify.audit.laws.examine import Values, examine, not_applicable, size
from verify.audit.laws.trial import follow, gap, gradients, rounding, said, weights
from verify.audit.target import Target


def effect_of_the_layout(make, step, seed, dtype, shape):
    start, pushes = weights(shape, seed, dtype), gradients(shape, 4, seed, dtype)
    plain = follow(make, step, start, pushes)[1]
    turned = [g.mT.contiguous().mT for g in pushes]
    found = {}
    for way in ("weights", "gradients"):
        p = start.detach().clone()
        p = torch.nn.Parameter(p.mT.contiguous().mT if way == "weights" else p)
        try:
            optimizer = make([p])
            for g in pushes if way == "weights" else turned:
                step(optimizer, [p], [g])
            found[way] = gap(plain, p)
        except RuntimeError as error:
            found[f"{way}: step raises {said(error)}"] = float("inf")
    allowed = rounding(make, step, start, pushes, 1.5 * torch.finfo(dtype).eps)  # sums may go in another order
    return {"difference": max(found.values()), "allowed": allowed, **found}


def words(found: Values) -> str:
    if found["difference"] <= found["allowed"]:
        return "Transposed memory, of weights or of gradients, changes nothing but the order of sums."
    raised = [name for name in found if ": " in name]
    if raised:
        return f"Transposed memory of the {' and of the '.join(raised)}."
    where = " and ".join(way for way in ("weights", "gradients") if not found[way] <= found["allowed"])
    return f"Transposed memory of the {where} changes the weights by {size(found['difference'])}, relative."


def law(target: Target, setting: Setting) -> Finding:
    if target.needs.sparse:
        return not_applicable("layout", "Its gradients are sparse.")
    return examine("layout", target, setting, effect_of_the_layout, words, parts=(rounding,))
