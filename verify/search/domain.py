"""Where an expression is defined: what must not be 0, not be negative, be positive, lie in [-1, 1]."""

from collections.abc import Iterator
from typing import Literal

import sympy

Kind = Literal["nonzero", "nonnegative", "positive"]

TOTAL = (
    sympy.Add,
    sympy.Mul,
    sympy.Abs,
    sympy.sign,
    sympy.Max,
    sympy.Min,
    sympy.atan,
    sympy.cos,
    sympy.sin,
    sympy.exp,
)


class NotNumeric(Exception):
    """An expression that has no value at a point of real numbers."""


def obligations(e: sympy.Expr) -> Iterator[tuple[Kind, sympy.Expr]]:
    """What each operation of e needs, as written: nothing is cancelled. NotNumeric for operations without an entry."""
    for a in e.args:
        yield from obligations(a)
    if isinstance(e, sympy.Pow):
        yield from _power(*e.args)
    elif isinstance(e, sympy.log):
        yield "positive", e.args[0]
    elif isinstance(e, sympy.acos | sympy.asin):
        yield "nonnegative", 1 - e.args[0] ** 2
    elif not (e.is_Atom or isinstance(e, TOTAL)):
        raise NotNumeric(f"{e.func.__name__} is evaluated nowhere here")
    if e in (sympy.I, sympy.oo, -sympy.oo, sympy.zoo, sympy.nan):
        raise NotNumeric(f"{e} is no real number")


def _power(base: sympy.Expr, exponent: sympy.Expr) -> Iterator[tuple[Kind, sympy.Expr]]:
    if exponent.is_Rational:
        if not exponent.is_Integer:
            yield "nonnegative", base
        if exponent < 0:
            yield "nonzero", base
    elif exponent.is_integer and exponent.is_nonnegative:
        return
    elif exponent.is_integer:
        yield "nonzero", base
    else:
        yield "positive", base


def broken(kind: Kind, value: sympy.Expr) -> bool:
    """Whether an exact number fails what is asked of it. A number that nobody can decide is not shown to fail."""
    if not value.is_number or value.has(sympy.zoo, sympy.nan, sympy.oo):
        return False
    fails = {"nonzero": value.is_zero, "nonnegative": value.is_negative, "positive": value.is_nonpositive}[kind]
    return fails is True
