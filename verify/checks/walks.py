"""Real trajectories for the checks: many rows at once, each number with the bound of its rounding error.

A walk steps a scheme from numbers that are exact as they stand: x_{k+1} is the tracked result of step k, and its value
is the exact start of step k + 1, so that bounds do not grow with the horizon; only the buffers carry theirs along.

The gradient at x is ∇L(u)/‖x‖ with ∇L(u) the tangent part of a drawn vector. As ∇L may be another function at every
step (another batch), every sequence of tangent vectors is one of a radially-invariant loss, and nothing is lost.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType, SimpleNamespace
from typing import Any

import numpy as np
import torch

from derivations.scheme import Scheme, State
from derivations.sphere import tangent_projection
from verify.tolerance import DOUBLE, Tracked, TrackedSpace

DIMENSIONS = (1, 2, 3, 8, 64)
SPACE = TrackedSpace(torch.float64)

Numbers = SimpleNamespace
Draw = Callable[[np.random.Generator, int, Numbers], np.ndarray]


@dataclass(frozen=True)
class Taken:
    """Step k as it was taken: x_k, ∇L(u_k), ∇L(x_k), the hyper-parameters, the buffers around it, and x_{k+1}."""

    k: int
    x: Tracked
    on_sphere: Tracked
    gradient: Tracked
    h: Numbers
    before: State
    after: State
    following: Tracked


def walk(
    scheme: Scheme,
    start: np.ndarray,
    targets: Sequence[np.ndarray],
    h: Numbers | Callable[[int], Numbers],
    points: Sequence[np.ndarray] | None = None,
) -> list[Taken]:
    """The steps of `scheme` from `start` (rows, d), step k along the tangent part of targets[k].

    points: impose x_1, x_2, …: every step is taken from there, with the buffers as they have become.
    """
    numbers = h if callable(h) else lambda k: h
    with np.errstate(all="ignore"):
        x0 = SPACE.vector(start)
        x, state, steps = scheme.initial_point(SPACE, x0), scheme.initial_state(SPACE, x0, numbers(0)), []
        for k, target in enumerate(targets):
            x = SPACE.vector(x.value if points is None or k == 0 else points[k - 1])
            radius = SPACE.norm(x)
            on_sphere = tangent_projection(SPACE, SPACE.vector(target), x / radius)
            gradient = on_sphere / radius
            following, new = scheme.step(SPACE, k, x, gradient, state, numbers(k))
            steps.append(Taken(k, x, on_sphere, gradient, numbers(k), state, new, following))
            x, state = following, new
    return steps


def walks(
    scheme: Scheme,
    cases: int,
    seed: int,
    steps: int = 4,
    dimensions: Sequence[int] = DIMENSIONS,
    fixed: Mapping[str, float | Draw] = MappingProxyType({}),
) -> Iterator[list[Taken]]:
    """About `cases` drawn steps, in one walk of many rows a dimension.

    fixed: hyper-parameters that are not to be drawn as `DRAWS` says: a number, or a draw of their own.
    """
    rows = -(-cases // (len(dimensions) * steps))
    for d in dimensions:
        generator = np.random.default_rng((seed, d))
        drawn = hyperparameters(scheme, generator, rows, fixed)
        yield walk(scheme, starts(generator, rows, d), targets(generator, rows, d, steps), scheduled(generator, drawn))


def scales(generator: np.random.Generator, low: float, high: float, *shape: int) -> np.ndarray:
    """10 to a uniform power in [low, high]."""
    return 10 ** generator.uniform(low, high, size=shape)


def starts(generator: np.random.Generator, rows: int, d: int) -> np.ndarray:
    """Gaussian points at radii 10⁻³..10³."""
    return generator.normal(size=(rows, d)) * scales(generator, -3, 3, rows, 1)


def targets(generator: np.random.Generator, rows: int, d: int, steps: int, zeros: float = 0.1) -> list[np.ndarray]:
    """Gradients on the sphere at scales 10⁻³..10³: Gaussian, heavy-tailed, and, a tenth of them, zero."""
    scale, heavy = scales(generator, -3, 3, rows, 1), generator.uniform(size=(rows, 1)) < 0.5
    return [
        scale
        * np.where(heavy, generator.standard_t(2, size=(rows, d)), generator.normal(size=(rows, d)))
        * (generator.uniform(size=(rows, 1)) >= zeros)
        for _ in range(steps)
    ]


def tracked(values: Any) -> Tracked:
    """Hyper-parameters, exact; arithmetic among them is in double."""
    return Tracked(values, 0.0, DOUBLE)


def surely_positive(scalar: Tracked) -> np.ndarray:
    """The rows where a tracked scalar (rows, 1) is positive whatever rounding did."""
    return (scalar.value > scalar.error)[..., 0]


def hyperparameters(
    scheme: Scheme, generator: np.random.Generator, rows: int, fixed: Mapping[str, float | Draw]
) -> Numbers:
    """One of each for every row, of shape (rows, 1), extremes included."""
    drawn = Numbers()
    for name in scheme.hyperparameters:
        choice = fixed.get(name, DRAWS[name])
        value = choice(generator, rows, drawn) if callable(choice) else np.full((rows, 1), float(choice))
        setattr(drawn, name, tracked(value))
    return drawn


def scheduled(generator: np.random.Generator, h: Numbers) -> Callable[[int], Numbers]:
    """Half of the rows at constant rate, half at η/(1 + k/3)."""
    decays = generator.uniform(size=h.lr.value.shape) < 0.5

    def at(k: int) -> Numbers:
        return Numbers(**{**vars(h), "lr": tracked(h.lr.value * np.where(decays, 1 / (1 + k / 3), 1.0))})

    return at


def decay_product(low: float, high: float) -> Draw:
    """λ with ηλ between 10^low and 10^high, and λ = 0 in a quarter of the rows."""

    def draw(generator: np.random.Generator, rows: int, drawn: Numbers) -> np.ndarray:
        used = generator.uniform(size=(rows, 1)) >= 0.25
        return used * scales(generator, low, high, rows, 1) / drawn.lr.value

    return draw


def memory(generator: np.random.Generator, rows: int, drawn: Numbers) -> np.ndarray:
    """0, 9/10, uniform, or within 10⁻⁶..10⁻¹ of 1."""
    kind = generator.integers(4, size=(rows, 1))
    uniform, near = generator.uniform(size=(rows, 1)), 1 - scales(generator, -6, -1, rows, 1)
    return np.select([kind == 0, kind == 1, kind == 2], [np.zeros((rows, 1)), np.full((rows, 1), 0.9), uniform], near)


def between(low: float, high: float, zeros: float = 0.0) -> Draw:
    """Any scale between 10^low and 10^high; 0 in a share `zeros` of the rows."""

    def draw(generator: np.random.Generator, rows: int, drawn: Numbers) -> np.ndarray:
        return scales(generator, low, high, rows, 1) * (generator.uniform(size=(rows, 1)) >= zeros)

    return draw


DRAWS: dict[str, Draw] = {
    "lr": between(-8, 3),
    "weight_decay": decay_product(-8, -0.01),
    "momentum": memory,
    "dampening": memory,
    "beta1": memory,
    "beta2": memory,
    "beta": lambda generator, rows, drawn: 1 - memory(generator, rows, drawn),
    "eps": between(-12, -2),
    "lr_decay": between(-3, 0, zeros=0.5),
    "initial_accumulator_value": between(-3, 3, zeros=0.5),
    "v0": between(-3, 6),
    "momentum_decay": between(-4, 1),
    "lambd": decay_product(-8, -0.01),
    "alpha": between(-2, 0, zeros=0.1),
    "t0": between(-1, 6, zeros=0.3),
    "etaminus": lambda generator, rows, drawn: generator.uniform(0.01, 0.99, size=(rows, 1)),
    "etaplus": lambda generator, rows, drawn: 1 + scales(generator, -3, 1, rows, 1),
    "smallest": between(-9, -3),
    "largest": between(-2, 3),
    "decay": lambda generator, rows, drawn: generator.uniform(0.01, 2, size=(rows, 1)),
    "eps1": between(-12, -3),
    "eps2": between(-6, 0),
    "clip": lambda generator, rows, drawn: 1 + scales(generator, -3, 1, rows, 1),
}
