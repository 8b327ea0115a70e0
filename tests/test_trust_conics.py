"""Inequalities on conics, decided by one parameter; signs at algebraic numbers."""

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from derivations.statement import at_most, equal, less, positive
from verify.trust.routes.cells import holds
from verify.trust.routes.conics import SLOPE, conic
from verify.trust.routes.roots import sign_at_root

X, Y = sympy.symbols("x y", real=True)
CIRCLE = equal(X**2 + Y**2, 1)
QUADRANT = (CIRCLE, at_most(0, X), at_most(0, Y))
ON_A_CONIC = (
    (at_most(X + Y, sympy.Rational(71, 50)), (CIRCLE,), True),  # √2 = 1.414…
    (at_most(X + Y, sympy.Rational(707, 500)), (CIRCLE,), False),
    (at_most(X * Y, sympy.Rational(1, 2)), (CIRCLE,), True),
    (less(X * Y, sympy.Rational(1, 2)), (CIRCLE,), False),
    (at_most(1, X + Y), QUADRANT, True),
    (less(1, X + Y), QUADRANT, False),  # equal at two points of the border
    (less(1, X + Y), (CIRCLE, positive(X), positive(Y)), True),
    (less(-1, X), (CIRCLE,), False),  # at one point, which no slope meets
    (at_most(0, X), (equal(X * Y, 1), positive(Y)), True),
)


@pytest.mark.parametrize("relation, facts, expected", ON_A_CONIC)
def test_cells_decide_on_a_conic_too(relation, facts, expected):
    assert holds(relation, facts) is expected


@pytest.mark.parametrize("equation", [X**2 + Y**2 + 1, X**2 - Y**2, X**3 - Y**2, X**2 + Y**2 - 3])
def test_a_curve_without_a_simple_rational_point_or_of_two_lines_or_of_higher_degree_is_no_conic_here(equation):
    assert conic(equation) is None


@settings(max_examples=20)
@given(at=st.fractions(-5, 5, max_denominator=20), coefficients=st.tuples(*[st.integers(-3, 3)] * 4))
def test_every_point_of_a_conic_is_on_its_curve_or_alone(at, coefficients):
    a, b, c, d = coefficients
    equation = a * X**2 + b * X * Y + c * Y**2 + d * X + Y
    found = conic(equation)
    if found is None:
        return
    assert sympy.cancel(equation.subs(found.curve, simultaneous=True)) == 0
    x = sympy.Rational(at)
    over = sympy.Poly(equation.subs(X, x), Y)
    if over.degree() < 1 or any(place[X] == x for place in found.alone):
        return
    slopes = sympy.Poly(sympy.numer(sympy.cancel(found.curve[X] - x)), SLOPE).real_roots()
    assert len(set(slopes)) == len(set(over.real_roots()))  # two slopes lead to two points


def test_the_sign_of_a_polynomial_at_a_root_is_exact():
    two = X**2 - 2
    (negative, _), (root, _) = sympy.Poly(two, X).intervals()
    near = (sympy.Rational(7, 5), sympy.Rational(71, 50))
    assert [sign_at_root(e, two, X, root) for e in (two, X - near[0], X - near[1], -X)] == [0, 1, -1, -1]
    assert sign_at_root(X, two, X, negative) == -1
