"""Equalities by homogeneity: multiplying the arguments by powers of ρ multiplies the value by a power of ρ."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from derivations.normal import Context
from derivations.rules.rule import PROVED, Outcome, Rule
from derivations.space import Choice, Vector
from derivations.statement import Relation

LINEAR = ("rows", "columns")
"""Means by rows and by columns, of one coordinate of a matrix."""


@dataclass(frozen=True)
class Homogeneous(Rule):
    """homogeneity: with ρ > 0, f(ρ^w s) = ρ^degree f(s), operation by operation, wherever f is defined.

    weights: the power of each symbol that is scaled; all others stay. Inner products are bilinear. Of vectors, which
    stand for several values at once, `degrees` gives the degree of each coefficient; of a scalar, under the name "".
    """

    rho: sympy.Symbol
    weights: tuple[tuple[sympy.Symbol, int], ...]
    degrees: tuple[tuple[str, int], ...]

    def apply(self, relation: Relation, context: Context) -> Outcome:
        if relation.operator != "=":
            return Outcome.open(f"homogeneity shows an equality, not {relation.operator!r}")
        if "positive" not in context.sign(self.rho):
            return Outcome.open(f"{self.rho} is not known to be positive")
        left, right = (_parts(side) for side in (relation.left, relation.right))
        degrees = dict(self.degrees)
        if not set(left) == set(right) <= set(degrees):
            return Outcome.open("the two sides, or the degrees, are of different things")
        for name, value in right.items():
            if reason := self._differs(left[name], value, degrees[name]):
                return Outcome.open(f"{name}: {reason}" if name else reason)
        return PROVED

    def _differs(self, left: sympy.Expr, right: sympy.Expr, degree: int) -> str:
        """Why left = f(ρ^w s) = ρ^degree f(s) = right does not follow; empty if it does."""
        f = right / self.rho**degree
        if f.has(self.rho):
            return f"the right side is not {self.rho}^{degree} times what knows no {self.rho}"
        if left != f.xreplace({s: self.rho**w * s for s, w in self.weights}):
            return "the left side is not that of the right with its symbols scaled"
        try:
            found = _degree(f, dict(self.weights))
        except ValueError as error:
            return str(error)
        return "" if found in (None, degree) else f"the degree is {found}, not {degree}"


def _parts(side: Any) -> dict[str, sympy.Expr]:
    return dict(side.terms) if isinstance(side, Vector) else {"": side}


def _degree(e: sympy.Expr, weights: Mapping[sympy.Symbol, int]) -> sympy.Expr | None:
    """The degree of an expression; None for 0, which has every degree. Raises ValueError where it has none."""
    if e.is_number:
        return None if e == 0 else sympy.Integer(0)
    if e.is_Symbol:
        return sympy.Integer(weights.get(e, 0))
    parts = [_degree(a, weights) for a in e.args]
    if e.is_Add:
        found = {p for p in parts if p is not None}
        if len(found) > 1:
            raise ValueError(f"a sum of the degrees {', '.join(map(str, sorted(found, key=str)))}")
        return found.pop() if found else None
    if isinstance(e, sympy.Max | Choice):
        found = {p for p in parts[1 if isinstance(e, Choice) else 0 :] if p is not None}  # ρ > 0 leaves signs alone
        if len(found) > 1:
            raise ValueError(f"a choice between the degrees {', '.join(map(str, sorted(found, key=str)))}")
        return found.pop() if found else None
    if e.is_Mul or isinstance(e, AppliedUndef) and e.func.__name__ == "inner" and len(e.args) == 2:
        return None if None in parts else sympy.Add(*parts)
    if e.is_Pow:
        base, exponent = e.args
        if exponent.is_number:
            return None if parts[0] is None else parts[0] * exponent
        if parts != [0, 0]:
            raise ValueError("a power with a symbolic exponent, not of degree 0")
        return sympy.Integer(0)
    if isinstance(e, AppliedUndef) and e.func.__name__ in LINEAR and len(parts) == 1:
        return parts[0]
    if isinstance(e, AppliedUndef) and e.func.__name__ == "quintic" and len(parts) == 5:
        if any(parts):
            raise ValueError("a polynomial of a matrix, not of degree 0")
        return parts[0]
    if isinstance(e, sympy.sign):
        return sympy.Integer(0)
    if isinstance(e, sympy.cos | sympy.sin) and parts in ([0], [None]):
        return sympy.Integer(0)
    raise ValueError(f"{e.func.__name__} of the degree {parts}")
