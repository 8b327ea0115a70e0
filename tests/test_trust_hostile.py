"""Hostile input: a sample of each campaign, and things that are wrong, each of which must be found."""

import ast
import errno
import json
import os
import random
import signal
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
import typer

import impl.optim
from impl.optim import _paths
from verify import cli
from verify.atomic import WriteError, write_bytes
from verify.experiments import checkpoint
from verify.reading import RecordError, read_json
from verify.report.publish import publish
from verify.report.shown import trust_shown
from verify.report.trust import recorded_trust
from verify.shipped import OURS
from verify.trust import record
from verify.trust.hostile import command, files, fuzz, fuzz_text, kill, optimizers, structures
from verify.trust.hostile.child import pages
from verify.trust.hostile.inputs import INPUTS
from verify.trust.hostile.loaders import loaders
from verify.trust.hostile.outcome import Outcome, ways

ROOT = Path(__file__).parent.parent
CHEAP = {given.name: given for given in INPUTS}
LION = next(subject for subject in OURS if subject.name == "Lion")


@pytest.mark.parametrize("name", ["NaN in a gradient", "a slice of zeros", "lr = NaN", "lr = 1e300"])
def test_no_optimizer_turns_a_hostile_number_into_a_silent_wrong_one(name):
    found = list(optimizers.trials(inputs=(CHEAP[name],)))
    assert {trial.way for trial in found} == set(ways(impl.optim.SGDP)) and len(found) > 2 * len(OURS)
    assert not [trial for trial in found if trial.outcome is Outcome.FAULT]


class Around:
    """An optimizer, with something done to gradients before its step, and to its state after it."""

    def __init__(self, inner, before=None, after=None):
        self.inner, self.before, self.after = inner, before, after
        self.state, self.parameters = inner.state, inner.param_groups[0]["params"]

    def step(self):
        for p in self.parameters if self.before else ():
            self.before(p.grad)
        self.inner.step()
        for p in self.parameters if self.after else ():
            self.after(self.state[p])


def around(subject, **changes):
    """What becomes of a rule that is changed so, in its first way."""
    changed = replace(subject, make=lambda groups, h, **o: Around(subject.make(groups, h, **o), **changes))
    return lambda name: next(iter(optimizers.trials((changed,), (CHEAP[name],))))


def test_an_optimizer_that_launders_nan_is_found():
    assert around(LION)("NaN in a gradient").outcome is Outcome.SEEN
    trial = around(LION, before=lambda g: g.nan_to_num_(0.0, 0.0, 0.0))("NaN in a gradient")
    assert trial.outcome is Outcome.FAULT and "no number" in trial.words


@pytest.mark.parametrize("subject", [s for s in OURS if "lr" in vars(s.scheme.numbers())], ids=lambda s: s.name)
def test_a_rate_that_is_off_in_its_fourth_digit_is_no_rounding(subject):
    sound = next(iter(optimizers.trials((subject,), (CHEAP["d = 2"],))))
    near = replace(subject, make=lambda groups, h, **o: subject.make(groups, nearly(h), **o))
    trial = next(iter(optimizers.trials((near,), (CHEAP["d = 2"],))))
    assert sound.outcome is Outcome.RIGHT
    assert trial.outcome is Outcome.FAULT and "where the rule says" in trial.words


def nearly(h):
    return SimpleNamespace(**vars(h) | {"lr": h.lr * (1 + 2**-12)})


def test_a_buffer_that_is_half_of_what_it_was_is_found_at_once():
    trial = around(LION, after=lambda state: state["exp_avg"].div_(2))("d = 2")
    assert trial.outcome is Outcome.FAULT and "buffer m after step 0" in trial.words


def test_a_rate_that_only_the_way_in_place_cannot_take_is_found(monkeypatch):
    monkeypatch.setattr(_paths, "_moderate", lambda options: True)
    sgdp = next(subject for subject in OURS if subject.name == "SGDP")
    wrong = [t for t in optimizers.trials((sgdp,), (CHEAP["lr = 1e300"],)) if t.outcome is Outcome.FAULT]
    assert [trial.way for trial in wrong] == ["unasked"]


