"""Searches for counterexamples: what they report is one, what is true is not refuted, cases are counted one by one."""

import dataclasses
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy
import torch
from batched_controls import broken
from corpus.inequalities import INEQUALITIES
from corpus.vectors import VECTORS
from typer.testing import CliRunner

from derivations.statement import at_most, equal, less, nonnegative, positive
from verify.batched import by_name
from verify.cli import app
from verify.reading import RecordError
from verify.report.search import SearchView, search_files, search_page
from verify.search import laws, printed, steps, sweep, thin
from verify.search.budget import GRADIENT
from verify.search.compare import compare
from verify.search.cube import Cube
from verify.search.domain import NotNumeric, obligations
from verify.search.exact import refuted
from verify.search.methods import BLOCK, METHODS, hunt
from verify.search.record import EMPTY, keep, load
from verify.search.relations import of_theorem, target
from verify.search.target import Counterexample, Target

X, Y, Z = sympy.symbols("x y z", real=True)
every_method = pytest.mark.parametrize("method", METHODS)


def named(targets, name):
    return next(t for t in targets if t.name == name)


def at(example: Counterexample) -> dict[str, Fraction]:
    return {name: Fraction(value) for name, value in example.point.items()}


@every_method
def test_a_thin_falsehood_is_found_and_is_one(method):
    found = hunt(named(thin.targets(), "ridge 3, 10^-1"), method, 2000, seed=1).found
    numbers = list(at(found).values())
    assert all(n > 0 for n in numbers)
    assert sum(numbers) ** 2 > Fraction(9, 10) * 3 * sum(n * n for n in numbers)


@every_method
def test_what_is_true_is_not_refuted(method):
    for true in (t for t in thin.targets() if not t.false):
        assert hunt(true, method, 80).found is None


@every_method
def test_a_proposal_that_is_not_confirmed_is_refused(method):
    """A score that cries wolf, about what is true."""
    honest = target("true", "true", at_most(2 * X * Y, X**2 + Y**2), [], false=False)
    liar = dataclasses.replace(honest, score=lambda cube: 1 + cube.sum(-1))
    result = hunt(liar, method, 40)
    assert result.found is None and result.rejected > 0 and result.cases <= 40


def test_the_true_neighbours_of_false_claims_are_not_refuted():
    tried = 0
    for case in [c for c in (*INEQUALITIES, *VECTORS) if c.neighbour][::4]:
        try:
            true = of_theorem(case.name, "corpus", case.neighbour, false=False)
        except NotNumeric:  # it says nothing of numbers
            continue
        tried += 1
        assert all(hunt(true, method, 60).found is None for method in ("random", "simplex")), case.name
    assert tried >= 5


def test_a_place_of_measure_zero_is_found_near_by():
    strict = target("strict", "false", less(0, X**2), [], false=True)
    assert at(hunt(strict, "simplex", 500).found) == {"x": 0}


def test_a_side_without_a_value_refutes():
    quotient = sympy.Mul(Y, sympy.Pow(Y, -1, evaluate=False), evaluate=False)
    assert ("nonzero", Y) in set(obligations(quotient))
    for facts in ([], [nonnegative(Y)]):
        assert at(hunt(target("y/y", "false", equal(quotient, 1), facts, false=True), "simplex", 500).found) == {"y": 0}
    assert hunt(target("y/y", "true", equal(quotient, 1), [positive(Y)], false=False), "simplex", 200).found is None


def test_a_counterexample_satisfies_the_hypotheses():
    bounded = target("x ≤ 1/2", "false", at_most(X, sympy.Rational(1, 2)), [positive(X), at_most(X, 1)], false=True)
    assert all(Fraction(1, 2) < at(hunt(bounded, m, 500).found)["x"] <= 1 for m in METHODS)
    empty = target("nothing", "true", at_most(X, 0), [positive(X), less(X, 0)], false=False)
    assert all(hunt(empty, m, 60).found is None for m in METHODS)


def test_equalities_are_solved_and_unit_vectors_are_units():
    x, y = (list(at(e).values()) for e in (hunt(t, "random", 200).found for t in _pythagoras()))
    assert x and y


def _pythagoras():
    from corpus.notation import U, W

    length = [equal(U.dot(U), 1), equal(W.dot(W), 1)]
    yield target("a cosine of at most 1/2", "false", at_most(U.dot(W), sympy.Rational(1, 2)), length, false=True)
    yield target("z", "false", at_most(Z, 3), [equal(Z, X + Y)], false=True)


def test_no_cosine_is_above_one():
    from corpus.notation import U, W

    length = [equal(U.dot(U), 1), equal(W.dot(W), 1)]
    true = target("cosine", "true", at_most(U.dot(W), 1), length, false=False)
    assert all(hunt(true, m, 60).found is None for m in METHODS)


