"""Definedness: what an expression, as written, demands so that every part of it is a real number."""

from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from derivations.normal import Context
from derivations.signs import POSITIVE
from derivations.statement import Relation
from derivations.sums import renamed

_TOTAL = (
    sympy.Add,
    sympy.Mul,
    sympy.Symbol,
    sympy.Rational,
    sympy.NumberSymbol,
    sympy.Abs,
    sympy.exp,
    sympy.cos,
    sympy.sin,
    sympy.atan,
    sympy.cosh,
    sympy.sinh,
    sympy.tanh,
    AppliedUndef,
)
"""What is a real number wherever its arguments are. Undetermined functions are total by convention."""


def undefined(relation: Relation, context: Context) -> str:
    """Which parts of the relation, as written, are not known to be defined; empty when all of it is."""
    parts = [part for e in relation.expressions for part in undefined_parts(e, context)]
    return "; ".join(dict.fromkeys(parts))


def undefined_parts(expression: Any, context: Context) -> list[str]:
    """The obligations of an expression, as written, that do not follow from the facts."""
    return list(dict.fromkeys(_walk(expression, context, {})))


def _walk(e: sympy.Expr, context: Context, bound: dict):
    if isinstance(e, sympy.Sum):
        yield from _sum(e, context, bound)
        return
    below = [part for argument in e.args for part in _walk(argument, context, bound)]
    yield from below
    if below:
        return  # what has no value has no sign, and SymPy need not be asked for it

    def sign(part: sympy.Expr) -> frozenset[str]:
        return context.sign(part.xreplace(bound))

    if isinstance(e, sympy.Pow):
        yield from _power(e.base, e.exp, sign)
    elif isinstance(e, sympy.log):
        if sign(e.args[0]) != POSITIVE:
            yield f"log of {e.args[0]}, not known to be positive"
    elif isinstance(e, sympy.acos | sympy.asin):
        if "nonnegative" not in sign(1 - e.args[0] ** 2):
            yield f"{e}: {e.args[0]} is not known to lie in [-1, 1]"
    elif not isinstance(e, _TOTAL):
        yield f"{e}: {type(e).__name__} has no domain here"


def _power(base: sympy.Expr, exponent: sympy.Expr, sign):
    if exponent.is_Integer and exponent > 0 or base.is_number and base.is_positive:
        return
    known = sign(base)
    # Term by term, because the normal form takes b^(m+n) apart, and 0^(1-1) is not 0¹·0⁻¹.
    shrinks = any(not term.is_nonnegative for term in sympy.Add.make_args(sympy.expand(exponent)))
    if shrinks and "nonzero" not in known:
        yield f"division by {base}, not known to be nonzero"
    if not exponent.is_integer and "nonnegative" not in known:
        yield f"root of {base}, not known to be nonnegative"


def _sum(total: sympy.Sum, context: Context, bound: dict):
    for index, low, high in reversed(total.limits):
        for end in (low, high):
            yield from _walk(end, context, bound)
        length = (high - low + 1).xreplace(bound)
        if not length.is_integer or "nonnegative" not in context.sign(length):
            yield f"{total}: its end {high} may lie before its start, or between integers"
        bound = {**bound, index: renamed(index, low, -1 - len(bound))}
    yield from _walk(total.function, context, bound)
