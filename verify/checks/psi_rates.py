"""Theorems 2 to 5 of 004 as bounds: the worst left side over right side that a search finds, by the optimizers.

The searches draw losses, samples, starts and norms, keep the worst and vary them. Expectations are sums over all paths
of two samples L ± N, drawn once a step. L* is replaced by the lowest mean loss met, which makes the bound smaller.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from verify.checks.psi_losses import (
    Constants,
    Maker,
    Problems,
    advance,
    drawn_rayleigh,
    drawn_waves,
    inverse,
    normal_numbers,
    printed_constants,
    psi_sgd,
    sgd,
    unit,
)
from verify.results import CheckResult, rounded_up
from verify.tolerance import roundoff

DOUBLE = ("float64", "cpu")
LEAST = 1e-3
"""Rows count whose bound is at least this share of L̃ times the amplitude of the loss."""
ROUNDING = 1 + roundoff(1000) / LEAST
"""Fewer than a thousand operations, each of at most the amplitude of the loss, in the gap of LEAST of it."""
GENERATIONS = 6
SHAPES = ((1, False, 2), (1, True, 2), (2, True, 2), (3, False, 2), (1, False, 5))
"""Numbers of blocks, whether there is a g, and the dimension: waves in the plane, quotients in space."""


@dataclass(frozen=True)
class Start:
    """Losses, samples ± of them, and weights of any norm, a row each."""

    problems: Problems
    noise: Problems | None
    w: Tensor
    g: Tensor


@dataclass(frozen=True)
class Run:
    """Means over the paths at t = 0, …, T-1 of ‖∇L‖² at V and at W, mean losses at t = 0, …, T and after one exact
    step, and the largest variance of a block, or of g, met at V and at W."""

    at_v: Tensor
    at_w: Tensor
    losses: Tensor
    exact: Tensor
    variance_v: Tensor
    variance_w: Tensor


def square(slope_w: Tensor, slope_g: Tensor) -> Tensor:
    return (slope_w**2).sum((-1, -2)) + slope_g**2


def mean_over_paths(values: Tensor, rows: int) -> Tensor:
    return values.reshape(-1, rows).mean(0)


def run(make: Maker, start: Start, constants: Constants, steps: int) -> Run:
    """T steps at the rates 1/(L̃_i √T), or 1/L̃_i without samples, on every path."""
    rows, w, g, factor = len(start.w), start.w, start.g, 1 if start.noise is None else 1 / math.sqrt(steps)
    problems, noise = start.problems, start.noise
    rate_w, rate_g = inverse(constants.of_blocks)[..., None], inverse(constants.of_g)
    found: dict[str, list[Tensor]] = {name: [] for name in ("at_v", "at_w", "losses", "variance_v", "variance_w")}
    value, slope_w, slope_g = problems.gradients(w, g)
    exact = problems.value(*advance(make, w, g, rate_w * slope_w, rate_g * slope_g))
    for _ in range(steps):
        value, slope_w, slope_g = problems.gradients(w, g)
        found["losses"].append(mean_over_paths(value, rows))
        found["at_w"].append(mean_over_paths(square(slope_w, slope_g), rows))
        found["at_v"].append(mean_over_paths(square(*problems.gradients(unit(w), g)[1:]), rows))
        times = len(w) // rows
        steps_w, steps_g = factor * rate_w.repeat(times, 1, 1), factor * rate_g.repeat(times)
        if noise is None:
            w, g = advance(make, w, g, steps_w * slope_w, steps_g * slope_g)
            continue
        _, extra_w, extra_g = noise.gradients(w, g)
        for name, extra in (("variance_w", extra_w), ("variance_v", noise.gradients(unit(w), g)[1])):
            of_blocks = (extra**2).sum(-1).amax(-1)
            found[name].append(torch.maximum(of_blocks, extra_g**2).reshape(-1, rows).amax(0))
        moved = [
            advance(make, w, g, steps_w * (slope_w + sign * extra_w), steps_g * (slope_g + sign * extra_g))
            for sign in (1, -1)
        ]
        w, g = (torch.cat(parts) for parts in zip(*moved, strict=True))
        both = torch.arange(len(w) // 2).repeat(2)
        problems, noise = problems.taken(both), noise.taken(both)
    found["losses"].append(mean_over_paths(problems.value(w, g), rows))
    stacked = {name: torch.stack(values) if values else torch.zeros(1, rows) for name, values in found.items()}
    return Run(
        stacked["at_v"],
        stacked["at_w"],
        stacked["losses"],
        exact,
        stacked["variance_v"].amax(0),
        stacked["variance_w"].amax(0),
    )


def printed_bound(gap: Tensor, constants: Constants, steps: int) -> Tensor:
    """The right side of (15) and (22)."""
    return 2 * constants.largest * gap / steps


def printed_noisy_bound(gap: Tensor, variance: Tensor, constants: Constants, steps: int) -> Tensor:
    """The right side of (16) and (23)."""
    deterministic = 2 * constants.largest * gap / math.sqrt(steps)
    return deterministic + variance * constants.largest * constants.inverses / (2 * math.sqrt(steps))


@dataclass(frozen=True)
class Law:
    """A printed rate: whose, of which gradient, with which variance, and from which norms."""

    claim: str
    name: str
    make: Maker
    noisy: bool
    at_sphere: bool
    norms: tuple[float, float]

    def ratios(self, start: Start, steps: int) -> Tensor:
        """Left side over right side; 0 where the bound is too small to be told from rounding."""
        constants = printed_constants(start.problems)
        found = run(self.make, start, constants, steps)
        left = (found.at_v if self.at_sphere else found.at_w).amin(0)
        lowest = torch.minimum(found.losses[-1], found.exact) if self.noisy else found.losses[-1]
        gap = found.losses[0] - lowest
        if self.noisy:
            variance = found.variance_v if self.at_sphere else found.variance_w
            right = printed_noisy_bound(gap, variance, constants, steps)
        else:
            right = printed_bound(gap, constants, steps)
        amplitude = constants.largest * start.problems.amplitude
        return torch.where(right >= LEAST * amplitude, left / right, 0.0)


def drawn_losses(rows: int, shape: tuple[int, bool, int], generator: torch.Generator) -> Problems:
    blocks, with_g, dimension = shape
    if dimension > 2:
        return drawn_rayleigh(rows, dimension, generator)
    return drawn_waves(rows, blocks, with_g, generator)


def drawn(law: Law, rows: int, shape: tuple[int, bool, int], generator: torch.Generator) -> Start:
    """Losses, samples of sizes spread about that of the loss, and norms spread evenly in their logarithm."""
    (blocks, with_g, dimension), normal = shape, normal_numbers(generator)
    noise = drawn_losses(rows, shape, generator).scaled(10 ** normal(rows)) if law.noisy else None
    low, high = law.norms
    lengths = low * (high / low) ** torch.rand(rows, blocks, 1, generator=generator, dtype=torch.float64)
    w = lengths * unit(normal(rows, blocks, dimension))
    return Start(drawn_losses(rows, shape, generator), noise, w, normal(rows) * with_g)


def varied(start: Start, best: Tensor, size: float, generator: torch.Generator) -> Start:
    """The best rows, and them again with everything but the norms varied a little."""
    normal, (losses, noise) = normal_numbers(generator), (start.problems.taken(best), start.noise)
    noise = noise if noise is None else noise.taken(best).varied(size, normal)
    w, g = start.w[best], start.g[best]
    lengths = torch.linalg.vector_norm(w, dim=-1, keepdim=True)
    w = lengths * unit(w + size * lengths * normal(*w.shape))
    return Start(losses.varied(size, normal), noise, w, g * (1 + size * normal(*g.shape)))


def worst_found(law: Law, steps: int, start: Start, seed: int) -> tuple[float, int]:
    """The largest ratio over some generations of variations of the worst tenth, and how many rows counted."""
    generator = torch.Generator().manual_seed(seed)
    worst, counted, rows = 0.0, 0, len(start.w)
    for generation in range(GENERATIONS):
        ratios = law.ratios(start, steps)
        worst, counted = max(worst, float(ratios.max())), counted + int((ratios > 0).sum())
        best = ratios.topk(max(1, rows // 10)).indices.repeat(10)[:rows]
        start = varied(start, best, 0.3 * 0.6**generation, generator)
    return worst, counted


def kept(law: Law, horizons: tuple[int, ...], cases: int, seed: int) -> CheckResult:
    """Whether the printed bound holds for all that the search tries."""
    generator, worst, counted = torch.Generator().manual_seed(seed), [], 0
    for steps in horizons:
        found = 0.0
        for shape in SHAPES:
            start = drawn(law, max(2, cases // len(SHAPES)), shape, generator)
            ratio, rows = worst_found(law, steps, start, seed + steps)
            found, counted = max(found, ratio), counted + rows
        worst.append(found)
    note = "left over right side, the worst found for T = " + ", ".join(map(str, horizons))
    note += ": " + ", ".join(f"{rounded_up(value, 2):g}" for value in worst)
    ok = all(math.isfinite(value) for value in worst)
    return CheckResult(law.claim, law.name, counted, max(worst), ROUNDING, *DOUBLE, ok, note)


PSI_GD = Law("PSI-T2", "PSI-GD keeps (15), with the printed constants", psi_sgd, False, True, (0.1, 10.0))
GD = Law("PSI-T4", "GD keeps (22) from ‖w_0‖ ≥ 1, with the constants of (13)", sgd, False, False, (1.0, 3.0))
PSI_SGD = Law("PSI-T3", "PSI-SGD keeps (16) with the variance at V", psi_sgd, True, True, (0.1, 10.0))
SGD = Law("PSI-T5", "SGD keeps (23) from ‖w_0‖ ≥ 1, with the constants of (13)", sgd, True, False, (1.0, 3.0))


def gradient_descent_keeps_the_printed_rates(cases: int, seed: int) -> list[CheckResult]:
    """(15) for PSI-GD and, from norms of at least 1, (22) for GD: the worst that a search finds is below 1."""
    return [kept(law, (1, 2, 5), cases, seed) for law in (PSI_GD, GD)]


def stochastic_descent_keeps_the_printed_rates(cases: int, seed: int) -> list[CheckResult]:
    """(16) with the variance at V and (23) with that at W, on all paths of two samples."""
    return [kept(law, (1, 2, 4), cases // 4, seed) for law in (PSI_SGD, SGD)]