def counted(number: int) -> Target:
    """Violated at the n-th point that is scored, whatever it is."""
    seen = [0]

    def score(cube):
        places = torch.arange(seen[0] + 1, seen[0] + 1 + len(cube))
        seen[0] += len(cube)
        return torch.where(places == number, 1.0, -1.0 + 0 * cube.sum(-1))

    def confirm(point):
        return Counterexample("counted", {}, "") if seen[0] >= number else None

    return Target("counted", "false", "", 2, score, confirm, false=True, smooth=False)


@pytest.mark.parametrize("number", [1, 7, 65, 200])
def test_cases_are_counted_one_by_one(number):
    looks = (number - 1) // BLOCK  # near the best of each block, a case each
    assert hunt(counted(number), "random", 1000).cases == number + looks
    assert hunt(counted(number), "random", number + looks).found
    assert number == 1 or hunt(counted(number), "random", number + looks - 1).found is None


@every_method
def test_no_more_cases_are_spent_than_there_are(method):
    calls = [0]
    needle = named(thin.targets(), "needle 10^-2")

    def score(cube):
        calls[0] += len(cube) * (GRADIENT if cube.requires_grad else 1)
        return needle.score(cube)

    result = hunt(dataclasses.replace(needle, score=score), method, 137)
    assert calls[0] <= result.cases <= 137


def test_the_same_seed_gives_the_same_search():
    edge = named(thin.targets(), "edge 2^-28")
    assert hunt(edge, "evolution", 500, seed=4) == hunt(edge, "evolution", 500, seed=4)


def test_the_gradient_of_a_score_on_steps_is_its_slope():
    race = steps.target(next(r for r in steps.RACES if r.name == "AdamP and Adam"))
    point = torch.from_numpy(np.random.default_rng(3).random(race.dimension))
    leaf = point.clone().requires_grad_()
    (slope,) = torch.autograd.grad(race.score(leaf[None])[0], leaf)
    for i in range(race.dimension):
        ends = [
            race.score((point + s * 1e-6 * torch.eye(race.dimension, dtype=point.dtype)[i])[None])[0] for s in (1, -1)
        ]
        assert abs((ends[0] - ends[1]) / 2e-6 - slope[i]) <= 1e-4 * (1 + abs(slope[i]))


def test_a_counterexample_on_a_step_replays_from_its_record():
    race = next(r for r in steps.RACES if r.name == "Adam's norm, 0.8, d = 2")
    found = hunt(steps.target(race), "gradient", 1000).found
    point = json.loads(json.dumps(found.point))
    assert steps.replayed(race, point)
    assert not steps.replayed(race, {**point, "h": {**point["h"], "lr": -point["h"]["lr"]}})


def test_adam_leaves_more_than_one_over_d_of_the_squared_norm():
    for race in (r for r in steps.RACES if not r.false):
        assert hunt(steps.target(race), "simplex", 150).found is None


def test_every_printed_statement_that_is_searched_is_judged_wrong():
    recorded = Path(__file__).parent.parent / "reports" / "claims.json"
    verdicts = {claim["id"]: claim["verdict"] for claim in json.loads(recorded.read_text(encoding="utf-8"))}
    claims = {t.name for t in printed.targets()} | {race.claim for race in steps.RACES}
    assert {verdicts[claim] for claim in claims} <= {"false", "hypothesis", "misprint", "order"}


def test_a_cube_gives_what_a_stream_gives():
    cube = Cube(torch.from_numpy(np.random.default_rng(0).random((4096, 8))))
    assert cube.rows == 4096
    assert abs(float(cube.vector(4).var()) - 4 / 3) < 0.05
    scale, choice = cube.scale(-3, 5), cube.choice(4)
    assert float(scale.min()) >= 2.0**-3 and float(scale.max()) < 2.0**5
    assert set(choice.flatten().tolist()) == {0, 1, 2, 3} and cube.slot == 6
    with pytest.raises(IndexError):
        cube.columns(3)


def test_a_true_law_stays_within_its_bound_and_a_broken_one_is_found():
    law = by_name("radius-dynamics")
    assert hunt(laws.target(law, "sgd", 2, 1), "evolution", 600).found is None
    wrong = laws.target(broken(law.name), "sgd", 2, 1)
    result = hunt(wrong, "evolution", 600)
    assert result.found is not None and result.found.point["h"]["lr"] > 0


def test_a_law_that_uniform_points_alone_break_is_broken(monkeypatch):
    """The search begins elsewhere, and sees nothing of it."""
    monkeypatch.setattr(sweep, "everywhere", lambda law, dimensions: [counted(7)])
    driven = sweep.drive(by_name("radius-dynamics"), 1)
    assert driven.uniform == 10 and driven.searched < 1 and len(driven.broken) == 1


