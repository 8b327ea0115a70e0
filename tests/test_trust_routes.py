"""Other routes to the same results: each agrees where it should, and sees what is wrong."""

import os
import random
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import sympy
import torch

from derivations.claim import Hypothesis, Step, Theorem
from derivations.motion.norm_growth import CLAIM as GROWTH
from derivations.rules import Identity
from derivations.space import inner, vector
from derivations.statement import at_most, equal, less, positive
from verify.trust import determinism
from verify.trust.routes import intervals, oracle, smt, sphere, survey
from verify.trust.routes.cells import Undecided, holds
from verify.trust.routes.points import evaluate
from verify.trust.routes.solve import point

X, Y = sympy.symbols("x y", real=True)
NAMES = ["sqrt", "log", "exp", "cos", "sin", "tan", "atan", "asin", "acos"]


# -- points ------------------------------------------------------------------------------------------------------------


def test_a_theorem_of_ours_is_true_at_points_of_its_hypotheses():
    for theorem in (*GROWTH.theorems, *GROWTH.corrected):
        found = evaluate(theorem, dimensions=(2, 3))
        assert found.points and found.relations and not found.failures


def test_a_false_theorem_is_false_at_a_point():
    """The negative control: Pythagoras without the right angle, and with a constant that is nearly right."""
    u, v = vector("u"), vector("v")
    right_angle = Hypothesis("right angle", equal(inner("u", "v"), 0))
    squares = inner("u", "u") + inner("v", "v")

    def theorem(value, *hypotheses):
        statement = equal((u + v).dot(u + v), value)
        return Theorem("squares", hypotheses, statement, (Step("squares", statement, Identity()),))

    assert not evaluate(theorem(squares, right_angle), dimensions=(2, 3)).failures
    assert evaluate(theorem(squares), dimensions=(2, 3)).failures
    assert evaluate(theorem(squares * (1 + sympy.Rational(1, 10**20)), right_angle), dimensions=(2,)).failures


def test_contradictory_hypotheses_have_no_point():
    hypotheses = (Hypothesis("a", positive(X - 1)), Hypothesis("b", less(X, 1)))
    theorem = Theorem("none", hypotheses, equal(X, X), (Step("none", equal(X, X), Identity()),))
    assert not evaluate(theorem).points


def test_a_function_at_two_unknowns_is_not_two_numbers():
    """f(x) = f(y) follows from x = y, which two free numbers for f(x) and f(y) would not know."""
    f = sympy.Function("f", real=True)
    statement = equal(f(X), f(Y))
    found = evaluate(
        Theorem("same", (Hypothesis("x", equal(X, Y)),), statement, (Step("same", statement, Identity()),))
    )
    assert not found.points and "several unknowns" in found.reason and not found.failures


def test_a_point_satisfies_the_equations_to_many_digits():
    hypotheses = (Hypothesis("circle", equal(X**2 + Y**2, 2)), Hypothesis("above", positive(X - Y)))
    theorem = Theorem("on it", hypotheses, equal(X, X), (Step("on it", equal(X, X), Identity()),))
    _, at = point(theorem, 0, random.Random(0))
    assert abs(at[X] ** 2 + at[Y] ** 2 - 2) < 1e-80 and at[X] > at[Y]


# -- cells -------------------------------------------------------------------------------------------------------------

DECIDED = (
    (less(0, X**2 + 1), (), True),
    (less(0, X**2), (), False),
    (at_most(0, X**2), (), True),
    (less(0, (X - Y) ** 2), (), False),
    (less(X * Y, 1), (positive(X), positive(Y), less(X + Y, 2)), True),
    (less(X * Y, 1), (positive(X), positive(Y), at_most(X + Y, 2)), False),  # equal at (1, 1) only
    (at_most(X * Y, 1), (positive(X), positive(Y), equal(X + Y, 2)), True),
)


@pytest.mark.parametrize("relation, facts, expected", DECIDED)
def test_cells_decide_polynomial_inequalities(relation, facts, expected):
    assert holds(relation, facts) is expected


def test_cells_do_not_pass_what_they_cannot_decide():
    with pytest.raises(Undecided):
        holds(less(0, (X - 1) ** 2 + (Y - 1) ** 2), (positive(X), positive(Y)))  # 0 at one point by itself


