"""Property-based tests are counted from their sources, and what survived once is followed to its fate."""

import pytest

from verify.digest import ROOT
from verify.report.render import page
from verify.report.trust import examples, recorded_trust
from verify.trust import properties, properties_run, record
from verify.trust.mutants.mutant import Fate, Mutant, State
from verify.trust.mutants.survivors import traced

TEST = """
from verify.spaces import Exact, Float64
from verify.tolerance import judge

def helper():
    return Exact()

@given(x=1)
def test_one_law():
    judge(helper())

@settings(max_examples=7)
@given(x=1)
def test_another_law():
    Float64()

@pytest.mark.parametrize("wrong", ["a", "b"])
def test_a_wrong_one_is_seen(wrong):
    Float64()
"""
PROFILES = """
settings.register_profile("dev", max_examples=3, deadline=None)
settings.register_profile("deep", max_examples=50)
"""


@pytest.fixture
def checkout(monkeypatch, tmp_path):
    monkeypatch.setattr(properties, "FILES", ("tests/test_core.py",))
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_core.py").write_text(TEST)
    (tmp_path / "tests" / "conftest.py").write_text(PROFILES)
    return tmp_path


def test_laws_examples_backends_and_controls_are_those_of_the_tests(checkout):
    found = properties.counted(checkout)
    assert found["profiles"] == {"dev": 3, "deep": 50}
    assert found["laws"] == [
        {"file": "test_core.py", "law": "one law", "backends": ["Exact"], "examples": None},
        {"file": "test_core.py", "law": "another law", "backends": ["Float64"], "examples": 7},
    ]
    assert found["controls"] == [{"file": "test_core.py", "law": "a wrong one is seen", "cases": 2}]
    assert [examples(found, name) for name in found["profiles"]] == [10, 57]


def test_a_file_without_a_property_is_refused(checkout):
    (checkout / "tests" / "test_core.py").write_text("def test_nothing(): pass")
    with pytest.raises(ValueError, match="has no property"):
        properties.counted(checkout)


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(ValueError, match="not there"):
        properties.counted(tmp_path)


def test_the_recorded_counts_are_those_of_the_tests_as_they_are():
    found = record.load(ROOT / "reports", "properties")
    assert (
        found is not None and {name: found[name] for name in ("profiles", "laws", "controls")} == properties.counted()
    )


def test_a_run_tells_what_passed_and_what_failed(monkeypatch, tmp_path):
    monkeypatch.setattr(properties_run, "FILES", ("test_two.py",))
    profile = 'import os\n\n\ndef test_good():\n    assert os.environ["HYPOTHESIS_PROFILE"] == "dev"\n'
    (tmp_path / "test_two.py").write_text(profile + "\n\ndef test_bad():\n    assert False\n")
    row = properties_run.run("dev", 3, tmp_path)
    assert (row["profile"], row["seed"], row["passed"], row["failed"]) == ("dev", 3, 1, ["test_bad"])
    (tmp_path / "test_two.py").write_text("def test_bad(:\n")
    with pytest.raises(RuntimeError, match="pytest ended with"):
        properties_run.run("dev", 3, tmp_path)


def test_a_run_is_kept_under_its_profile_until_the_code_changes():
    now = properties_run.digest_now("properties")
    old, kept, before = ({"profile": p, "seed": 1, "code": c} for p, c in (("dev", "x"), ("ci", now), ("deep", now)))
    deep = {"profile": "deep", "seed": 2, "code": now}
    assert properties_run.merged({"runs": [old, kept, before]}, [deep]) == [kept, deep]
    assert properties_run.merged(None, []) == []


def test_the_page_says_what_a_run_gave_and_where_none_was_made(checkout, tmp_path):
    rows = [
        {"profile": "dev", "seed": 5, "passed": 3, "failed": [], "code": properties_run.digest_now("properties")},
        {"profile": "deep", "seed": 6, "passed": 2, "failed": ["test_one_law"], "code": "another"},
    ]
    counted = properties.counted(checkout)
    record.save(tmp_path, "properties", counted | {"runs": rows})
    shown = page("trust.md", trust=recorded_trust(tmp_path))
    assert "| `HYPOTHESIS_PROFILE=dev` | 3 | 10 | all 3 tests passed (seed 5) |" in shown
    assert "| 1 of 3 failed: test_one_law (seed 6, of other code) |" in shown
    record.save(tmp_path, "properties", counted)
    assert page("trust.md", trust=recorded_trust(tmp_path)).count("no run of these laws is recorded") == 2


def test_what_survived_once_is_killed_equivalent_or_gone_and_one_that_survives_still_is_said_to():
    mutants = {label: Mutant("sources", "f", "o", label) for label in ("killed", "argued", "left")}
    records = [
        {"families": [{"name": "sources", "survivors": [{"target": "f", "label": name} for name in labels]}]}
        for labels in (["killed", "argued"], ["argued", "left", "rewritten"])
    ]
    fates = {"killed": Fate(State.KILLED, "a law"), "left": Fate(State.SURVIVED)}
    found = traced(iter(records), mutants, {"argued": "why"}, lambda mutant: fates[mutant.label])
    assert [(row["label"], row["fate"], row["by"]) for row in found] == [
        ("killed", "killed", "a law"),
        ("argued", "equivalent", "why"),
        ("left", "survived", ""),
        ("rewritten", "gone", "its line is gone"),
    ]


def test_the_page_shows_laws_and_survivors(checkout, tmp_path):
    record.save(tmp_path, "properties", properties.counted(checkout))
    rows = [{"target": "lion", "label": "lion.f: a -> b", "fate": "killed", "by": "betas"}]
    battery = [{"law": "betas", "file": "battery_refusals.py", "about": "What is refused."}]
    record.save(tmp_path, "survivors", {"survivors": rows, "battery": battery})
    shown = page("trust.md", trust=recorded_trust(tmp_path))
    assert "drawn for all of them, by profile: 10 under dev, 57 under deep" in shown
    assert "| another law | Float64 | 7 | `test_core.py` |" in shown and "*a wrong one is seen* (2)." in shown
    assert "| `lion` | `lion.f: a -> b` | killed by *betas* (battery_refusals.py) |" in shown
    assert "| `battery_refusals.py` | What is refused. | betas |" in shown
