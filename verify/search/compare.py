"""Methods side by side on one target: cases to a confirmed counterexample, seed by seed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch

from verify.search.methods import METHODS, Hunt, hunt
from verify.search.target import Target

UNIFORM = "random"
SEEDS = 30
FIRST = 1000
"""The first of the seeds: the settings of the methods were tried on smaller ones."""
BUDGET = 1000
TRIED = 1
"""Seeds of each method after which a target that none has refuted is left alone."""
SAMPLES = 2**14
"""Uniform points by which the part of the cube where a statement is violated is estimated."""
TRUE_BUDGET = 100
"""Cases of each search for what is not there: a false alarm would be a point proposed, and most are near the start."""


@dataclass(frozen=True)
class Race:
    """A method on one target. cases: by seed from FIRST, None where there was nothing within the budget.

    rejected: points that were proposed and are no counterexamples.
    """

    method: str
    cases: tuple[int | None, ...]
    rejected: int


def compare(target: Target, seeds: int = SEEDS, budget: int = BUDGET) -> dict[str, Any]:
    """The record of a target: region, races, the simplest counterexample that any of them found."""
    methods = [m for m in METHODS if target.smooth or m != "gradient"]
    every = range(FIRST, FIRST + seeds)
    hunts = {m: [hunt(target, m, budget, seed) for seed in every[:TRIED]] for m in methods}
    if any(h.found for found in hunts.values() for h in found):
        for m in methods:
            hunts[m] += [hunt(target, m, budget, seed) for seed in every[TRIED:]]
    return _row(target, hunts, budget)


def control(target: Target, seeds: int = SEEDS, budget: int = TRUE_BUDGET) -> dict[str, Any]:
    """The record of a true one: each seed with the next of the methods."""
    methods = [m for m in METHODS if target.smooth or m != "gradient"]
    hunts: dict[str, list[Hunt]] = {m: [] for m in methods}
    for seed in range(seeds):
        method = methods[seed % len(methods)]
        hunts[method].append(hunt(target, method, budget, FIRST + seed))
    return _row(target, hunts, budget)


def region(target: Target) -> int:
    """Of SAMPLES uniform points, how many the score proposes."""
    random, found = np.random.default_rng(0), 0
    for _ in range(SAMPLES // 2**12):
        with torch.no_grad():
            found += int((target.score(torch.from_numpy(random.random((2**12, target.dimension)))) > 0).sum())
    return found


def _row(target: Target, hunts: dict[str, list[Hunt]], budget: int) -> dict[str, Any]:
    examples = [asdict(h.found) for found in hunts.values() for h in found if h.found]
    return {
        "name": target.name,
        "group": target.group,
        "words": target.words,
        "dimension": target.dimension,
        "false": target.false,
        "budget": budget,
        "region": region(target),
        "samples": SAMPLES,
        "races": [asdict(_race(m, found)) for m, found in hunts.items()],
        "example": min(examples, key=lambda e: len(str(e["point"])), default=None),
    }


def _race(method: str, hunts: Sequence[Hunt]) -> Race:
    cases = tuple(h.cases if h.found else None for h in hunts)
    return Race(method, cases, sum(h.rejected for h in hunts))
