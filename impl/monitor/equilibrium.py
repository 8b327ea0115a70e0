"""Where a slice comes to rest under weight decay, and in how many steps: what 002 predicts, for each known rule.

L = E‖g‖²‖w‖², which the norm does not change; x = ‖w‖²; P = ηλ. To the assumptions of 002 (⟨g, w⟩ = 0, gradients
orthogonal to the buffers in expectation) SGD's formulas are exact; Adam's have √v = √(E‖g‖²/d) and ε = 0 besides.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

from impl.groups.slices import PerRow
from impl.monitor.rules import Rule

WITHIN = 0.05
"""How far from its value at equilibrium the angle may be when no steps are left."""
ITERATIONS = 40
"""Of a fixed point, for Adam with coupled decay; it contracts by about λ²x²/L."""


@dataclass(frozen=True)
class Equilibrium:
    """Of each slice. radius: ‖w*‖. angle: Δ*, radians. steps_left: until the angle is within 5 % of it, by the rate at
    which small deviations shrink (SGD's fourth power of the norm follows it from any distance)."""

    radius: PerRow
    angle: PerRow
    steps_left: PerRow


@dataclass(frozen=True)
class _Rest:
    """x = ‖w*‖², 1 - cos Δ*, the rate of approach, and the power of x that approaches exponentially."""

    x: PerRow
    versine: PerRow
    rate: PerRow
    power: int


def equilibrium(known: Rule, radius: PerRow, second_moment: PerRow, dimension: int) -> Equilibrium | None:
    """At the present hyper-parameters; None for a rule that is not known, that does not decay, or that stands at the
    very end of where there is an equilibrium: β = 1, or ηλ = 2(1+β)."""
    if known.kind is None or not known.decay or not known.lr:
        return None
    moment = torch.where(second_moment > 0, second_moment, torch.nan)
    try:
        rest = _KINDS[known.kind](known, known.decay, moment, dimension)
    except ZeroDivisionError:
        return None
    x = torch.where(rest.x > 0, rest.x, torch.nan)  # no equilibrium where 2(1+β) < ηλ, nor without gradients
    z = (radius.square() / x) ** rest.power
    away = torch.where(z > 1, 1 / (1 - WITHIN) ** 2 - 1, 1 - 1 / (1 + WITHIN) ** 2)
    steps = (torch.log((z - 1).abs() / away) / rest.rate).clamp_min(0).ceil()
    return Equilibrium(x.sqrt(), 2 * torch.asin((rest.versine / 2).clamp(0, 1).sqrt()), steps)


def _sgd(known: Rule, decay: float, moment: PerRow, _d: int) -> _Rest:
    """Theorems 1 and 2 without their approximations."""
    b, product, kept = known.momentum, known.lr * decay, 1 - known.dampening
    if known.nesterov:
        scale = 1 + b + b * (1 + 2 * b) * product
        square = known.lr * scale / (decay * (1 - b + b * product) * (2 * (1 + b) - (1 + 2 * b) * product))
        versine = product * (b * (1 + 2 * b) + (1 + b) * (1 - 2 * b * b + b * (1 + 2 * b) * product)) / scale
        rate = 4 * product / (1 - b)
    else:
        square = known.lr * kept * (1 + b) / (decay * (1 - b) * (2 * (1 + b) - kept * product))
        versine, rate = kept * product / (1 + b), 4 * product * kept / (1 - b)
    return _Rest((moment * max(square, 0.0)).sqrt(), _like(moment, versine), _like(moment, rate), 2)


def _sgdp(known: Rule, decay: float, moment: PerRow, _d: int) -> _Rest:
    b, product = known.momentum, known.lr * decay
    below = decay * (1 + b) * (1 - b) * (2 - product) * ((1 - b) ** 2 + 2 * b * product)
    square = max(known.lr * (1 - b + b * product) ** 2 / below, 0.0)
    return _Rest((moment * square).sqrt(), _like(moment, product), _like(moment, 4 * product), 2)


def _adamw(known: Rule, decay: float, moment: PerRow, d: int) -> _Rest:
    b, product = known.momentum, known.lr * decay
    above = d * known.lr * (1 - b) * (1 + b - b * product)
    x = above / (decay * (1 + b) * (2 - product) * (1 - b + b * product))
    versine = (1 - b) * product / (1 + b - b * product)
    return _Rest(_like(moment, x), _like(moment, versine), _like(moment, 2 * product), 1)


def _adamp(known: Rule, decay: float, moment: PerRow, d: int) -> _Rest:
    b, product = known.momentum, known.lr * decay
    above = d * known.lr * (1 - b) * (1 - b + b * product) ** 2
    x = above / (decay * (1 + b) * (2 - product) * ((1 - b) ** 2 + 2 * b * product))
    return _Rest(_like(moment, x), _like(moment, product), _like(moment, 2 * product), 1)


def _adam(known: Rule, decay: float, moment: PerRow, d: int) -> _Rest:
    """4λ²x³(1+β₁)²(L + λ²x²) = dη²(L(1+β₁) + λ²(1-β₁)x²)², by iteration from its leading order."""
    b, lr, product = known.momentum, known.lr, known.lr * decay
    x = (d * moment * (lr / (2 * decay)) ** 2) ** (1 / 3)
    for _ in range(ITERATIONS):
        pull = decay**2 * x.square()
        above = d * lr**2 * (moment * (1 + b) + pull * (1 - b)).square()
        x = (above / (4 * decay**2 * (1 + b) ** 2 * (moment + pull))) ** (1 / 3)
    size = ((moment + decay**2 * x.square()) / (d * x)).sqrt()
    versine = (1 - b) * (moment * lr**2 - (product * x).square())
    versine = versine / (2 * x.square() * size * (size * (1 + b) - product))
    return _Rest(x, versine, 1.5 * (4 * (d * lr**2 * decay) ** 2 / moment) ** (1 / 3), 1)


def _lion(known: Rule, decay: float, moment: PerRow, d: int) -> _Rest:
    """To leading order in ηλ."""
    b1, b2, product = known.momentum, known.beta2, known.lr * decay
    spread = (1 - 2 * b1 + b2 + 2 * b1 * b1 - 2 * b1 * b2) * math.pi
    total = 4 * b1 * (1 - b1 + b2) + spread
    x = d * known.lr * total / (2 * decay * spread)
    angle = 2 * product * spread / total
    return _Rest(_like(moment, x), _like(moment, angle / 2), _like(moment, 2 * product), 1)


def _like(moment: PerRow, value: float) -> PerRow:
    return torch.full_like(moment, value).where(~moment.isnan(), torch.nan)


_KINDS: Mapping[str, Callable[[Rule, float, PerRow, int], _Rest]] = {
    "sgd": _sgd,
    "sgdp": _sgdp,
    "adam": _adam,
    "adamw": _adamw,
    "adamp": _adamp,
    "lion": _lion,
}
