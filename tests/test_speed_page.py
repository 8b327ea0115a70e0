"""The page of speed, on small records: what it says is what was measured, and the same each time."""

import json
from functools import partial

import pytest

from verify import speed as records
from verify.reading import RecordError
from verify.report import speed, speed_goals
from verify.report.speed import (
    Cell,
    Goal,
    cell,
    distance,
    everyone,
    figure,
    monitored,
    over_adam,
    rate,
    reasons,
    recorded_speed,
    rules,
    trained,
)
from verify.report.speed_page import speed_files
from verify.tolerance import roundoff

near = partial(pytest.approx, rel=roundoff(100), abs=0)
"""What a few operations on the numbers of a record, of as many digits, may lose."""

ADAM, SGD = "torch Adam, fused", "torch SGD, fused"
MACHINE = {"threads": 2, "rounds": 7, "python": "3.11", "torch": "2.13.0"}


def timing(ratio, seconds=0.01, repeated=0, disturbed=0, low=None, high=None):
    spread = {"low": low or 0.9 * ratio, "high": high or 1.1 * ratio}
    rest = {"rounds": 7, "calls": 5, "repeated": repeated, "disturbed": disturbed}
    return {"seconds": seconds, "ratio": ratio} | spread | rest


def row(shape, rule, path, whose, buffers, ratio, unit, **more):
    name = ", ".join(filter(None, (rule if whose == "ours" else f"{whose} {rule}", path)))
    said = {"rule": rule, "path": path, "whose": whose, "buffers": buffers, "words": 3 + 2 * buffers}
    return {"shape": shape, "subject": name, "unit": unit, "sources": "0"} | said | timing(ratio, **more)


def missing(shape, rule, path, words):
    said = {"rule": rule, "path": path, "whose": "ours", "buffers": 2, "words": 7, "missing": words}
    return {"shape": shape, "subject": f"{rule}, {path}"} | said


OPTIMIZERS = {
    "machine": MACHINE,
    "stream": {"words": 3, "numbers": 1000},
    "shapes": {
        "resnet20": {"name": "ResNet20", "tensors": 59, "numbers": 100},
        "gpt2": {"name": "GPT-2 small", "tensors": 148, "numbers": 2_000_000},
    },
    "rows": [
        {"shape": "gpt2", "subject": "memory", "unit": ADAM} | timing(0.0005),
        row("gpt2", "Adam", "fused", "torch", 2, 1.0, ADAM),
        row("gpt2", "SGD", "fused", "torch", 0, 0.5, ADAM),
        row("resnet20", "Adam", "fused", "torch", 2, 1.0, ADAM),
        row("gpt2", "AdamP", "", "adamp", 2, 29.0, ADAM, repeated=3, disturbed=1),
        row("resnet20", "AdamP", "automatic", "ours", 2, 1.5, ADAM),
        row("gpt2", "AdamP", "automatic", "ours", 2, 4.0, ADAM),
        row("gpt2", "PSISGD", "automatic", "ours", 0, 3.0, SGD),
        missing("gpt2", "AdamP", "native", "NativeError: no compiler"),
    ],
}
TRAINING = {
    "machine": MACHINE,
    "batch": 128,
    "unit": "torch SGD with momentum",
    "rows": [
        {"subject": "torch SGD with momentum", "whole": timing(1.0, 0.4), "step": timing(1.0, 0.001)},
        {"subject": "PSISGD", "whole": timing(1.03, 0.4), "step": timing(5.0, 0.005)},
    ],
}
MONITOR = {
    "machine": MACHINE,
    "batch": 128,
    "unit": "without",
    "steps": 10,
    "rows": [
        {"optimizer": "SGD", "subject": subject, "whole": timing(whole, 0.2), "step": timing(step, 0.001 * step)}
        for subject, whole, step in (("without", 1.0, 1.0), ("every=10", 0.99, 1.5), ("every=1", 1.2, 6.0))
    ],
}
RECORDS = {
    "optimizers": OPTIMIZERS,
    "training": TRAINING,
    "monitor": MONITOR,
    "bandwidth": {
        "machine": MACHINE,
        "numbers": 1000,
        "rows": [{"kernel": "a = b", "words": 2, "rate": 3e10, "ratio": 1.0, "repeated": 0, "disturbed": 0}],
    },
    "cases": {
        "machine": MACHINE,
        "law": "image-step",
        "workers": 2,
        "each": 1000,
        "repeated": 0,
        "disturbed": 0,
        "ways": [{"way": "batched", "rate": 2e5} | timing(1.0), {"way": "plain loop", "rate": 2e3} | timing(1.0)],
        "laws": [
            {"law": law, "claims": ["SP-L1"], "rate": rate, "low": 1.0, "high": 3e5, "failed": 0}
            for law, rate in (("quick", 250_000.0), ("slow", 150_000.0))
        ],
        "sizes": [{"cases": 1000, "seconds": 1.0, "megabytes": 300.0}],
    },
    "proofs": {
        "machine": MACHINE,
        "cold_seconds": 9.0,
        "cached_seconds": 1.5,
        "claims": [{"id": "SP-L1", "seconds": 0.2, "steps": 4}, {"id": "SP-T4", "seconds": 1.2, "steps": 40}],
        "rules": [{"rule": "Identity", "seconds": 1.0, "steps": 30}],
    },
    "start": {
        "machine": MACHINE,
        "unit": "python -c pass",
        "rows": [{"subject": "python -c pass"} | timing(1.0), {"subject": "orthodrome claims"} | timing(9.0, 0.5)],
        "imports": {"orthodrome claims": {"modules": 3, "milliseconds": 7.5, "packages": {"typer": 5.0}}},
    },
    "suite": {
        "machine": MACHINE,
        "rows": [{"job": "make test", "seconds": 200.0, "status": 0, "foreign": 0.1}],
        "counts": {"passed": 3},
        "tests": [{"test": "tests/test_x.py::test_y", "seconds": 4.0, "cases": 2}],
    },
}


