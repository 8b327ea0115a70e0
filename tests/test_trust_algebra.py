"""The core algebra on random programs: all backends of `Space` agree, and the kernel accepts only what is true."""

import functools
import operator

import mpmath
import numpy as np
import pytest
import sympy
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from random_programs import LINEAR, NAMES, drawn, programs, run

from derivations.degrees import Degrees, Graded
from derivations.normal import Context
from derivations.rules import Identity
from derivations.rules.rule import Facts
from derivations.space import AbstractSpace, inner, inner_names, vector
from derivations.statement import at_most, equal
from derivations.sums import canonical_sums
from verify.spaces import Exact, Float64, Multiprecision, Torch
from verify.strategies import seeds
from verify.tolerance import TrackedSpace, judge


@given(program=programs(), seed=seeds(), d=st.integers(1, 5))
def test_numbers_of_every_kind_run_a_program_alike(program, seed, d):
    values = drawn(seed, d)
    precise, tracked = Multiprecision(40), TrackedSpace(torch.float64)
    found = [
        run(Float64(), program, list(values)),
        run(Torch(), program, list(torch.tensor(values))),
        run(precise, program, [precise.vector(row) for row in values]),
    ]
    with np.errstate(all="ignore"):
        bounds = run(tracked, program, [tracked.vector(row[None]) for row in values])
    for bound, *same in zip(bounds, *found, strict=True):
        for seen in same:
            seen = seen.numpy() if isinstance(seen, torch.Tensor) else seen
            assert judge(bound, np.array([[float(c) for c in np.reshape(seen, -1)]])).ok


@given(program=programs(LINEAR, 5), seed=seeds(), d=st.integers(1, 5))
def test_abstract_vectors_are_the_concrete_ones_by_their_gram_matrix(program, seed, d):
    values, exact = drawn(seed, d), Exact()
    concrete = dict(zip(NAMES, (exact.vector(map(float, row)) for row in values), strict=True))
    abstract, product = run(AbstractSpace(), program, [vector(name) for name in NAMES])
    expected, number = run(exact, program, list(concrete.values()))

    def at(e):
        pairs = {s: inner_names(s) for s in e.free_symbols}
        return e.subs({s: exact.dot(concrete[a], concrete[b]) for s, (a, b) in pairs.items()})

    combined = sum((concrete[name] * at(c) for name, c in abstract.terms), exact.zeros_like(concrete["a"]))
    assert list(combined) == list(expected)
    assert at(product) == number


@given(program=programs(("add", "subtract", "scale"), 4), seed=seeds(), d=st.integers(1, 4))
def test_products_by_coordinate_keep_their_sums(program, seed, d):
    """⟨a ⊙ b, 1⟩ = ⟨a, b⟩: the sum of the coordinates of a product of two of the vectors."""
    space, exact, values = AbstractSpace(), Exact(), drawn(seed, d)
    concrete = dict(zip(NAMES, (exact.vector(map(float, row)) for row in values), strict=True))
    x, y = vector("a"), run(space, program, [vector(name) for name in NAMES])[0]
    total = space.dot(x * y, space.ones_like(x))
    at = {s: exact.dot(*(concrete[n] for n in inner_names(s))) for s in total.free_symbols}
    end = run(exact, program, list(concrete.values()))[0]
    assert total.subs(at) == sum(concrete["a"] * end)


@given(
    program=programs(longest=5), seed=seeds(), d=st.integers(1, 4), rho=st.sampled_from([2, 3, sympy.Rational(1, 2)])
)
def test_degrees_are_the_exponents_that_scaled_runs_show(program, seed, d, rho):
    """Degrees says by which power the result grows when all vectors do; it demands what that power needs."""
    degrees, exact = Degrees(), Exact()
    graded = [Graded(degrees, sympy.Integer(1)) for _ in NAMES]
    result, product = run(degrees, program, graded)
    assume(not degrees.demands)
    values = [exact.vector(map(float, row)) for row in drawn(seed, d)]
    before, after = (run(exact, program, [v * scale for v in values]) for scale in (1, rho))
    for degree, small, large in zip((result, product), before, after, strict=True):
        power = 1 if degree.degree is None else rho**degree.degree
        for a, b in zip(np.reshape(small, -1), np.reshape(large, -1), strict=True):
            assert sympy.simplify(power * a - b) == 0
            assert degree.degree is not None or a == 0


@given(program=programs(LINEAR, 4), other=programs(LINEAR, 3), seed=seeds())
def test_the_inner_product_is_bilinear_symmetric_and_bounded(program, other, seed):
    space, names = AbstractSpace(), [vector(name) for name in NAMES]
    (x, _), (y, _), z = run(space, program, names), run(space, other, names), names[2]
    context = Context()
    assert context.vanishes(space.dot(x, y) - space.dot(y, x))
    assert context.vanishes(space.dot(x + 2 * z, y) - space.dot(x, y) - 2 * space.dot(z, y))
    exact = Exact()
    p, q = (
        run(exact, lines, [exact.vector(map(float, row)) for row in drawn(seed, 3)])[0] for lines in (program, other)
    )
    assert exact.dot(p, q) ** 2 <= exact.dot(p, p) * exact.dot(q, q)


