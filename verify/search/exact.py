"""Relations at a rational point, decided: by Arb's balls where they tell, by exact algebra where sides may agree."""

from collections.abc import Mapping, Sequence
from typing import Any

import flint
import sympy

from derivations.enclose import decide, enclose, precision
from derivations.statement import Relation
from verify.search.domain import Kind, broken

BITS = (128, 1024)
Point = Mapping[sympy.Symbol, sympy.Rational]


def holds(relation: Relation, point: Point) -> bool | None:
    """Whether a relation is true at the point; None where that is not known, or a side has no value."""
    ball = _ball(relation.right, point, relation.left)
    if ball is not None and (ball > 0 or ball < 0):
        return {"=": False, "!=": True}.get(relation.operator, bool(ball > 0))
    try:
        return decide(relation.map(lambda side: side.subs(point)))
    except (TypeError, ValueError, NotImplementedError, ArithmeticError, AttributeError):
        return None


def lost(kind: Kind, e: sympy.Expr, point: Point) -> bool:
    """Whether an expression surely fails what is asked of it at the point."""
    ball = _ball(e, point)
    if ball is not None and (ball > 0 or ball < 0):
        return kind != "nonzero" and bool(ball < 0)
    return broken(kind, e.subs(point))


def refuted(
    statement: Relation, facts: Sequence[Relation], needs: Sequence[tuple[Kind, sympy.Expr]], point: Point
) -> str:
    """What is wrong at the point, every fact being true there; empty where nothing is shown to be.

    The equalities among the facts have been solved: where both sides have a value, no digit of it tells them apart.
    """
    for fact in facts:
        ball = _ball(fact.right, point, fact.left) if fact.operator == "=" else None
        if not ((ball is not None and ball.contains(0)) or holds(fact, point)):
            return ""
    for kind, e in needs:
        if lost(kind, e, point):
            return f"${sympy.latex(e)}$ is not {kind}: a side has no value"
    return f"not ${statement.latex}$" if holds(statement, point) is False else ""


def _ball(e: sympy.Expr, point: Point, less: sympy.Expr = sympy.S.Zero) -> Any:
    """An enclosure of e - less that is finite, of one sign if one is found; None where there is none."""
    found = None
    for bits in BITS:
        with precision(bits):
            values = {s: flint.arb(flint.fmpq(int(v.p), int(v.q))) for s, v in point.items()}
            try:
                ball = enclose(e, values) - enclose(less, values)
            except (NotImplementedError, ZeroDivisionError, AttributeError):
                return None
            if ball.is_finite():
                found = ball
                if ball > 0 or ball < 0:
                    return ball
    return found
