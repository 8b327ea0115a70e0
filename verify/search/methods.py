"""Ways to spend a purse: uniform points; scipy's evolution, Nelder-Mead and L-BFGS-B; points, then Nelder-Mead.

All begin with the same points of the same seed, so that what one finds at the first case, all do.
"""

import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import torch
from scipy import optimize
from torch import Tensor

from verify.search.budget import LOOK, Exhausted, Found, Purse
from verify.search.target import Counterexample, Target

BLOCK = LOOK
"""Uniform or spread points in a row: a look follows."""
MEMBERS = 8
"""Of a generation of differential evolution, for each dimension; at least LEAST in all."""
LEAST = 12
GENERATIONS = 40
LOCAL = 60
"""Scores of a Nelder-Mead run for each dimension, before it starts anew."""
SHORT, ATMOST = 25, 200
"""The same, after a block of points; and in all, so that where it leads nowhere there are points again soon."""
FIRST = 8
"""Uniform points, of which a run of L-BFGS-B starts at the best."""
DESCENT = 30
"""Scores with gradients of a run of L-BFGS-B."""
APART = 0.25
"""Between the corners of a first simplex, cyclically in the cube."""

Method = Callable[[Purse, np.random.Generator], None]


def uniform(purse: Purse, random: np.random.Generator) -> None:
    """Independent points, uniform in the cube: the same parametrisation, nothing learned."""
    for points in _uniform(random, purse.target.dimension):
        purse.scores(points)


def evolution(purse: Purse, random: np.random.Generator) -> None:
    """scipy's differential evolution, a generation at a time; anew when it has converged."""
    d = purse.target.dimension
    members = max(LEAST, MEMBERS * d)

    def objective(columns: np.ndarray) -> np.ndarray:
        return -purse.scores(torch.from_numpy(np.ascontiguousarray(np.atleast_2d(columns.T)))).numpy()

    while True:
        optimize.differential_evolution(
            objective,
            [(0.0, 1.0)] * d,
            init=random.random((members, d)),
            maxiter=GENERATIONS,
            rng=random,
            polish=False,
            vectorized=True,
            updating="deferred",
            tol=1e-8,
        )


def simplex(purse: Purse, random: np.random.Generator) -> None:
    """Nelder and Mead from random starts, within the cube."""
    d = purse.target.dimension
    while True:
        _climb(purse, random.random(d), LOCAL * d)


def gradient(purse: Purse, random: np.random.Generator) -> None:
    """L-BFGS-B with autograd's gradient of the score, each time from the best of some uniform points."""
    d = purse.target.dimension

    def objective(point: np.ndarray) -> tuple[float, np.ndarray]:
        score, slope = purse.gradient(torch.from_numpy(point.copy()))
        return -score, -slope.numpy()

    while True:
        points = _points(random, FIRST, d)
        start = points[int(purse.scores(points).argmax())].numpy()
        options = {"maxfun": DESCENT, "ftol": 1e-15, "gtol": 1e-12}
        optimize.minimize(objective, start, jac=True, method="L-BFGS-B", bounds=[(0, 1)] * d, options=options)


def mixed(purse: Purse, random: np.random.Generator) -> None:
    """A block of uniform points, `uniform`'s own, then Nelder-Mead from the best of them; and again."""
    _in_turn(purse, _uniform(random, purse.target.dimension))


def spread(purse: Purse, random: np.random.Generator) -> None:
    """As `mixed`, with points that keep apart: Kronecker's sequence, from `uniform`'s first point on."""
    _in_turn(purse, _kronecker(random.random(purse.target.dimension)))


METHODS: dict[str, Method] = {
    "random": uniform,
    "evolution": evolution,
    "simplex": simplex,
    "gradient": gradient,
    "mixed": mixed,
    "spread": spread,
}


@dataclass(frozen=True)
class Hunt:
    """What came of a search. cases: to the counterexample, or all that there were."""

    target: str
    method: str
    seed: int
    cases: int
    rejected: int
    found: Counterexample | None


def hunt(target: Target, method: str, budget: int = 2000, seed: int = 0) -> Hunt:
    """Search one target. ValueError where no method is called that, or the budget is none."""
    if method not in METHODS:
        raise ValueError(f"method={method!r}: choose one of {', '.join(METHODS)}")
    if budget < 1:
        raise ValueError(f"budget={budget!r}: required is a positive number of cases")
    purse = Purse(target, budget)
    # By name: else a seed's points were the same in all targets of a dimension, and targets not independent.
    random = np.random.default_rng([seed, zlib.crc32(target.name.encode())])
    with suppress(Found, Exhausted):
        METHODS[method](purse, random)
    return Hunt(target.name, method, seed, purse.cases, purse.rejected, purse.found)


def _in_turn(purse: Purse, blocks: Iterator[Tensor]) -> None:
    for points in blocks:
        best = points[int(purse.scores(points).argmax())]
        _climb(purse, best.numpy(), min(SHORT * purse.target.dimension, ATMOST))


def _climb(purse: Purse, start: np.ndarray, most: int) -> None:
    """Nelder and Mead's method from a point, for that many scores at most."""
    d = len(start)

    def objective(point: np.ndarray) -> float:
        return -float(purse.scores(torch.from_numpy(point.copy())[None])[0])

    corners = np.vstack([start, np.where(np.eye(d) > 0, (start + APART) % 1, start)])
    options = {"initial_simplex": corners, "maxfev": most, "xatol": 1e-9, "fatol": 1e-13}
    optimize.minimize(objective, start, method="Nelder-Mead", bounds=[(0, 1)] * d, options=options)


def _points(random: np.random.Generator, n: int, d: int) -> Tensor:
    return torch.from_numpy(random.random((n, d)))


def _uniform(random: np.random.Generator, d: int) -> Iterator[Tensor]:
    while True:
        yield _points(random, BLOCK, d)


def _kronecker(first: np.ndarray) -> Iterator[Tensor]:
    """first + n(1/g, 1/g², …) mod 1, where g^(d+1) = g + 1: for d = 1 the golden ratio."""
    d, g = len(first), 2.0
    for _ in range(64):  # a contraction with slope below 1/2
        g = (1 + g) ** (1 / (d + 1))
    steps, done = g ** -np.arange(1.0, d + 1), 0
    while True:
        yield torch.from_numpy((first + np.arange(done, done + BLOCK)[:, None] * steps) % 1)
        done += BLOCK
