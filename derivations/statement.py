"""Statements: relations between expressions, kept exactly as written.

SymPy's own `Eq` and `Le` evaluate themselves; a claim must not. Sides are SymPy scalars or `space.Vector`s.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from derivations.space import Value, Vector

OPERATORS = ("=", "!=", "<=", "<")


@dataclass(frozen=True)
class Relation:
    """left OP right, with OP one of `=`, `!=`, `<=`, `<`."""

    left: Any
    operator: str
    right: Any

    def __post_init__(self) -> None:
        if self.operator not in OPERATORS:
            raise ValueError(f"operator={self.operator!r}: a relation is one of {OPERATORS}")
        for side in ("left", "right"):
            object.__setattr__(self, side, _expression(getattr(self, side)))

    @property
    def latex(self) -> str:
        sign = {"=": "=", "!=": r"\ne", "<=": r"\le", "<": "<"}[self.operator]
        return f"{_latex(self.left)} {sign} {_latex(self.right)}"

    @property
    def is_scalar(self) -> bool:
        return isinstance(self.left, sympy.Expr) and isinstance(self.right, sympy.Expr)

    @property
    def expressions(self) -> tuple[sympy.Expr, ...]:
        """The scalars in it: its sides, or the coefficients of the vectors that its sides are or are values at."""
        return tuple(e for side in (self.left, self.right) for e in _expressions(side))

    @property
    def free_symbols(self) -> set[sympy.Symbol]:
        return set().union(*(e.free_symbols for e in self.expressions))

    @property
    def names(self) -> set[str]:
        """The names of its vectors, symbols and functions."""
        sides = [side for side in (self.left, self.right) if isinstance(side, Vector | Value)]
        names = {name for side in sides for name in side.names}
        for e in self.expressions:
            names |= {s.name for s in e.free_symbols} | {f.func.__name__ for f in e.atoms(AppliedUndef)}
        return names

    def mentions(self, *names: str) -> bool:
        """Whether one of these names is among its names or inside one of them."""
        return any(_token(*names).search(other) for other in self.names)

    def hides(self, *names: str) -> bool:
        """Whether another name contains one of these, as the vector u_k does k and ∇L(x + t h) does t and h.

        Substitution and differentiation do not see inside names, so what relies on them must ask.
        """
        return any(_token(*names).search(other) for other in self.names - set(names))

    def map(self, function) -> "Relation":
        """The same relation with `function` applied to both sides."""
        return replace(self, left=function(self.left), right=function(self.right))

    def substitute(self, values: dict) -> "Relation":
        return self.map(lambda side: side.subs(values, simultaneous=True))


def equal(left, right) -> Relation:
    return Relation(left, "=", right)


def unequal(left, right) -> Relation:
    return Relation(left, "!=", right)


def at_most(left, right) -> Relation:
    return Relation(left, "<=", right)


def less(left, right) -> Relation:
    return Relation(left, "<", right)


def positive(expression) -> Relation:
    return Relation(0, "<", expression)


def nonnegative(expression) -> Relation:
    return Relation(0, "<=", expression)


def _expression(side: Any) -> Any:
    if isinstance(side, int):
        return sympy.Integer(side)
    if not isinstance(side, sympy.Expr | Vector | Value):
        raise TypeError(f"{side!r} is a {type(side).__name__}: a statement is about exact scalars, vectors and values")
    for e in _expressions(side):
        if not isinstance(e, sympy.Basic) or e.has(sympy.Float):
            raise TypeError(f"{e} contains a float: statements are exact, write sympy.Rational")
    return side


def _expressions(side: Any) -> tuple:
    if isinstance(side, Value):
        side = side.at
    return tuple(c for _, c in side.terms) if isinstance(side, Vector) else (side,)


def _latex(side: Any) -> str:
    return side.latex if hasattr(side, "latex") and not isinstance(side, sympy.Basic) else sympy.latex(side)


def _token(*names: str) -> re.Pattern:
    return re.compile(rf"(?<![A-Za-z\\])({'|'.join(map(re.escape, names))})(?![A-Za-z])")