@pytest.fixture
def reports(tmp_path):
    for name, record in RECORDS.items():
        records.save(tmp_path, name, record)
    return tmp_path


def test_a_page_needs_no_record(tmp_path):
    files = speed_files(tmp_path)
    assert set(files) == {"speed.md"}
    assert files["speed.md"].count("*Not recorded.*") == len(records.SECTIONS)


def test_the_page_shows_every_record_and_is_the_same_each_time(reports):
    files = speed_files(reports)
    assert files == speed_files(reports)
    assert "*Not recorded.*" not in files["speed.md"]
    assert {f"figures/speed-{name}.svg" for name in ("optimizers", "cases", "proofs")} < set(files)
    for word in ("**1.50** (1.35–1.65)", "*4.00* (3.60–4.40)", "29.00", "NativeError: no compiler", "adamp AdamP"):
        assert word in files["speed.md"], word
    assert "3 more thrown away as disturbed, 1 disturbed ones kept" in files["speed.md"]


def test_every_section_has_its_template_and_its_reader():
    assert set(RECORDS) == {section.name for section in records.SECTIONS}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_of_another_shape_is_named(reports, name):
    records.path(reports, name).write_text(json.dumps({"machine": MACHINE}))
    with pytest.raises(RecordError, match=f"{name}.json.*orthodrome bench {name}"):
        speed_files(reports)


def test_a_goal_is_met_at_its_figure_and_missed_above():
    assert cell(Cell(1.6, None, 1.6)) == "**1.60**"
    assert cell(Cell(1.61, (1.5, 1.7), 1.6)) == "*1.61* (1.50–1.70)"
    assert cell(Cell(1.61)) == "1.61"
    assert cell(None) == "—"
    assert rate({"rate": 2e5, "low": 1e5, "high": 3e5}, 2e5) == "**200,000** (100,000–300,000)"
    assert rate({"rate": 199_999, "low": 1e5, "high": 3e5}, 2e5).startswith("*199,999*")


@pytest.mark.parametrize(("value", "shown"), [(1234.5, "1,234"), (12.5, "12.50"), (1.0, "1.00"), (0.31234, "0.312")])
def test_a_figure_has_the_digits_that_a_clock_tells(value, shown):
    assert figure(value) == shown


def test_a_ratio_to_another_unit_goes_through_the_unit():
    """3 of fused SGD, which is half of fused Adam."""
    psi = next(r for r in OPTIMIZERS["rows"] if r["subject"] == "PSISGD, automatic")
    assert over_adam(OPTIMIZERS, psi) == near(1.5)


