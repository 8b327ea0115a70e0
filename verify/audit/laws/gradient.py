"""Does it write into p.grad? What it leaves there, others read: clipping, logging, a second closure."""

import torch

from verify.audit.finding import Finding, Setting
from verify.audit.laws.examine import Values, examine, size
from verify.audit.laws.paths import PATHS
from verify.audit.laws.trial import decay, gap, gradients, weights
from verify.audit.target import Target


def what_is_left_of_the_gradient(make, step, seed, dtype, shape, paths):
    decayed, found = decay(make([weights(shape, seed, dtype)]), 0.01), {}
    for path in ("", *paths):
        p = weights(shape, seed, dtype)
        try:
            optimizer = make([p], **decayed, **({path: True} if path else {}))
        except (RuntimeError, ValueError):  # a path that this device or these options do not have, said at once
            continue
        worst = 0.0
        for g in gradients(shape, 4, seed, dtype):
            step(optimizer, [p], [g])
            left = p.grad.to_dense() if p.grad is not None else torch.zeros_like(g)
            worst = max(worst, gap(g, left))
        found[path or "as it is"] = worst
    return {"difference": max(found.values()), **found}


def words(found: Values) -> str:
    if not found["difference"]:
        return "p.grad is what it was, bit for bit, after each step."
    where = " and ".join(f"with {path}=True" for path in PATHS if found.get(path))
    where = "" if found["as it is"] else f" {where}"
    return f"p.grad is written to{where}: after a step it differs by up to {size(found['difference'])}, relative."


def law(target: Target, setting: Setting) -> Finding:
    paths = tuple(path for path in PATHS if target.accepts(path) and path not in target.kwargs)
    return examine("gradient", target, setting, what_is_left_of_the_gradient, words, paths=paths)
