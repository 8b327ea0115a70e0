"""Rigorous numbers: SymPy expressions evaluated in Arb balls, and exact decisions on relations between numbers."""

from collections.abc import Mapping
from typing import Any

import flint
import sympy

from derivations.normal import Context
from derivations.space import is_compound
from derivations.statement import Relation

PRECISIONS = (64, 256, 1024, 4096)
_X = sympy.Symbol("x")


class precision:
    """Context manager: Arb's working precision in bits."""

    def __init__(self, bits: int) -> None:
        self.bits = bits

    def __enter__(self) -> None:
        self.before, flint.ctx.prec = flint.ctx.prec, self.bits

    def __exit__(self, *_: Any) -> None:
        flint.ctx.prec = self.before


def enclose(expression: sympy.Expr, values: Mapping[sympy.Symbol, Any]) -> Any:
    """A ball (or power series of balls) that contains the expression's value at the symbols' balls.

    Raises NotImplementedError for a function without an enclosure here.
    """
    e = expression
    if e in values:
        return values[e]
    if e.is_Rational:
        return flint.arb(flint.fmpq(int(e.p), int(e.q)))
    if e is sympy.pi:
        return flint.arb.pi()
    if e is sympy.E:
        return flint.arb(1).exp()
    args = [enclose(a, values) for a in e.args]
    if e.is_Add:
        return _fold(lambda a, b: a + b, args)
    if e.is_Mul:
        return _fold(lambda a, b: a * b, args)
    if e.is_Pow:
        return _power(args[0], args[1], e.exp)
    for kind, method in _METHODS.items():
        if isinstance(e, kind):
            return getattr(args[0], method)()
    if isinstance(e, sympy.Abs):
        return abs(args[0])
    raise NotImplementedError(f"no enclosure for {e.func.__name__} in {expression}")


def decide(relation: Relation) -> bool | None:
    """Whether a relation between numbers is true; None when it cannot be decided."""
    if not relation.is_scalar:
        return _decide_vectors(relation)
    if relation.free_symbols:
        raise ValueError(f"{relation.latex} has free symbols {relation.free_symbols}: give every one a value")
    if not all(_is_finite(side) for side in (relation.left, relation.right)):
        return None
    sign = _sign(relation.right - relation.left)
    if sign is None:
        return None
    return {"=": sign == 0, "!=": sign != 0, "<=": sign >= 0, "<": sign > 0}[relation.operator]


def _decide_vectors(relation: Relation) -> bool | None:
    """The named vectors are arbitrary: independent ones refute an equality, all of them must satisfy it."""
    difference = relation.left - relation.right
    verdicts = [decide(Relation(c, "=", 0)) for _, c in difference.terms]
    if relation.operator not in ("=", "!=") or None in verdicts:
        return None
    if not all(verdicts) and any(is_compound(name) for name in difference.names):
        return None
    return all(verdicts) is (relation.operator == "=")


def _is_finite(number: sympy.Expr) -> bool:
    """Whether some enclosure is finite, so that no denominator is 0 and no root or logarithm leaves the reals."""
    for bits in PRECISIONS:
        with precision(bits):
            if enclose(number, {}).is_finite():
                return True
    return False


def _sign(number: sympy.Expr) -> int | None:
    """-1, 0 or 1, rigorously; None when unknown."""
    if number.is_Rational:
        return int(sympy.sign(number))
    for bits in PRECISIONS:
        with precision(bits):
            ball = enclose(number, {})
            if ball > 0:
                return 1
            if ball < 0:
                return -1
    # Not separated from 0 at 4096 bits: 0 if exact algebra says so, otherwise unknown.
    return 0 if _is_zero(number) else None


def _is_zero(number: sympy.Expr) -> bool:
    """Whether exact algebra shows that a number, known to be defined, is 0."""
    if Context().vanishes(number):
        return True
    return number.is_algebraic is True and sympy.minimal_polynomial(number, _X) == _X


def _fold(operation, items: list) -> Any:
    result = items[0]
    for item in items[1:]:
        result = operation(result, item)
    return result


def _power(base: Any, exponent_ball: Any, exponent: sympy.Expr) -> Any:
    if exponent.is_Integer:
        n = int(exponent)
        return base**n if n >= 0 else 1 / base ** (-n)
    if exponent == sympy.Rational(1, 2):
        return base.sqrt()
    if exponent.is_Rational and exponent.q == 2:
        return _power(base.sqrt(), None, sympy.Integer(exponent.p))
    return (base.log() * exponent_ball).exp()


_METHODS = {
    sympy.atan: "atan",
    sympy.acos: "acos",
    sympy.asin: "asin",
    sympy.cos: "cos",
    sympy.sin: "sin",
    sympy.tan: "tan",
    sympy.exp: "exp",
    sympy.log: "log",
}
