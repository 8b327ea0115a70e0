"""Update rules made by chance take the same steps on every backend: numbers of each kind, intervals, symbols."""

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given, settings
from random_programs import COORDINATES, ELEMENTWISE, LINEAR, Drawn, drawn, programs

from derivations.space import AbstractSpace, CoordinateSpace, inner_names, vector
from verify.oracle import trajectory
from verify.spaces import Balls, Exact, Float64, Multiprecision, Torch
from verify.strategies import dimensions, seeds
from verify.tolerance import TrackedSpace, judge

STEPS = 2
H = Drawn.numbers()


def path(scheme, space, start, gradients):
    """The weights and buffers after each step of a run."""
    found = trajectory(scheme, space, start, list(gradients), H)
    return [(x, state["m"]) for x, state in zip(found.points, found.states, strict=True)]


def with_bounds(scheme, values):
    tracked = TrackedSpace(torch.float64)
    with np.errstate(all="ignore"):
        return path(scheme, tracked, *_split([tracked.vector(row[None]) for row in values]))


def _split(vectors):
    return vectors[0], vectors[1 : STEPS + 1]


def agree(bounds, seen):
    """Whether points and buffers lie within the bounds."""
    pairs = zip(bounds, seen, strict=True)
    return all(
        judge(bound, np.array([[float(c) for c in np.reshape(value, -1)]])).ok
        for ones, others in pairs
        for bound, value in zip(ones, others, strict=True)
    )


@given(program=programs(longest=4), seed=seeds(), d=dimensions(5))
def test_numbers_of_every_kind_take_the_steps_of_a_drawn_rule(program, seed, d):
    scheme, values, precise = Drawn(program), drawn(seed, d), Multiprecision(40)
    bounds = with_bounds(scheme, values)
    assert agree(bounds, path(scheme, Float64(), *_split(list(values))))
    assert agree(bounds, path(scheme, precise, *_split([precise.vector(row) for row in values])))
    single = path(scheme, Torch(), *_split(list(torch.tensor(values))))
    assert agree(bounds, [tuple(t.numpy() for t in pair) for pair in single])


@given(program=programs(longest=4), seed=seeds(), d=dimensions(5))
def test_a_batch_of_runs_is_each_run_by_itself(program, seed, d):
    scheme, many = Drawn(program), np.stack([drawn(seed + i, d) for i in range(3)], axis=1)
    together = path(scheme, Torch(), *_split([torch.tensor(rows) for rows in many]))
    for i in range(3):
        assert agree(with_bounds(scheme, many[:, i]), [tuple(t[i].numpy() for t in pair) for pair in together])


@settings(max_examples=25)
@given(program=programs(ELEMENTWISE, 3), seed=seeds(), d=dimensions(3))
def test_exact_steps_lie_in_their_balls_and_within_the_bounds(program, seed, d):
    scheme, values, exact, balls = Drawn(program), drawn(seed, d), Exact(), Balls()
    found = path(scheme, exact, *_split([exact.vector(map(sympy.Rational, map(str, row))) for row in values]))
    assert agree(with_bounds(scheme, values), found)
    around = path(scheme, balls, *_split([balls.vector(row) for row in values]))
    for ones, others in zip(found, around, strict=True):
        for x, ball in zip(np.concatenate(ones), np.concatenate(others), strict=True):
            assert ball.overlaps(balls.scalar(sympy.Rational(x)))


@settings(max_examples=25)
@given(program=programs(LINEAR, 3), seed=seeds(), d=dimensions(3))
def test_the_gram_matrix_of_a_drawn_linear_rule_is_that_of_its_vectors(program, seed, d):
    """One step on abstract vectors, ⟨x', m'⟩ in the inner products of x and g; then in numbers."""
    scheme, exact, abstract = Drawn(program), Exact(), AbstractSpace()
    h = scheme.numbers()
    h.lr, h.beta = sympy.Rational(1, 4), sympy.Rational(3, 4)
    x, g = vector("x"), vector("g")
    after, state = scheme.step(abstract, 0, x, g, {"m": x - 2 * g}, h)
    product = abstract.dot(after, state["m"])
    here = dict(zip("xg", (exact.vector(map(sympy.Rational, map(str, row))) for row in drawn(seed, d)), strict=False))
    at = {s: exact.dot(*(here[name] for name in inner_names(s))) for s in product.free_symbols}
    there, memory = scheme.step(exact, 0, here["x"], here["g"], {"m": here["x"] - 2 * here["g"]}, h)
    assert sympy.simplify(product.subs(at) - exact.dot(there, memory["m"])) == 0


@given(program=programs(COORDINATES, 4), seed=seeds())
def test_a_generic_coordinate_is_every_coordinate(program, seed):
    scheme, exact = Drawn(program), Exact()
    h = scheme.numbers()
    h.lr, h.beta = sympy.Rational(1, 4), sympy.Rational(3, 4)
    symbols = sympy.symbols("x g m", real=True)
    after, state = scheme.step(CoordinateSpace(), 1, symbols[0], symbols[1], {"m": symbols[2]}, h)
    x, g, m = (exact.vector(map(sympy.Rational, map(str, row))) for row in drawn(seed, 3))
    there, memory = scheme.step(exact, 1, x, g, {"m": m}, h)
    for i in range(3):
        at = dict(zip(symbols, (x[i], g[i], m[i]), strict=True))
        for generic, special in ((after, there), (state["m"], memory["m"])):
            assert sympy.N(sympy.sympify(generic).subs(at) - special[i], 30, chop=True) == 0


@pytest.mark.parametrize("wrong", ["add", "dot", "sqrt", "maximum", "choose", "number"])
def test_a_backend_with_one_wrong_operation_is_seen(wrong):
    """The negative control: each operation of the protocol off by 10⁻¹², or of the wrong side."""

    class Vector(np.ndarray):
        def __add__(self, other):
            return np.ndarray.__add__(self, other) * (1 + 1e-12)

    class Wrong(Float64):
        def vector(self, coordinates):
            found = super().vector(coordinates)
            return found.view(Vector) if wrong == "add" else found

        def dot(self, x, y):
            return super().dot(x, y) * (1 + 1e-12 * (wrong == "dot"))

        def sqrt(self, x):
            return super().sqrt(x) * (1 + 1e-12 * (wrong == "sqrt"))

        def maximum(self, x, y):
            return -super().maximum(-x, -y) if wrong == "maximum" else super().maximum(x, y)

        def choose(self, sign, x, y):
            return super().choose(sign, *((y, x) if wrong == "choose" else (x, y)))

        def number(self, p, q):
            return super().number(p, q) * (1 + 1e-12 * (wrong == "number"))

    program = (
        ("add", 0, 1, 1, 1),
        ("along", 0, 3, 1, 1),
        ("root", 4, 0, 1, 1),
        ("maximum", 5, 1, 1, 1),
        ("choose", 6, 4, 1, 1),
        ("add", 6, 7, 1, 1),
        ("add", 8, 3, 1, 1),
    )
    scheme, values = Drawn(program), drawn(1, 4)
    bounds, space = with_bounds(scheme, values), Wrong()
    assert agree(bounds, path(scheme, Float64(), *_split(list(values))))
    assert not agree(bounds, path(scheme, space, *_split([space.vector(row) for row in values])))
