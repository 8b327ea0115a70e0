"""Comparisons of tracked numbers, row by row, collected into one result."""

import math
from typing import Any

import numpy as np

from verify.results import CheckResult
from verify.tolerance import Tracked, judge

SHARP = 1e-3
"""A row counts as a case when the comparison would have seen a relative error of this size; it must agree anyway."""

UNIT = "in units of the rounding bound"
DIFFER = "rounding bound over the difference"


class Tally:
    """The worst row of one law. Rows are (rows, n); a NaN or an unbounded error leaves a coordinate undecided.

    The law is either an equality (`equal`: worst |left - right|/bound), an inequality (`at_most`: worst excess/bound)
    or a difference (`differ`: worst bound/|left - right|, with at least one coordinate of each row differing); a tally
    collects one kind.
    """

    def __init__(self, claim: str, law: str, note: str = "") -> None:
        self.claim, self.law, self.note = claim, law, note
        self.worst, self.cases, self.blind, self.unit = 0.0, 0, 0, UNIT

    def equal(self, left: Tracked, right: Any, where: Any = True, scale: Any = None) -> None:
        """left = right; `scale` is what an error is relative to, by default the larger of both sides' rows."""
        left, right, rows = _sides(left, right, where)
        difference = left - right
        self.worst = max(self.worst, judge(_select(difference, rows), 0.0).worst)
        if scale is None:
            scale = np.maximum(abs(left.value), abs(right.value)).max(-1, keepdims=True)
        self._count(difference, rows, scale)

    def at_most(self, left: Tracked, right: Any, where: Any = True, scale: Any = None) -> None:
        """left ≤ right in every coordinate."""
        left, right, rows = _sides(left, right, where)
        excess = left - right
        positive = Tracked(np.maximum(excess.value, 0.0), excess.error, excess.precision)
        self.worst = max(self.worst, judge(_select(positive, rows), 0.0).worst)
        if scale is None:
            scale = np.maximum(abs(left.value), abs(right.value)).max(-1, keepdims=True)
        self._count(excess, rows, scale)

    def differ(self, left: Tracked, right: Any, where: Any = True) -> None:
        """left ≠ right in every row that can be seen, in at least one coordinate, by more than rounding explains."""
        self.unit = DIFFER
        left, right, rows = _sides(left, right, where)
        scale = np.maximum(abs(left.value), abs(right.value)).max(-1, keepdims=True)
        seen = rows & ~(np.isposinf(left.error) | np.isposinf(right.error)).any(-1)
        with np.errstate(all="ignore"):
            seen &= ((left - right).error <= SHARP * scale).all(-1)
        self.blind += int((rows & ~seen).sum())
        difference = _select(left - right, seen)
        with np.errstate(all="ignore"):
            ratio = difference.error / abs(difference.value)
        ratio = np.where(np.isfinite(ratio), ratio, math.inf).min(-1, initial=math.inf)
        self.worst = max(self.worst, float(ratio.max(initial=0.0)))
        self.cases += len(ratio)

    def result(self) -> CheckResult:
        blind = (
            f"; {self.blind} more case{'s' * (self.blind != 1)} too ill-conditioned to see an error of {SHARP:g}"
            if self.blind
            else ""
        )
        note = f"{self.unit}{blind}" + (f". {self.note}" if self.note else "")
        return CheckResult(self.claim, self.law, self.cases, self.worst, 1.0, "float64", "cpu", self.worst <= 1, note)

    def _count(self, difference: Tracked, rows: np.ndarray, scale: Any) -> None:
        with np.errstate(all="ignore"):
            sharp = (np.isfinite(difference.value) & (difference.error <= SHARP * scale)).all(-1)[rows]
        self.cases += int(sharp.sum())
        self.blind += int((~sharp).sum())


def _sides(left: Any, right: Any, where: Any) -> tuple[Tracked, Tracked, np.ndarray]:
    left = left if isinstance(left, Tracked) else Tracked(left)
    right = right if isinstance(right, Tracked) else Tracked(right)
    shape = np.broadcast_shapes(left.value.shape, right.value.shape)
    rows = np.broadcast_to(np.asarray(where), shape[:-1])
    return _spread(left, shape), _spread(right, shape), rows


def _spread(tracked: Tracked, shape: tuple[int, ...]) -> Tracked:
    error = np.broadcast_to(tracked.error, shape)
    return Tracked(np.broadcast_to(tracked.value, shape), error, tracked.precision)


def _select(tracked: Tracked, rows: np.ndarray) -> Tracked:
    return Tracked(tracked.value[rows], tracked.error[rows], tracked.precision)
