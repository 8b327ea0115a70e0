"""Methods against uniform points, by origin: one vote a theorem, medians with exact intervals, one Holm family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from verify.search.compare import UNIFORM
from verify.search.votes import Between, chance, holm, interval, middle, passes, ratio, seeds

ORIGINS = ("corpus", "printed", "steps", "generated", "thin")
METHODS = (UNIFORM, "evolution", "simplex", "gradient", "mixed", "spread")
LEVEL = 0.01
"""Shared (Holm) by the tests of every origin with every method but uniform points: len(ORIGINS)·5, run or not."""
FAMILY = len(ORIGINS) * (len(METHODS) - 1)
TOGETHER = 1 - LEVEL / FAMILY
"""Confidence of each interval of one pass, so that all hold together at 1 - LEVEL."""

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Score:
    """A method against uniform points on the refuted statements of one origin.

    fewer, more: theorems where it took fewer cases in more seeds than it took more, and the other way round; others
    are ties. chance: of that split by a fair coin; sure: whether it is significant in the family. ratio: the median
    over theorems of random/method, `within` its interval. whole: the same of one pass over all, over seeds, with an
    interval that holds together with the others.
    """

    origin: str
    method: str
    theorems: int
    fewer: int
    more: int
    chance: float
    ratio: Between
    within: Between | None
    whole: Between
    whole_within: Between | None
    found: int
    hunts: int
    sure: bool = False

    @property
    def shown(self) -> str:
        """What one pass shows of these statements as they are: fewer, more, or nothing."""
        if self.whole_within is None:
            return ""
        return "fewer" if self.whole_within.low > 1 else "more" if self.whole_within.high < 1 else ""


def scored(rows: Sequence[Row]) -> list[Score]:
    """Every origin that has rows, every method that ran on them."""
    found = [
        score
        for origin in ORIGINS
        for method in METHODS[1:]
        if (score := _score(origin, method, [r for r in rows if r["group"] == origin])) is not None
    ]
    sure = holm([score.chance for score in found], LEVEL, FAMILY)
    return [replace(score, sure=yes) for score, yes in zip(found, sure, strict=True)]


def hunts(rows: Sequence[Row], method: str) -> tuple[int, int]:
    """How many hunts of a method ended with a counterexample, of how many."""
    cases = [c for row in rows if (race := race_of(row, method)) for c in race["cases"]]
    return sum(c is not None for c in cases), len(cases)


def race_of(row: Row, method: str) -> Row | None:
    return next((race for race in row["races"] if race["method"] == method), None)


def theorem_of(row: Row) -> str:
    """Whose vote a row is part of: all that is made from one theorem has one."""
    return str(row["name"].split(";")[0])


def _score(origin: str, method: str, rows: Sequence[Row]) -> Score | None:
    pairs = [(row, theirs["cases"], mine["cases"]) for row in rows
             if (theirs := race_of(row, UNIFORM)) and (mine := race_of(row, method))]  # fmt: skip
    if not pairs:
        return None
    votes, ratios = [], []
    for theorem in dict.fromkeys(theorem_of(row) for row, _, _ in pairs):
        own = [pair for pair in pairs if theorem_of(pair[0]) == theorem]
        split = [seeds(theirs, mine) for _, theirs, mine in own]
        votes.append(sum(better - worse for better, worse in split))
        ratios.append(middle([ratio(theirs, mine, row["budget"]) for row, theirs, mine in own]))
    fewer, more = sum(v > 0 for v in votes), sum(v < 0 for v in votes)
    whole = [Between(r, r) for r in passes([(theirs, mine) for _, theirs, mine in pairs], pairs[0][0]["budget"])]
    return Score(
        origin, method, len(votes), fewer, more, chance(fewer, more), middle(ratios), interval(ratios),
        middle(whole), interval(whole, TOGETHER), *hunts([row for row, _, _ in pairs], method),
    )  # fmt: skip