@pytest.mark.parametrize("cls", impl.optim.OPTIMIZERS)
def test_no_optimizer_takes_a_hostile_tensor_silently(cls):
    wrong = [trial for trial in structures.trials((cls,)) if trial.outcome is Outcome.FAULT]
    assert not wrong


def test_an_optimizer_that_refuses_nothing_is_found():
    found = {trial.input for trial in structures.trials((torch.optim.SGD,)) if trial.outcome is Outcome.FAULT}
    assert "bfloat16 slices" in found


def light(folder):
    """The loaders that are quick."""
    return [loader for loader in loaders(folder) if loader.name in ("checks.json", "checkpoint")]


def test_damaged_files_are_named_or_read_as_what_they_are(tmp_path):
    for loader in light(tmp_path):
        rows = list(files.damaged(replace(loader, weight=0.2)))
        assert rows and not [row for row in rows if row.faults]


def test_a_loader_that_executes_or_guesses_is_found(tmp_path):
    (loader, _) = light(tmp_path)

    def pickled(folder):
        import pickle

        try:
            return pickle.loads((folder / "data" / "checks.json").read_bytes())
        except Exception:
            return None

    rows = {row.damage: row for row in files.damaged(replace(loader, load=pickled, weight=0.1))}
    assert rows["a pickle that runs a command"].faults
    guesses = replace(loader, load=lambda folder: len(list(folder.rglob("*"))), checked=True, weight=0.1)
    assert not any(row.error for row in files.damaged(guesses))


def test_a_checkpoint_with_one_bit_flipped_is_refused(tmp_path):
    path = tmp_path / "run.pt"
    checkpoint.save(path, {"fingerprint": "f", "state": torch.zeros(3)})
    content = bytearray(path.read_bytes())
    content[-40] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="run.pt.*delete it"):
        checkpoint.load(path, "f")


@pytest.mark.parametrize("text", ["NaN", "[1e999]", '["\\ud800"]', "[" * 100_000, "9" * 5000])
def test_what_json_has_not_is_refused(tmp_path, text):
    (tmp_path / "x.json").write_text(text, encoding="utf-8")
    with pytest.raises(RecordError, match=r"x\.json is not a record.*`make it`"):
        read_json(tmp_path / "x.json", "a record", "make it")


def test_a_record_of_another_shape_is_named_with_its_command(tmp_path):
    record.save(tmp_path, "hostile", {"meaning": {}, "parts": {"optimizers": [{"input": 3}]}})
    with pytest.raises(RecordError, match=r"hostile\.json.*`orthodrome trust hostile`"):
        trust_shown(recorded_trust(tmp_path), tmp_path)


@pytest.mark.parametrize("broken", ["fsync", "replace", "chmod"])
def test_a_full_disk_leaves_the_old_files_and_nothing_else(tmp_path, monkeypatch, broken):
    publish(pages("old"), tmp_path)
    done, real = [0], getattr(os, broken)

    def refuse(*arguments):
        done[0] += 1
        if done[0] == 7:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*arguments)

    monkeypatch.setattr(os, broken, refuse)
    with pytest.raises(WriteError, match=r"page-06.md cannot be written \(No space left on device\)"):
        publish(pages("new"), tmp_path)
    found = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    words = [pages("new")] * 6 + [pages("old")] * 54
    assert found == {name: words[i][name] for i, name in enumerate(sorted(pages("old")))}


def test_pages_that_a_kill_interrupts_are_whole_and_a_careless_writer_is_found(tmp_path, monkeypatch):
    assert kill.killed("pages", signal.SIGKILL, 1, random.Random(0)).outcome is Outcome.RIGHT
    publish(pages("old"), tmp_path / "reports")
    (tmp_path / "reports" / "page-00.md").write_text("new 0\nnew", encoding="utf-8")
    assert kill._unclean("pages", tmp_path, signal.SIGKILL, None)


def test_a_file_is_written_in_one_step_or_not_at_all(tmp_path):
    with pytest.raises(WriteError, match="make room"):
        write_bytes(tmp_path, b"a folder is there")
    assert not [path for path in tmp_path.parent.iterdir() if path.name.startswith(f".{tmp_path.name}")]


