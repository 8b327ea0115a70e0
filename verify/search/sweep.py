"""Every batched law driven to its bound: the largest error over allowed error that uniform points and a search find."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from scipy import optimize
from torch import Tensor

from verify.batched.law import Law
from verify.batched.running import warm
from verify.search.laws import everywhere
from verify.search.target import Target

MEMBERS = 128
LEAST = 4
"""Generations of a search, however small the budget."""
DIMENSIONS = (2, 7)

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Driven:
    """One law. cases: of each method. uniform, searched: the largest error/allowed of each; where: of the search.

    broken: what was confirmed to lie above 1, with its numbers.
    """

    law: str
    subjects: int
    cases: int
    uniform: float
    searched: float
    where: str
    broken: tuple[dict[str, Any], ...]


def drive(law: Law, budget: int, seed: int = 0, dimensions: tuple[int, ...] = DIMENSIONS) -> Driven:
    """About `budget` uniform points, then as many of differential evolution, on each subject of a law."""
    generations = max(LEAST, round(budget / MEMBERS))
    torch.set_num_threads(1)
    cases, uniform, searched, where, broken = 0, 0.0, 0.0, "", []
    for target in everywhere(law, dimensions):
        random = np.random.default_rng([seed, len(target.name)])
        ends = _uniform(target, random, generations), _evolved(target, random, generations)
        first, best = (score for score, _ in ends)
        cases += MEMBERS * generations
        uniform = max(uniform, 10**first)
        if 10**best > searched:
            searched, where = 10**best, target.name
        confirmed = (target.confirm(point) for score, point in ends if score > 0)
        broken += [asdict(found) for found in confirmed if found is not None]
    return Driven(law.name, len(law.subjects), cases, uniform, searched, where, tuple(broken))


def drive_all(laws: tuple[Law, ...], budget: int, seed: int = 0, progress: Progress | None = None) -> Iterator[Driven]:
    """One law after the other."""
    warm()
    for done, law in enumerate(laws):
        if progress:
            progress(law.name, done, len(laws))
        yield drive(law, budget, seed)


def _points(random: np.random.Generator, target: Target) -> Tensor:
    return torch.from_numpy(random.random((MEMBERS, target.dimension)))


def _uniform(target: Target, random: np.random.Generator, generations: int) -> tuple[float, Tensor]:
    best: list[Any] = [-np.inf, torch.full((target.dimension,), 0.5, dtype=torch.float64)]
    for _ in range(generations):
        points = _points(random, target)
        scores = target.score(points)
        if float(scores.max()) > best[0]:
            best = [float(scores.max()), points[int(scores.argmax())]]
    return best[0], best[1]


def _evolved(target: Target, random: np.random.Generator, generations: int) -> tuple[float, Tensor]:
    best: list[Any] = [-np.inf, torch.full((target.dimension,), 0.5, dtype=torch.float64)]

    def objective(columns: np.ndarray) -> np.ndarray:
        points = torch.from_numpy(np.ascontiguousarray(np.atleast_2d(columns.T)))
        scores = target.score(points)
        if float(scores.max()) > best[0]:
            best[:] = float(scores.max()), points[int(scores.argmax())].clone()
        return -scores.numpy()

    optimize.differential_evolution(
        objective,
        [(0.0, 1.0)] * target.dimension,
        init=_points(random, target).numpy(),
        maxiter=generations - 1,
        rng=random,
        polish=False,
        vectorized=True,
        updating="deferred",
        tol=0,
    )
    return best[0], best[1]
