"""Random runs on which an optimizer is compared with its scheme, drawn by hypothesis or by a seeded generator."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np
import torch

from derivations.scheme import Hyperparameter, Scheme

SHAPES = ((1, 1), (1, 2), (2, 1), (2, 3), (3, 5), (4, 2, 3, 3), (2, 64), (1, 200))
GRADIENTS = ("gaussian", "heavy-tailed", "sparse", "pausing", "tangent", "zero")
SCHEDULES = ("constant", "step", "lambda")
SLICES = ("channel", "whole", 1)
DECADES = 3.0


class Chance(Protocol):
    """Where a case draws from."""

    def pick(self, options: Sequence[Any]) -> Any: ...
    def fraction(self) -> float:
        """A number in [0, 1]; 0 is the simplest."""
        ...

    def integer(self, low: int, high: int) -> int: ...


@dataclass(frozen=True)
class Case:
    """One run: the tensors' shapes, start, gradients, hyper-parameters and schedule, all determined by these fields.

    radius: scale of the start; gradient_scale: scale of the gradients; slices: what a row is, as in `impl.groups`
    ("channel", "whole", or the number of groups). Every second tensor sits in a param group with half the rate.
    """

    seed: int
    shapes: tuple[tuple[int, ...], ...]
    hyperparameters: SimpleNamespace
    slices: str | int = "channel"
    radius: float = 1.0
    gradient: str = "gaussian"
    gradient_scale: float = 1.0
    schedule: str = "constant"
    steps: int = 5
    dtype: torch.dtype = torch.float64
    device: str = "cpu"

    def rows(self, shape: tuple[int, ...]) -> int:
        """How many slices a tensor of that shape has."""
        return {"channel": shape[0], "whole": 1}[self.slices] if isinstance(self.slices, str) else self.slices

    def matrix(self, shape: tuple[int, ...]) -> tuple[int, int] | None:
        """The sides of a whole tensor of that shape; of a slice nobody says which."""
        whole = len(shape) > 1 and math.prod(shape) > 0 and self.rows(shape) == 1
        return (shape[0], math.prod(shape[1:])) if whole else None

    def start(self) -> list[np.ndarray]:
        """The tensors before training, with no slice at zero."""
        generator = np.random.default_rng((self.seed, 0))
        return [self.radius * _away_from_zero(generator.normal(size=shape)) for shape in self.shapes]

    def gradients(self) -> list[list[np.ndarray]]:
        """[step][tensor]; those of kind "tangent" are still to be projected at the current point."""
        generator = np.random.default_rng((self.seed, 1))
        return [
            [self.gradient_scale * draw_gradient(self.gradient, k, shape, generator) for shape in self.shapes]
            for k in range(self.steps)
        ]

    def learning_rate(self, k: int) -> float:
        """η_k by the schedule's own formula: constant, halved every second step, or η/(1 + k/3)."""
        factor = {"constant": 1.0, "step": 0.5 ** (k // 2), "lambda": 1 / (1 + k / 3)}[self.schedule]
        return self.hyperparameters.lr * factor

    def scheduler(self, optimizer: torch.optim.Optimizer) -> torch.optim.lr_scheduler.LRScheduler:
        """The torch scheduler that `learning_rate` is the formula of."""
        if self.schedule == "step":
            return torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
        factor = (lambda k: 1 / (1 + k / 3)) if self.schedule == "lambda" else (lambda k: 1.0)
        return torch.optim.lr_scheduler.LambdaLR(optimizer, factor)


def draw_case(scheme: Scheme, chance: Chance, dtype: torch.dtype | None = None, device: str = "cpu") -> Case:
    """A case for `scheme`, over its whole domain of hyper-parameters, extremes included."""
    shapes = tuple(chance.pick(SHAPES) for _ in range(chance.integer(1, 3)))
    return Case(
        seed=chance.integer(0, 2**32 - 1),
        shapes=shapes,
        hyperparameters=draw_hyperparameters(scheme, chance),
        slices=chance.pick(SLICES),
        radius=10 ** (6 * _centered(chance.fraction())),
        gradient=chance.pick(GRADIENTS),
        gradient_scale=10 ** (6 * _centered(chance.fraction())),
        schedule=chance.pick(SCHEDULES),
        steps=chance.integer(1, 8),
        dtype=dtype or chance.pick((torch.float64, torch.float32)),
        device=device,
    )


def draw_hyperparameters(scheme: Scheme, chance: Chance) -> SimpleNamespace:
    """Each from its domain; the defaults when the values drawn exclude one another."""
    drawn = {name: value_at(domain, chance.fraction()) for name, domain in scheme.hyperparameters.items()}
    try:
        return scheme.numbers(**drawn)
    except ValueError:
        return scheme.numbers()


def value_at(domain: Hyperparameter, fraction: float) -> float:
    """A map from [0, 1] onto a hyper-parameter's domain: default, least and greatest value, then all scales between."""
    if fraction < 0.2:
        return domain.default
    if fraction < 0.3:
        # A least value near 0 only says "positive": go no further down than squares of it remain numbers.
        return max(domain.low, 10 ** (-2 * DECADES) * domain.default) if domain.low > 0 else domain.low
    if fraction < 0.4 and math.isfinite(domain.high):
        return math.nextafter(domain.high, domain.low)
    spread = (fraction - 0.4) / 0.6 if fraction >= 0.4 else fraction
    if math.isfinite(domain.high):  # a memory factor: 1 - 10^-s, s up to 6
        return domain.low + (domain.high - domain.low) * (1 - 10 ** (-6 * spread))
    scale = domain.default - domain.low or 10.0**-DECADES
    return domain.low + scale * 10 ** (DECADES * (2 * spread - 1))


class _Seeded:
    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)

    def pick(self, options: Sequence[Any]) -> Any:
        return options[int(self.generator.integers(len(options)))]

    def fraction(self) -> float:
        return float(self.generator.uniform())

    def integer(self, low: int, high: int) -> int:
        return int(self.generator.integers(low, high + 1))


def seeded_cases(scheme: Scheme, count: int, seed: int = 0, **fixed: Any) -> Iterator[Case]:
    """`count` cases from a seed; `fixed` as in `draw_case`."""
    chance = _Seeded(seed)
    return (draw_case(scheme, chance, **fixed) for _ in range(count))


def _centered(fraction: float) -> float:
    """[0, 1] -> [-1/2, 1/2] with 0 -> 0, so that shrinking goes to scale 1."""
    return fraction if fraction <= 0.5 else 0.5 - fraction


def _away_from_zero(x: np.ndarray) -> np.ndarray:
    return np.where(abs(x) < 1e-2, 1e-2, x)


def draw_gradient(kind: str, k: int, shape: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
    """The gradient of step k, of one of the kinds GRADIENTS ("tangent" is normal here, projected when x is known)."""
    normal = generator.normal(size=shape)
    if kind == "heavy-tailed":
        return generator.standard_t(2, size=shape)
    if kind == "sparse":
        return normal * (generator.uniform(size=shape) < 0.3)
    if kind == "pausing":
        return normal * (k % 2)
    return normal * (kind != "zero")