def test_a_step_that_fails_by_cells_fails_the_route():
    row = {"claim": "A", "theorem": "B", "step": "C", "unknowns": 1, "answer": "holds"}
    assert (
        smt.ok({"steps": [row]})
        and not smt.ok({"steps": [row, row | {"answer": "fails"}]})
        and not smt.ok({"steps": []})
    )


# -- intervals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_intervals_of_mpmath_overlap_balls_of_arb(name):
    flint = pytest.importorskip("flint")
    other = intervals.stand_in()
    for p, q in ((1, 3), (9, 10), (-7, 10), (5, 2)):
        ours = getattr(other.arb_series([other.fmpq(p, q), 1], prec=4), name)()
        flint.ctx.cap = 4
        theirs = getattr(flint.arb_series([flint.arb(flint.fmpq(p, q)), 1], prec=4), name)()
        for i in range(4):
            assert ours[i].is_finite() == theirs[i].is_finite()
            if ours[i].is_finite():
                low, high = (float(end.mid) for end in (ours[i].interval.a, ours[i].interval.b))
                assert low - 1e-12 * (1 + abs(low)) <= float(theirs[i]) <= high + 1e-12 * (1 + abs(high))


def test_what_is_no_number_stays_none():
    other = intervals.stand_in()
    nothing = other.arb(-1).sqrt()
    for made in (nothing.atan(), nothing.cos(), nothing + 1, 1 / other.arb(0), other.arb(2).asin().sin()):
        assert not made.is_finite() and not made > -9 and not made < 9 and not made <= 9


# -- sphere ------------------------------------------------------------------------------------------------------------

LIMIT = 1 - 2.0**-20


class Theirs:
    """geoopt's formulas, with a limit on cosines of its kind; `wrong`: an operation that is off by 10⁻¹¹ of itself."""

    def __init__(self, wrong=""):
        self.off = {wrong: 1 + 1e-11}

    def proju(self, x, q):
        return (q - (x * q).sum(-1, keepdim=True) * x) * self.off.get("projection", 1)

    def retr(self, x, p):
        return (x + p) / (x + p).norm(dim=-1, keepdim=True) * self.off.get("retraction", 1)

    def expmap(self, x, p):
        length = p.norm(dim=-1, keepdim=True)
        return (x * length.cos() + p * length.sin() / length) * self.off.get("exponential", 1)

    def dist(self, x, y, keepdim=True):
        return torch.acos((x * y).sum(-1, keepdim=True).clamp(-LIMIT, LIMIT)) * self.off.get("distance", 1)

    def logmap(self, x, y):
        way = (y - x) - (x * (y - x)).sum(-1, keepdim=True) * x
        return way * self.dist(x, y) / way.norm(dim=-1, keepdim=True) * self.off.get("transport of the logarithm", 1)


def over(theirs, angle):
    u, p = sphere.draw(3, angle, np.random.default_rng(0))
    return {name: row["geoopt_over"] for name, row in sphere._one(theirs, LIMIT, u[:8], p[:8])}


@pytest.mark.parametrize("angle", [1.0, 1e-6, -3e-3])
def test_another_hand_is_within_what_rounding_leaves_of_its_formulas(angle):
    """Its limit on cosines is part of them: at an angle of 10⁻⁶ its distance is 1.4·10⁻³."""
    assert all(found <= 1 for found in over(Theirs(), angle).values())


@pytest.mark.parametrize("wrong", [*sphere.NAMES, "distance"])
def test_an_operation_of_another_hand_that_is_off_is_seen(wrong):
    found = over(Theirs(wrong), 1.0)
    assert found[wrong] > 1 and all(found[name] <= 1 for name in ("projection", "retraction") if name != wrong)


def test_a_sphere_that_leaves_its_bounds_fails_the_route():
    rows = [{"over": 0.1, "geoopt_over": 0.1} for _ in range(len(sphere.NAMES) * len(sphere.REGIMES))]
    assert sphere.ok({"version": "1", "rows": rows}) and not sphere.ok({"version": "1", "rows": rows[1:]})
    for key in ("over", "geoopt_over"):
        assert not sphere.ok({"version": "1", "rows": [rows[0] | {key: 1.1}, *rows[1:]]})


