"""Leading terms as the weight decay becomes small."""

import sympy

from derivations.equilibrium.one_step import X


def leading(e: sympy.Expr, small: sympy.Symbol) -> sympy.Expr:
    """The leading term of a rational function as `small` → 0."""
    numerator, denominator = sympy.fraction(sympy.factor(sympy.together(e)))
    return sympy.factor(_lowest(numerator, small) / _lowest(denominator, small))


def leading_root(polynomial: sympy.Expr, small: sympy.Symbol) -> tuple[int, sympy.Expr]:
    """(p, value) with x^p = value to leading order, for the root of P(x) that grows slowest as `small` → 0.

    From the Newton polygon: on x = c·small^(-a) two terms of P balance and every other one is smaller.
    """
    terms = sympy.Poly(sympy.expand(polynomial), X, small).terms()
    for a in sorted({sympy.Rational(j2 - j1, i2 - i1) for (i1, j1), _ in terms for (i2, j2), _ in terms if i2 > i1}):
        lowest = min(j - a * i for (i, j), _ in terms)
        edge = [((i, j), c) for (i, j), c in terms if j - a * i == lowest]
        powers = {i for (i, _), _ in edge}
        if a > 0 and len(powers) == 2:
            low, high = (
                sympy.Add(*(c * small**j for (i, j), c in edge if i == power)) for power in (min(powers), max(powers))
            )
            return max(powers) - min(powers), sympy.factor(-low / high)
    raise ValueError(f"{polynomial} has no root that grows as {small} → 0")


def _lowest(e: sympy.Expr, small: sympy.Symbol) -> sympy.Expr:
    poly = sympy.Poly(sympy.expand(e), small)
    (power,), coefficient = poly.terms()[-1]
    return coefficient * small**power
