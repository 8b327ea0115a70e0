"""Is the update tangent to the sphere, ⟨Δ, x⟩ = 0 for each row, at the first step and at later ones?

On a loss that does not change along x (AP-ORTH); weight decay is off. With the rounding of x⁺ the difference Δ = x⁺ - x
is known to u‖x‖ a coordinate, and the gradient is tangent to a few roundings of ‖∇L‖.
"""

import torch

from verify.audit.finding import Finding, Setting
from verify.audit.laws import losses
from verify.audit.laws.examine import Values, size
from verify.audit.laws.trial import decay, descend, weights
from verify.audit.target import Target


def cosines_of_the_updates(make, step, seed, dtype, shape, steps, build, drive):
    start = weights(shape, seed, dtype)
    loss = build(shape[-1], seed=seed, batch_shape=shape[:-1], dtype=dtype)
    still = decay(make([weights(shape, seed, dtype)]), 0.0)
    points = descend(make, step, start, loss, steps, drive, **still)
    rows, whole, sphere, allowed = [], [], [], []
    for x, after in zip(points, points[1:], strict=False):
        x, moved = x.double(), after.double() - x.double()
        lengths = x.norm(dim=-1) * moved.norm(dim=-1)
        moving = lengths > 0
        if not bool(moving.any()):
            continue
        rows.append(float(((x * moved).sum(-1).abs() / lengths)[moving].max()))
        chord = ((x * moved).sum(-1) + moved.square().sum(-1) / 2).abs() / lengths
        sphere.append(float(chord[moving].max()))
        whole.append(float((x * moved).sum().abs() / (x.norm() * moved.norm())))
        coarse = float((x.norm(dim=-1) / moved.norm(dim=-1))[moving].max())
        allowed.append(torch.finfo(dtype).eps * (x.shape[-1] + 32) * (1 + coarse))
    kept = max((c / a for c, a in list(zip(sphere, allowed, strict=True))[1:]), default=float("inf"))
    excess = [c / a for c, a in zip(rows, allowed, strict=True)]
    return {
        "difference": min(kept, max(excess, default=float("inf"))),
        "allowed": 1.0,
        "along the sphere": kept <= 1 < max(excess, default=0.0),
        "first": rows[0] if rows else 0.0,
        "first excess": excess[0] if rows else 0.0,
        "later": max(rows[1:], default=0.0),
        "tensor": max(whole, default=0.0),
        "tensor excess": max((c / a for c, a in zip(whole, allowed, strict=True)), default=0.0),
        "steps": len(rows),
    }


def words(found: Values) -> str:
    if not found["steps"]:
        return "It does not move."
    worst = size(max(found["first"], found["later"]))
    if found["along the sphere"]:
        return "Every update after the first moves along the sphere of each row: ⟨Δ, x⟩ = -‖Δ‖²/2, as rounding allows."
    if found["difference"] <= 1:
        return f"Every update is tangent to the sphere of each row: |cos(Δ, x)| ≤ {worst}, as rounding allows."
    if found["tensor excess"] <= 1:
        return (
            f"Every update is tangent to the sphere of the whole tensor, |cos| ≤ {size(found['tensor'])}, "
            f"but not to that of each row: |cos(Δ, x)| up to {worst}."
        )
    if found["first excess"] <= 1:
        return f"The first update is tangent, later ones are not: |cos(Δ, x)| up to {size(found['later'])}."
    return (
        f"Updates are not tangent: |cos(Δ, x)| is {size(found['first'])} at first, later up to {size(found['later'])}."
    )


def law(target: Target, setting: Setting) -> Finding:
    return losses.examine("tangential", target, setting, cosines_of_the_updates, words, steps=setting.steps)
