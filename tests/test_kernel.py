"""Laws of the proof kernel, on drawn expressions: what it claims to know is confirmed by numbers from another route."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import assume, example, given
from hypothesis import strategies as st

from derivations.claim import Hypothesis
from derivations.defined import undefined, undefined_parts
from derivations.enclose import decide
from derivations.normal import Context
from derivations.rules import Facts, Identity, Sign, Square
from derivations.space import vector
from derivations.statement import at_most, equal, less, nonnegative, positive, unequal
from verify.tolerance import roundoff

P, N, Z, R = sympy.symbols("p n z r", real=True)
K = sympy.Symbol("k", integer=True, nonnegative=True)
FACTS = (positive(P), nonnegative(N), unequal(Z, 0))
POINTS = [
    {P: p, N: n, Z: z, R: r, K: k}
    for p, n, z, r, k in [
        (1, 0, -1, 0, 0),
        ("1/3", 1, 2, -1, 1),
        (2, 0, -3, -2, 2),
        (5, "1/2", 1, 1, 0),
        ("7/5", 3, "-1/7", 3, 3),
        (1, 1, 1, 0, 1),
    ]
]
FUNCTIONS = (
    *(sympy.Abs, sympy.exp, sympy.log, sympy.cos, sympy.sin, sympy.cosh, sympy.sinh, sympy.tanh),
    *(sympy.atan, sympy.acos, sympy.asin),
)
TINY = mpmath.mpf(10) ** -30


class Undefined(ArithmeticError):
    """The expression, as written, has no real value at the point."""


def value(e: sympy.Expr, point: dict) -> mpmath.mpf:
    """The value of an expression, taken exactly as written, to 50 digits. Raises Undefined."""
    if e in point:
        return mpmath.mpf(Fraction(point[e]).numerator) / Fraction(point[e]).denominator
    if e.is_Rational:
        return mpmath.mpf(int(e.p)) / int(e.q)
    if e in (sympy.pi, sympy.E):
        return +{sympy.pi: mpmath.mp.pi, sympy.E: mpmath.mp.e}[e]
    if e in (sympy.nan, sympy.zoo):
        raise Undefined
    arguments = [value(a, point) for a in e.args]
    if e.is_Add:
        return mpmath.fsum(arguments)
    if e.is_Mul:
        return mpmath.fprod(arguments)
    if e.is_Pow:
        return power(*arguments)
    (x,) = arguments
    if isinstance(e, sympy.log) and x <= 0:
        raise Undefined
    if isinstance(e, sympy.acos | sympy.asin) and abs(x) > 1:
        raise Undefined
    return abs(x) if isinstance(e, sympy.Abs) else getattr(mpmath, type(e).__name__)(x)


def power(base: mpmath.mpf, exponent: mpmath.mpf) -> mpmath.mpf:
    integer = exponent == mpmath.floor(exponent)
    if abs(base) < TINY and exponent < 0 or not integer and base < 0:
        raise Undefined
    return base ** int(exponent) if integer else base**exponent


def built(operation, *arguments, **options) -> sympy.Expr:
    """operation(*arguments), or nan where SymPy itself divides by zero while it builds."""
    try:
        return operation(*arguments, **options)
    except ZeroDivisionError:
        return sympy.nan


def as_written(operation):
    return lambda *arguments: built(operation, *arguments, evaluate=False)


def expressions(leaves=(P, N, Z, R), functions=(sympy.Abs, sympy.atan)):
    """Sums, products, quotients, powers and roots, some of them kept from simplifying themselves."""
    numbers = st.fractions(min_value=-2, max_value=2, max_denominator=3).map(
        lambda f: sympy.Rational(f.numerator, f.denominator)
    )
    exponents = st.sampled_from(
        [-2, -1, 2, 3, sympy.Rational(1, 2), sympy.Rational(-1, 2), sympy.Rational(1, 3), K, K + 1]
    )

    def extend(inner):
        pairs = st.tuples(inner, inner)
        return st.one_of(
            pairs.map(lambda ab: built(sympy.Add, *ab)),
            pairs.map(lambda ab: built(sympy.Mul, *ab)),
            pairs.map(lambda ab: as_written(sympy.Add)(*ab)),
            pairs.map(lambda ab: as_written(sympy.Mul)(ab[0], as_written(sympy.Pow)(ab[1], -1))),
            st.tuples(inner, exponents).map(lambda be: as_written(sympy.Pow)(*be)),
            st.tuples(inner, exponents).map(lambda be: built(sympy.Pow, *be)),
            st.tuples(st.sampled_from(functions), inner).map(lambda fx: built(*fx)),
        )

    return st.recursive(st.one_of(st.sampled_from(leaves), numbers), extend, max_leaves=6).filter(
        lambda e: isinstance(e, sympy.Expr) and not e.has(sympy.I, sympy.zoo, sympy.nan, sympy.oo)
    )


REWRITINGS = (sympy.expand, sympy.together, sympy.factor, sympy.cancel, sympy.simplify, lambda e: e.xreplace({}))


@given(expressions(functions=FUNCTIONS))
def test_what_is_known_to_be_defined_has_a_value_wherever_the_facts_hold(e):
    assume(not undefined_parts(e, Context(FACTS)))
    with mpmath.workdps(50):
        for point in POINTS:
            value(e, point)


@given(expressions(functions=FUNCTIONS))
@example(sympy.atan(K))
@example(sympy.Abs(R) - R)
@example(sympy.sqrt(R**2) - R)
def test_a_sign_that_is_known_is_the_sign_of_the_value(e):
    context = Context(FACTS)
    assume(not undefined_parts(e, context))
    sign = context.sign(e)
    assume(sign)
    with mpmath.workdps(50):
        values = [value(e, point) for point in POINTS]
    if "nonnegative" in sign:
        assert min(values) > -TINY
    if "nonzero" in sign:
        assert min(map(abs, values)) > TINY


@given(expressions(), expressions(), st.sampled_from(REWRITINGS))
def test_what_vanishes_is_zero_wherever_the_facts_hold(e, perturbation, rewriting):
    context = Context(FACTS)
    try:
        rewritten = rewriting(e)
    except (sympy.PolynomialError, NotImplementedError, RecursionError):
        assume(False)
    for difference in (e - rewritten, e - rewritten - perturbation, e - perturbation):
        if difference.has(sympy.I, sympy.zoo, sympy.nan) or undefined_parts(e, context):
            continue
        if undefined_parts(rewritten, context) or undefined_parts(perturbation, context):
            continue
        if context.vanishes(difference):
            with mpmath.workdps(50):
                assert all(abs(value(difference, point)) < TINY for point in POINTS)


rational = expressions(functions=(sympy.Abs,)).filter(
    lambda e: not e.has(sympy.Abs, K) and all(p.exp.is_integer for p in e.atoms(sympy.Pow))
)


@given(rational, st.sampled_from([sympy.expand, sympy.together, sympy.factor]))
def test_a_rational_expression_equals_its_rewriting(e, rewriting):
    context = Context(FACTS)
    assume(not undefined_parts(e, context))
    assert context.vanishes(e - rewriting(e))


coefficients = st.lists(st.integers(-3, 3), min_size=3, max_size=3)


@given(coefficients, coefficients)
def test_facts_that_define_are_substituted_and_facts_that_relate_are_used(first, second):
    a, b = (c[0] + c[1] * P * R + c[2] * Z**2 for c in (first, second))
    x = sympy.Symbol("x", real=True)
    assert Context([equal(x, a)]).vanishes(x * b - sympy.expand(a * b))
    assert Context([equal(x**2, a)]).vanishes(x**3 * b - x * sympy.expand(a * b))
    assert not Context([equal(x, a)]).vanishes(x * b - sympy.expand(a * b) + P)


@given(coefficients, st.integers(0, 4))
def test_a_sum_of_powers_peels_at_its_end(factors, shift):
    i = sympy.Symbol("i", integer=True, nonnegative=True)
    term = sum(c * P ** (n * i) * i**n for n, c in enumerate(factors))
    whole = sympy.Sum(term, (i, 0, K + shift))
    part = sympy.Sum(term, (i, 0, K + shift - 1)) + term.subs(i, K + shift)
    context = Context(FACTS)
    assert context.vanishes(whole - part)
    assert not context.vanishes(whole - part - P)


@st.composite
def models(draw):
    """A point, and facts that are true there."""
    point = draw(st.sampled_from(POINTS))
    facts = []
    for a, b in draw(st.lists(st.tuples(rational, rational), max_size=4)):
        try:
            gap = sympy.Rational(str(Fraction(str(mpmath.nstr(value(a - b, point), 30))).limit_denominator(10**6)))
            assume(abs(value(a - b - gap, point)) < TINY)
        except Undefined:
            continue
        facts.append(equal(a, b + gap))
        if gap:
            facts.append(unequal(a, b))
            facts.append(positive((a - b) * sympy.sign(gap)))
        elif draw(st.booleans()):
            facts.append(nonnegative(a - b))
    return point, facts


@given(models(), rational, rational, st.integers(-1, 1), st.sampled_from([equal, unequal, at_most, less]))
def test_what_follows_from_true_facts_is_true(model, a, factor, slip, relate):
    point, facts = model
    b = a + slip + sum(factor**n * (f.left - f.right) for n, f in enumerate(facts) if f.operator == "=")
    assume(not b.has(sympy.zoo, sympy.nan))
    goal = relate(a, b)
    rules = (Identity(), Square(), Sign())
    hypotheses = Facts(tuple(Hypothesis(f"h{n}", f) for n, f in enumerate(facts)))
    if any(undefined(f, Context(facts[:n] + facts[n + 1 :])) for n, f in enumerate(facts)):
        return
    if any(rule.discharge(goal, hypotheses).ok for rule in rules):
        with mpmath.workdps(50):
            gap = value(b, point) - value(a, point)
        holds = {"=": abs(gap) < TINY, "!=": abs(gap) > TINY, "<=": gap > -TINY, "<": gap > TINY}
        assert holds[goal.operator]


surds = st.tuples(st.integers(-30, 30), st.integers(-30, 30), st.integers(0, 30), st.integers(1, 12))


def exact_sign(a: int, b: int, c: int) -> int:
    """The sign of a + b√c by integers only."""
    left, right = a * abs(a), -b * abs(b) * c
    return (left > right) - (left < right)


@given(surds, surds)
@example((7, 4, 3, 1), (2, 1, 3, 1))
def test_decide_agrees_with_integer_arithmetic(first, second):
    (a, b, c, n), (p, q, _, m) = first, second
    x = (a + b * sympy.sqrt(c)) / n
    y = (p + q * sympy.sqrt(c)) / m
    sign = exact_sign(p * n - a * m, q * n - b * m, c)
    assert decide(less(x, y)) is (sign > 0)
    assert decide(at_most(x, y)) is (sign >= 0)
    assert decide(equal(x, y)) is (sign == 0)
    assert decide(unequal(x, y)) is (sign != 0)


@given(st.integers(0, 40), st.integers(0, 40))
def test_decide_denests_roots(a, b):
    nested = sympy.sqrt(a + b + 2 * sympy.sqrt(a * b))
    assert decide(equal(nested, sympy.sqrt(a) + sympy.sqrt(b))) is True
    assert decide(less(nested, sympy.sqrt(a) + sympy.sqrt(b) + sympy.Rational(1, 10**50))) is True


names = st.sampled_from("uvw")
scalars = st.fractions(min_value=-5, max_value=5, max_denominator=7)
combinations = st.dictionaries(names, scalars, min_size=1)


def abstract(combination: dict):
    zero = 0 * vector("u")
    return sum((sympy.Rational(c.numerator, c.denominator) * vector(name) for name, c in combination.items()), zero)


def concrete(combination: dict, basis: dict) -> np.ndarray:
    return sum(float(c) * basis[name] for name, c in combination.items())


@given(combinations, combinations, combinations, scalars)
def test_the_inner_product_is_bilinear_and_symmetric(a, b, c, factor):
    x, y, z = map(abstract, (a, b, c))
    s = sympy.Rational(factor.numerator, factor.denominator)
    context = Context()
    assert context.vanishes((x + s * y).dot(z) - x.dot(z) - s * y.dot(z))
    assert context.vanishes(x.dot(y) - y.dot(x))
    assert context.vanishes((x + y).dot(x + y) + (x - y).dot(x - y) - 2 * x.dot(x) - 2 * y.dot(y))


@given(combinations, combinations, st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_abstract_vectors_agree_with_numbers_in_every_dimension(a, b, dimension, seed):
    rng = np.random.default_rng(seed)
    basis = {name: rng.normal(size=dimension) for name in "uvw"}
    gram = {vector(m).dot(vector(n)): basis[m] @ basis[n] for m in "uvw" for n in "uvw"}
    x, y = concrete(a, basis), concrete(b, basis)
    scale = 1 + sum(abs(float(c)) for c in (*a.values(), *b.values())) ** 2 * max(map(abs, gram.values()))
    rounding = roundoff(30 + dimension)  # nine products with their factors, and the sums of both ways
    inner = abstract(a).dot(abstract(b))
    assert float(inner.subs(gram)) == pytest.approx(x @ y, abs=rounding * scale)
    # Lagrange: ‖x‖²‖y‖² - ⟨x,y⟩² is the squared area.
    area = abstract(a).dot(abstract(a)) * abstract(b).dot(abstract(b)) - inner**2
    outer = np.outer(x, y) - np.outer(y, x)
    assert float(area.subs(gram)) == pytest.approx((outer**2).sum() / 2, abs=4 * rounding * scale**2)


@given(combinations, combinations, st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_elementwise_products_distribute(a, b, dimension, seed):
    rng = np.random.default_rng(seed)
    basis = {name: rng.normal(size=dimension) for name in "uvw"}
    product = abstract(a) * abstract(b)
    expected = concrete(a, basis) * concrete(b, basis)
    pairs = {rf"{m} \odot {n}": basis[m] * basis[n] for m in "uvw" for n in "uvw" if m <= n}
    total = sum((float(c) * pairs[name] for name, c in product.terms), np.zeros(dimension))
    size = sum(abs(float(c)) * abs(pairs[name]).max() for name, c in product.terms) + abs(expected).max()
    assert total == pytest.approx(expected, abs=roundoff(40) * size)  # either way nine products with their factors
