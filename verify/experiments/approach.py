"""Vectors under torch's SGD with random tangent gradients: how norm and angle come to their equilibrium (002, 5)."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy
import torch
from torch import Tensor

from verify.experiments.effective import norm
from verify.experiments.gauge import angles
from verify.experiments.synthetic import equilibrium, equilibrium_angle, gram_map

RESCALINGS = ("none", "weights", "weights and buffer")


@dataclass(frozen=True)
class Approach:
    """`replicas` vectors with ‖g̃‖² drawn from the exponential distribution of mean 1, so that V = L² = 1.

    settle, drop: lengths in units of (1-α)/(4λη). alphas, slow: the momenta, and the λη, at which the rate of approach
    is measured, there with ‖g̃‖² = 1.
    """

    replicas: int = 64
    dimension: int = 100
    lr: float = 0.1
    weight_decay: float = 1e-2
    momenta: tuple[float, float] = (0.0, 0.9)
    settle: float = 12.0
    drop: float = 8.0
    divisor: float = 10.0
    alphas: tuple[float, ...] = (0.0, 0.5, 0.8, 0.9, 0.95)
    slow: float = 9e-5
    points: int = 200


class Walk:
    """Independent weights w, one a row, and the SGD that moves them along random tangents divided by ‖w‖."""

    def __init__(
        self, o: Approach, weight_decay: float, momentum: float, start: float, *, noisy: bool, seed: int
    ) -> None:
        self.generator, self.noisy = torch.Generator().manual_seed(seed), noisy
        w = torch.randn(o.replicas, o.dimension, generator=self.generator, dtype=torch.float64)
        self.w = torch.nn.Parameter(start**0.5 * w / norm(w)[:, None])
        self.optimizer = torch.optim.SGD([self.w], lr=o.lr, momentum=momentum, weight_decay=weight_decay)

    @torch.no_grad()
    def steps(self, count: int) -> tuple[Tensor, Tensor]:
        """‖w‖² after, and the angle of, each of `count` steps: shape (count, replicas) both."""
        squares, turned = [], []
        for _ in range(count):
            before = self.w.detach().clone()
            g = torch.randn(self.w.shape, generator=self.generator, dtype=torch.float64)
            u = before / norm(before)[:, None]
            g -= (g * u).sum(1, keepdim=True) * u
            length = torch.ones(len(g), dtype=torch.float64)
            if self.noisy:
                length = length.exponential_(generator=self.generator).sqrt()
            self.w.grad = g * (length / (norm(g) * norm(before)))[:, None]
            self.optimizer.step()
            squares.append((self.w * self.w).sum(1))
            turned.append(angles([before], [self.w]))
        return torch.stack(squares), torch.stack(turned)

    @torch.no_grad()
    def divide_rate(self, divisor: float, rescale: str) -> None:
        """η/k, and what `rescale` says divided by the fourth root of k: nothing, w, or w and its share of v."""
        factor = divisor**0.25
        for group in self.optimizer.param_groups:
            group["lr"] /= divisor
        buffer = self.optimizer.state[self.w].get("momentum_buffer")
        if rescale == "weights and buffer" and buffer is not None:
            along = (buffer * self.w).sum(1, keepdim=True) / (self.w * self.w).sum(1, keepdim=True) * self.w
            buffer.copy_((buffer - along) * factor + along / factor)
        if rescale != "none":
            self.w.div_(factor)


def pieces(o: Approach, seed: int) -> list[tuple[str, Callable[[], dict[str, Any]]]]:
    """The parts of the simulation by name: settling and each rescaling, of SGD and of SGDM; then the rates."""
    work: list[tuple[str, Callable[[], dict[str, Any]]]] = []
    for name, momentum in zip(("sgd", "sgdm"), o.momenta, strict=True):
        work.append((f"{name}: settle", partial(_settle, o, momentum, seed)))
        for rescale in RESCALINGS if momentum else RESCALINGS[:2]:
            work.append((f"{name}: {rescale}", partial(_drop, o, momentum, rescale, seed)))
    return work + [(f"rate: {alpha}", partial(_rate, o, alpha, seed)) for alpha in o.alphas]


def slow_eigenvalue(lr: float, weight_decay: float, momentum: float) -> float:
    """The largest eigenvalue in absolute value of A - Lη²/x*² e eᵀ, the linear part of (66) at its fixed point."""
    matrix = gram_map(lr, weight_decay, momentum)
    matrix[0, 0] -= lr**2 / equilibrium(lr, weight_decay, momentum)
    return float(numpy.abs(numpy.linalg.eigvals(matrix)).max())


def _settle(o: Approach, momentum: float, seed: int) -> dict[str, Any]:
    fixed = equilibrium(o.lr, o.weight_decay, momentum) ** 0.5
    unit = (1 - momentum) / (4 * o.lr * o.weight_decay)
    x, angle = Walk(o, o.weight_decay, momentum, 3 * fixed, noisy=True, seed=seed).steps(round(o.settle * unit))
    return _relative(o, x / fixed, angle / equilibrium_angle(o.lr, o.weight_decay, momentum))


def _drop(o: Approach, momentum: float, rescale: str, seed: int) -> dict[str, Any]:
    unit = (1 - momentum) / (4 * o.lr * o.weight_decay)
    fixed = equilibrium(o.lr, o.weight_decay, momentum) ** 0.5
    walk = Walk(o, o.weight_decay, momentum, fixed, noisy=True, seed=seed)
    walk.steps(round(3 * unit))
    walk.divide_rate(o.divisor, rescale)
    lr = o.lr / o.divisor
    x, angle = walk.steps(round(o.drop * unit * o.divisor))
    x = x / equilibrium(lr, o.weight_decay, momentum) ** 0.5
    angle = angle / equilibrium_angle(lr, o.weight_decay, momentum)
    mean = x.mean(1)
    within = (mean - 1).abs() < 0.05
    outside = (~within).nonzero()
    rate = 4 * lr * o.weight_decay / (1 - momentum)
    printed = math.ceil(math.log(o.divisor) / rate)
    return _relative(o, x, angle) | {
        "printed_steps": printed,
        # x² - x*² shrinks by e^{-rate} a step from (k - 1) x*², and 5 % of x are 10.25 % of x².
        "law_steps": math.ceil(math.log((o.divisor - 1) / (1.05**2 - 1)) / rate),
        "steps": 0 if not len(outside) else int(outside[-1]) + 2,
        "norm_at_printed": float(mean[min(printed, len(mean)) - 1]),
        "first_norm": mean[:60].tolist(),
        "first_angle": _mean_square(angle[:60]).tolist(),
    }


def _rate(o: Approach, momentum: float, seed: int) -> dict[str, float]:
    """The measured rate of log(E x² - x*²), and the candidates for it."""
    weight_decay = o.slow / o.lr
    fixed = equilibrium(o.lr, weight_decay, momentum) ** 0.5
    unit = (1 - momentum) / (4 * o.slow)
    x, _ = Walk(o, weight_decay, momentum, 1.3 * fixed, noisy=False, seed=seed).steps(round(2.5 * unit))
    skipped = min(round(10 / (1 - momentum)), round(unit / 2))
    excess = torch.log((x.square().mean(1) / fixed**2 - 1)[skipped:].clamp(min=1e-9)).numpy()
    slope = numpy.polyfit(numpy.arange(len(excess)), excess, 1)[0]
    return {
        "momentum": momentum,
        "measured": float(-slope),
        "eigenvalue": -math.log(slow_eigenvalue(o.lr, weight_decay, momentum)),
        "leading": 4 * o.slow / (1 - momentum),
    }


def _relative(o: Approach, x: Tensor, angle: Tensor) -> dict[str, Any]:
    """At `points` steps, over the replicas: mean and standard deviation of the norm, and the angle's root mean square
    since the last of them.

    And in the last quarter: the same, over time too.
    """
    every = max(1, len(x) // o.points)
    shown, last = slice(every - 1, None, every), slice(3 * len(x) // 4, None)
    return {
        "step": list(range(every, len(x) + 1, every)),
        "norm": {"mean": x[shown].mean(1).tolist(), "spread": x[shown].std(1).tolist()},
        "angle": _mean_square(angle[: len(x) // every * every].reshape(-1, every * angle.shape[1])).tolist(),
        "late_norm": float(x[last].mean()),
        "late_spread": float(x[last].std(1).mean()),
        "late_angle": float(angle[last].square().mean().sqrt()),
    }


def _mean_square(angle: Tensor) -> Tensor:
    return angle.square().mean(1).sqrt()
