"""Random squares of the unit gradient's norm, L_t = ‖∇L(u_t)‖², whose mean, variance and bounds are known exactly.

The theorems about the equilibrium speak of L_t by its mean L, its variance V and a lower bound l alone. The families
here span what that leaves open: none, two-valued, bounded, heavy-tailed with a finite variance, rare large kicks. Two
more lie outside of the assumptions on purpose: one is correlated in time, one has no mean.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]


@dataclass(frozen=True)
class Noise:
    """The law of L_t: `lower` ≤ L_t ≤ `upper`, its mean and variance; NaN where it has none.

    independent: L_t is independent of all that came before it, as E[L_t | w_t] = L and Var[L_t | w_t] = V ask.
    """

    name: str
    mean: float
    variance: float
    lower: float
    upper: float
    sample: Draw
    independent: bool = True

    def draw(self, steps: int, replicas: int, generator: np.random.Generator) -> np.ndarray:
        """L_0, …, L_{steps-1} of independent replicas, shape (steps, replicas)."""
        return self.sample(generator, (steps, replicas))


def constant(mean: float = 1.0) -> Noise:
    """L_t = L: V = 0 and l = L."""
    return Noise("constant", mean, 0.0, mean, mean, lambda generator, shape: np.full(shape, mean))


def two_point(low: float, high: float, chance: float = 0.5) -> Noise:
    """L_t = high with the probability `chance`, otherwise low."""
    mean, variance = low + chance * (high - low), chance * (1 - chance) * (high - low) ** 2

    def sample(generator: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        return np.where(generator.random(shape) < chance, high, low)

    return Noise("two-point", mean, variance, low, high, sample)


def uniform(low: float, high: float) -> Noise:
    """L_t uniform between low and high."""
    mean, variance = (low + high) / 2, (high - low) ** 2 / 12
    return Noise("uniform", mean, variance, low, high, lambda generator, shape: generator.uniform(low, high, shape))


def exponential(lower: float, scale: float) -> Noise:
    """L_t - lower exponential with the mean `scale`."""

    def sample(generator: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        return lower + generator.exponential(scale, shape)

    return Noise("exponential", lower + scale, scale**2, lower, math.inf, sample)


def pareto(lower: float, scale: float, shape: float) -> Noise:
    """L_t - lower of the Lomax law (Pareto II): tail (1 + y/scale)^-shape, variance finite for shape > 2."""
    if shape <= 2:
        raise ValueError(f"the variance of a Pareto law needs shape > 2, got {shape}")
    mean, variance = scale / (shape - 1), scale**2 * shape / ((shape - 1) ** 2 * (shape - 2))

    def sample(generator: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
        return lower + scale * generator.pareto(shape, size)

    return Noise("Pareto", lower + mean, variance, lower, math.inf, sample)


def log_normal(mean: float, sigma: float) -> Noise:
    """log L_t normal with the standard deviation sigma."""

    def sample(generator: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        return mean * np.exp(sigma * generator.standard_normal(shape) - sigma**2 / 2)

    return Noise("log-normal", mean, mean**2 * math.expm1(sigma**2), 0.0, math.inf, sample)


def rare_kicks(low: float, kick: float, chance: float) -> Noise:
    """L_t = low, but for rare kicks: the two-point law with a small chance of a large value."""
    law = two_point(low, kick, chance)
    return Noise("rare kicks", law.mean, law.variance, low, kick, law.sample)


def autocorrelated(mean: float, sigma: float, correlation: float) -> Noise:
    """log-normal in each step, with log L_t a stationary AR(1) process: outside the assumptions, which ask for
    E[L_t | w_t] = L."""

    def sample(generator: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        normal = generator.standard_normal(shape)
        fresh = math.sqrt(1 - correlation**2)
        for t in range(1, shape[0]):
            normal[t] = correlation * normal[t - 1] + fresh * normal[t]
        return mean * np.exp(sigma * normal - sigma**2 / 2)

    return Noise("autocorrelated", mean, mean**2 * math.expm1(sigma**2), 0.0, math.inf, sample, independent=False)


def sticky(low: float, high: float, stay: float) -> Noise:
    """Two values, each kept with the probability `stay`: outside the assumptions like `autocorrelated`, but bounded."""
    law = two_point(low, high)

    def sample(generator: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        turns = np.where(generator.random(shape) < stay, 1, -1)
        turns[0] = np.where(generator.random(shape[1]) < 0.5, 1, -1)
        return np.where(np.cumprod(turns, axis=0) > 0, high, low)

    return Noise("sticky", law.mean, law.variance, low, high, sample, independent=False)


def adversarial(lower: float, decades: float = 8.0) -> Noise:
    """L_t ≥ lower and nothing else: each replica sits at its bound and is kicked by factors of up to 10^decades.

    For statements about every sequence above a lower bound. It has no mean and no variance that a bound may use.
    """

    def sample(generator: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        kicked = generator.random(shape) < 10 ** generator.uniform(-3, 0, shape[1])
        return lower * np.where(kicked, 10 ** generator.uniform(0, decades, shape), 1.0)

    return Noise("adversarial", math.nan, math.nan, lower, math.inf, sample, independent=False)


FAMILIES: tuple[Noise, ...] = (
    constant(1.0),
    two_point(0.5, 1.5),
    uniform(0.2, 1.8),
    exponential(0.25, 0.75),
    pareto(0.4, 1.8, 4.0),
    log_normal(1.0, 0.8),
    rare_kicks(0.5, 50.5, 0.01),
)
"""One of each kind that satisfies the assumptions, all with L = 1."""
