"""Mean-field vectors: formal combinations whose inner products are the expected ones, as a `Space` for `Scheme.step`.

A scheme that is linear in its vectors is exact here. Elementwise operations are closed by two assumptions, each of
which is reported when it was used:

- isotropy: products of coordinates stand for their mean, a ⊙ b = (⟨a,b⟩/d) 1, which is what a second moment tends to
  when no coordinate is special, d is large and its memory is long (1-β₂ ≪ 1);
- gaussian signs: sign(c) of a vector of centred Gaussian coordinates is γc + ξ with γ = √(2d/π)/‖c‖ (Bussgang), ‖c‖ at
  its root mean square, and ξ uncorrelated with everything, its own past included, ‖ξ‖² = (1-2/π)d. Signs that are
  further correlated, (2/π) arcsin ρ instead of (2/π)ρ, and gradients of very unequal size are not in it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sympy

from derivations.space import DIMENSION, SIDES, Vector

ONES = "1"
SIGN_RESIDUAL = "xi"
ISOTROPY = "isotropy"
GAUSSIAN_SIGNS = "gaussian signs"

Gram = Callable[[str, str], sympy.Expr]


@dataclass(frozen=True)
class MeanVector:
    """Σ coefficient · name, in a mean-field space."""

    space: "MeanField"
    terms: tuple[tuple[str, sympy.Expr], ...]

    @property
    def ones(self) -> sympy.Expr | None:
        """s, where the vector is s·1; None where it is not."""
        names = {name for name, _ in self.terms}
        return sympy.Add(*(c for _, c in self.terms)) if names <= {ONES} else None

    def __add__(self, other: Any) -> "MeanVector":
        if not isinstance(other, MeanVector):
            if other == 0:
                return self
            raise TypeError(f"cannot add the scalar {other} to a vector")
        return self.space.combine(self.terms + other.terms)

    __radd__ = __add__

    def __neg__(self) -> "MeanVector":
        return self * -1

    def __sub__(self, other: "MeanVector") -> "MeanVector":
        return self + -other

    def __mul__(self, other: Any) -> "MeanVector":
        if not isinstance(other, MeanVector):
            return self.space.combine((name, c * other) for name, c in self.terms)
        for a, b in ((self, other), (other, self)):
            if a.ones is not None:
                return b * a.ones
        return self.space.isotropic(self, other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> "MeanVector":
        if not isinstance(other, MeanVector):
            return self * (1 / other)
        if other.ones is None:
            raise NotImplementedError("division by a vector whose coordinates differ")
        return self * (1 / other.ones)


class MeanField:
    """The `Space` of mean-field vectors. `gram(a, b)`: the expected inner product of two named vectors."""

    def __init__(self, gram: Gram) -> None:
        self._gram = gram
        self.assumed: set[str] = set()

    def vector(self, name: str) -> MeanVector:
        return MeanVector(self, ((name, sympy.Integer(1)),))

    def combine(self, terms: Iterable[tuple[str, Any]]) -> MeanVector:
        return MeanVector(self, Vector.combine(terms).terms)

    def isotropic(self, x: MeanVector, y: MeanVector) -> MeanVector:
        self.assumed.add(ISOTROPY)
        return self.vector(ONES) * (self.dot(x, y) / DIMENSION)

    def dot(self, x: MeanVector, y: MeanVector) -> sympy.Expr:
        return sympy.Add(*(s * t * self._inner(a, b) for a, s in x.terms for b, t in y.terms))

    def _inner(self, a: str, b: str) -> sympy.Expr:
        if SIGN_RESIDUAL in (a, b):
            return DIMENSION * (1 - 2 / sympy.pi) if a == b else sympy.Integer(0)
        if ONES in (a, b):
            return DIMENSION if a == b else sympy.Integer(0)
        return self._gram(*sorted((a, b)))

    def norm(self, x: MeanVector) -> sympy.Expr:
        return sympy.sqrt(self.dot(x, x))

    def sqrt(self, x: Any) -> Any:
        if not isinstance(x, MeanVector):
            return sympy.sqrt(x)
        if x.ones is None:
            raise NotImplementedError("the root of a vector whose coordinates differ")
        return self.vector(ONES) * sympy.sqrt(x.ones)

    def sign(self, x: MeanVector) -> MeanVector:
        self.assumed.add(GAUSSIAN_SIGNS)
        return x * (sympy.sqrt(2 * DIMENSION / sympy.pi) / self.norm(x)) + self.vector(SIGN_RESIDUAL)

    def maximum(self, x: Any, y: Any) -> Any:
        if not isinstance(x, MeanVector):
            return sympy.Max(x, y)
        raise NotImplementedError("the larger of two vectors, coordinate by coordinate")

    def choose(self, sign: Any, x: Any, y: Any) -> Any:
        raise NotImplementedError("a choice between two rules")

    def number(self, p: int, q: int) -> sympy.Expr:
        return sympy.Rational(p, q)

    def cos(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.cos(x)

    def sin(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.sin(x)

    def zeros_like(self, x: MeanVector) -> MeanVector:
        return MeanVector(self, ())

    def ones_like(self, x: MeanVector) -> MeanVector:
        return self.vector(ONES)

    def dimension(self, x: MeanVector) -> sympy.Expr:
        return DIMENSION

    def sides(self, x: MeanVector) -> tuple[sympy.Expr, sympy.Expr]:
        return SIDES

    def row_mean(self, x: MeanVector) -> MeanVector:
        return self._mean(x)

    def column_mean(self, x: MeanVector) -> MeanVector:
        return self._mean(x)

    def _mean(self, x: MeanVector) -> MeanVector:
        if x.ones is None:
            raise NotImplementedError("the mean of a row of a vector whose coordinates differ")
        return x

    def quintic(self, x: MeanVector, a: Any, b: Any, c: Any, times: int) -> MeanVector:
        raise NotImplementedError("a polynomial of a matrix, as long as the singular values of the momentum leave it")
