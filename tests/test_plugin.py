"""`pytest --orthodrome`: it is at home in any repository, costs nothing unasked, and says what differs."""

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import given, settings

import pytest_orthodrome
from verify import strategies
from verify.plugin import serve, worker
from verify.plugin.worker import Lost, Worker

HOME = pytest_orthodrome.HOME
OPTIMIZERS = """
import os
import torch
from verify.helpers import SIZE

class Sound(torch.optim.AdamW):
    def step(self, closure=None):
        from verify import late
        print("what an optimizer prints is no answer")
        return super().step(closure)

class Writes(torch.optim.SGD):
    @torch.no_grad()
    def step(self, closure=None):
        loss = super().step(closure)
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad.mul_(2)
        return loss

class Ends(torch.optim.SGD):
    def step(self, closure=None):
        if self.param_groups[0]["maximize"]:
            os._exit(3)
        return super().step(closure)
"""
OWN_TESTS = """
import sys
import impl, verify.helpers

def test_these_are_ours():
    assert verify.helpers.SIZE == impl.SIZE == 3
    assert "site" in sys.modules and not {"torch", "sympy", "verify.plugin", "impl.models"} & set(sys.modules)
"""
WITH_FIXTURES = """
import impl, torch, verify.helpers
from hypothesis import given, settings
from pytest_orthodrome import strategies

X = torch.arange(1.0, 5.0, dtype=torch.float64)

@settings(max_examples=5, deadline=None, derandomize=True)
@given(strategies.radially_invariant_losses(4))
def test_strategies(loss):
    torch.testing.assert_close(loss(X), loss(3 * X))

def test_fixtures(radially_invariant_loss, invariant_model, orthodrome_target):
    loss = radially_invariant_loss(4, "network", seed=2)
    torch.testing.assert_close(loss(X), loss(3 * X))
    network = invariant_model("group-norm", seed=1)
    p = torch.nn.Parameter(X.clone())
    assert isinstance(orthodrome_target.make([p]), torch.optim.Optimizer) and network.slices == 2
    assert verify.helpers.SIZE == impl.SIZE == 3
"""
NOT_EDITABLE = """
import sys
sys.meta_path[:] = [finder for finder in sys.meta_path if "Editable" not in getattr(finder, "__name__", "")]
"""
CHOSEN = "gradient or tangential or epsilon or growth or maximize"


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """One that has packages `verify` and `impl`, and tests, of its own, and a conftest at its root."""
    root = tmp_path_factory.mktemp("foreign")
    files = {
        "verify/__init__.py": "",
        "verify/helpers.py": "SIZE = 3",
        "verify/late.py": "",
        "impl/__init__.py": "SIZE = 3",
        "mine/optim.py": OPTIMIZERS,
        "tests/__init__.py": "",
        "tests/test_own.py": OWN_TESTS,
        "checks/test_fixtures.py": WITH_FIXTURES,
        "conftest.py": "",
        "site/sitecustomize.py": NOT_EDITABLE,
        "pytest.ini": "[pytest]\ntestpaths = tests\naddopts = --strict-markers --strict-config\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    for name in ("derivations", "impl", "verify", "pytest_orthodrome.py"):
        (root / "site" / name).symlink_to(HOME / name)
    return root


def run(root, *arguments, module=True):
    """The finished `python -m pytest`, which finds the names of its folder first, or `pytest`, there.

    The former without what an editable install adds to Python's imports: there our modules are found as parts of
    another's package of the same name, and what goes wrong for those who install a wheel would not show.
    """
    command = [sys.executable, "-m", "pytest"] if module else [str(Path(sys.executable).with_name("pytest"))]
    drop = ("PYTEST_", "PYTHONPATH", "COV_")  # what a run around this one has set
    environment = {name: value for name, value in os.environ.items() if not name.startswith(drop)}
    if module:
        environment["PYTHONPATH"] = str(root / "site")
    return subprocess.run(
        [*command, *arguments], cwd=root, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def findings(repository):
    """What a run says of three optimizers of a repository whose names are those of orthodrome's packages."""
    named = [f"--orthodrome=mine.optim:{name}" for name in ("Sound", "Writes", "Ends")]
    options = ["--orthodrome-require=tangential", "-v", "-rsxf", "-m", "orthodrome or not orthodrome", "-k"]
    return run(repository, *named, *options, f"{CHOSEN} or fixtures", "tests", "checks")


def outcome(result, optimizer, law):
    found = re.search(rf"^orthodrome::mine\.optim:{optimizer}::{law} (\w+)", result.stdout, re.MULTILINE)
    assert found, result.stdout + result.stderr
    return found[1]


def failure(result, optimizer, law):
    """The lines under the headline of a failure."""
    _, _, after = result.stdout.partition(f" mine.optim:{optimizer}: {law} _")
    return re.split(r"^(?:_{3,}|={3,}).*$", after.partition("\n")[2], maxsplit=1, flags=re.MULTILINE)[0].splitlines()


def test_the_entry_point_has_a_name_of_its_own():
    (point,) = importlib.metadata.entry_points(group="pytest11", name="orthodrome")
    assert point.value == "pytest_orthodrome"


def test_a_repository_with_the_same_names_is_left_alone_at_no_cost(repository):
    result = run(repository)
    assert result.returncode == 0, result.stdout + result.stderr
    shadowed = run(repository, "-p", "verify.plugin.laws")  # a plugin under one of the names that are shared
    assert shadowed.returncode != 0 and "No module named 'verify.plugin'" in shadowed.stderr


def test_a_sound_optimizer_passes_among_packages_of_the_same_names(findings):
    for law in ("gradient", "epsilon", "maximize", "zero gradient"):
        assert outcome(findings, "Sound", law) == "PASSED"
    assert outcome(findings, "Sound", "norm growth") == "XFAIL"


def test_fixtures_and_strategies_work_among_packages_of_the_same_names(findings):
    passed = re.findall(r"^checks/test_fixtures\.py::(\S+) PASSED", findings.stdout, re.MULTILINE)
    assert passed == ["test_strategies", *(f"test_fixtures[mine.optim:{name}]" for name in ("Sound", "Writes", "Ends"))]


def test_a_description_is_binding_on_demand(findings):
    assert (outcome(findings, "Sound", "tangential"), outcome(findings, "Writes", "tangential")) == ("FAILED", "PASSED")


def test_what_does_not_apply_is_skipped_with_its_reason(findings):
    assert outcome(findings, "Writes", "epsilon") == "SKIPPED"
    assert "mine.optim:Writes, epsilon: " in findings.stdout


def test_a_crash_is_one_failure(findings):
    assert outcome(findings, "Ends", "gradient") == "PASSED"
    assert failure(findings, "Ends", "maximize")[1] == "its process ended with exit status 3"
    assert findings.returncode == 1


def test_a_failure_is_a_sentence_with_its_number_and_a_script_that_shows_it_again(findings):
    title, words, measured, again = failure(findings, "Writes", "gradient")
    assert title == "mine.optim:Writes: p.grad is not written to"
    assert words.startswith("p.grad is written to") and measured.startswith("measured: difference 1")
    script = Path(re.match(r"again: python (\S+)  \(\d+ lines\)$", again)[1])
    replay = subprocess.run([sys.executable, script], cwd="/", capture_output=True, text=True, check=False)
    assert replay.returncode == 1 and not replay.stderr and replay.stdout
    assert "Traceback" not in findings.stdout
    assert f"FAILED orthodrome::mine.optim:Writes::gradient - {words[:20]}" in findings.stdout


def test_a_scheme_and_options_in_importlib_mode(repository):
    named = ["--orthodrome=mine/optim.py:Sound", "--orthodrome-scheme=adamw", "--orthodrome-kwargs=weight_decay=0.1"]
    mode = ["--import-mode=importlib", "-o", "pythonpath=."]
    result = run(repository, *named, *mode, "-v", "-m", "orthodrome", "-k", "scheme", module=False)
    assert result.returncode == 0, result.stdout + result.stderr
    passed = re.findall(r"^orthodrome::(\S+) PASSED", result.stdout, re.MULTILINE)
    assert passed == ["mine/optim.py:Sound::scheme"]
    counts = re.search(r"collected (\d+) items / (\d+) deselected / (\d+) selected", result.stdout)
    collected, deselected, selected = map(int, counts.groups())
    assert collected == deselected + selected and selected == 1


@pytest.mark.parametrize(
    "changed, said",
    [
        ({"optimizer": "torch.optim:SDG"}, "did you mean SGD"),
        ({"optimizer": "nowhere.optim:SGD"}, "nowhere"),
        ({"options": "lr"}, "name=value"),
        ({"options": "rate=1"}, "does not take 'rate'"),
        ({"scheme": "sgd-l3"}, "did you mean sgd-l2"),
    ],
)
def test_what_cannot_be_had_is_a_reason(changed, said):
    asked = {"optimizer": "torch.optim:SGD", "options": "", "scheme": None, "seed": 0}
    assert said in serve.answer(asked | changed, {}, nullcontext)["reason"]


class Answers(Worker):
    """A worker whose answers are given."""

    def __init__(self, told):
        super().__init__("", [])
        self.told = told

    def ask(self, question, limit):
        return self.told


@pytest.mark.parametrize(
    "told, said",
    [({"reason": "no such class"}, "no such class"), ({"laws": [{"id": "scale"}]}, "'tangential': the laws are scale")],
)
def test_a_reason_is_wrong_usage(request, told, said):
    from verify.plugin import laws

    class Config:
        rootpath, getoption = HOME, {"--orthodrome-limit": 1.0, "--orthodrome-require": ["tangential"]}.__getitem__

    collector = laws.Optimizer.from_parent(
        request.session, name="x:Y", nodeid="orthodrome::x:Y", worker=Answers(told), question={}
    )
    collector.config = Config()
    with pytest.raises(pytest.UsageError, match=re.escape(said)):
        collector.collect()


STAND_IN = """
import json, os, sys, time
for line in sys.stdin:
    asked = json.loads(line)
    if "end" in asked:
        sys.exit("the last words")
    if "hang" in asked:
        time.sleep(600)
    print(json.dumps({"pid": os.getpid()}), flush=True)
"""


def test_a_hang_and_a_crash_cost_one_answer_each(monkeypatch):
    monkeypatch.setattr(worker, "PROGRAM", STAND_IN)
    asked = Worker(str(HOME), [])
    first = asked.ask({}, 60)
    assert asked.ask({}, 60) == first
    with pytest.raises(Lost, match="no answer within 0.2 s"):
        asked.ask({"hang": 1}, 0.2)
    second = asked.ask({}, 60)
    with pytest.raises(Lost, match="exit status 1: the last words"):
        asked.ask({"end": 1}, 60)
    third = asked.ask({}, 60)
    assert len({answer["pid"] for answer in (first, second, third)}) == 3
    asked.close()
    with pytest.raises(ProcessLookupError):
        os.kill(third["pid"], 0)


@settings(max_examples=12)
@given(strategies.networks())
def test_networks_do_not_see_the_length_of_a_slice(network):
    import torch

    before = network.module(network.inputs)
    with torch.no_grad():
        network.weight.reshape(network.slices, -1)[0].mul_(2)  # a power of two: nothing is rounded
    torch.testing.assert_close(network.module(network.inputs), before)
    assert network.weight.grad_fn is None and network.weight.requires_grad


def test_the_entry_point_imports_only_pytest_and_the_standard_library():
    tree = ast.parse((HOME / "pytest_orthodrome.py").read_text(encoding="utf-8"))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= {"pytest", *sys.stdlib_module_names}
