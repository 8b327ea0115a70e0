"""Is an order that was foretold seen in the numbers? Exact permutation tests: no distribution is assumed.

Every p-value is a count over all rearrangements, so that a test of level α raises a false alarm in at most a share α of
cases in which the methods are alike, however few the numbers are and however many of them are equal.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import permutations, product
from math import factorial

LARGEST = 7
"""Methods in a block: 7! = 5040 rearrangements of each are counted."""
MOST = 16
"""Pairs in a test of signs: 2¹⁶ rearrangements."""


@dataclass(frozen=True)
class Trend:
    """Page's L = Σ place × rank over the blocks, its mean if all orders are alike, P(≥ L) and P(≤ L)."""

    statistic: Fraction
    mean: Fraction
    order: Fraction
    opposite: Fraction


def page(blocks: Sequence[Sequence[float | None]], places: Sequence[float]) -> Trend:
    """Page's trend test (1963), exact: within every block, every order of its values is equally likely.

    blocks: a value a method each; None, a number that was not finite, ranks below all. places: the place foretold for
    each method, the lowest first; equal ones for methods of which no order is foretold. Equal values share their mean
    rank, and the rearrangements are those of the ranks as they are, which keeps the test exact.
    Raises ValueError where the sizes do not fit.
    """
    if not blocks or any(len(block) != len(places) for block in blocks):
        raise ValueError(f"blocks: give at least one, each with {len(places)} values, one a place")
    if len(places) > LARGEST:
        raise ValueError(f"places={tuple(places)}: at most {LARGEST} methods are counted through")
    doubled = tuple(_doubled_ranks(places))
    found, distribution = 0, Counter({0: 1})
    for block in blocks:
        ranks = _doubled_ranks(block)
        found += sum(p * r for p, r in zip(doubled, ranks, strict=True))
        alone = _distribution(doubled, tuple(sorted(ranks)))
        joined: Counter[int] = Counter()
        for (a, m), (b, n) in product(distribution.items(), alone.items()):
            joined[a + b] += m * n
        distribution = joined
    total = factorial(len(places)) ** len(blocks)
    k = len(places)
    return Trend(
        Fraction(found, 4),
        Fraction(len(blocks) * k * (k + 1) ** 2, 4),
        Fraction(sum(n for value, n in distribution.items() if value >= found), total),
        Fraction(sum(n for value, n in distribution.items() if value <= found), total),
    )


def above(higher: Sequence[float | None], lower: Sequence[float | None]) -> Fraction:
    """Fisher's test of pairs, exact: P(Σ ± |difference| ≥ what was found), every sign as likely as the other.

    A pair with None on one side counts as the largest difference that was found, on both as none.
    """
    if not 1 <= len(higher) <= MOST or len(higher) != len(lower):
        raise ValueError(f"{len(higher)} and {len(lower)} values: give 1 to {MOST} pairs")
    pairs = list(zip(higher, lower, strict=True))
    known = [Fraction(str(a)) - Fraction(str(b)) for a, b in pairs if a is not None and b is not None]
    largest = max((abs(d) for d in known), default=Fraction(1)) or Fraction(1)
    differences = list(known)
    differences += [largest * ((a is not None) - (b is not None)) for a, b in pairs if a is None or b is None]
    found = sum(differences)
    sums = Counter({Fraction(0): 1})
    for d in differences:
        moved: Counter[Fraction] = Counter()
        for value, n in sums.items():
            moved[value + d] += n
            moved[value - d] += n
        sums = moved
    return Fraction(sum(n for value, n in sums.items() if value >= found), 2 ** len(differences))


def holm(p: Sequence[Fraction]) -> list[Fraction]:
    """Holm's p-values (1979): those below α are rejected together with at most α of any false alarm among them."""
    order = sorted(range(len(p)), key=lambda i: p[i])
    adjusted, largest = [Fraction(0)] * len(p), Fraction(0)
    for place, i in enumerate(order):
        largest = max(largest, min(Fraction(1), (len(p) - place) * p[i]))
        adjusted[i] = largest
    return adjusted


def _doubled_ranks(values: Sequence[float | None]) -> list[int]:
    """Twice the rank from 1 of each value, mean ranks for equal ones: integers."""
    keys = [(value is not None, value or 0.0) for value in values]
    return [1 + sum(other < key for other in keys) + sum(other <= key for other in keys) for key in keys]


@cache
def _distribution(places: tuple[int, ...], ranks: tuple[int, ...]) -> Counter[int]:
    """How often each Σ place × rank occurs among all orders of the ranks of one block."""
    return Counter(sum(p * r for p, r in zip(places, order, strict=True)) for order in permutations(ranks))
