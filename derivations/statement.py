"""Statements: relations between expressions, kept exactly as written.

SymPy's own `Eq` and `Le` evaluate themselves; a claim must not. Sides are SymPy scalars or `space.Vector`s.
"""

from dataclasses import dataclass, replace
from typing import Any

import sympy

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
    if isinstance(side, float):
        raise TypeError(f"{side!r} is a float: statements are exact, write sympy.Rational")
    if isinstance(side, int):
        return sympy.Integer(side)
    if isinstance(side, sympy.Basic) and side.has(sympy.Float):
        raise TypeError(f"{side} contains a float: statements are exact, write sympy.Rational")
    return side


def _latex(side: Any) -> str:
    return side.latex if hasattr(side, "latex") and not isinstance(side, sympy.Basic) else sympy.latex(side)
