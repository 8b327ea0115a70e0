"""Ways to spend a purse: uniform points; scipy's differential evolution, Nelder-Mead, L-BFGS-B from random starts."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import torch
from scipy import optimize
from torch import Tensor

from verify.search.budget import Exhausted, Found, Purse
from verify.search.target import Counterexample, Target

BLOCK = 32
"""Uniform points between two looks near the best of them: as often as other methods look, or more."""
MEMBERS = 8
"""Of a generation of differential evolution, for each dimension; at least LEAST in all."""
LEAST = 12
GENERATIONS = 40
LOCAL = 60
"""Scores of a Nelder-Mead run for each dimension, before it starts anew."""
FIRST = 8
"""Uniform points, of which a run of L-BFGS-B starts at the best."""
DESCENT = 30
"""Scores with gradients of a run of L-BFGS-B."""

Method = Callable[[Purse, np.random.Generator], None]


def uniform(purse: Purse, random: np.random.Generator) -> None:
    """Independent points, uniform in the cube: the same parametrisation, nothing learned. It settles too."""
    while True:
        purse.scores(_points(random, BLOCK, purse.target.dimension))
        purse.settle()


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
        purse.settle()


def simplex(purse: Purse, random: np.random.Generator) -> None:
    """Nelder and Mead from random starts, within the cube."""
    d = purse.target.dimension

    def objective(point: np.ndarray) -> float:
        return -float(purse.scores(torch.from_numpy(point.copy())[None])[0])

    while True:
        start = random.random(d)
        corners = np.vstack([start, np.where(np.eye(d) > 0, (start + 0.25) % 1, start)])
        options = {"initial_simplex": corners, "maxfev": LOCAL * d, "xatol": 1e-9, "fatol": 1e-13}
        optimize.minimize(objective, start, method="Nelder-Mead", bounds=[(0, 1)] * d, options=options)
        purse.settle()


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
        purse.settle()


METHODS: dict[str, Method] = {"random": uniform, "evolution": evolution, "simplex": simplex, "gradient": gradient}


@dataclass(frozen=True)
class Hunt:
    """What came of a search. cases: to the counterexample, or all that there were. best: the highest score seen."""

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
    random = np.random.default_rng([seed, list(METHODS).index(method)])
    with suppress(Found, Exhausted):
        METHODS[method](purse, random)
    return Hunt(target.name, method, seed, purse.cases, purse.rejected, purse.found)


def _points(random: np.random.Generator, n: int, d: int) -> Tensor:
    return torch.from_numpy(random.random((n, d)))
