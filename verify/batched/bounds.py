"""Batched running error analysis in norm: torch rows, each with one bound on the 2-norm of its rounding error.

`verify.tracked` bounds every coordinate by itself, at eight passes over the data an operation. Here a vector carries
its values, an upper bound of its norm and one of its error, (rows, 1) each, so that an operation is one pass and a few
numbers a row. The unit of an operation is the same, `verify.precision.DOUBLE`: three roundings. What is divided, and
what is rooted, carries a bound relative to every coordinate too, where one is known; a lower bound of its coordinates
does otherwise. Bounds are to first order in what an operation adds; `SECOND` pays for the rest at the comparison.

The generator keeps numbers within 2^±80 or at 0, so that nothing underflows or overflows on the way.
"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from verify.precision import DOUBLE

UNIT = DOUBLE.unit
SECOND = 1 + 2.0**-20
"""What a thousand operations that each drop a relative 2^-50 of a bound can lose."""

Bound = Any
"""(rows, 1), or 0.0 for what is exact."""


class Scalar:
    """One number a row, (rows, 1), or a float; `error` bounds its distance to what code may have."""

    __slots__ = ("error", "memory", "value")

    def __init__(self, value: Any, error: Bound = 0.0, memory: bool = False) -> None:
        self.value, self.error, self.memory = value, error, memory

    def __add__(self, other: Any) -> "Scalar":
        other = scalar(other)
        value = self.value + other.value
        return Scalar(value, total(self.error, other.error) + UNIT * abs(value))

    def __neg__(self) -> "Scalar":
        return Scalar(-self.value, self.error)

    def __sub__(self, other: Any) -> "Scalar":
        return self + -scalar(other)

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Vector):
            return other * self
        other = scalar(other)
        value = self.value * other.value
        return Scalar(value, carried(self.value, self.error, other.value, other.error) + UNIT * abs(value))

    def __truediv__(self, other: Any) -> "Scalar":
        other = scalar(other)
        zero = not isinstance(other.value, Tensor) and other.value == 0  # which a float does not divide by
        value = self.value / (tensor(0.0) if zero else other.value)
        error = UNIT * abs(value)
        if inexact(self.error) or inexact(other.error):
            margin = positive(abs(other.value) - other.error)
            error = error + (self.error + abs(value) * other.error) / margin
        return Scalar(value, error)

    def __pow__(self, exponent: int) -> "Scalar":
        if exponent == 1:
            return self
        value = self.value**exponent
        error = exponent * UNIT * abs(value)
        if inexact(self.error):
            error = error + exponent * self.error * (abs(self.value) + self.error) ** (exponent - 1)
        return Scalar(value, error)

    def __radd__(self, other: Any) -> "Scalar":
        return self + other

    def __rsub__(self, other: Any) -> "Scalar":
        return -self + other

    def __rmul__(self, other: Any) -> Any:
        return self * other

    def __rtruediv__(self, other: Any) -> "Scalar":
        return scalar(other) / self

    def relative(self) -> Bound:
        return self.error / abs(self.value) if inexact(self.error) else 0.0


class Vector:
    """Rows (rows, d): `size` ≥ ‖value‖ and `error` ≥ the norm of the error, (rows, 1).

    relative: a function that gives the bound relative to every coordinate, or None where none is known.
    """

    __slots__ = ("error", "nonnegative", "relative", "size", "value")

    def __init__(
        self,
        value: Tensor,
        error: Bound = 0.0,
        size: Any = None,
        relative: Callable[[], Bound] | None = None,
        nonnegative: bool = False,
    ) -> None:
        self.value, self.error, self.nonnegative = value, error, nonnegative
        self.size = length(value) * (1 + value.shape[-1] * UNIT) if size is None else size
        self.relative = (lambda: 0.0) if relative is None and not inexact(error) else relative

    def __add__(self, other: "Vector") -> "Vector":
        size = self.size + other.size
        error = total(self.error, other.error) + UNIT * size
        signs, relative = self.nonnegative and other.nonnegative, None
        if signs and self.relative and other.relative:
            one, two = self.relative, other.relative
            relative = lambda: largest(one(), two()) + UNIT  # noqa: E731
        return Vector(self.value + other.value, error, size, relative, signs)

    def __neg__(self) -> "Vector":
        return Vector(-self.value, self.error, self.size, self.relative)

    def __sub__(self, other: "Vector") -> "Vector":
        size = self.size + other.size
        return Vector(self.value - other.value, total(self.error, other.error) + UNIT * size, size)

    def __mul__(self, other: Any) -> "Vector":
        if isinstance(other, Vector):
            size = self.size * other.size
            error = carried(self.size, self.error, other.size, other.error) + UNIT * size
            signs, one, two = self is other or (self.nonnegative and other.nonnegative), self.relative, other.relative
            relative = (lambda: one() + two() + UNIT) if one and two else None
            return Vector(self.value * other.value, error, size, relative, signs)
        other, mine = scalar(other), self.relative
        factor = abs(other.value)
        size = factor * self.size
        error = carried(factor, other.error, self.size, self.error) + UNIT * size
        if other.memory:  # code may keep its weight 1-β only, rounded
            error = error + UNIT * (1 - other.value) * self.size
        relative = (lambda: mine() + other.relative() + UNIT) if mine else None
        return Vector(self.value * other.value, error, size, relative, self.nonnegative)

    def __rmul__(self, other: Any) -> "Vector":
        return self * other

    def __truediv__(self, other: Any) -> "Vector":
        if not isinstance(other, Vector):
            return self * (1 / scalar(other))
        value = self.value / other.value
        size, above, below = length(value), _known(self.relative), _known(other.relative)
        error: Bound
        if above is not None and below is not None:
            relative = (above + below + UNIT) / positive(1 - below)
            return Vector(value, relative * size, size * (1 + relative), lambda: relative, self.nonnegative)
        least = other.value.abs().amin(-1, keepdim=True)
        if below is not None:
            error = self.error / positive(least * (1 - below)) + (below / positive(1 - below) + UNIT) * size
        else:
            error = (self.error + size * other.error) / positive(least - other.error) + UNIT * size
        return Vector(value, error, size + error, None, self.nonnegative)

    def root(self) -> "Vector":
        """Elementwise, of what is not negative."""
        value, known = torch.sqrt(self.value), _known(self.relative)
        size = length(value)
        if known is not None:
            relative = known + UNIT
            return Vector(value, relative * size, size * (1 + relative), lambda: relative, True)
        least = self.value.amin(-1, keepdim=True)
        error = self.error / torch.sqrt(least) + UNIT * size
        error = torch.where(least > self.error, error, math.inf)
        return Vector(value, error, size + error, None, True)


def scalar(value: Any) -> Scalar:
    """A number as one with a bound: exact, if it had none."""
    return value if isinstance(value, Scalar) else Scalar(value)


def inner(x: Tensor, y: Tensor) -> Tensor:
    """⟨x, y⟩ of every row, (rows, 1)."""
    return (x * y).sum(-1, keepdim=True)


def length(x: Tensor) -> Tensor:
    """‖x‖ of every row, (rows, 1). torch.linalg.vector_norm is twenty times slower on rows stored by columns."""
    return torch.sqrt(inner(x, x))


def _known(relative: Callable[[], Bound] | None) -> Bound | None:
    return relative() if relative else None


def inexact(error: Bound) -> bool:
    return isinstance(error, Tensor) or error != 0.0


def total(a: Bound, b: Bound) -> Bound:
    return a + b if inexact(a) and inexact(b) else a if inexact(a) else b


def largest(a: Bound, b: Bound) -> Bound:
    return torch.maximum(tensor(a), tensor(b)) if inexact(a) or inexact(b) else 0.0


def carried(a: Any, da: Bound, b: Any, db: Bound) -> Bound:
    """|a|db + |b|da + da db."""
    if not inexact(da):
        return abs(a) * db if inexact(db) else 0.0
    return abs(b) * da if not inexact(db) else abs(a) * db + (abs(b) + db) * da


def positive(margin: Any) -> Any:
    """NaN, which no bound survives, where a denominator may vanish."""
    return torch.where(margin > 0, margin, math.nan) if isinstance(margin, Tensor) else margin


def tensor(value: Any) -> Tensor:
    return torch.as_tensor(value, dtype=torch.float64)