SYMBOLS = sympy.symbols("x y z", real=True)


@st.composite
def expressions(draw, depth=3, plain=False):
    """Polynomials, quotients by what is not 0, and roots of what is positive; `plain`: of 1 + s², s a symbol."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from((*SYMBOLS, sympy.Integer(2), sympy.Rational(-3, 5))))
    a, b = draw(expressions(depth - 1, plain)), draw(expressions(depth - 1, plain))
    kind = draw(st.sampled_from(("add", "subtract", "multiply", "square", "divide", "root")))
    under = draw(st.sampled_from(SYMBOLS)) if kind == "root" and plain else b
    return {
        "add": a + b,
        "subtract": a - b,
        "multiply": a * b,
        "square": a**2,
        "divide": a / (1 + b**2),
        "root": a * sympy.sqrt(1 + under**2),
    }[kind]


def accepted(left, right):
    """Whether the kernel takes left = right for proved."""
    return Identity().discharge(equal(left, right), Facts()).ok


@given(e=expressions(plain=True), f=expressions(plain=True))
def test_the_kernel_accepts_what_is_equal_where_no_root_depends_on_another(e, f):
    """Every identity between rational functions of x, y, z and √(1+x²), √(1+y²), √(1+z²).

    These roots are independent, so that the ideal of their relations is prime, and membership decides. No more is
    promised: √2·√3 = √6 is a relation between roots that the ideal lacks, and SymPy, asked to multiply out, rewrites
    what stands under a nested root into another root.
    """
    rewritten = sympy.expand((e + f) ** 2) - sympy.expand(f**2) - 2 * e * f
    assert Context().vanishes(e**2 - rewritten)
    assert accepted(e**2, (e + f) ** 2 - f**2 - 2 * e * f)  # multiplied out, a denominator need not be seen to be > 0


@given(e=expressions(), f=expressions())
def test_the_kernel_never_accepts_what_differs_everywhere(e, f):
    """Whatever the roots are. The wrong sides exceed the right one by a constant, a sum of squares and 1, and so on."""
    for wrong in (e**2 + sympy.Rational(1, 10**9), e**2 + f**2 + 1, e**2 - SYMBOLS[0] ** 2 - 1):
        assert not accepted(e**2, wrong)
        assert not accepted((e + f) ** 2 - f**2 - 2 * e * f, wrong)


def enclosed(e, at):
    """An interval that contains the value at a point, computed in fifty digits as the expression is written."""
    if e.is_Symbol:
        return mpmath.iv.mpf(at[e])
    if e.is_Rational:
        return mpmath.iv.mpf(int(e.p)) / int(e.q)
    if e.is_Pow:
        base = enclosed(e.base, at)
        return base ** int(e.exp) if e.exp.is_Integer else mpmath.iv.sqrt(base) ** int(e.exp.p)
    parts = [enclosed(a, at) for a in e.args]
    return functools.reduce(operator.add if e.is_Add else operator.mul, parts)


@given(e=expressions(), f=expressions(), seed=seeds())
def test_what_the_kernel_accepts_agrees_in_fifty_digits(e, f, seed):
    at = dict(zip(SYMBOLS, np.random.default_rng(seed).normal(size=3), strict=True))
    assert accepted(e, e)
    mpmath.iv.dps = 50
    for other in (f, sympy.expand(e), sympy.together(e), sympy.factor(e), e - f):
        if accepted(e, other):
            assert 0 in enclosed(e, at) - enclosed(other, at)


@given(e=expressions())
def test_a_normal_form_is_its_own(e):
    context = Context()
    once = context._generators.numerator(context.prepare(e))
    assert context._generators.numerator(once) == once
    k = sympy.Symbol("k", integer=True, nonnegative=True)
    i = sympy.Symbol("i", integer=True)
    total = canonical_sums(sympy.Sum(e * (i + 1), (i, 0, k + 1)))
    assert canonical_sums(total) == total


@given(e=expressions(2))
def test_a_sign_that_is_read_off_is_that_of_the_numbers(e):
    known = Context().sign(e)
    for point in np.random.default_rng(0).normal(size=(5, 3)):
        value = complex(sympy.lambdify(SYMBOLS, e, "math")(*point)).real
        assert value > -1e-9 or "nonnegative" not in known
    assert at_most(0, e).operator == "<=" and inner("a", "a").is_nonnegative


@pytest.mark.parametrize("operation", ["add", "product"])
def test_a_backend_that_is_wrong_is_seen(operation):
    """The negative control: of a space that adds or multiplies wrongly the tracked bound is left."""

    class Wrong(Float64):
        def ones_like(self, x):
            return np.ones_like(x) * (1 + 1e-12)

    program = (("add", 0, 1, 1, 1), ("quotient", 3, 2, 1, 1), (operation, 4, 0, 1, 1))
    values, tracked = drawn(1, 4), TrackedSpace(torch.float64)
    bound, _ = run(tracked, program, [tracked.vector(row[None]) for row in values])
    assert judge(bound, run(Float64(), program, list(values))[0][None]).ok
    assert not judge(bound, run(Wrong(), program, list(values))[0][None]).ok
