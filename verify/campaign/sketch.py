"""Exact counts of numbers in fixed bins: sketches add up in any order, and a quantile is known to its bin.

A bin is all doubles with the same sign, exponent and first two bits of the mantissa: four in an octave, found by a
shift, without a logarithm that would round. Zero, infinity and NaN have bins of their own.
"""

from collections.abc import Iterable, Sequence

import numpy as np

SHIFT = 50
"""Bits of the mantissa that do not tell one bin from another: a bin is at most a quarter of its lower end wide."""

Sketch = dict[int, int]
"""bin → how many."""


def sketch(values: np.ndarray) -> Sketch:
    """Of numbers ≥ 0, of any shape."""
    flat = np.ascontiguousarray(values, dtype=np.float64).reshape(-1)
    if flat.size and float(flat.min()) < 0:
        raise ValueError(f"values: least is {flat.min()}, required are numbers ≥ 0")
    bins, counts = np.unique((flat + 0.0).view(np.int64) >> SHIFT, return_counts=True)
    return dict(zip(bins.tolist(), counts.tolist(), strict=True))


def merged(sketches: Iterable[Sketch]) -> Sketch:
    """The sketch of all numbers together."""
    total: Sketch = {}
    for one in sketches:
        for place, count in one.items():
            total[place] = total.get(place, 0) + count
    return total


def lower(place: int) -> float:
    """The least number of a bin."""
    return float(np.array(place << SHIFT, dtype=np.int64).view(np.float64))


def quantile(found: Sketch, share: float) -> tuple[float, float]:
    """[low, high) that holds the number below or at which a `share` of them lies; ValueError of none."""
    total = sum(found.values())
    if not total:
        raise ValueError("a sketch of no numbers has no quantiles")
    rank, seen = max(1, -int(-share * total // 1)), 0
    for place in sorted(found):
        seen += found[place]
        if seen >= rank:
            return lower(place), lower(place + 1)
    raise ValueError(f"share={share}: required is a number in [0, 1]")


def quantiles(found: Sketch, shares: Sequence[float]) -> list[tuple[float, float]]:
    """One bracket a share."""
    return [quantile(found, share) for share in shares]
