"""Runs that are ended in the middle: what leaves half of a file, counts twice, or hides a refusal, is found."""

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest
import typer

from verify import cli
from verify.recording import EXPERIMENTS
from verify.trust.hostile import child, child_runs, fuzz, kill
from verify.trust.hostile.outcome import Outcome

RECORD = Path("reports") / "x.json"
TEXT = json.dumps(list(range(40)))


def careful():
    """A record that is written in one step."""
    from verify.atomic import write_text

    time.sleep(0.05)
    write_text(RECORD, TEXT)


def careless():
    """A record that is there by half for most of the time."""
    RECORD.parent.mkdir(exist_ok=True)
    with RECORD.open("w", encoding="utf-8") as file:
        file.write(TEXT[:60])
        file.flush()
        os.fsync(file.fileno())
        time.sleep(0.2)
        file.write(TEXT[60:])


def counts_twice():
    """A run that goes on from what it kept, and does the last again."""
    from verify.atomic import write_text

    kept = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else []
    for k in range(max(len(kept) - 1, 0), 6):
        kept.append(k)
        write_text(RECORD, json.dumps(kept))
        time.sleep(0.02)


def hides():
    """A run that takes a disk that is full for success."""
    try:
        careful()
    except OSError:
        return


def speaks_in_tracebacks():
    """A run that Ctrl-C and a full disk end with another status, and with more than a line."""
    time.sleep(0.1)
    try:
        careful()
    except (KeyboardInterrupt, OSError) as error:
        raise RuntimeError("oh") from error


@pytest.fixture
def work(monkeypatch):
    """Makes a work of a function: the name to call it by."""

    def put(function):
        made = child.Work(((),), lambda: vars(cli).update(main=function), rooms=(0,))
        known = {**child.WORKS, function.__name__: made}
        monkeypatch.setattr(child, "WORKS", known)
        monkeypatch.setattr(kill, "WORKS", known)
        return function.__name__

    kill.whole.cache_clear()
    yield put
    kill.whole.cache_clear()


def test_a_careful_writer_passes(work):
    name = work(careful)
    assert kill.killed(name, signal.SIGKILL, 2, random.Random(0)).outcome is Outcome.RIGHT
    assert "ends with 1" in kill.refused(name).faults[0]  # without the command line, which says it in a line


def test_a_file_that_is_half_written_is_found(work):
    name = work(careless)
    row = kill.killed(name, signal.SIGKILL, 2, random.Random(0))
    assert row.outcome is Outcome.FAULT and any("x.json is half written" in fault for fault in row.faults)
    assert any("x.json is half written" in fault for fault in kill.refused(name).faults)


def test_what_is_done_twice_after_an_end_is_found(work):
    row = kill.killed(work(counts_twice), signal.SIGKILL, 3, random.Random(0))
    assert not row.equal and row.outcome is Outcome.FAULT


def test_a_refusal_that_is_hidden_is_found(work):
    row = kill.refused(work(hides))
    assert row.outcome is Outcome.FAULT and "ends with 0" in row.faults[0]


def test_a_traceback_after_an_interrupt_is_found(work):
    name = work(speaks_in_tracebacks)
    row = kill.killed(name, signal.SIGINT, 1, random.Random(1))
    assert row.outcome is Outcome.FAULT and "Traceback" in row.faults[0]


def test_a_work_that_does_not_come_to_its_end_is_found(work):
    assert "leaves nothing" in kill.killed(work(lambda: None), signal.SIGKILL, 1, random.Random(0)).faults[0]


def test_a_long_run_goes_on_where_it_was_ended():
    """A sample: `orthodrome trust hostile ends` ends them all, and more often."""
    import verify.search.campaign
    import verify.search.printed  # noqa: F401  (loaded once, before the forks)

    assert kill.killed("search --compare", signal.SIGKILL, 1, random.Random(0)).outcome is Outcome.RIGHT
    found = kill.refused("search --compare")
    assert found.outcome is Outcome.RIGHT and found.times > 1


def test_every_experiment_and_every_command_that_resumes_is_ended():
    assert set(child_runs.EXPERIMENTS) == set(EXPERIMENTS)
    ended = [command for work in child.WORKS.values() for command in work.commands]
    commands = [path for path, made in fuzz._commands(typer.main.get_command(cli.app)) if resumes(made)]
    assert len(commands) > 5
    assert not [path for path in commands if not any(command[: len(path)] == path for command in ended)]


def resumes(command):
    return any(parameter.name == "resume" for parameter in command.params)
