"""Vectors of an abstract inner-product space: formal combinations of named vectors over their Gram matrix.

Nothing here knows a dimension, so what is proved with these vectors holds in every dimension (of a Hilbert space, too).
Inner products of named vectors are real symbols ⟨a,b⟩; relations such as ⟨u,u⟩ = 1 are hypotheses, not built in.
Elementwise products and quotients, which need a basis, become new named vectors: bilinear, otherwise opaque.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sympy


@dataclass(frozen=True)
class Vector:
    """Σ coefficient · name. `terms` is sorted by name and holds no zero coefficient that SymPy recognises."""

    terms: tuple[tuple[str, sympy.Expr], ...]

    @classmethod
    def named(cls, name: str) -> "Vector":
        return cls(((name, sympy.Integer(1)),))

    @classmethod
    def combine(cls, terms: Iterable[tuple[str, Any]]) -> "Vector":
        total: dict[str, sympy.Expr] = {}
        for name, coefficient in terms:
            total[name] = total.get(name, sympy.Integer(0)) + coefficient
        return cls(tuple(sorted((n, c) for n, c in total.items() if c != 0)))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.terms)

    @property
    def coefficients(self) -> Mapping[str, sympy.Expr]:
        return dict(self.terms)

    def map(self, function) -> "Vector":
        """The same combination with `function` applied to every coefficient."""
        return Vector.combine((name, function(coefficient)) for name, coefficient in self.terms)

    def subs(self, *args, **kwargs) -> "Vector":
        return self.map(lambda coefficient: coefficient.subs(*args, **kwargs))

    def __add__(self, other: Any) -> "Vector":
        if not isinstance(other, Vector):
            if other == 0:
                return self
            raise TypeError(f"cannot add the scalar {other} to a vector; add a multiple of ones_like(x)")
        return Vector.combine(self.terms + other.terms)

    __radd__ = __add__

    def __neg__(self) -> "Vector":
        return self.map(lambda coefficient: -coefficient)

    def __sub__(self, other: Any) -> "Vector":
        return self + -other

    def __rsub__(self, other: Any) -> "Vector":
        return -self + other

    def __mul__(self, other: Any) -> "Vector":
        if isinstance(other, Vector):
            return Vector.combine((_product(a, b), s * t) for a, s in self.terms for b, t in other.terms)
        return self.map(lambda coefficient: coefficient * other)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> "Vector":
        if not isinstance(other, Vector):
            return self.map(lambda coefficient: coefficient / other)
        if not other.terms:
            raise ZeroDivisionError("elementwise division by the zero vector")
        scale, unit = other.split_scale()
        if unit == ONES:
            return self / scale
        divisor = _bracket(unit.latex)
        return Vector.combine((rf"{_bracket(name)} \oslash {divisor}", c / scale) for name, c in self.terms)

    def split_scale(self) -> tuple[sympy.Expr, "Vector"]:
        """(s, v) with self = s·v, where v is a single named vector when self is a multiple of one; else s = 1."""
        if len(self.terms) != 1:
            return sympy.Integer(1), self
        ((name, coefficient),) = self.terms
        return coefficient, Vector.named(name)

    def dot(self, other: "Vector") -> sympy.Expr:
        return sympy.Add(*(s * t * inner(a, b) for a, s in self.terms for b, t in other.terms))

    def norm(self) -> sympy.Expr:
        return sympy.sqrt(self.dot(self))

    @property
    def latex(self) -> str:
        if not self.terms:
            return r"\mathbf{0}"
        parts = []
        for name, coefficient in self.terms:
            if coefficient == 1:
                parts.append(name)
            elif coefficient == -1:
                parts.append(f"-{name}")
            else:
                text = sympy.latex(coefficient)
                parts.append(rf"\left({text}\right) {name}" if coefficient.is_Add else f"{text} {name}")
        return " + ".join(parts).replace("+ -", "- ")

    def __str__(self) -> str:
        return self.latex


ONES_NAME = r"\mathbf{1}"
ONES = Vector.named(ONES_NAME)
# What the names of elementwise products and roots stand for, so that their sums over coordinates are known.
_PRODUCTS: dict[str, tuple[str, str]] = {}
_ROOTS: dict[str, Vector] = {}
DIMENSION = sympy.Symbol("d", integer=True, positive=True)
SIDES = (sympy.Symbol("d_{1}", real=True), sympy.Symbol("d_{2}", real=True))
"""Of a weight that is a matrix, of d₁ rows."""


def vector(name: str) -> Vector:
    """A named vector, e.g. `vector("u")`; the name is its LaTeX."""
    return Vector.named(name)


def inner(a: str, b: str) -> sympy.Expr:
    """⟨a, b⟩ of two named vectors, a real symbol, ≥ 0 when a = b.

    By definition of the elementwise operations: ⟨1, 1⟩ = d, ⟨a ⊙ b, 1⟩ = ⟨a, b⟩, ⟨√w, √w⟩ = ⟨w, 1⟩.
    """
    if a == b and a in _ROOTS:
        return _ROOTS[a].dot(ONES)
    if a == b:
        return DIMENSION if a == ONES_NAME else sympy.Symbol(rf"{{\| {a} \|^2}}", nonnegative=True)
    a, b = sorted((a, b))
    for product, other in ((a, b), (b, a)):
        if product in _PRODUCTS and other == ONES_NAME:
            return inner(*_PRODUCTS[product])
    return sympy.Symbol(rf"{{\langle {a}, {b} \rangle}}", real=True)


def inner_names(symbol: sympy.Symbol) -> tuple[str, str] | None:
    """The two names of which a symbol is the inner product, or None."""
    found = re.fullmatch(r"\{\\langle (.+), (.+) \\rangle\}", symbol.name)
    names = found.groups() if found else re.findall(r"^\{\\\| (.+) \\\|\^2\}$", symbol.name) * 2
    return (names[0], names[1]) if names and inner(*names) == symbol else None


class Choice(sympy.Function):
    """Choice(s, x, y): x where s > 0, else y; evaluated where the sign of s is known."""

    nargs = 3
    is_extended_real = True

    @classmethod
    def eval(cls, sign: sympy.Expr, x: sympy.Expr, y: sympy.Expr) -> sympy.Expr | None:
        if x == y or sign.is_extended_positive:
            return x
        return y if sign.is_extended_nonpositive else None


class AbstractSpace:
    """The `Space` of abstract vectors, for `Scheme.step`."""

    def dot(self, x: Vector, y: Vector) -> sympy.Expr:
        return x.dot(y)

    def norm(self, x: Vector) -> sympy.Expr:
        return x.norm()

    def sqrt(self, x: Any) -> Any:
        if not isinstance(x, Vector):
            return sympy.sqrt(x)
        scale, unit = x.split_scale()
        if unit == ONES:
            return ONES * sympy.sqrt(scale)
        name = rf"\sqrt{{{x.latex}}}"
        _ROOTS[name] = x
        return vector(name)

    def sign(self, x: Vector) -> Vector:
        return vector(rf"\operatorname{{sign}}({x.latex})")

    def maximum(self, x: Any, y: Any) -> Any:
        if not isinstance(x, Vector):
            return sympy.Max(x, y)
        return vector(rf"\max\left({x.latex}, {y.latex}\right)")

    def choose(self, sign: Any, x: Any, y: Any) -> Any:
        if isinstance(sign, Vector):
            return vector(rf"\operatorname{{choose}}\left({sign.latex}; {x.latex}, {y.latex}\right)")
        return x * Choice(sign, 1, 0) + y * Choice(sign, 0, 1)

    def number(self, p: int, q: int) -> sympy.Expr:
        return sympy.Rational(p, q)

    def cos(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.cos(x)

    def sin(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.sin(x)

    def zeros_like(self, x: Vector) -> Vector:
        return Vector(())

    def ones_like(self, x: Vector) -> Vector:
        return ONES

    def dimension(self, x: Vector) -> sympy.Expr:
        return DIMENSION

    def sides(self, x: Vector) -> tuple[sympy.Expr, sympy.Expr]:
        return SIDES

    def row_mean(self, x: Vector) -> Vector:
        return vector(rf"\operatorname{{rows}}\left({x.latex}\right)")

    def column_mean(self, x: Vector) -> Vector:
        return vector(rf"\operatorname{{columns}}\left({x.latex}\right)")

    def quintic(self, x: Vector, a: Any, b: Any, c: Any, times: int) -> Vector:
        powers = ",".join(sympy.latex(sympy.sympify(e)) for e in (a, b, c))
        return vector(rf"\operatorname{{p}}^{{\circ {times}}}_{{{powers}}}\left({x.latex}\right)")


class CoordinateSpace:
    """The `Space` of one generic coordinate: vectors are SymPy scalars, what mixes coordinates is opaque.

    An identity between coordinates, for every coordinate, is an identity of vectors in every dimension.
    """

    def dot(self, x: sympy.Expr, y: sympy.Expr) -> sympy.Expr:
        return sympy.Function("inner", real=True)(*sorted((x, y), key=sympy.default_sort_key))

    def norm(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.sqrt(self.dot(x, x))

    def sqrt(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.sqrt(x)

    def sign(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.sign(x)

    def maximum(self, x: sympy.Expr, y: sympy.Expr) -> sympy.Expr:
        return sympy.Max(x, y)

    def choose(self, sign: sympy.Expr, x: sympy.Expr, y: sympy.Expr) -> sympy.Expr:
        return Choice(sign, x, y)

    def number(self, p: int, q: int) -> sympy.Expr:
        return sympy.Rational(p, q)

    def cos(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.cos(x)

    def sin(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.sin(x)

    def zeros_like(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.Integer(0)

    def ones_like(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.Integer(1)

    def dimension(self, x: sympy.Expr) -> sympy.Expr:
        return DIMENSION

    def sides(self, x: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
        return SIDES

    def row_mean(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.Function("rows", real=True)(x)

    def column_mean(self, x: sympy.Expr) -> sympy.Expr:
        return sympy.Function("columns", real=True)(x)

    def quintic(self, x: sympy.Expr, a: Any, b: Any, c: Any, times: int) -> sympy.Expr:
        return sympy.Function("quintic", real=True)(x, a, b, c, times)


def _product(a: str, b: str) -> str:
    if ONES_NAME in (a, b):
        return b if a == ONES_NAME else a
    a, b = sorted((a, b))
    name = rf"{_bracket(a)} \odot {_bracket(b)}"
    _PRODUCTS[name] = (a, b)
    return name


def is_compound(name: str) -> bool:
    """Whether a name stands for something made of other vectors: a product, a quotient, a root, a gradient, 1."""
    return name == ONES_NAME or any(
        sign in name for sign in (r"\odot", r"\oslash", r"\sqrt", r"\nabla", r"\max", r"\operatorname{")
    )


def _bracket(name: str) -> str:
    return rf"({name})" if (" " in name or "+" in name) and not _is_root(name) else name


def _is_root(name: str) -> bool:
    """Whether the whole name is one root: \\sqrt{a} is, \\sqrt{a} \\odot b is not."""
    if not name.startswith(r"\sqrt{"):
        return False
    depth = 0
    for position, sign in enumerate(name):
        depth += (sign == "{") - (sign == "}")
        if sign == "}" and depth == 0:
            return position == len(name) - 1
    return False


@dataclass(frozen=True)
class Value:
    """The value L(x) of a differentiable function of a vector."""

    field: str
    at: Vector

    @property
    def names(self) -> tuple[str, ...]:
        return (self.field, *self.at.names)

    def subs(self, *args, **kwargs) -> "Value":
        return Value(self.field, self.at.subs(*args, **kwargs))

    @property
    def latex(self) -> str:
        return rf"{self.field}({self.at.latex})"


def gradient(field: str, at: Vector) -> Vector:
    """∇L(x), a named vector."""
    return vector(rf"\nabla {field}({at.latex})")
