"""A conic with a rational point is a line: its points by one parameter, so that two unknowns become one.

A line of slope m through the point meets the conic once more, at a place that is rational in m; every other point of
the conic is met so, but for the one straight above or below.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import sympy

SLOPE = sympy.Symbol("m", real=True)
NUMBERS = sorted({Fraction(p, q) for p in range(-4, 5) for q in range(1, 5)}, key=lambda v: (v.denominator, abs(v), v))
"""Where a rational point is looked for, simple ones first."""

Place = Mapping[sympy.Symbol, sympy.Expr]


@dataclass(frozen=True)
class Conic:
    """The points of an equation: `curve`, rational in SLOPE, and one by one those that it leaves out."""

    curve: Place
    alone: tuple[Place, ...]


def conic(equation: sympy.Expr) -> Conic | None:
    """That of an irreducible polynomial of degree two in two unknowns; None for others, and without a simple point."""
    unknowns = sorted(equation.free_symbols, key=str)
    if len(unknowns) != 2 or not equation.is_polynomial(*unknowns):
        return None
    whole = sympy.Poly(equation, *unknowns)
    if whole.total_degree() != 2 or not whole.is_irreducible:  # of two lines only one would be met
        return None
    x, y = unknowns
    for point in _rational(equation, x, y):
        step = sympy.Dummy("d")
        met = sympy.Poly(equation.subs({x: point[x] + step, y: point[y] + SLOPE * step}, simultaneous=True), step)
        first, second = met.coeff_monomial(step), met.coeff_monomial(step**2)
        length = sympy.cancel(-first / second)
        curve = {x: sympy.cancel(point[x] + length), y: sympy.cancel(point[y] + SLOPE * length)}
        above = sympy.real_roots(sympy.Poly(equation.subs(x, point[x]), y))
        return Conic(curve, tuple({x: point[x], y: value} for value in dict.fromkeys([point[y], *above])))
    return None


def _rational(equation: sympy.Expr, x: sympy.Symbol, y: sympy.Symbol) -> Iterator[Place]:
    """Rational points of the curve at which it has a tangent."""
    for value in NUMBERS:
        rest = sympy.Poly(equation.subs(x, sympy.Rational(value)), y)
        for root in sympy.roots(rest, filter="Q") if rest.degree() > 0 else ():
            point = {x: sympy.Rational(value), y: root}
            if any(sympy.diff(equation, s).subs(point) != 0 for s in (x, y)):
                yield point
