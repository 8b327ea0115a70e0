"""The count of false alarms: what fails under a seed is counted, what luck explains is told from what it does not."""

import json

import numpy as np
import pytest

from verify.checks.run import Check
from verify.report.render import page
from verify.report.trust import recorded_trust
from verify.results import CheckResult, dump
from verify.statistics import FALSE_ALARM, Comparisons
from verify.trust import alarms, record


def sound(cases: int, seed: int) -> list[CheckResult]:
    """A mean of standard normal draws is 0."""
    comparisons = Comparisons("SP-L1", "the mean is 0", 2)
    for column in np.random.default_rng(seed).normal(size=(2, cases)):
        comparisons.equal(column, 0.0, scale=10.0)
    return [comparisons.result()]


def biased(cases: int, seed: int) -> list[CheckResult]:
    """Luck decides it far more often than it says."""
    comparisons = Comparisons("SP-L1", "the mean is 0.3", 1)
    comparisons.equal(np.random.default_rng(seed).normal(size=cases), 0.3, scale=10.0)
    return [comparisons.result()]


def unlucky(cases: int, seed: int) -> list[CheckResult]:
    """It fails under one seed in ten."""
    return [CheckResult("SP-L1", "rare", cases, 2.0 if seed % 10 == 3 else 0.5, 1.0, "float64", "cpu", seed % 10 != 3)]


def surveyed(laws, seeds=20, cases=50):
    checks = [Check(law, ("SP-L1",)) for law in laws]
    return alarms.summary([alarms.battery(checks, cases, seed) for seed in range(seeds)], cases)


def test_sound_laws_raise_no_alarm_and_their_rates_add_up():
    found = surveyed([sound])
    assert alarms.sound(found) and not found["failures"]
    assert (found["lucky"], found["budget"], found["campaign"]) == (1, FALSE_ALARM, 2e-5)


def test_a_law_that_fails_under_some_seeds_is_named_with_them():
    found = surveyed([unlucky, sound])
    assert not alarms.sound(found)
    assert [(row["seed"], row["law"]) for row in found["failures"]] == [(3, "rare"), (13, "rare")]


def test_a_law_whose_rate_is_not_the_stated_one_is_seen_before_it_fails():
    found = surveyed([biased])
    assert not found["failures"] and not alarms.sound(found)


def far(cases: int, seed: int) -> list[CheckResult]:
    """A mean that is above a bound far below it: no deviation has a chance."""
    comparisons = Comparisons("SP-L1", "the mean is above -9", 1)
    comparisons.above(np.random.default_rng(seed).normal(size=cases), -9.0)
    return [comparisons.result()]


def test_a_law_that_is_never_off_makes_no_room_for_another():
    alone, both = surveyed([sound]), surveyed([sound, far])
    assert (alone["never"], both["never"], both["lucky"]) == (0, 1, 2)
    assert both["levels"] == alone["levels"]


def test_chances_are_uniform_where_the_law_is_true():
    chances = sorted(
        row["chance"] for seed in range(300) for row in alarms.battery([Check(sound, ("SP-L1",))], 20, seed)
    )
    assert abs(sum(c < 0.2 for c in chances) / 300 - 0.19) < 0.12  # five standard deviations; 0.19 of two comparisons


def test_a_rate_is_recorded_and_a_chance_is_not():
    row = json.loads(dump(sound(50, 0)))[0]
    assert row["false_alarm"] == FALSE_ALARM and "chance" not in row


def test_kept_seeds_are_taken_over_and_a_mended_check_alone_is_run_again(tmp_path, monkeypatch):
    monkeypatch.setattr(alarms, "CHECKS", [Check(unlucky, ("SP-L1",)), Check(sound, ("SP-L1",))])
    alarms.under(3, 50, tmp_path, "old")
    before = json.loads((tmp_path / "3.json").read_text())
    assert alarms._kept(tmp_path / "3.json", "old", ()) and not alarms._kept(tmp_path / "3.json", "new", ())
    monkeypatch.setattr(alarms, "CHECKS", [Check(mended, ("SP-L1",)), Check(sound, ("SP-L1",))])
    monkeypatch.setattr(mended, "__name__", "unlucky")
    alarms.under(3, 50, tmp_path, "new", ("unlucky",))
    after = json.loads((tmp_path / "3.json").read_text())
    assert [row["passed"] for row in before["rows"]] == [False, True]
    assert all(row["passed"] for row in after["rows"]) and after["again"] == {"unlucky": "new"}
    assert alarms._kept(tmp_path / "3.json", "new", ("unlucky",)) and not alarms._kept(tmp_path / "3.json", "new", ())


def mended(cases: int, seed: int) -> list[CheckResult]:
    """The law that failed, mended."""
    return [CheckResult("SP-L1", "rare", cases, 0.5, 1.0, "float64", "cpu", True)]


def test_what_is_kept_of_a_seed_and_damaged_is_run_anew(tmp_path):
    (tmp_path / "0.json").write_text('{"code": "old", "rows"')
    assert not alarms._kept(tmp_path / "0.json", "old", ())


def test_wrong_arguments_are_named(tmp_path):
    with pytest.raises(ValueError, match="seeds=0"):
        alarms.survey(seeds=0, folder=tmp_path)
    with pytest.raises(ValueError, match="no check is called so"):
        alarms.survey(again=["nothing"], folder=tmp_path)


def test_the_page_shows_the_figures_of_the_record(tmp_path):
    record.save(tmp_path, "alarms", surveyed([unlucky, sound]) | {"again": ["unlucky"]})
    shown = page("trust.md", trust=recorded_trust(tmp_path))
    assert "**2 failures**" in shown and "| 13 | SP-L1 | rare |" in shown and "*Not recorded.*" in shown
