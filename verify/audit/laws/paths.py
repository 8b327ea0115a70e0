"""Do its implementations agree: the loop, foreach, fused?"""

from typing import Any

import torch

from verify.audit.finding import Finding, Setting
from verify.audit.laws.examine import Values, examine, not_applicable, size
from verify.audit.laws.trial import decay, follow, gap, gradients, rounding, weights
from verify.audit.target import Target

PATHS = ("foreach", "fused")


def distance_of_the_paths(make, step, seed, dtype, shape, steps, paths):
    start, pushes = weights(shape, seed, dtype), gradients(shape, steps, seed, dtype)
    decayed = decay(make([weights(shape, seed, dtype)], **{paths[0]: False}), 0.01)
    loop = follow(make, step, start, pushes, **dict.fromkeys(paths, False), **decayed)[1]
    found = {}
    for path in paths:
        taken = dict.fromkeys(paths, False) | {path: True}
        try:
            make([weights(shape, seed, dtype)], **taken)
        except (RuntimeError, ValueError):  # a path that this device or these options do not have, said at once
            continue
        found[path] = gap(loop, follow(make, step, start, pushes, **taken, **decayed)[1])
    unit = 1.5 * torch.finfo(dtype).eps
    allowed = rounding(make, step, start, pushes, unit, **dict.fromkeys(paths, False), **decayed)
    return {"difference": max(found.values(), default=0.0), "allowed": allowed, **found}


def words(found: Values) -> str:
    paths = [path for path in PATHS if path in found]
    far, allowed = size(found["difference"]), size(found["allowed"])
    if not paths:
        return "These options have no path but the loop."
    if found["difference"] <= found["allowed"]:
        return f"{', '.join(paths)} and the loop agree: the worst is {far}, relative; rounding allows {allowed}."
    bad = " and ".join(path for path in paths if not found[path] <= found["allowed"])
    return f"{bad} differs from the loop by {far}, relative; rounding allows {allowed}."


def law(target: Target, setting: Setting) -> Finding:
    paths = tuple(path for path in PATHS if target.accepts(path))
    if not paths:
        return not_applicable("paths", "It takes neither foreach nor fused.")
    options: dict[str, Any] = {"steps": min(setting.steps, 8), "paths": paths}
    return examine("paths", target, setting, distance_of_the_paths, words, parts=(rounding,), **options)