# -- oracle, survey ----------------------------------------------------------------------------------------------------


def test_a_scheme_runs_alike_on_every_kind_of_number_and_a_coarse_one_is_seen():
    from derivations.schemes import by_name

    found = oracle.compare_scheme(by_name("adam"))
    assert found.compared and found.numpy <= 1 and found.torch <= 1
    assert oracle.compare_scheme(by_name("adam"), digits=12).numpy > 1  # the negative control: mpmath with too few


def test_a_route_that_differs_is_a_failure_and_one_that_is_not_there_is_none(tmp_path):
    with pytest.raises(ValueError, match="choose among"):
        survey.survey(tmp_path, ["nonsense"])
    found = {
        "sphere": {"version": None, "rows": []},
        "kernel": {"claims": 2, "different": ["A"]},
        "points": {"evaluated": 1, "false": []},
    }
    assert survey.verdicts(found) == {"points": True, "kernel": False, "sphere": None}


# -- bytes -------------------------------------------------------------------------------------------------------------


def test_differing_bytes_are_named_and_a_run_that_fails_is_not_equal():
    a, b = {"x": "1", "y": "2"}, {"x": "1", "y": "3", "z": "4"}
    assert determinism.differing(a, b) == ["y", "z"] and not determinism.differing(a, dict(a))
    rows = [{"status": 0, "words": "", "bytes": 9, "digests": a}] * 2
    record = determinism.summary(determinism.ENVIRONMENTS[:2], rows, None, "C")
    assert determinism.ok(record)
    for wrong in ({"digests": b}, {"status": 1}):
        record = determinism.summary(determinism.ENVIRONMENTS[:2], [rows[0], rows[0] | wrong], None, "C")
        assert not determinism.ok(record)
    assert not determinism.ok(determinism.summary(determinism.ENVIRONMENTS[:1], rows[:1], None, "C"))


ORDER = """
from derivations.effective import denominators, effective_rows
from derivations.schemes import by_name
print([str(e) for row in effective_rows(by_name("adam-g")) for e in denominators(row)])
"""


def test_the_order_of_hypotheses_does_not_depend_on_hashes():
    """These two seeds once gave two orders of what a row divides by, and two pages."""
    found = set()
    for seed in ("0", "4242"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", ORDER]
        found.add(
            subprocess.run(command, cwd=determinism.HOME, env=environment, capture_output=True, check=True).stdout
        )
    assert len(found) == 1 and b"epsilon" in found.pop()


def test_environments_differ_in_what_breaks_programs():
    first, *others = determinism.ENVIRONMENTS
    seeds = [e.variables["PYTHONHASHSEED"] for e in determinism.ENVIRONMENTS]
    assert len(set(seeds)) == len(seeds)
    for name in ("LC_ALL", "TZ", "PYTHONOPTIMIZE", "OMP_NUM_THREADS", "SYMPY_GROUND_TYPES"):
        assert any(e.variables.get(name) != first.variables.get(name) for e in others), name
    assert replace(first, elsewhere=True).words.endswith("another working directory")


def test_the_sections_render_what_there_is():
    from verify.report.render import page

    rows = [{"status": 0, "words": "", "bytes": 9, "digests": {"x": "1"}}] * 2
    shown = page("trust/bytes.md", record=determinism.summary(determinism.ENVIRONMENTS[:2], rows, None, "C"))
    assert "another hash seed" in shown and "| none |" in shown
    shown = page("trust/routes.md", record={"sphere": {"version": None, "rows": []}})
    assert "Not run" in shown and "z3" not in shown


def test_no_environment_takes_over_what_another_has_proved(tmp_path, monkeypatch):
    show = "import os, sys; sys.exit(os.environ['ORTHODROME_CACHE'])"
    monkeypatch.setattr(determinism, "PROGRAM", show)
    places = [determinism.run(e, tmp_path, tmp_path, tmp_path / "none")[1] for e in determinism.ENVIRONMENTS[:2]]
    assert all(places) and len(set(places)) == 2