def test_a_point_where_a_solved_equality_fails_refutes_nothing():
    point = {X: sympy.Integer(1), Y: sympy.Integer(2)}
    assert refuted(less(X, 0), [equal(X, Y)], [], point) == ""
    assert refuted(less(X, 0), [equal(X, Y)], [], {**point, Y: sympy.Integer(1)})


def test_simple_numbers_of_a_step_stay_in_their_domains():
    assert [steps._within(v, 1) for v in (0.97, 0.42, 1.4)] == [0.97, 0.4, 1.0]


def test_what_refutes_growth_is_a_weight_with_a_step_and_no_gradient():
    found = at(hunt(named(printed.targets(), "SMD-E13"), "simplex", 1000).found)
    assert found["g"] == 0 < min(found["eta"], found["r"])


@pytest.mark.parametrize(
    "claim, numbers",
    [
        ("SMD-T1", {"L": "1024", "l": "100", "V": "1/1000000", "eta": "1", "lambda": "1/10"}),
        ("SMD-T3-SGD", {"L": "1024", "l": "1024", "V": "83/96", "s": "4/99"}),
        ("SMD-E13", {"eta": "0", "g": "0", "r": "0"}),
    ],
)
def test_a_printed_statement_is_not_refuted_beyond_its_hypotheses(claim, numbers):
    """Condition 3 of Theorem 1 of 002, twice; a weight that is 0."""
    statement, facts = printed.PRINTED[claim]()
    symbols = statement.free_symbols.union(*(fact.free_symbols for fact in facts))
    point = {symbol: sympy.Rational(numbers[symbol.name]) for symbol in symbols}
    assert refuted(statement, facts, [], point) == ""
    assert refuted(statement, [], [], point)


RIDGE = "ridge 2, 10^-1"


@pytest.fixture(scope="module")
def compared():
    return compare(named(thin.targets(), RIDGE), seeds=6, budget=300)


def test_methods_are_compared_seed_by_seed(compared):
    races = {race["method"]: race for race in compared["races"]}
    assert set(races) == set(METHODS) and all(len(race["cases"]) == 6 for race in races.values())
    for method in ("evolution", "simplex", "mixed", "spread"):
        pairs = list(zip(races["random"]["cases"], races[method]["cases"], strict=True))
        assert [a == 1 for a, _ in pairs] == [b == 1 for _, b in pairs]
    assert races["mixed"]["cases"][0] == races["random"]["cases"][0] or races["random"]["cases"][0] > BLOCK + 1


def test_what_ran_out_of_cases_has_no_median():
    row = compare(named(thin.targets(), "ridge 4, 10^-3"), seeds=3, budget=20)
    assert all(set(race["cases"]) == {None} for race in row["races"])
    assert row["example"] is None


def test_the_record_grows_and_gives_the_page(tmp_path, compared):
    assert search_files(tmp_path) == {}
    plain = json.loads(json.dumps(compared))
    keep(tmp_path, "targets", [plain], "name")
    keep(tmp_path, "targets", [{**plain, "name": "another"}, plain], "name")
    assert [row["name"] for row in load(tmp_path)["targets"]] == [RIDGE, "another"]
    files = search_files(tmp_path)
    assert set(files) == {"search.md", "figures/search-cases.svg"} and files == search_files(tmp_path)
    assert RIDGE in str(files["search.md"])


def test_a_refuted_truth_is_counted_as_wrong(compared):
    view = SearchView({**EMPTY, "targets": [{**compared, "false": False}]})
    assert view.alarms[0] > 0
    assert len(view.wrong) == 1 and view.refutable == []
    assert search_page(view)


@pytest.mark.parametrize(
    "content", ["[]", '{"targets": []}', '{"targets": [{"group": "thin"}], "dropped": [], "bounds": [], "laws": []}']
)
def test_another_record_is_refused(tmp_path, content):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "search.json").write_text(content)
    with pytest.raises(RecordError):
        search_files(tmp_path)


def test_the_command_searches_records_and_names_the_nearest(tmp_path):
    run = CliRunner().invoke
    found = run(app, ["search", "printed", "--budget", "60", "--json"])
    assert found.exit_code == 0 and {row["target"] for row in json.loads(found.stdout)} == set(printed.PRINTED)
    assert run(app, ["search", "thin", "--method", "simplexx"]).exit_code == 2
    assert run(app, ["search", "AdamP and Adam", "--budget", "50"]).exit_code == 0
    lost = run(app, ["search", "AdamP and Adan"])
    assert lost.exit_code == 2 and "AdamP and Adam" in lost.output
    options = ["--compare", "--seeds", "1", "--budget", "5", "--reports", str(tmp_path), "--json"]
    assert run(app, ["search", "printed", *options]).exit_code == 0
    assert len(load(tmp_path)["targets"]) == len(printed.PRINTED)
    assert json.loads(run(app, ["search", "printed", *options]).stdout) == []
