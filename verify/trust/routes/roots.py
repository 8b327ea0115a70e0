"""Signs of polynomials at algebraic numbers, exactly."""

import sympy


def sign_at_root(
    e: sympy.Expr, factor: sympy.Expr, x: sympy.Symbol, place: tuple[sympy.Rational, sympy.Rational]
) -> int:
    """The sign of a polynomial in `x` at the root of an irreducible one that an interval isolates."""
    value, at = sympy.Poly(e, x), sympy.Poly(factor, x)
    if value.rem(at).is_zero:
        return 0
    low, high = place
    while low != high and value.count_roots(low, high):
        low, high = at.refine_root(low, high, steps=8)
    return int(sympy.sign(value.eval(low)))
