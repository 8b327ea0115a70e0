"""What the kernel's rules accept of drawn facts and goals is true in numbers, where the facts hold."""

import random
from collections import Counter

import pytest
import sympy
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from derivations import normal, smt
from derivations.claim import Hypothesis
from derivations.rules import Arccos, Homogeneous, Identity, Sign, Square
from derivations.rules.rule import Facts
from derivations.signs import POSITIVE, structural_sign
from derivations.smt import Smt
from derivations.space import inner
from derivations.statement import Relation, equal, less, nonnegative, positive, unequal
from verify.trust.mutants import derivations_truth

X, Y, R = sympy.symbols("x y R", real=True)
K = sympy.Symbol("k", integer=True, nonnegative=True)
V = sympy.Function("v", real=True)
SQUARE, PRODUCT = inner("u", "u"), inner("u", "w")
POLYNOMIAL = (X, Y, SQUARE, PRODUCT, K, V(K), X + Y, X - 2, Y - PRODUCT, X * Y)
ATOMS = (*POLYNOMIAL, sympy.cos(X), sympy.atan(X), 2 * sympy.atan(Y), sympy.pi / 2, sympy.Abs(Y))
SOLVED = (*POLYNOMIAL, sympy.cos(X), sympy.Abs(Y))
ORDERS = ("<", "<=", "!=")
FINDING = settings(max_examples=200, database=None, phases=(Phase.generate,))


def changed(e, other):
    """What stands next to an expression: some of it has the sign that a fact on it gives, and some has not."""
    return (e, -e, e + 1, e - 1, 1 - e, other**2 + e, other**2 - e, e * other, e**2, 2 - e, sympy.sqrt(other**2 + e))


@st.composite
def facts(draw, atoms=ATOMS, at_least=0):
    """Up to two relations between 0 and an expression, either way round."""
    found = []
    for _ in range(draw(st.integers(at_least, 2))):
        e, operator = draw(st.sampled_from(atoms)), draw(st.sampled_from(ORDERS))
        found.append(Relation(*draw(st.sampled_from(((0, operator, e), (e, operator, 0))))))
    return tuple(found)


@st.composite
def inequalities(draw, atoms=ATOMS):
    """Facts; and goals on what stands next to the expression of one of them, or to another."""
    known = draw(facts(atoms))
    e = draw(st.sampled_from([*(r.right - r.left for r in known), draw(st.sampled_from(atoms))]))
    near = changed(e, draw(st.sampled_from(atoms)))
    return known, [Relation(0, operator, g) for g in near for operator in ORDERS]


def roots(e):
    return sympy.sqrt((e - Y) ** 2), sympy.sqrt(e) ** 2, sympy.sqrt(e**2), sympy.Abs(e)


@st.composite
def equalities(draw):
    """Facts, equations among them; and goals: an expression, written in another way, that need not be it."""
    known = draw(facts(POLYNOMIAL))
    if draw(st.booleans()):
        known = (*known, equal(Y, draw(st.sampled_from((X**2, sympy.cos(X), 2 - X, sympy.cos(sympy.pi * X))))))
    e = draw(st.sampled_from(POLYNOMIAL))
    f = draw(st.sampled_from((X, Y, K)))
    goals = [equal(side, e) for side in roots(e)]
    goals += [equal(sympy.acos(sympy.cos(g)), g) for g in (e, sympy.pi - e, e / 2)]
    goals += [equal(sympy.cos(sympy.pi * f) ** 2, 1), equal(sympy.sin(sympy.pi * f), 0), equal((e * f) / f, e)]
    return known, goals + [
        equal(e * f, f * X**2),
        equal(Y + e, e + sympy.cos(X)),
        equal(sympy.sqrt(e) * sympy.sqrt(f), sympy.sqrt(e * f)),
    ]


@st.composite
def scalings(draw):
    """ρ > 0 and y ≠ 0; an expression with its symbols scaled, which is ρ^degree times it for one degree or none."""
    f = draw(
        st.sampled_from((X / Y, X * Y, X + Y, sympy.sqrt(X**2 + Y**2), sympy.sign(X), sympy.cos(Y), X + 1, 3 + 0 * X))
    )
    weights = tuple((s, draw(st.integers(-1, 2))) for s in (X, Y))
    scaled = f.xreplace({s: R**w * s for s, w in weights})
    return (positive(R), unequal(Y, 0)), [
        (Homogeneous(R, weights, (("", d),)), equal(scaled, R**d * f)) for d in range(-2, 4)
    ]


