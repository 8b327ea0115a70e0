"""A float64 number with a bound on the error that code of some precision may have made computing it.

Running error analysis (Wilkinson 1963; Higham 2002, §3.3), an operation at a time; see `verify.tolerance`.
"""

import math
from typing import Any

import numpy as np

from verify.precision import DOUBLE_UNIT, EXACT, Precision

GUARD = 1 + 2.0**-48
"""An operation's bound is itself a few float64 operations on nonnegative numbers: at most 16 roundings off."""


class Tracked:
    """A float64 scalar or array, with a bound on the error that code of some precision may have made computing it."""

    __array_ufunc__ = None  # so that numpy scalars defer to the operators below

    def __init__(
        self,
        value: Any,
        error: Any = 0.0,
        precision: Precision = EXACT,
        memory: bool = False,
        nonnegative: Any = False,
    ) -> None:
        self.value = np.asarray(value, dtype=np.float64)
        self.error = np.asarray(error, dtype=np.float64)
        self.precision = precision
        self.memory = memory
        self.weight = False
        """Whether it is a power t^-c, by which code weighs what is new: 1 - t^-c is a `memory` then."""
        self.nonnegative = nonnegative | (self.value >= self.error)
        """Where code cannot find it negative, by the way it is computed or by its bound: there it has a root."""

    def __add__(self, other: Any) -> "Tracked":
        other = tracked(other)
        value, error = self.value + other.value, self.error + other.error
        tiny = Precision.combine(self.precision, other.precision).tiny
        small = (abs(value) - error < tiny) & (abs(value) + error > 0)  # a sum loses nothing there, unless flushed
        return self._result(other, value, error, small, self.nonnegative & other.nonnegative)

    def __mul__(self, other: Any) -> "Tracked":
        other = tracked(other)
        error = abs(self.value) * other.error + abs(other.value) * self.error + self.error * other.error
        for factor, operand in ((self, other), (other, self)):
            if factor.memory:
                error = error + operand.precision.unit * (1 - factor.value) * abs(operand.value)
        nonnegative = (self.nonnegative & other.nonnegative) | (self is other)
        return self._result(other, self.value * other.value, error, nonnegative=nonnegative)

    def __truediv__(self, other: Any) -> "Tracked":
        other = tracked(other)
        value = self.value / other.value
        margin = abs(other.value) - other.error
        error = np.where(margin > 0, (self.error + abs(value) * other.error) / margin, math.inf)
        return self._result(other, value, error, nonnegative=self.nonnegative & other.nonnegative)

    def __pow__(self, exponent: "int | Tracked") -> "Tracked":
        if isinstance(exponent, Tracked):
            return self._power(exponent)
        value, size = self.value**exponent, abs(self.value) + self.error
        # (a+e)^n - a^n, or n e (a+e)^(n-1) where that cancels; a power is n roundings off
        far, slope = size**exponent, exponent * self.error * size ** max(exponent - 1, 0)
        error = np.minimum(far - abs(value) + exponent * DOUBLE_UNIT * far, slope * (1 + exponent * DOUBLE_UNIT))
        error = np.where(self.error > 0, error, 0.0)
        return self._result(self, value, error, nonnegative=self.nonnegative | (exponent % 2 == 0))

    def _power(self, exponent: "Tracked") -> "Tracked":
        """a^b of a > 0 is monotone in each: its farthest values are at the corners of the errors."""
        value, low = self.value**exponent.value, self.value - self.error
        error = np.zeros_like(value)
        for base in (low, self.value + self.error):
            for power in (exponent.value - exponent.error, exponent.value + exponent.error):
                error = np.maximum(error, abs(base**power - value))
        result = self._result(exponent, value, np.where(low > 0, error, math.inf), False)
        result.weight = True
        return result

    def __rpow__(self, base: Any) -> "Tracked":
        return tracked(base) ** self

    def __neg__(self) -> "Tracked":
        return Tracked(-self.value, self.error, self.precision)

    def __sub__(self, other: Any) -> "Tracked":
        return self + -tracked(other)

    def __radd__(self, other: Any) -> "Tracked":
        return self + other

    def __rsub__(self, other: Any) -> "Tracked":
        result = -self + other
        result.memory = self.weight and not isinstance(other, Tracked) and other == 1
        return result

    def __rmul__(self, other: Any) -> "Tracked":
        return self * other

    def __rtruediv__(self, other: Any) -> "Tracked":
        return tracked(other) / self

    def root(self) -> "Tracked":
        value = np.sqrt(self.value)
        # |√a - √(a±e)| ≤ √a - √(a-e) = e/(√a + √(a-e))
        scale = value + np.sqrt(np.maximum(self.value - self.error, 0.0))
        error = np.where(scale > 0, self.error / scale, np.sqrt(self.error))
        error = np.where(self.nonnegative, error, math.inf)
        return self._result(self, value, error, nonnegative=True)

    def wave(self, function: Any) -> "Tracked":
        """cos or sin, both of Lipschitz constant 1."""
        return self._result(self, function(self.value), self.error)

    def sum(self) -> "Tracked":
        """The sum over the last axis, kept as an axis of length 1, in any order of summation.

        n - 1 additions lose at most (n - 1) u Σ|x_i|, whatever n and their order (Jeannerod and Rump 2013).
        """
        value, count = self.value.sum(-1, keepdims=True), self.value.shape[-1]
        error = np.broadcast_to(self.error, self.value.shape).sum(-1, keepdims=True)
        total = abs(self.value).sum(-1, keepdims=True) + error
        error = error + max(count - 1, 0) * self.precision.sums * total
        error = np.where(total < self.precision.largest, error * (1 + count * DOUBLE_UNIT), math.inf)
        nonnegative = np.broadcast_to(self.nonnegative, self.value.shape).all(-1, keepdims=True)
        return self._result(self, value, error, False, nonnegative)

    def _result(
        self, other: "Tracked", value: Any, error: Any, underflows: Any = None, nonnegative: Any = False
    ) -> "Tracked":
        """underflows: where the result may lose what is subnormal; by default, where no operand is exactly 0."""
        precision = Precision.combine(self.precision, other.precision)
        if underflows is None:
            underflows = ~(self._vanishes() | other._vanishes())
        reach = abs(value) + error
        error = (error + precision.unit * reach + np.where(underflows, precision.tiny, 0.0)) * GUARD
        error = np.where(reach + error < precision.largest, error, math.inf)
        return Tracked(value, error, precision, nonnegative=nonnegative)

    def _vanishes(self) -> Any:
        return (self.value == 0) & (self.error == 0)


def tracked(value: Any) -> Tracked:
    """A number as a tracked one: exact, if it was none."""
    return value if isinstance(value, Tracked) else Tracked(value)
