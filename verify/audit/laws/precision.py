"""Does a run in float32 go where the run in float64 goes, and does the one in float64 use its digits?"""

import torch

from verify.audit.finding import Finding, Setting
from verify.audit.laws.examine import Values, examine, size
from verify.audit.laws.trial import follow, gap, gradients, rounding, weights
from verify.audit.target import Target


def distance_of_the_precisions(make, step, seed, dtype, shape, steps):
    start, pushes = weights(shape, seed, torch.float32), gradients(shape, steps, seed, torch.float32)
    double = [g.double() for g in pushes]
    single = follow(make, step, start, pushes)[1]
    fine = follow(make, step, start.double(), double)[1]
    allowed = rounding(make, step, start, pushes, 1.5 * torch.finfo(torch.float32).eps)
    found = gap(fine, single) if single.dtype == torch.float32 else float("inf")
    # changes of the gradients that float32 does not see and double does, and those 2^12 times as large
    push = gradients(shape, 1, seed + 1, torch.float64)[0]
    small, large = (follow(make, step, start.double(), [g + h * push for g in double])[1] for h in (2.0**-34, 2.0**-22))
    seen, expected = (small - fine).abs(), (large - fine).abs() * 2.0**-12
    visible = expected > 2.0**-46 * fine.abs().max()
    followed = (seen > expected / 16) & (seen < 16 * expected)
    lost = int((visible & ~followed).sum()) > int(visible.sum()) / 2
    return {
        "difference": max(found, 2 * allowed if lost else 0.0),
        "allowed": allowed,
        "float32": found,
        "coarse": lost,
    }


def words(found: Values) -> str:
    if not found["float32"] <= found["allowed"]:
        far, allowed = size(found["float32"]), size(found["allowed"])
        return f"float32 differs from float64 by {far}, relative; rounding allows {allowed}."
    if found["coarse"]:
        return "In float64 it computes with fewer digits: its weights do not follow changes of the gradients of 2^-34."
    return f"float32 and float64 agree to {size(found['float32'])}, relative; rounding allows {size(found['allowed'])}."


def law(target: Target, setting: Setting) -> Finding:
    steps = min(setting.steps, 8)
    return examine("precision", target, setting, distance_of_the_precisions, words, parts=(rounding,), steps=steps)