COUNTED: Counter = Counter()


@pytest.fixture(scope="module", autouse=True)
def few_points():
    """A few points refute most of what is false; one that is missed today is found another day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(derivations_truth, "ATTEMPTS", 30)
        patch.setattr(derivations_truth, "POINTS", 4)
        yield


def refuted(rule, goal, known):
    """Where a goal that the rule accepts is false, though its facts hold; empty if nowhere, or if it is refused."""
    hypotheses = tuple(Hypothesis(f"h{n}", r) for n, r in enumerate(known))
    COUNTED["asked"] += 1
    if not rule.discharge(goal, Facts(hypotheses)).ok:
        return ""
    found = derivations_truth.tried(goal, hypotheses, goal.latex)
    COUNTED.update(accepted=1, tried=found.points > 0)
    return found.false_at and f"{rule}: {', '.join(r.latex for r in known)} |- {goal.latex} at {found.false_at}"


def first_refuted(*questions):
    return next(filter(None, (refuted(*question) for question in questions)), "")


def asked(rules, drawn):
    known, goals = drawn
    return first_refuted(*((rule, goal, known) for goal in goals for rule in rules))


@given(drawn=inequalities())
def test_a_sign_that_is_accepted_is_that_of_the_numbers(drawn):
    assert not asked((Sign(),), drawn)


@given(drawn=inequalities(SOLVED), which=st.integers(0, 6))
def test_an_inequality_that_z3_accepts_holds_in_numbers(drawn, which):
    known, goals = drawn
    assert not asked((Smt(timeout_ms=100),), (known, goals[which::7]))


@given(drawn=equalities())
def test_an_equality_that_is_accepted_holds_in_numbers(drawn):
    assert not asked((Identity(), Square(), Arccos()), drawn)


@given(drawn=scalings())
def test_a_degree_that_is_accepted_is_that_of_the_numbers(drawn):
    known, goals = drawn
    assert not first_refuted(*((rule, goal, known) for rule, goal in goals))


def test_a_tenth_of_the_goals_is_accepted_and_most_of_these_are_tried():
    """The laws above say something: cases on which every rule refuses, or no facts hold, would hold of any kernel."""
    known = (nonnegative(X), less(PRODUCT, 0))
    COUNTED.clear()
    goals = [Relation(0, o, g) for e in (X, PRODUCT) for g in changed(e, SQUARE) for o in ORDERS]
    assert not asked((Sign(),), (known, goals))
    assert 10 * COUNTED["accepted"] >= COUNTED["asked"] and COUNTED["tried"] == COUNTED["accepted"]


def _integers(atom, kind):
    return sympy.Dummy(str(atom), real=True, integer=True, **dict.fromkeys(kind, True))


def _slack(e):
    return e.has(sympy.atan) and e.as_coeff_Add()[0] >= 1


def _strict(e):
    return POSITIVE if "nonnegative" in (sign := structural_sign(e)) else sign


@pytest.mark.parametrize(
    ("module", "name", "wrong", "rule", "cases"),
    [
        (normal, "_dummy", _integers, Sign(), inequalities()),
        (normal, "above_arctangents", _slack, Sign(), inequalities()),
        (normal, "NONZERO", POSITIVE, Sign(), inequalities()),
        (smt, "structural_sign", _strict, Smt(timeout_ms=100), inequalities(SOLVED)),
    ],
    ids=["reals taken for integers", "arctangents below 1", "nonzero taken for positive", "z3 told of no 0"],
)
def test_a_kernel_that_is_wrong_is_seen(monkeypatch, module, name, wrong, rule, cases):
    """The negative control: the laws above find what such a kernel accepts."""
    monkeypatch.setattr(module, name, wrong)
    find(cases, lambda drawn: bool(asked((rule,), drawn)), settings=FINDING, random=random.Random(0))
