"""Methods side by side on one target: cases to a confirmed counterexample, over seeds, and an exact sign test."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from scipy.stats import binomtest

from verify.search.methods import METHODS, Hunt, hunt
from verify.search.target import Target

UNIFORM = "random"
SEEDS = 30
BUDGET = 1000
TRIED = 1
"""Seeds of each method after which a target that none has refuted is left alone."""
SAMPLES = 2**15
"""Uniform points by which the part of the cube where a statement is violated is estimated."""


@dataclass(frozen=True)
class Runs:
    """A method on one target. found: in how many of `seeds`; quartiles: of the cases, None beyond the budget.

    better, worse: seeds in which it took fewer, more cases than uniform points with the same number; the rest are ties,
    both in vain among them. chance: of a split as uneven, by a fair coin (two-sided, exact).
    """

    method: str
    seeds: int
    found: int
    rejected: int
    quartiles: tuple[int | None, int | None, int | None]
    better: int = 0
    worse: int = 0
    chance: float = 1.0


def compare(target: Target, seeds: int = SEEDS, budget: int = BUDGET) -> dict[str, Any]:
    """The record of a target: region, races, the simplest counterexample that any of them found."""
    methods = [m for m in METHODS if target.smooth or m != "gradient"]
    hunts = {m: [hunt(target, m, budget, seed) for seed in range(min(TRIED, seeds))] for m in methods}
    if any(h.found for found in hunts.values() for h in found):
        for m in methods:
            hunts[m] += [hunt(target, m, budget, seed) for seed in range(min(TRIED, seeds), seeds)]
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
        "races": [asdict(_race(m, hunts[m], hunts[UNIFORM], budget)) for m in methods],
        "example": min(examples, key=lambda e: len(str(e["point"])), default=None),
    }


def region(target: Target) -> int:
    """Of SAMPLES uniform points, how many the score proposes."""
    random, found = np.random.default_rng(0), 0
    for _ in range(SAMPLES // 2**12):
        with torch.no_grad():
            found += int((target.score(torch.from_numpy(random.random((2**12, target.dimension)))) > 0).sum())
    return found


def _race(method: str, hunts: Sequence[Hunt], others: Sequence[Hunt], budget: int) -> Runs:
    cases = [h.cases if h.found else budget + 1 for h in hunts]
    theirs = [h.cases if h.found else budget + 1 for h in others]
    better = sum(a < b for a, b in zip(cases, theirs, strict=True))
    worse = sum(a > b for a, b in zip(cases, theirs, strict=True))
    chance = binomtest(better, better + worse).pvalue if better + worse else 1.0
    return Runs(
        method,
        len(hunts),
        sum(h.found is not None for h in hunts),
        sum(h.rejected for h in hunts),
        tuple(_quantile(cases, q, budget) for q in (1, 2, 3)),  # type: ignore[arg-type]
        better,
        worse,
        float(f"{chance:.3g}"),
    )


def _quantile(cases: Sequence[int], quarter: int, budget: int) -> int | None:
    """The lower quantile, a number of the sample; None where that ran out of cases."""
    value = sorted(cases)[(len(cases) * quarter - 1) // 4]
    return value if value <= budget else None
