"""Fractions in FLINT are the expressions that they were made of: exact values at exact points, by another route."""

import importlib.util
import os
import subprocess
import sys

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from derivations import fractions, generators
from derivations.fractions import NoFraction, factored, numerator

SYMBOLS = sympy.symbols("a b c", real=True)
ROOT = sympy.sqrt(SYMBOLS[0] ** 2 + SYMBOLS[1])
ATOMS = (*SYMBOLS, ROOT, ROOT**3, *map(sympy.Rational, (1, -1, 2, "3/2", "-5/7")))
POINTS = [dict(zip(SYMBOLS, map(sympy.Rational, p), strict=True)) for p in [("2", "5", "1/3"), ("4", "-7", "-2")]]


def built(children):
    pairs = st.tuples(children, children)
    powers = st.tuples(children, st.sampled_from((-2, -1, 2)))
    return st.one_of(
        pairs.map(lambda p: p[0] + p[1]), pairs.map(lambda p: p[0] * p[1]), powers.map(lambda p: p[0] ** p[1])
    )


EXPRESSIONS = st.recursive(st.sampled_from(ATOMS), built, max_leaves=8).filter(
    lambda e: not e.has(sympy.zoo, sympy.nan, sympy.oo)
)


def values(e: sympy.Expr) -> list[sympy.Expr]:
    """Exact values at the points, where √(a² + b) is 3."""
    return [e.subs(point) for point in POINTS]


def agree(e: sympy.Expr, above: sympy.Expr) -> bool:
    """Whether `above` is 0 just where e is, among the points at which e is defined."""
    return all((v == 0) == (w == 0) for v, w in zip(values(e), values(above), strict=True) if v.is_Rational)


@given(EXPRESSIONS)
def test_the_numerator_vanishes_where_the_expression_does(e):
    try:
        above = numerator(e)
    except NoFraction:
        assert sympy.cancel(sympy.together(e)).has(sympy.zoo, sympy.nan) or any(
            sympy.simplify(p.base) == 0 for p in e.atoms(sympy.Pow)
        )
        return
    assert agree(e, above)
    assert (above == 0) == (sympy.expand(sympy.numer(sympy.together(e))) == 0)
    assert all(c.is_Integer for c in sympy.Poly(above, *SYMBOLS, ROOT).coeffs())


@given(EXPRESSIONS)
def test_the_factors_multiply_to_the_expression(e):
    try:
        product = factored(e)
    except NoFraction:
        return
    assert all(v == w for v, w in zip(values(e), values(product), strict=True) if v.is_Rational)


def test_a_wrong_numerator_is_seen():
    a, b, c = SYMBOLS
    assert not agree((a - 2) / b, (a - 2) * (b - 5) + 1)
    assert not agree(a + b + c, sympy.Integer(0))


@pytest.mark.parametrize("text", ["sin(a)", "2**a", "sqrt(2)", "sqrt(a) + a", "a**(1/2) + a**(1/3)", "1/(a - a*b/b)"])
def test_what_is_no_fraction_is_refused(text):
    with pytest.raises(NoFraction):
        numerator(sympy.sympify(text, dict(zip("abc", SYMBOLS, strict=True)), evaluate=False))


def test_factors_are_those_of_sympy():
    a, b, _ = SYMBOLS
    e = sympy.expand(6 * (a - b) ** 2 * (a * b + 1))
    assert {(f, n) for f, n in fractions.factors(e)} == set(sympy.factor_list(e)[1])


def test_a_constant_factor_stays_one():
    a, b, _ = SYMBOLS
    assert factored(18 * a - 18 * b).is_Mul
    assert factored((a * b - b) / (b * (a - 1) ** 2)) == 1 / (a - 1)


def test_without_flint_sympy_stands_in(monkeypatch):
    a, b, _ = SYMBOLS
    e = (a / b + 1) / (a + b)
    fast = generators._numerator.__wrapped__(e), generators.factored_form.__wrapped__(e)
    monkeypatch.setattr(fractions, "AVAILABLE", False)
    assert fast == (generators._numerator.__wrapped__(e), generators.factored_form.__wrapped__(e)) == (1, 1 / b)


@pytest.mark.parametrize("ground", ["python", "gmpy", "flint"])
def test_powers_are_exact_over_whatever_integers_sympy_has(ground):
    """SymPy knows FLINT's integers only where it computes with them: elsewhere they turned into floats."""
    if ground == "gmpy" and importlib.util.find_spec("gmpy2") is None:
        pytest.skip("gmpy2 is not installed")
    program = (
        "import sympy; from sympy.external.gmpy import GROUND_TYPES; from derivations import fractions; "
        "x = sympy.Symbol('x'); e = fractions.factored(x**3 - x**2); assert e == x**2 * (x - 1), sympy.srepr(e); "
        "assert fractions.numerator(1 + 1 / x**2) == x**2 + 1; print(GROUND_TYPES)"
    )
    environment = os.environ | {"SYMPY_GROUND_TYPES": ground}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ground
