"""A cheap way to see that two expressions differ: their values at one pseudo-random point. Rejects, never proves."""

import cmath
from functools import lru_cache
from zlib import crc32

import sympy


def may_be_equal(a: sympy.Expr, b: sympy.Expr) -> bool:
    """False only if the two differ at the point; True may be wrong and calls for a proof."""
    try:
        x, y = _value(a), _value(b)
    except (ArithmeticError, ValueError, TypeError):
        return True
    return abs(x - y) <= 1e-6 * (abs(x) + abs(y))


@lru_cache(maxsize=100_000)
def _value(e: sympy.Expr) -> complex:
    if e.is_number and not e.args:
        return complex(e)
    if e.is_Add:
        return sum(map(_value, e.args))
    if e.is_Mul:
        product: complex = 1
        for a in e.args:
            product *= _value(a)
        return product
    if e.is_Pow:
        return _value(e.base) ** _value(e.exp)
    function = getattr(cmath, type(e).__name__, None)
    if function and len(e.args) == 1:
        return function(_value(e.args[0]))
    return 0.5 + (crc32(str(e).encode()) % 999_983) / 999_983
