"""Are two runs with the same numbers the same run, whatever torch's generator was seeded with?"""

import torch

from verify.audit.finding import Finding, Setting
from verify.audit.laws.examine import Values, examine, size
from verify.audit.laws.trial import gap, gradients, weights
from verify.audit.target import Target


def distance_of_two_runs(make, step, seed, dtype, shape, steps):
    start, pushes = weights(shape, seed, dtype), gradients(shape, steps, seed, dtype)

    def end(generator_seed):
        p = torch.nn.Parameter(start.detach().clone())
        optimizer = make([p])
        torch.manual_seed(generator_seed)
        for g in pushes:
            step(optimizer, [p], [g])
        return p.detach()

    first, same, other = end(1), end(1), end(2)
    same, other = gap(first, same), gap(first, other)
    return {"difference": max(same, other), "same seed": same}


def words(found: Values) -> str:
    if not found["difference"]:
        return "Two runs are equal bit for bit, under other seeds of torch too."
    if not found["same seed"]:
        far = size(found["difference"])
        return f"It draws from torch's generator: under another seed a run differs by {far}, relative."
    return f"Two runs with the same numbers and the same seed differ by {size(found['same seed'])}, relative."


def law(target: Target, setting: Setting) -> Finding:
    return examine("deterministic", target, setting, distance_of_two_runs, words, steps=setting.steps)