def test_the_distance_to_the_limit_is_in_bytes_over_the_bytes_of_the_same_run():
    """The kernel moves 3000 words in 0.0005 of Adam's time, so Adam's 14 million take 2.333 of it."""
    adam = next(r for r in OPTIMIZERS["rows"] if r["subject"] == ADAM and r["shape"] == "gpt2")
    assert distance(OPTIMIZERS, adam) == near(1 / (14e6 * 0.0005 / 3000))
    psi = next(r for r in OPTIMIZERS["rows"] if r["subject"] == "PSISGD, automatic")
    assert distance(OPTIMIZERS, psi) == near(1.5 / (6e6 * 0.0005 / 3000))


def test_a_slower_subject_is_further_from_the_limit():
    found = {row.subject: row for row in everyone(OPTIMIZERS)}
    assert found["adamp AdamP"].limit[0] == near(29 * found[ADAM].limit[0])
    assert len(found[ADAM].limit) == 1  # the small network lies in the caches
    assert "AdamP, native" not in found


def test_what_is_missing_is_said_with_its_reason():
    (native,) = rules(OPTIMIZERS, "native")
    assert native.cells == (None, None)
    assert "no compiler" in native.why[0]


def test_why_a_goal_is_missed_is_said_of_that_row_alone(monkeypatch):
    reasons = (speed_goals.Why("optimizers", "for a reason", "AdamP", "automatic", "gpt2"),)
    monkeypatch.setattr(speed_goals, "REASONS", reasons)
    assert [goal.why for goal in rules(OPTIMIZERS, "automatic")] == [("for a reason",), (), ()]
    assert speed_goals.why("optimizers", "AdamP", "automatic", "resnet20") == ""


def test_a_reason_is_said_once_with_all_its_rules():
    rows = [Goal("A", "", (), ("slow", "lost")), Goal("B", "", (), ("slow",)), Goal("A", "", (), ("slow",))]
    assert reasons(rows) == [("slow", ["A", "B"]), ("lost", ["A"])]


def test_a_rule_without_buffers_stands_beside_momentum_too():
    """3 of fused SGD, itself half of Adam, are 2 of an SGD with momentum that is three quarters of Adam."""
    more = row("gpt2", "SGD with momentum", "fused", "torch", 1, 0.75, ADAM)
    _, plain, momentum = rules(OPTIMIZERS | {"rows": [*OPTIMIZERS["rows"], more]}, "automatic")
    assert (plain.unit, plain.cells[1].value) == (SGD, 3.0)
    assert (momentum.unit, momentum.cells[1].value) == ("torch SGD with momentum, fused", near(2.0))
    assert momentum.cells[0] is None


def test_a_training_step_is_told_from_its_steps():
    (_, _, parts, *_), (_, seen, psi, printed, step, _) = trained(TRAINING)
    assert parts.value == near(1)
    assert psi.value == near(1 + 4 * 0.001 / 0.4)
    assert (seen.met, psi.met) == (False, True)
    assert printed == near(1.0718, abs=1e-4)
    assert step == near(5.0)


def test_the_cost_of_the_monitor_is_told_from_the_steps_alone_and_is_that_of_a_logged_one():
    """5 ms more a step of 1 ms, in training steps of 200 ms, are a fortieth; logged one time in ten, as much each."""
    (_, tenth, seen, rarely, cost, _), (_, each, whole, always, same, _) = monitored(MONITOR)
    assert (tenth, each) == ("every=10", "every=1")
    assert (rarely.value, always.value) == (near(1.0025), near(1.025))
    assert cost == same == near(5.0)
    assert (seen.met, whole.met, rarely.met, always.met) == (True, False, True, True)


def test_records_carry_nothing_that_json_lacks(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        records.save(tmp_path, "cases", {"rate": float("nan")})
    assert records.short(0.123456) == 0.1235


def test_the_sections_of_the_command_are_those_of_the_page(tmp_path):
    assert [section.name for section, _ in recorded_speed(tmp_path).sections] == [s.name for s in records.SECTIONS]
    assert speed.PAGE == "speed.md"
