"""Is the learning rate read from its group: one given with the group, and one set there later, as schedules do?"""

import torch

from verify.audit.finding import Finding, Setting
from verify.audit.laws.examine import Values, defaults, examine, not_applicable, size
from verify.audit.laws.trial import follow, gap, gradients, weights
from verify.audit.target import Target


def rate_of_a_group(make, step, seed, dtype, shape):
    start, pushes = weights(shape, seed, dtype), gradients(shape, 4, seed, dtype)
    rate = make([weights(shape, seed, dtype)]).defaults["lr"] / 4
    asked = follow(make, step, start, pushes, lr=rate)[1]
    found = {}
    for way in ("with the group", "set later"):
        p = torch.nn.Parameter(start.detach().clone())
        try:
            optimizer = make([{"params": [p], "lr": rate}] if way == "with the group" else [p])
        except (ValueError, TypeError):  # takes no groups, and says so
            continue
        for group in optimizer.param_groups:
            group["lr"] = rate
        for g in pushes:
            step(optimizer, [p], [g])
        found[way] = gap(asked, p)
    return {"difference": max(found.values()), **found}


def words(found: Values) -> str:
    if not found["difference"]:
        return "The learning rate of a group is used, given with it or set later."
    ways = " or ".join(way for way in ("with the group", "set later") if found.get(way))
    return (
        f"A learning rate given {ways} leads elsewhere than the same one as an option: by {size(found['difference'])}."
    )


def law(target: Target, setting: Setting) -> Finding:
    if not target.accepts("lr") or not isinstance(defaults(target).get("lr"), float):
        return not_applicable("groups", "It takes no lr that is a number.")
    return examine("groups", target, setting, rate_of_a_group, words)
