"""Where the optimizer under audit comes to rest on random gradients: weight norm and angular update, with a prediction.

Each weight is a tensor of its own. Its gradients are normal to it, in uniformly random directions, and of the norm
1/‖w‖: those of a radially-invariant loss with L = E‖g‖²‖w‖² = 1.
"""

import math
from collections.abc import Mapping
from typing import Any

import torch

from derivations.equilibrium import NoEquilibrium
from derivations.schemes import by_name
from verify import equilibria
from verify.audit.finding import Finding, Setting, Verdict
from verify.audit.subject import spelled
from verify.audit.target import Target

LAW, TITLE = "equilibrium", "where training comes to rest"
USED = {"lr": 0.02, "weight_decay": 0.25}
"""Where the options give none: deviations shrink by about 2ηλ a step, so that a run is many of their lifetimes."""

WEIGHTS, SHAPE, STEPS = 4, (4, 8), 2000
HALVES = (slice(WEIGHTS // 2), slice(WEIGHTS // 2, None))
STARTS = (0.5, 2.0)
"""Norms that the weights start from, half of them each: at rest they have forgotten which."""

SETTLED, FORGOTTEN = 0.05, 0.15
"""How far the mean ‖w‖² of the last two quarters, and of the two halves of the weights, may be apart."""


def measured(target: Target, setting: Setting, scheme: str | None = None) -> Finding:
    """Mean norm and angle of the last quarter, or the change where there is no rest; beside it what `scheme` predicts.

    It describes: no verdict rests on the prediction, whose assumptions a run of so many weights meets only about.
    """
    if target.needs.closure:
        words = "not measured: its step follows the loss that a closure returns, and random gradients have none"
        return Finding(LAW, Verdict.NOT_APPLICABLE, words)
    given = {**target.filled, **target.kwargs}
    options = {name: value for name, value in USED.items() if target.accepts(name) and name not in target.kwargs}
    squares, angles = motion(target, options, setting)
    quarter = STEPS // 4
    last, before = float(squares[-quarter:].mean()), float(squares[-2 * quarter : -quarter].mean())
    values = {"norm": math.sqrt(last), "angle": float(angles[-quarter:].mean())}
    values["drift"] = last / before - 1 if before else math.nan
    low, high = (float(squares[-quarter:, part].mean()) for part in (HALVES[0], HALVES[1]))
    values["apart"] = high / low - 1 if low else math.nan
    settings = {name: value for name, value in {**given, **options}.items() if name in USED}
    at = ", ".join(f"{name} {value:g}" for name, value in settings.items())
    if not all(map(math.isfinite, values.values())):
        finite = {name: value for name, value in values.items() if math.isfinite(value)}
        words = f"the weights vanish or are no longer finite within {STEPS} steps (at {at})"
        return Finding(LAW, Verdict.HOLDS, words, finite)
    if abs(values["drift"]) > SETTLED or abs(values["apart"]) > FORGOTTEN:
        words = (
            f"is not at rest after {STEPS} steps: from the norms {STARTS[0]:g} and {STARTS[1]:g} it has come to "
            f"{math.sqrt(low):.3g} and {math.sqrt(high):.3g}; angular update {values['angle']:.3g} rad (at {at})"
        )
        return _beside_prediction(target, options, scheme, words, values)
    words = f"norm {values['norm']:.4g}, angular update {values['angle']:.3g} rad a step (at {at})"
    return _beside_prediction(target, options, scheme, words, values)


def motion(target: Target, options: Mapping[str, Any], setting: Setting) -> tuple[torch.Tensor, torch.Tensor]:
    """‖w‖² after each step and the angle of each step, (STEPS, WEIGHTS)."""
    generator = setting.generator(7)

    def draw() -> torch.Tensor:
        return torch.randn((WEIGHTS, *SHAPE), generator=generator, dtype=torch.float64).to(setting.dtype)

    def dot(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return (x * y).sum((1, 2), keepdim=True)

    start = draw()
    start /= dot(start, start).sqrt()
    for norm, half in zip(STARTS, HALVES, strict=True):
        start[half] *= norm
    params = [torch.nn.Parameter(w.clone()) for w in start]
    optimizer = target.make(params, **options)
    squares, angles = [], []
    for _ in range(STEPS):
        w = torch.stack([p.detach() for p in params])
        drawn = draw()
        tangent = drawn - dot(drawn, w) / dot(w, w) * w
        target.step(optimizer, params, list(tangent / (dot(tangent, tangent) * dot(w, w)).sqrt()))
        after = torch.stack([p.detach() for p in params])
        along = dot(after, w) / dot(w, w)
        normal = after - along * w
        squares.append(dot(after, after).flatten())
        angles.append(torch.atan2(dot(normal, normal).sqrt(), along * dot(w, w).sqrt()).flatten())
    return torch.stack(squares), torch.stack(angles)


def _beside_prediction(
    target: Target, options: Mapping[str, Any], scheme: str | None, words: str, values: dict[str, float]
) -> Finding:
    if scheme is None:
        return Finding(LAW, Verdict.HOLDS, words, values)
    try:
        found = equilibria.predict(scheme, _used(target, options, scheme), 1.0, float(math.prod(SHAPE)))
    except (equilibria.UsageError, NoEquilibrium) as error:
        return Finding(LAW, Verdict.HOLDS, f"{words}; {scheme} predicts none: {str(error).partition('; ')[0]}", values)
    at = found.numbers
    words += f"; {scheme} predicts norm {at.norm:.4g}, angular update {at.angle:.3g}"
    return Finding(LAW, Verdict.HOLDS, words, values | {"predicted_norm": at.norm, "predicted_angle": at.angle})


def _used(target: Target, options: Mapping[str, Any], scheme: str) -> dict[str, float]:
    """The hyper-parameters of the scheme that the optimizer has in this run, by its own defaults where not given."""
    group = target.make([torch.nn.Parameter(torch.ones(SHAPE))], **options).param_groups[0]
    found = {}
    for name in by_name(scheme).hyperparameters:
        option = spelled(name, target)
        if name in equilibria.options(by_name(scheme)) and isinstance(group.get(option), int | float | tuple | list):
            found[name] = float(group[option][name == "beta2"] if option == "betas" else group[option])
    if "wd_ratio" in group and "weight_decay" in found:  # the schemes' λ is the effective decay
        found["weight_decay"] *= group["wd_ratio"] / (1 - found["momentum"] if scheme.startswith("sgd") else 1)
    return found
