"""Hostile input: what is sound is accepted and answered rightly, and a command line that fails in this is found."""

import json

import pytest
import typer

from verify import cli
from verify.commands.campaign_shared import failures
from verify.trust.hostile import fuzz, fuzz_sound

FAMILY = [("campaign", name) for name in ("run", "status", "worst", "replay", "merge", "export")]


def test_a_log_is_shown_and_a_campaign_is_counted_once_and_replays(tmp_path, monkeypatch):
    pytest.importorskip("duckdb")
    monkeypatch.chdir(tmp_path)
    found = list(fuzz_sound.tried(fuzz.answered, [("watch",), *FAMILY]))
    assert {one.path for one in found} == {("watch",), *FAMILY}
    assert not [one for one in found if one.wrong]


@pytest.mark.parametrize(("code", "out"), [(2, ""), (0, "{}"), (0, "no JSON"), (1, "[]")])
def test_a_command_that_refuses_or_answers_anything_is_found(tmp_path, monkeypatch, code, out):
    monkeypatch.chdir(tmp_path)
    found = list(fuzz_sound.tried(lambda arguments: (code, out, "")))
    assert len(found) > len(FAMILY) and all(one.wrong for one in found if one.code != 1)
    assert [one.path for one in found if not one.wrong] == []


def test_a_case_whose_step_is_another_is_no_answer():
    case = {"address": "a", "hyperparameters": {"lr": 0.5}, "x": [1.0], "gradient": [0.1], "following": [0.95]}
    case |= {"statements": [{"claim": fuzz_sound.CLAIM, "ratio": 0.25}]}
    assert fuzz_sound._replayed(case, "a", 0.25)
    assert not fuzz_sound._replayed(case | {"following": [0.95 + 2.0**-50]}, "a", 0.25)
    assert not fuzz_sound._replayed(case, "a", 0.5) and not fuzz_sound._replayed(case, "b", 0.25)


def test_a_command_that_accepts_nothing_is_found(monkeypatch):
    watch = typer.main.get_command(cli.app).commands["watch"]
    monkeypatch.setattr(fuzz, "_commands", lambda command: [(("watch",), watch)])
    monkeypatch.setattr(fuzz, "tried", lambda answered, only: [])
    (row,) = fuzz.survey(3)
    assert row.faults == ("watch: no case is accepted",)


def test_an_exit_that_is_asked_for_is_no_failure_of_a_store():
    with pytest.raises(typer.Exit) as end, failures():
        raise typer.Exit(0)
    assert end.value.exit_code == 0
    with pytest.raises(typer.Exit) as end, failures():
        raise RuntimeError("a cluster that is away")
    assert end.value.exit_code == 1


def test_what_is_printed_is_read_apart_from_what_is_wrong():
    code, out, wrong = fuzz.answered(("scale", "sgd", "--json"))
    assert (code, wrong) == (0, "") and json.loads(out)["scheme"] == "sgd"
