"""The gate notices what survives, ends what hangs, keeps what it has found; and a sample of each family is killed."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import planted_mutants
import pytest
import sympy
from typer.testing import CliRunner

from derivations import CLAIMS
from derivations.claim import Hypothesis
from derivations.motion.norm_update import CLAIM
from derivations.rules import PROVED
from derivations.schemes import by_name
from derivations.statement import at_most, equal, less, positive, unequal
from verify.cli import app
from verify.trust.mutants import FAMILIES, derivations, gate, schemes_laws
from verify.trust.mutants.derivations_same import follow_from_each_other, says_the_same
from verify.trust.mutants.derivations_truth import tried
from verify.trust.mutants.ledger import Ledger
from verify.trust.mutants.mutant import Fate, State

SAMPLE = 20
PLANTED = {"planted": "planted_mutants"}


def run(monkeypatch, runs, labels, equivalent=(), **options):
    monkeypatch.setenv("PLANTED", ",".join(labels))  # for the processes
    monkeypatch.setattr(planted_mutants, "LABELS", labels)
    monkeypatch.setattr(planted_mutants, "EQUIVALENT", dict(equivalent))
    return gate.run(replace(gate.Options(PLANTED, workers=1, limit=1.0, runs=runs), **options))


def test_a_mutant_that_nothing_kills_fails_the_gate_unless_it_is_argued(monkeypatch, tmp_path):
    outcome = run(monkeypatch, tmp_path, ["killed a", "unkillable b", "equivalent c"])
    assert outcome.problems == ("planted: survived: unkillable b",)
    assert [fate.state for _, fate in outcome.results] == [State.KILLED, State.SURVIVED, State.EQUIVALENT]
    argued = run(monkeypatch, tmp_path, ["killed a", "unkillable b"], {"unkillable b": "a reason"})
    assert argued.problems == ()
    assert argued.results[1][1] == Fate(State.EQUIVALENT, "argument", "a reason")


def test_an_argument_for_no_mutant_or_for_one_that_is_killed_fails_the_gate(monkeypatch, tmp_path):
    outcome = run(monkeypatch, tmp_path, ["killed a"], {"killed a": "wrong", "unkillable z": "no such mutant"})
    assert [problem.split(": ")[1] for problem in outcome.problems] == [
        "'unkillable z' is listed as equivalent, and is no mutant",
        "listed as equivalent, but killed by a check",
    ]


def test_a_check_that_kills_what_is_not_changed_fails_the_gate(monkeypatch, tmp_path):
    monkeypatch.setattr(planted_mutants, "sound", lambda: "a check", raising=False)
    assert run(monkeypatch, tmp_path, ["killed a"]).problems == ("planted: what is not changed is killed too: a check",)


def test_two_mutants_of_one_name_fail_the_gate_as_does_a_family_without_any(monkeypatch, tmp_path):
    assert any("two mutants" in p for p in run(monkeypatch, tmp_path, ["killed a", "killed a"]).problems)
    assert run(monkeypatch, tmp_path, []).problems == ("planted: there are no mutants",)


def test_what_hangs_or_ends_its_process_is_killed_and_a_judge_that_fails_kills_nothing(monkeypatch, tmp_path):
    outcome = run(monkeypatch, tmp_path, ["stubborn a", "crashing b", "failing c", "killed d"])
    assert [fate.by for _, fate in outcome.results] == ["time limit", "its process ended", "", "a check"]
    assert outcome.problems == ("planted: survived: failing c (the judge failed: ZeroDivisionError: of the judge)",)


def test_where_silence_says_nothing_what_hangs_survives(monkeypatch, tmp_path):
    unanswered = Fate(State.SURVIVED, note="no answer")
    monkeypatch.setattr(planted_mutants, "UNANSWERED", unanswered, raising=False)
    outcome = run(monkeypatch, tmp_path, ["stubborn a", "crashing b", "killed d"])
    assert [fate.state for _, fate in outcome.results] == [State.SURVIVED, State.SURVIVED, State.KILLED]
    assert outcome.problems == tuple(f"planted: survived: {name} (no answer)" for name in ("stubborn a", "crashing b"))


def test_a_run_that_was_killed_goes_on_where_it_was_to_the_same_end(monkeypatch, tmp_path):
    labels = [f"slow {i}" for i in range(6)] + ["unkillable z"]
    program = (
        "from pathlib import Path; from verify.trust.mutants import gate\n"
        "if __name__ == '__main__':\n"
        f"    gate.run(gate.Options({PLANTED!r}, workers=1, runs=Path({str(tmp_path / 'killed')!r})))\n"
    )
    script = tmp_path / "run.py"
    script.write_text(program, encoding="utf-8")
    judged = tmp_path / "judged"
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent)])
    environment = os.environ | {"PLANTED": ",".join(labels), "PLANTED_JUDGED": str(judged), "PYTHONPATH": paths}
    process = subprocess.Popen([sys.executable, str(script)], env=environment)
    ledger = tmp_path / "killed" / "planted.jsonl"
    while not ledger.exists() or len(ledger.read_bytes().splitlines()) < 2:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with ledger.open("ab") as file:
        file.write(b'{"label": "slow 5", "finge')  # as a kill in the middle of a write may leave it
    kept = len(ledger.read_bytes().splitlines()) - 1
    monkeypatch.setenv("PLANTED_JUDGED", str(again := tmp_path / "again"))
    resumed = run(monkeypatch, tmp_path / "killed", labels, limit=60.0)
    whole = run(monkeypatch, tmp_path / "whole", labels, limit=60.0)
    assert 2 <= kept < len(labels)
    assert len(again.read_text(encoding="utf-8").splitlines()) == 2 * len(labels) - kept
    assert resumed == whole
    assert len(Ledger(tmp_path / "killed", "planted").load()) == len(labels)


def test_a_kill_is_kept_while_its_own_check_is_the_same_and_a_survivor_is_tried_against_every_new_one(
    monkeypatch, tmp_path
):
    labels, lasts = ["killed a", "killed b", "unkillable c"], {"killed a": "the check", "killed b": "the check"}
    monkeypatch.setattr(planted_mutants, "lasting", lambda mutant, by: f"{by} {lasts[mutant.label]}", raising=False)
    first = run(monkeypatch, tmp_path, labels)
    monkeypatch.setenv("PLANTED_JUDGED", str(again := tmp_path / "again"))
    monkeypatch.setattr(planted_mutants, "fingerprint", lambda mutant: f"{mutant.label}, and one check more")
    lasts["killed b"] = "the check, changed"
    assert run(monkeypatch, tmp_path, labels) == first
    assert again.read_text(encoding="utf-8").split("\n") == ["killed b", "unkillable c", ""]


def test_the_command_fails_for_a_survivor_and_records_a_whole_family(monkeypatch, tmp_path):
    monkeypatch.setattr("verify.trust.mutants.FAMILIES", PLANTED)
    monkeypatch.setattr(gate, "FAMILIES", PLANTED)
    monkeypatch.setenv("PLANTED", "killed a,unkillable b")
    monkeypatch.setattr(planted_mutants, "LABELS", ["killed a", "unkillable b"])
    options = ["mutate", "--workers", "1", "--runs", str(tmp_path / "runs"), "--reports", str(tmp_path / "reports")]
    found = CliRunner().invoke(app, options)
    assert found.exit_code == 1, found.output
    assert "survived: unkillable b" in found.output
    record = (tmp_path / "reports" / "data" / "trust" / "mutants.json").read_text(encoding="utf-8")
    assert '"killed": 1' in record and '"survived": 1' in record
    assert CliRunner().invoke(app, ["mutate", "--family", "nobody"]).exit_code == 2
    assert CliRunner().invoke(app, [*options, "--target", "nobody"]).exit_code == 2


def test_a_sample_is_recorded_beside_the_whole_and_stays_there(monkeypatch, tmp_path):
    monkeypatch.setattr(gate, "FAMILIES", PLANTED)
    outcome = run(monkeypatch, tmp_path, ["killed a", "unkillable b"])
    options = gate.Options(PLANTED, sample=2, seed=7, workers=1)
    whole = gate.record(outcome)
    found = gate.record_sample(outcome, whole, options, seconds=1.7)
    assert found["families"] == whole["families"]
    assert {**found["sample"], "stillborn": 0} == {
        "mutants": 2, "seed": 7, "workers": 1, "killed": 1, "survived": 1, "equivalent": 0, "another": 0,
        "stillborn": 0, "seconds": 1.7
    }  # fmt: skip
    assert gate.record(outcome, found)["sample"] == found["sample"]


def test_targets_that_are_judged_again_are_recorded_beside_the_rest(monkeypatch, tmp_path):
    monkeypatch.setattr(gate, "FAMILIES", PLANTED)
    whole = gate.record(run(monkeypatch, tmp_path, ["killed a", "unkillable b", "unkillable c", "killed d"]))
    monkeypatch.setenv("PLANTED", "killed a,killed b,unkillable c")
    outcome = run(monkeypatch, tmp_path, ["killed a", "killed b", "unkillable c"], targets=("b",))
    (entry,) = gate.record(outcome, whole, whole=False)["families"]
    assert (entry["mutants"], entry["killed"], entry["survived"], entry["again"]) == (3, 2, 1, ["b"])
    assert [row["target"] for row in entry["survivors"]] == ["c"] and list(entry["targets"]) == ["a", "b", "c"]
    assert entry["killed by"] == {"a check": 2} and sum(row["killed"] for row in entry["operators"]) == 2
    for row in whole["families"]:
        del row["by"]  # as it was recorded once
    (entry,) = gate.record(outcome, whole, whole=False)["families"]
    assert entry["killed by"] == {} and entry["killed"] == 2
    assert gate.record(outcome, None, whole=False) == {"families": []}


@pytest.mark.parametrize("name", ["adam", "lamb"])
def test_a_rule_that_is_not_changed_breaks_no_law(name):
    assert schemes_laws.noticed([by_name(name)]) == ""


X, Y = sympy.symbols("x y", real=True)
K = sympy.Symbol("k", integer=True, nonnegative=True)
F = sympy.Function("f", real=True)
TRIED = {
    "an inequality that fails below 1": (at_most(X, X**2), (Hypothesis("x", positive(X)),), False),
    "the same where it holds": (at_most(X, X**2), (Hypothesis("x", less(1, X)),), True),
    "an equality against a definition": (equal(Y, 2 * X), (Hypothesis("y", equal(Y, X + 1)),), False),
    "a root that is solved for": (equal(X**4, Y**2), (Hypothesis("y", equal(X**2, Y)),), True),
    "a sum": (equal(sympy.Sum(Y, (Y, 0, K)), K**2), (), False),
    "a recursion": (equal(F(K), K), (Hypothesis("f", equal(F(K + 1), F(K) + 1), (K,)),), False),
    "a recursion with its start": (
        equal(F(K), K),
        (Hypothesis("0", equal(F(0), 0)), Hypothesis("f", equal(F(K + 1), F(K) + 1), (K,))),
        True,
    ),
    "no value": (equal(X / Y, X / Y), (Hypothesis("y", equal(Y, 0)),), False),
}


@pytest.mark.parametrize("name", TRIED)
def test_a_relation_is_tried_where_its_facts_hold(name):
    relation, facts, true = TRIED[name]
    outcome = tried(relation, facts, name)
    assert outcome.points > 0
    assert bool(outcome.false_at) is not true


def test_facts_that_contradict_each_other_hold_nowhere():
    facts = (Hypothesis("a", less(X, 0)), Hypothesis("b", positive(X)))
    assert tried(positive(X), facts, "").points == 0


def test_a_kernel_that_proves_what_is_false_is_found_out(monkeypatch):
    mutant = next(m for m in derivations._listed(CLAIM) if m.operator == "constant")
    assert derivations.judge(mutant).state is State.KILLED
    monkeypatch.setattr(derivations, "discharge", lambda step, known: PROVED)
    fate = derivations.judge(mutant)
    assert fate.state is State.SURVIVED
    assert "PROVED, but false at" in fate.note


SAME = {
    "the other sign of an equality": (equal(X, Y), equal(-X, -Y), True),
    "a multiple that is 0": (equal(0, X * Y), equal(0, 3 * X * Y), True),
    "a power that is 0": (equal(0, X), equal(0, X**2), True),
    "written otherwise": (at_most((X + 1) ** 2, Y), at_most(X**2 + 2 * X + 1, Y), True),
    "strictness": (less(X, Y), at_most(X, Y), False),
    "another number": (less(sympy.Rational(1, 10), X), less(sympy.Rational(-1, 10), X), False),
    "another true number": (less(sympy.Rational(1, 10), 1), less(sympy.Rational(-1, 10), 1), False),
    "the other sign of an order": (at_most(0, X), at_most(0, -X), False),
    "a factor that is not a number": (equal(0, X), equal(0, X * Y), False),
    "another number that is not 0": (unequal(0, 1), unequal(0, 2), False),
    "its negative": (unequal(0, 1), unequal(0, -1), False),
}


@pytest.mark.parametrize("name", SAME)
def test_two_relations_say_the_same_by_their_form_or_not_at_all(name):
    before, after, same = SAME[name]
    assert says_the_same(before, after) is same


def test_two_hypotheses_say_the_same_where_each_follows_from_the_other_beside_the_rest():
    zero = (Hypothesis("zero", equal(Y, 0)),)
    assert follow_from_each_other(at_most(0, X + Y), at_most(0, X - Y), zero)
    assert not follow_from_each_other(at_most(0, X + Y), at_most(0, X - Y), ())
    assert not follow_from_each_other(less(0, X), at_most(0, X), zero)  # one way only


@pytest.mark.parametrize("id", ["AP-TABS", "PSI-TIME"])
def test_what_is_true_of_other_numbers_is_another_statement(id):
    claim = next(claim for claim in CLAIMS if claim.id == id)
    mutants = [m for m in derivations._listed(claim) if m.operator == "sign" and "left: -(" in m.label]
    fates = [derivations.judge(m) for m in mutants]
    assert fates and all(fate.state is State.ANOTHER and fate.by == "another theorem" for fate in fates)


def test_where_no_point_is_found_what_says_the_same_is_equivalent_and_what_does_not_survives(monkeypatch):
    nowhere = SimpleNamespace(false_at="", points=0)
    monkeypatch.setattr(derivations, "tried", lambda *_: nowhere)
    monkeypatch.setattr(derivations, "discharge", lambda step, known: PROVED)
    monkeypatch.setattr(derivations, "frame", lambda theorem: "")
    one = next(t for t in CLAIM.theorems if t.steps)
    step = one.steps[-1]
    for factor, state in ((2, State.EQUIVALENT), (1, State.SURVIVED)):
        after = equal(2 * step.relation.left, factor * step.relation.right)
        change = derivations.Change("constant", one, (step.name,), step.relation, after)
        assert derivations._fate(change, "").state is state


def test_a_true_mutant_is_told_from_one_that_is_argued_to_be_the_same(monkeypatch, tmp_path):
    monkeypatch.setattr(planted_mutants, "TRUE", {"unkillable a": "true"}, raising=False)
    outcome = run(monkeypatch, tmp_path, ["unkillable a"])
    assert (outcome.problems, outcome.results[0][1]) == ((), Fate(State.ANOTHER, "argument", "true"))
    monkeypatch.setattr(planted_mutants, "TRUE", {"killed a": "true", "killed z": "true"})
    assert run(monkeypatch, tmp_path, ["killed a"]).problems == (
        "planted: 'killed z' is listed as true, and is no mutant",
        "planted: listed as true, but killed by a check: killed a",
    )


def test_a_sample_of_mutants_is_killed(tmp_path):
    """Of rules and of proofs; that of optimizers has a test of its own."""
    families = {name: FAMILIES[name] for name in ("schemes", "derivations")}
    outcome = gate.run(gate.Options(families, sample=SAMPLE, workers=1, runs=tmp_path))
    assert outcome.problems == ()
    assert len(outcome.results) == SAMPLE
    for name in families:
        assert any(fate.state is State.KILLED for _, fate in outcome.of(name))
