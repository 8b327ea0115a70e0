"""Combinations: vectors as sums over terms whose nonlinear operations are kept whole, with what they were made from.

A `Space` for `Scheme.step`, as `derivations.space` is; but a product, quotient or root by coordinates, a maximum, a
sign, a norm or an inner product is one named thing, whatever is inside. What remains is linear, so that any update rule
ends in Σ coefficient · term; and the terms can be written anew, with other letters, and evaluated in numbers.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sympy

from derivations.space import DIMENSION, ONES_NAME, SIDES, Vector, inner

WORDS: dict[str, str] = {
    "product": r"{0} \odot {1}",
    "quotient": r"{0} \oslash {1}",
    "root": r"\sqrt{{{0}}}",
    "sign": r"\operatorname{{sign}}\left({0}\right)",
    "max": r"\max\left({0}, {1}\right)",
    "choose": r"\left({1}\text{{ where }}{0}>0\text{{, else }}{2}\right)",
    "norm": r"{{\left\|{0}\right\|}}",
    "rows": r"\operatorname{{rows}}\left({0}\right)",
    "columns": r"\operatorname{{columns}}\left({0}\right)",
    "quintic": r"\operatorname{{p}}^{{\circ {4}}}_{{{1},{2},{3}}}\left({0}\right)",
    "dot": r"{{\left\langle {0}, {1} \right\rangle}}",
}
BRACKETED, LINEAR = ("product", "quotient"), ("rows", "columns")


@dataclass(frozen=True)
class Term:
    """A vector by its name, or an operation on combinations and scalars."""

    op: str
    args: tuple[Any, ...]

    @cached_property
    def latex(self) -> str:
        return self.args[0] if self.op == "name" else words(self.op, self.args)


@dataclass(frozen=True)
class Combination:
    """Σ coefficient · term, in the order in which they came; no coefficient that SymPy knows to be 0."""

    terms: tuple[tuple[Term, sympy.Expr], ...]

    @classmethod
    def of(cls, terms: Iterable[tuple[Term, Any]]) -> "Combination":
        total: dict[Term, sympy.Expr] = {}
        for term, coefficient in terms:
            total[term] = total.get(term, sympy.Integer(0)) + coefficient
        return cls(tuple((t, c) for t, c in total.items() if c != 0))

    @property
    def coefficients(self) -> dict[Term, sympy.Expr]:
        return dict(self.terms)

    def map(self, function: Callable[[sympy.Expr], Any]) -> "Combination":
        return Combination.of((t, function(c)) for t, c in self.terms)

    def __add__(self, other: Any) -> "Combination":
        if not isinstance(other, Combination):
            if other == 0:
                return self
            raise TypeError(f"cannot add the scalar {other} to a vector; add a multiple of ones_like(x)")
        return Combination.of(self.terms + other.terms)

    __radd__ = __add__

    def __neg__(self) -> "Combination":
        return self.map(lambda c: -c)

    def __sub__(self, other: Any) -> "Combination":
        return self + -other

    def __rsub__(self, other: Any) -> "Combination":
        return -self + other

    def __mul__(self, other: Any) -> "Combination":
        if not isinstance(other, Combination):
            return self.map(lambda c: c * other)
        (s, a), (t, b) = _scaled(self), _scaled(other)
        if not a.terms or not b.terms:
            return Combination(())
        if ONES in (a, b):
            return (b if a == ONES else a) * (s * t)
        return one("product", a, b) * (s * t)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> "Combination":
        if not isinstance(other, Combination):
            return self.map(lambda c: c / other)
        (s, a), (t, b) = _scaled(self), _scaled(other)
        if not b.terms:
            raise ZeroDivisionError("elementwise division by the zero vector")
        if b == ONES or not a.terms:
            return self / t if b == ONES else self
        return one("quotient", a, b) * (s / t)

    @property
    def vector(self) -> Vector:
        """The same with every term an opaque named vector, for the kernel."""
        return Vector.combine((t.latex, c) for t, c in self.terms)

    @property
    def latex(self) -> str:
        if not self.terms:
            return r"\mathbf{0}"
        parts = [_written(coefficient, term.latex) for term, coefficient in self.terms]
        return " + ".join(parts).replace("+ -", "- ")


def name(letter: str) -> Combination:
    """A named vector."""
    return Combination(((Term("name", (letter,)), sympy.Integer(1)),))


ONES = name(ONES_NAME)


def one(op: str, *args: Any) -> Combination:
    return Combination(((Term(op, args), sympy.Integer(1)),))


def mean(op: str, x: Combination) -> Combination:
    scale, unit = _scaled(x)
    return x if unit == ONES or not x.terms else one(op, unit) * scale


def words(op: str, args: tuple[Any, ...]) -> str:
    """An operation in LaTeX."""
    written = [a.latex if isinstance(a, Combination) else sympy.latex(a) for a in args]
    if op in BRACKETED:
        simple = [isinstance(a, Combination) and len(a.terms) == 1 and a.terms[0][1] == 1 for a in args]
        simple = [s and a.terms[0][0].op not in BRACKETED for s, a in zip(simple, args, strict=True)]
        written = [w if s else rf"\left({w}\right)" for w, s in zip(written, simple, strict=True)]
    return WORDS[op].format(*written)


@dataclass
class Terms:
    """The `Space` of combinations. `scalars`: what the symbols of norms, maxima, … stand for."""

    u: Term
    scalars: dict[sympy.Symbol, tuple[str, tuple[Any, ...]]] = field(default_factory=dict)

    def scalar(self, op: str, *args: Any) -> sympy.Symbol:
        """A symbol for an operation whose value is a number: the same one for the same operation."""
        for symbol, made in self.scalars.items():
            if made == (op, args):
                return symbol
        symbol = sympy.Symbol(rf"{{S_{{{len(self.scalars)}}}}}", real=True)
        self.scalars[symbol] = (op, args)
        return symbol

    def dot(self, x: Combination, y: Combination) -> sympy.Expr:
        """Term by term where one side is a multiple of u, whole otherwise."""
        if not x.terms or not y.terms:
            return sympy.Integer(0)
        for one_side, other in ((x, y), (y, x)):
            if [t for t, _ in one_side.terms] == [self.u]:
                scale = one_side.terms[0][1]
                return sympy.Add(*(scale * c * self._along(t) for t, c in other.terms))
        return self.scalar("dot", x, y)

    def _along(self, term: Term) -> sympy.Expr:
        """⟨term, u⟩."""
        return (
            inner(term.latex, self.u.latex) if term.op == "name" else self.scalar("dot", _alone(term), _alone(self.u))
        )

    def norm(self, x: Combination) -> sympy.Expr:
        if [t for t, _ in x.terms] == [self.u]:
            return sympy.sqrt(self.dot(x, x))
        return self.scalar("norm", x)

    def sqrt(self, x: Any) -> Any:
        if not isinstance(x, Combination):
            x = sympy.sympify(x)
            return sympy.sqrt(x) if x.is_Symbol or x.is_nonnegative else self.scalar("root", x)
        scale, unit = _scaled(x)
        return ONES * sympy.sqrt(scale) if unit == ONES else one("root", x)

    def sign(self, x: Combination) -> Combination:
        return one("sign", x)

    def maximum(self, x: Any, y: Any) -> Any:
        if isinstance(x, Combination):
            return one("max", x, y)
        evaluated = sympy.Max(x, y)
        return self.scalar("max", sympy.sympify(x), sympy.sympify(y)) if evaluated.has(sympy.Max) else evaluated

    def choose(self, sign: Any, x: Any, y: Any) -> Any:
        if isinstance(x, Combination) or isinstance(y, Combination):
            return one("choose", sign, x, y)
        return self.scalar("choose", *map(sympy.sympify, (sign, x, y)))

    def number(self, p: int, q: int) -> sympy.Expr:
        return sympy.Rational(p, q)

    def cos(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.cos(x)

    def sin(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.sin(x)

    def zeros_like(self, x: Combination) -> Combination:
        return Combination(())

    def ones_like(self, x: Combination) -> Combination:
        return ONES

    def dimension(self, x: Combination) -> sympy.Expr:
        return DIMENSION

    def sides(self, x: Combination) -> tuple[sympy.Expr, sympy.Expr]:
        return SIDES

    def row_mean(self, x: Combination) -> Combination:
        return mean("rows", x)

    def column_mean(self, x: Combination) -> Combination:
        return mean("columns", x)

    def quintic(self, x: Combination, a: Any, b: Any, c: Any, times: int) -> Combination:
        return one("quintic", x, *map(sympy.sympify, (a, b, c, times))) if x.terms else x


def _alone(term: Term) -> Combination:
    return Combination(((term, sympy.Integer(1)),))


def _scaled(v: Combination) -> tuple[sympy.Expr, Combination]:
    """(s, w) with v = s·w and w a single term with the coefficient 1 where v has one term; else s = 1."""
    if len(v.terms) != 1:
        return sympy.Integer(1), v
    ((term, coefficient),) = v.terms
    return coefficient, _alone(term)


def _written(coefficient: sympy.Expr, term: str) -> str:
    if coefficient in (1, -1):
        return term if coefficient == 1 else f"-{term}"
    text = sympy.latex(coefficient)
    return rf"\left({text}\right) {term}" if coefficient.is_Add else f"{text} {term}"