def test_faults_of_a_record_are_told():
    sound = {"input": "x", "faults": []}
    parts = dict.fromkeys(command.PARTS) | {"optimizers": [sound, {"input": "y", "faults": ["Lion: wrong"]}]}
    assert command.faults({"parts": parts}) == ["y: Lion: wrong"]


FORBIDDEN = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml"}
"""Modules that execute what they load."""
CALLED = {"eval", "exec", "load"}
EXECUTED = {("verify/audit/load.py", "exec"), ("verify/report/equilibria.py", "pickle")}
"""A constant text of ours; what a process of our own says through a pipe. Neither is a file."""


def unsafe(tree: ast.AST) -> list[str]:
    """The calls and imports that take data for code."""
    found = []
    for node in ast.walk(tree):
        called = getattr(node, "func", None)
        if isinstance(node, ast.Call) and getattr(called, "id", getattr(called, "attr", "")) not in CALLED:
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            found += [name for name in names if name.partition(".")[0] in FORBIDDEN]
        if not isinstance(node, ast.Call):
            continue
        name, options = ast.unparse(node.func), {k.arg: k.value for k in node.keywords}
        if name in ("eval", "exec"):
            found.append(name)
        if name == "torch.load" and not getattr(options.get("weights_only"), "value", False):
            found.append(name)
        if name.rpartition(".")[2] == "load" and getattr(options.get("allow_pickle"), "value", False):
            found.append(name)
    return found


def test_files_are_data_and_never_executed():
    for package in ("derivations", "impl", "verify"):
        for path in (ROOT / package).rglob("*.py"):
            name = path.relative_to(ROOT).as_posix()
            found = {(name, what) for what in unsafe(ast.parse(path.read_text(encoding="utf-8")))}
            assert found <= EXECUTED | MUTANTS, name


MUTANTS = {(f"verify/trust/mutants/{name}.py", "exec") for name in ("sources_loader", "schemes_sources", "by_hand")}
"""Changed sources of ours are run: that is what they are for."""


@pytest.mark.parametrize(
    "code", ["import pickle", "from pickle import loads", "torch.load(f)", "eval(x)", "np.load(f, allow_pickle=True)"]
)
def test_what_takes_data_for_code_is_found(code):
    assert unsafe(ast.parse(code))


def test_nonsense_is_tried_on_every_command_and_begins_no_work():
    for extra in ("dask", "duckdb", "mkdocs"):
        pytest.importorskip(extra)
    with fuzz.without_work():  # each name of WORK is there
        assert fuzz.invoke(("watch", "no/such/place"))[0] == 2
        assert fuzz.invoke(("trust", "alarms")) == (0, "")


def test_every_case_that_was_typed_is_listed_with_its_end(monkeypatch, tmp_path):
    monkeypatch.setattr(
        fuzz, "_commands", lambda command: [(("claims",), typer.main.get_command(cli.app).commands["claims"])]
    )
    monkeypatch.setattr(command, "CASES", 6)
    monkeypatch.setattr(fuzz_text, "NAMES", ("", "torch.optim"))
    monkeypatch.setattr(fuzz_text, "SOURCES", {})
    rows = command._fuzz(tmp_path)
    typed = json.loads(record.path(tmp_path, command.TYPED).read_text(encoding="utf-8"))
    assert {row["what"]: row["tried"] for row in rows} == {what: len(cases) for what, cases in typed.items()}
    for row in rows:
        ends = [int(case.partition(" ")[0]) for case in typed[row["what"]]]
        assert not row["faults"] and list(row["ends"]) == [ends.count(end) for end in (0, 1, 2)]


def test_what_was_typed_is_shown_in_characters_that_any_editor_shows():
    assert command.shown("a\udcff\n\x1b\u202e") == r"a\udcff\n\x1b\u202e"
    assert command.shown("x" * 201).endswith("… (201 characters)")


def test_an_exception_a_silence_and_another_status_at_the_command_line_are_found(monkeypatch):
    def ends(error):
        def main():
            raise error

        return main

    for error, words in ((KeyError("x"), "gets out"), (SystemExit(2), "without a word"), (SystemExit(3), "status 3")):
        monkeypatch.setattr(fuzz.cli, "main", ends(error))
        assert words in fuzz.invoke(("claims",))[1]
