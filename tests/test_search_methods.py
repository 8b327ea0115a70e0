"""Searches compared: every method looks as often, what is made false is, votes and intervals are exact, bounds hold."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
import sympy
import torch
from typer.testing import CliRunner

from derivations.claim import Hypothesis, Theorem
from derivations.statement import at_most, equal, less, nonnegative, positive
from verify.cli import app
from verify.report.search import SearchView, search_page
from verify.report.search_scores import FAMILY, scored, theorem_of
from verify.search import bounds, campaign, families, generated, thin, votes
from verify.search.budget import LOOK, Exhausted, Purse
from verify.search.compare import control
from verify.search.expressions import compiled
from verify.search.families import Entry, entry_named, made
from verify.search.methods import METHODS, _kronecker, hunt
from verify.search.record import EMPTY, load
from verify.search.relations import target
from verify.search.target import Target

X, Y = sympy.symbols("x y", real=True)
every_method = pytest.mark.parametrize("method", METHODS)


def silent(*args):
    """Progress that nobody sees."""


def watched(looks, score=None):
    """Nothing is ever violated; `looks`: where somebody looks all the same."""
    own = score or (lambda cube: -1 - ((cube - 0.3) ** 2).sum(-1))
    return Target("watched", "", "", 2, own, lambda point: looks.append(tuple(point.tolist())), false=True)


@every_method
def test_every_method_looks_as_often(method, monkeypatch):
    looked, look = [], Purse._look
    monkeypatch.setattr(Purse, "_look", lambda purse: looked.append(purse.cases) or look(purse))
    assert hunt(watched([]), method, 330).found is None
    # A gradient is 5 cases at once: a look comes up to 4 cases late. The last is due when there are no more cases.
    late = 4 if method == "gradient" else 0
    gaps = np.diff([-1, *looked])
    assert len(looked) >= 330 // (LOOK + 1 + late) and gaps.min() == LOOK + 1 and gaps.max() <= LOOK + 1 + late


def test_a_look_is_near_the_best_since_the_last_and_costs_one():
    looks = []
    purse = Purse(watched(looks), 100)
    points = torch.from_numpy(np.random.default_rng(0).random((64, 2)))
    scores = purse.scores(points)
    best = [points[:32][int(scores[:32].argmax())], points[32:][int(scores[32:].argmax())]]
    assert looks == [tuple(b.tolist()) for b in best] and purse.cases == 66
    with pytest.raises(Exhausted):
        purse.scores(points)
    assert purse.cases == 100


def test_all_methods_begin_with_the_same_points():
    asked = {}
    for method in METHODS:
        seen = asked[method] = []
        hunt(watched([], lambda c, s=seen: s.append(c.detach()) or -1 - (c**2).sum(-1)), method, 40, 3)
    first = {m: torch.cat(parts)[: 8 if m == "gradient" else 1] for m, parts in asked.items()}
    assert all(torch.equal(first["random"][:1], points[:1]) for points in first.values())
    random, mixed = (torch.cat(asked[m])[:LOOK] for m in ("random", "mixed"))
    assert torch.equal(random, mixed)


def test_seeds_of_targets_differ():
    """Else one lucky point would count for all of them."""
    starts = []
    for name in ("one", "two"):
        seen = []
        hunt(dataclasses.replace(watched([], lambda c, s=seen: s.append(c) or -1 - c.sum(-1)), name=name), "random", 1)
        starts.append(seen[0])
    assert not torch.equal(*starts)


@pytest.mark.parametrize("d", [1, 2, 7])
def test_spread_points_keep_apart(d):
    """In each coordinate no interval of a fifth is left out by 32 of them, whatever the first."""
    first = np.random.default_rng(d).random(d)
    block = next(_kronecker(first)).numpy()
    assert np.array_equal(block[0], first) and np.all((block >= 0) & (block < 1))
    for column in block.T:
        gaps = np.diff(np.sort(np.append(column, column.min() + 1)))
        assert gaps.max() < 0.2
    assert not torch.equal(*itertools.islice(_kronecker(first), 2))


CAUCHY = Theorem(
    "two squares",
    (Hypothesis("x", positive(X)), Hypothesis("y", nonnegative(Y))),
    at_most(2 * X * Y, X**2 + Y**2),
    (),
)


def test_statements_are_made_false_by_as_little_as_one_likes():
    entries = {entry.name: entry for entry in generated.entries([("T", CAUCHY), ("T", CAUCHY)])}
    assert "T: two squares; < for ≤" in entries and "T: two squares; another power" in entries
    ladder = [e for n, e in entries.items() if "constant" in n]
    assert [e.after for e in ladder] == ["", *(e.name for e in ladder[:-1])]
    for name in ("T: two squares; < for ≤", ladder[0].name, ladder[2].name):
        found = hunt(entries[name].make(), "spread", 1000).found
        x, y = (sympy.Rational(found.point[s]) for s in "xy")
        short = 0 if "<" in name else sympy.Rational(1, 10 ** int(name.rsplit("-", 1)[1]))
        assert 2 * x * y >= (1 - short) * (x * x + y * y) and x > 0 <= y
    relaxed = hunt(entries["T: two squares; x relaxed 10^-1"].make(), "spread", 200)
    assert relaxed.found is None  # true for every x: what is made need not be false


def test_two_sides_are_set_apart_and_say_the_same():
    assert generated.apart(positive(X - Y)) == less(Y, X)
    assert generated.apart(at_most(X, Y)) == at_most(X, Y)
    assert generated.shortened(at_most(X, -Y), 1).right == -Y - sympy.Abs(Y) / 10


def test_a_harder_one_is_made_only_while_uniform_points_find(tmp_path):
    made_of = []

    def entry(name, statement, after=""):
        return Entry(name, lambda: made_of.append(name) or target(name, "generated", statement, [], None), after)

    ladder = [entry("a 10^-1", at_most(X, 0)), entry("a 10^-2", at_most(0, X**2 + 1), "a 10^-1"),
              entry("a 10^-3", at_most(X, 0), "a 10^-2")]  # fmt: skip
    rows = list(campaign.compared(ladder, 3, 40, tmp_path, False, silent))
    assert made_of == ["a 10^-1", "a 10^-2"] == [row["name"] for row in rows]
    assert list(campaign.compared(ladder, 3, 40, tmp_path, False, silent)) == [] and len(made_of) == 2


def test_what_is_true_is_searched_in_turn_and_not_refuted():
    row = control(next(t for t in thin.targets() if t.name == "ridge, true"), 12, 60)
    assert [len(race["cases"]) for race in row["races"]] == [2] * 6
    assert row["example"] is None and row["false"] is False
    false = control(next(t for t in thin.targets() if t.name == "ridge 2, 10^-1"), 12, 60)
    assert false["example"]  # the control of the control


def test_a_target_is_made_alone(monkeypatch):
    """Asking for one builds none of the others."""
    built = []
    monkeypatch.setitem(
        families.FAMILIES, "thin", lambda claim: iter([Entry(n, lambda n=n: built.append(n)) for n in ("a", "b", "c")])
    )
    entry_named("b").make()
    assert built == ["b"]
    with pytest.raises(KeyError) as lost:
        entry_named("SMD-T3: nothing")
    assert any(name.startswith("SMD-T3: ") for name in lost.value.args[1])
    assert {name.split(":")[0] for name in lost.value.args[1]} == {"SMD-T3"}
    assert len(list(made(families.FAMILIES["dropped"]("SMD-T3")))) > 0


def test_intervals_by_order_statistics_are_those_of_the_tables():
    """n = 10: the 2nd and the 9th at 95 %; n = 5: none. n = 30: the 10th and the 21st (Conover, 3.2)."""
    ten = [votes.Between(i, i) for i in range(1, 11)]
    assert votes.interval(ten) == votes.Between(2, 9) and votes.interval(ten[:5]) is None
    assert votes.interval([votes.Between(i, i) for i in range(1, 31)]) == votes.Between(10, 21)
    assert votes.middle(ten) == votes.Between(5.5, 5.5)


def test_what_ran_out_stays_unknown():
    assert votes.quantile([3, None, 1], 2) == 3 and votes.quantile([3, None, None], 2) is None
    over = votes.ratio([None, None, 5], [10, 10, 10], 1000)
    assert over == votes.Between(100.1, math.inf) and over.words == "≥ 100.10"
    assert votes.ratio([10], [None], 1000).words == "≤ 0.01" and votes.ratio([None], [None], 1000).words == "–"
    assert votes.middle([over, votes.Between(1, 1), votes.Between(2, 2)]) == votes.Between(2, 2)
    assert votes.seeds([5, None, 3, None], [None, 7, 3, None]) == (1, 1)
    assert votes.passes([([10, None], [5, 50]), ([10, 10], [5, 50])], 90) == [2.0, 1.0]


def test_holm_shares_the_level_with_tests_that_were_not_run():
    assert votes.holm([0.001, 0.004, 0.2], 0.01, 3) == [True, True, False]
    assert votes.holm([0.001, 0.004, 0.2], 0.01, 25) == [False, False, False]
    assert votes.holm([0.2, 0.0003], 0.01, 25) == [False, True] and votes.chance(9, 0) == 2 / 2**9


def row(name, random, method, group="corpus"):
    races = [{"method": m, "cases": c, "rejected": 0} for m, c in (("random", random), ("spread", method))]
    return {"name": name, "group": group, "words": "", "dimension": 1, "false": None, "budget": 100, "region": 1,
            "samples": 10, "races": races, "example": {"point": {"x": 1}}}  # fmt: skip


def test_a_theorem_has_one_vote_and_noise_none_in_the_family():
    better = [row(f"T{i}; constant 10^-{k}", [9, 9, 1], [3, 3, 2]) for i in range(16) for k in (1, 2)]
    (score,) = scored(better)
    assert (score.theorems, score.fewer, score.more, score.sure) == (16, 16, 0, True)
    assert score.ratio == votes.Between(3, 3) and len({theorem_of(r) for r in better}) == 16
    even = [row(f"T{i}", *(([9], [3]) if i % 2 else ([3], [9]))) for i in range(16)]
    (noise,) = scored(even)
    assert (noise.fewer, noise.more, noise.sure) == (8, 8, False)
    assert FAMILY == 25 and "No method is shown" in search_page(SearchView({**EMPTY, "targets": even}))
    assert "takes fewer cases than" in search_page(SearchView({**EMPTY, "targets": better}))


def test_a_bound_is_driven_to_its_constant_and_not_beyond():
    loose = bounds.Bound("T", "loose", at_most(2 * X * Y, 3 * (X**2 + Y**2)), (positive(X), positive(Y)))
    tight = dataclasses.replace(loose, name="tight", relation=at_most(2 * X * Y, X**2 + Y**2))
    found = [bounds.reached(bound, ("spread",), 1).ratio for bound in (loose, tight)]
    assert 0.333 < found[0] <= 1 / 3 + 0.0001 and 0.999 < found[1] <= 1
    broken = dataclasses.replace(loose, relation=at_most(3 * X * Y, X**2 + Y**2))
    assert 1.49 < bounds.reached(broken, ("spread",), 1).ratio <= 1.5


def test_the_printed_floors_are_of_claims_judged_loose():
    assert {bound.claim for bound in bounds.FLOORS} <= {c.id for c in bounds.CLAIMS}
    assert all(bound.printed and bound.foretold for bound in bounds.FLOORS)
    usual = next(bound for bound in bounds.FLOORS if bound.name == "the floor of Remark 5 at α = 0.9")
    exact = 12 * (1 + 4 * 0.9**2 + 0.9**4)  # 58.75, at l = L and as ηλ → 0
    assert exact - 1 < 1 / bounds.reached(usual, ("spread",), 1).ratio < exact + 4


def test_a_dropped_hypothesis_is_recorded_once(tmp_path):
    rows = list(campaign.without({"SP-T4-R": "0"}, tmp_path, False, silent))
    assert rows and {r["claim"] for r in rows} == {"SP-T4-R"}
    assert list(campaign.without({"SP-T4-R": "0"}, tmp_path, False, silent)) == []
    assert len(load(tmp_path)["dropped"]) == len(rows)
    assert "(H1)" in campaign.named()["SP-T2-RADIUS"]
    assert "without one of their hypotheses" in search_page(SearchView(load(tmp_path)))


def test_the_command_compares_one_target(tmp_path):
    options = ["search", "ridge 2, 10^-1", "--compare", "--seeds", "2", "--reports", str(tmp_path)]
    shown = CliRunner().invoke(app, options)
    assert shown.exit_code == 0 and "spread 2/2" in shown.output


def test_all_goes_on_where_it_was_stopped(tmp_path, monkeypatch):
    true = next(t for t in thin.targets() if t.name == "edge, true")
    monkeypatch.setattr(campaign, "COMPARED", ("printed",))
    monkeypatch.setattr(campaign, "named", lambda: {"SP-T4-R": "0"})
    monkeypatch.setitem(families.FAMILIES, "theorems", lambda claim: iter([Entry(true.name, lambda: true)]))
    monkeypatch.setattr(bounds, "bounds", lambda: iter(bounds.FLOORS[:1]))
    monkeypatch.setattr(bounds, "BUDGET", 50)
    run = [*("search", "--all", "--seeds", "1", "--budget", "5"), "--reports", str(tmp_path), "--json"]
    assert CliRunner().invoke(app, run).exit_code == 0
    record = load(tmp_path)
    assert len(record["targets"]) == 10 and len(record["bounds"]) == 1 and record["dropped"]
    assert CliRunner().invoke(app, run).stdout.strip() == "[]" and load(tmp_path) == record
    page = search_page(SearchView(record))
    assert "How tight the bounds are" in page and "0 of 1" in page


def test_what_was_divided_by_to_solve_an_equality_is_no_part_of_the_statement():
    """x y + z w = 0 is solved by dividing by one of them; where that is 0 the statement stays true."""
    z, w = sympy.symbols("z w", real=True)
    true = target("true", "true", nonnegative(X**2 + Y**2 + z**2), [equal(X * Y + z * w, 0)], false=False)
    assert true.dimension == 3 and all(hunt(true, method, 150).found is None for method in METHODS)
    thrown = next(e for e in families.FAMILIES["theorems"]("PSI-FIG1") if "short weight" in e.name).make()
    assert control(thrown, 6)["example"] is None
    own = target("own", "false", nonnegative(1 / (X - Y)), [equal(Y, 2 * X)], false=True)
    assert hunt(own, "spread", 150).found  # its own division by 0 still counts, and its sign


def test_a_long_formula_is_compiled():
    """Of 4000 terms, which is deeper than Python's compiler goes by itself."""
    x, powers = sympy.Symbol("x"), 4000
    (found,) = compiled([x], [sympy.Add(*(k * x**k for k in range(powers)))])(torch.ones(1, 1, dtype=torch.float64))
    assert found.item() == powers * (powers - 1) / 2
