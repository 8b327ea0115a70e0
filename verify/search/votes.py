"""What races say together: medians with censored runs kept, exact intervals by order statistics, Holm's family."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import binom, binomtest

CONFIDENCE = 0.95
Cases = Sequence[int | None]
"""A race's cases by seed, None where they ran out."""


@dataclass(frozen=True)
class Between:
    """A number that is only known to lie in [low, high]; high may be infinite."""

    low: float
    high: float

    @property
    def words(self) -> str:
        """To two digits, with ≥ or ≤ where one end is not known."""
        if self.low == self.high:
            return f"{self.low:.2f}"
        if math.isinf(self.high):
            return "–" if self.low == 0 else f"≥ {self.low:.2f}"
        return f"≤ {self.high:.2f}" if self.low == 0 else f"{self.low:.2f}–{self.high:.2f}"


def quantile(cases: Cases, quarter: int) -> int | None:
    """The lower quantile, a number of the sample; None where that ran out of cases."""
    ordered = sorted(cases, key=lambda c: math.inf if c is None else c)
    return ordered[(len(cases) * quarter - 1) // 4]


def ratio(random: Cases, method: Cases, budget: int) -> Between:
    """Of the medians, random/method: a median that ran out is above the budget, by nobody knows how much."""
    above, below = _median(random, budget), _median(method, budget)
    return Between(above.low / below.high, above.high / below.low)


def middle(ratios: Sequence[Between]) -> Between:
    """The median of numbers that are known between bounds: it is between the medians of those."""
    at = (len(ratios) - 1) // 2, len(ratios) // 2
    ends = [sorted(r.low for r in ratios), sorted(r.high for r in ratios)]
    low, high = ((values[at[0]] + values[at[1]]) / 2 for values in ends)
    return Between(low, high)


def interval(ratios: Sequence[Between], confidence: float = CONFIDENCE) -> Between | None:
    """For the median of what they are drawn from, by order statistics, exact; None where there are too few."""
    n = len(ratios)
    rank = int(binom.ppf((1 - confidence) / 2, n, 0.5)) if n else 0
    while rank and 2 * binom.cdf(rank - 1, n, 0.5) > 1 - confidence:
        rank -= 1
    if not rank:
        return None
    return Between(sorted(r.low for r in ratios)[rank - 1], sorted(r.high for r in ratios)[n - rank])


def seeds(random: Cases, method: Cases) -> tuple[int, int]:
    """In how many seeds the method took fewer cases, and more; both in vain is neither."""
    pairs = [(_whole(a), _whole(b)) for a, b in zip(random, method, strict=True)]
    return sum(b < a for a, b in pairs), sum(b > a for a, b in pairs)


def chance(better: int, worse: int) -> float:
    """Of a split as uneven, by a fair coin: two-sided, exact."""
    return float(binomtest(better, better + worse).pvalue) if better + worse else 1.0


def passes(rows: Sequence[tuple[Cases, Cases]], budget: int) -> list[float]:
    """Seed by seed, cases of random over those of the method on all the rows; who found nothing has spent `budget`."""
    totals = []
    for pairs in zip(*(zip(random, method, strict=True) for random, method in rows), strict=True):
        spent = [[budget if c is None else c for c in pair] for pair in pairs]
        totals.append(sum(a for a, _ in spent) / sum(b for _, b in spent))
    return totals


def holm(chances: Sequence[float], level: float, family: int) -> list[bool]:
    """Which are significant at a level that `family` tests share, these among them and the others not run (Holm)."""
    order = sorted(range(len(chances)), key=lambda i: chances[i])
    found = [False] * len(chances)
    for rank, i in enumerate(order):
        if chances[i] > level / (family - rank):
            break
        found[i] = True
    return found


def _median(cases: Cases, budget: int) -> Between:
    found = quantile(cases, 2)
    return Between(budget + 1, math.inf) if found is None else Between(found, found)


def _whole(cases: int | None) -> float:
    return math.inf if cases is None else cases
