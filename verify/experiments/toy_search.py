"""The search for settings that give the fourteen printed numbers of the toy: differential evolution, vectorised.

Storn & Price 1997, with a good member as the attractor. What is minimised is the largest residual: at most 1 where all
fourteen numbers round to the printed ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from verify.experiments.summary import rounded
from verify.experiments.toy_runs import Array, Objective, end, near_antipode, power, residuals, squared_angle

BOUNDS = {
    "rate": (-4.0, 2.0),
    "angle": (-12.0, 0.49),
    "norm": (-0.3, 0.3),
    "scale": (-3.0, 4.0),
    "exponent": (0.5, 4.0),
}
"""Common logarithms, but for the exponent; `angle` is that of the start to -w*."""


@dataclass(frozen=True)
class Variant:
    """What is not printed: the objective, the rule, the number of steps; `free` are the parameters searched over."""

    objective: str
    rule: str = "as printed"
    steps: int = 491

    @property
    def free(self) -> tuple[str, ...]:
        return ("rate", "angle", "norm", *OBJECTIVES[self.objective][0])


OBJECTIVES: dict[str, tuple[tuple[str, ...], Callable[..., Objective]]] = {
    "(1 − cos)²": ((), lambda: power(2.0)),
    "s(1 − cos)²": (("scale",), lambda scale: power(2.0, scale)),
    "(1 − cos)^p": (("exponent",), lambda exponent: power(exponent)),
    "s(1 − cos)": (("scale",), lambda scale: power(1.0, scale)),
    "sθ²": (("scale",), squared_angle),
}

VARIANTS = (
    *(Variant(objective) for objective in OBJECTIVES),
    *(Variant("s(1 − cos)²", rule) for rule in ("late gradient", "Nesterov", "dampening", "projected buffer")),
    *(Variant("s(1 − cos)²", steps=steps) for steps in (490, 492)),
)


@dataclass(frozen=True)
class Search:
    population: int = 96
    generations: int = 250
    first: int = 8
    """The first generation is the best of so many times the population."""


def search(variant: Variant, options: Search, seed: int) -> dict[str, Any]:
    """The best setting found: `residual`, its parameters, losses, norms; `within`: the range of those that fit."""
    generator = np.random.default_rng(seed)
    low, high = (np.array([[BOUNDS[name][i]] for name in variant.free]) for i in (0, 1))
    shape = (len(variant.free), options.population * options.first)
    members = low + (high - low) * generator.random(shape)
    values = worst(variant, members)
    best = values.argsort()[: options.population]
    members, values = members[:, best], values[best]
    fitting = [members[:, values <= 1]]
    for _ in range(options.generations):
        trial = np.clip(_trial(members, values, generator), low, high)
        found = worst(variant, trial)
        fitting.append(trial[:, found <= 1])
        better = found <= values
        members[:, better], values[better] = trial[:, better], found[better]
    i = values.argmin()
    losses, norms = numbers(variant, members[:, [i]])
    fits = np.concatenate(fitting, axis=1)
    return {
        "objective": variant.objective,
        "rule": variant.rule,
        "steps": variant.steps,
        "residual": rounded(float(values[i])),
        "parameters": {name: rounded(float(value[0])) for name, value in natural(variant, members[:, [i]]).items()},
        "within": {name: [rounded(v.min()), rounded(v.max())] for name, v in natural(variant, fits).items()}
        if fits.size
        else None,
        "losses": [rounded(value) for value in losses[:, 0]],
        "norms": [rounded(value) for value in norms[:, 0]],
    }


def _trial(members: Array, values: Array, generator: np.random.Generator) -> Array:
    """Each member moved towards one of the best eighth and along a difference of two others, most coordinates of it."""
    count = members.shape[1]
    good = values.argsort()[generator.integers(0, max(2, count // 8), count)]
    one, other = generator.permutation(count), generator.permutation(count)
    weight = generator.uniform(0.4, 0.9, count)
    moved = members + weight * (members[:, good] - members) + weight * (members[:, one] - members[:, other])
    crossed = generator.random(members.shape) < 0.9
    crossed[generator.integers(0, len(members), count), np.arange(count)] = True
    return np.where(crossed, moved, members)


def natural(variant: Variant, members: Array) -> dict[str, Array]:
    """Parameters by name, logarithms undone."""
    return {name: row if name == "exponent" else 10.0**row for name, row in zip(variant.free, members, strict=True)}


def numbers(variant: Variant, members: Array) -> tuple[Array, Array]:
    """Losses and norms of the runs, a column a member."""
    given = natural(variant, members)
    start = near_antipode(given.pop("angle"), given.pop("norm"))
    objective = OBJECTIVES[variant.objective][1](**{name: given[name] for name in OBJECTIVES[variant.objective][0]})
    with np.errstate(all="ignore"):
        return end(start, given["rate"], objective, variant.steps, variant.rule)


def worst(variant: Variant, members: Array) -> Array:
    """The largest of the fourteen residuals of each member; infinite where a number is not finite."""
    largest = residuals(*numbers(variant, members)).max(0)
    return np.where(np.isfinite(largest), largest, np.inf)
