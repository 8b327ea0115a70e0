"""Audits of whole packages: they go on where they were stopped, and what they report shows again from its script."""

import re
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

from verify.audit import again, kept, run
from verify.audit.finding import Setting, Verdict
from verify.audit.installed import settled
from verify.audit.laws import LAWS, zero_gradient
from verify.audit.load import load
from verify.audit.processes import Scripts
from verify.audit.request import Request
from verify.audit.worker import parts, plain
from verify.report.ecosystem import differs, merged
from verify.report.manners import between, faults

TARGETS = Path(__file__).parent / "audit_targets.py"
BY_ID = {law.id: law for law in LAWS}


@pytest.fixture
def asked(monkeypatch):
    """The optimizers that are audited, by a stand-in that starts no process."""
    names = []

    def audited(request, limit, runner):
        names.append(request.optimizer)
        status = "crashed" if request.optimizer.endswith("SGD") else "audited"
        return {**asdict(request), "status": status, "findings": []}

    monkeypatch.setattr(run, "audited", audited)
    return names


def test_a_run_that_was_stopped_goes_on_and_tries_again_what_crashed(asked, tmp_path):
    requests = [Request(f"torch.optim:{name}") for name in ("Adam", "SGD", "AdamW")]
    first = run.audited_all(requests[:2], folder=tmp_path, workers=1)
    assert asked == ["torch.optim:Adam", "torch.optim:SGD"]
    told = []
    answers = run.audited_all(requests, folder=tmp_path, workers=1, progress=lambda *said: told.append(said))
    assert asked[2:] == ["torch.optim:SGD", "torch.optim:AdamW"] and answers[0] == {**first[0], "laws": []}
    assert [done for _, done, _ in told] == [1, 2, 3] and told[0][0] == "torch.optim:Adam"
    assert [answer["optimizer"] for answer in answers] == [request.optimizer for request in requests]
    run.audited_all(requests[:1], folder=tmp_path, resume=False)
    assert asked[4:] == ["torch.optim:Adam"]
    run.audited_all(requests[:1])  # kept nowhere
    assert asked[5:] == ["torch.optim:Adam"]


def test_an_answer_is_kept_for_its_request_and_its_code_alone(tmp_path, monkeypatch):
    request = Request("torch.optim:Adam")
    answer = {**asdict(request), "status": "audited", "findings": []}
    kept.keep(request, answer, tmp_path)
    assert kept.kept(request, tmp_path) == {**answer, "laws": []}
    assert kept.kept(replace(request, seed=1), tmp_path) is None
    monkeypatch.setattr(kept, "fingerprint", lambda: "of other code")
    assert kept.kept(request, tmp_path) is None


def test_what_may_change_under_one_version_is_not_kept(tmp_path):
    assert settled("torch") and not settled("no_such_package_here") and not settled("impl")
    for name in ("impl.optim:SGDP", "audit_targets.py:SoundSGD", "no_such_package_here:A"):
        kept.keep(Request(name), {"status": "audited"}, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def finding():
    return plain(BY_ID["weight decay"].function(load(f"{TARGETS}:DecaysTwice"), Setting()))


@pytest.fixture(scope="module")
def scripts():
    """Where scripts run: one process, which loads torch."""
    stage = Scripts("torch")
    yield stage
    stage.close()


def test_a_recorded_difference_shows_again_from_its_script(finding, scripts):
    assert finding["verdict"] == "differs"
    assert not re.search(r"\b(verify|derivations|impl)\b", re.sub(re.escape(str(TARGETS)), "", finding["replay"]))
    assert again.replay("a:B", finding, finding, scripts, 300).shown


def test_a_script_that_shows_something_else_is_told(finding, scripts):
    mended = {**finding, "replay": finding["replay"].replace("DecaysTwice", "SoundAdamW")}
    assert again.replay("a:B", finding, mended, scripts, 300).said == "the script ends with 0"
    for factor, shown in ((1, True), (1.01, False)):
        printed = {"difference": finding["values"]["difference"] * factor}
        script = f"import sys\nprint({printed})\nsys.exit(1)"
        assert again.replay("a:B", finding, {**finding, "replay": script}, scripts, 300).shown is shown
    assert "holds now" in again.replay("a:B", finding, {**finding, "verdict": "holds"}, scripts, 300).said
    assert again.replay("a:B", finding, None, scripts, 300).said == "it was not asked now"
    assert again.replay("a:B", finding, {**finding, "replay": None}, scripts, 300).said == "it has no script"


def test_a_recorded_error_shows_again_only_where_the_same_is_raised(scripts):
    recorded = {"law": "l", "verdict": "error", "words": "raised ValueError: not today"}
    for script, shown in (
        ("raise ValueError('not today')", True),
        ("raise ValueError('not now')", False),
        ("import sys; print('ValueError: not today', file=sys.stderr)", False),
    ):
        assert again.replay("a:B", recorded, {**recorded, "replay": script}, scripts, 300).shown is shown


def test_a_script_runs_without_orthodrome_and_ends_in_time(scripts):
    ours = "{'verify', 'derivations', 'impl', 'sympy'}"
    here = f"import sys\nprint(sorted({ours} & set(sys.modules)), 'torch' in sys.modules)"
    assert scripts.run(here, 300) == (0, "[] True\n", "")
    assert scripts.run("import time\ntime.sleep(99)", 0.5)[0] is None
    assert scripts.run("import os\nos.kill(os.getpid(), 9)", 300)[0] == -9


@pytest.mark.parametrize(
    "out, expected", [("{'difference': inf, 'a': nan}", torch.inf), ("x\n{'difference': 0.5}\n", 0.5)]
)
def test_the_number_of_a_script_is_read(out, expected):
    assert again.number(out) == expected


def test_a_package_that_is_audited_again_loses_its_count_of_scripts():
    record = {"packages": {"a": [], "b": []}, "replays": {"a": {"scripts": 1}, "b": {"scripts": 2}}}
    assert merged(record, "a", [])["replays"] == {"b": {"scripts": 2}}


class Pulling(torch.optim.SGD):
    """SGD with a pull of its own towards 0."""

    def __init__(self, params, lr=0.1, pull=0.01, weight_decay=0.0):
        super().__init__(params, lr=lr, weight_decay=weight_decay)
        self.defaults["pull"] = self.pull = pull

    @torch.no_grad()
    def step(self, closure=None):
        super().step(closure)
        for p in self.param_groups[0]["params"]:
            p.mul_(1 - self.pull)


class Drifting(Pulling):
    """It moves along (1, ..., 1), which no option says."""

    def step(self, closure=None):
        torch.optim.SGD.step(self, closure)
        for p in self.param_groups[0]["params"]:
            p.data.add_(0.001)


class Spinning(Drifting):
    """It moves along (1, ..., 1) by an option."""

    def step(self, closure=None):
        torch.optim.SGD.step(self, closure)
        for p in self.param_groups[0]["params"]:
            p.data.add_(self.pull)


@pytest.mark.parametrize(
    "kind, verdict, words",
    [
        (Pulling, Verdict.HOLDS, "only shrinks the weights, by 0.01 of them a step, by its pull = 0.01."),
        (Spinning, Verdict.HOLDS, "by its pull = 0.01; with 0 there they stay."),
        (Drifting, Verdict.DIFFERS, "in three steps from the start."),
    ],
)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_a_zero_gradient_may_move_what_the_formula_says(kind, verdict, words, dtype):
    target = replace(load("torch.optim:SGD"), factory=kind, accepted=frozenset({"lr", "pull"}))
    found = zero_gradient.law(target, Setting(dtype=dtype))
    assert (found.verdict, found.words.endswith(words)) == (verdict, True), found.words


def test_beside_a_scheme_a_zero_gradient_moves_what_the_scheme_says():
    target = replace(load("torch.optim:SGD"), factory=Drifting, accepted=frozenset({"lr", "pull"}))
    (law,) = (law for law in parts("sgd") if law.id == "zero gradient")
    assert law.function(target, Setting()).verdict is Verdict.DIFFERS  # sgd leaves the weights where they are
    (law,) = (law for law in parts("asgd") if law.id == "zero gradient")
    asgd = load("torch.optim:ASGD", {"lambd": 1e-4})  # given as an option, it is not switched off
    assert law.function(asgd, Setting()).verdict is Verdict.HOLDS


def test_an_optimizer_that_differentiates_its_gradients_is_given_a_graph():
    class Curved(torch.optim.SGD):
        @torch.no_grad()
        def step(self, closure=None):
            loss = closure() if closure else None
            for p in self.param_groups[0]["params"]:
                with torch.enable_grad():
                    (row,) = torch.autograd.grad(p.grad.sum(), p)
                p.sub_(self.param_groups[0]["lr"] * p.grad / (1 + row.abs()))
            return loss

    target = replace(load("torch.optim:SGD"), factory=Curved)
    target = replace(target, needs=replace(target.needs, graph=True))
    p = torch.nn.Parameter(torch.ones(3))
    target.step(target.make([p], lr=1.0), [p], [torch.full((3,), 2.0)])
    assert torch.equal(p.detach(), torch.zeros(3))  # the Hessian is 1: half of the gradient
    for name in ("tangential", "gradient", "state_dict"):
        assert BY_ID[name].function(target, Setting()).verdict is not Verdict.ERROR


def test_sentences_that_differ_in_numbers_alone_are_one():
    assert between(["by 0.5, 3 times", "by 1e-9, 3 times"]) == "by 1e-9 … 0.5, 3 times"
    assert between(["raises E: \x1b[1mso\x1b[0m.. Use (...) instead.."]) == "raises E: so. Use (...) instead."
    found = [(n, {"verdict": "differs", "title": "t", "words": f"by {x}"}) for n, x in (("A", "0.1"), ("B", "0.3"))]
    broken = [("C", {"verdict": "error", "title": title, "words": "raised E"}) for title in "uvw"]
    assert faults(found + broken) == [("3 laws", "raised E", ("C",)), ("t", "by 0.1 … 0.3", ("A", "B"))]


def test_most_laws_are_counted_and_few_are_named():
    def answer(*verdicts):
        return {"findings": [{"law": f"l{k}", "binding": True, "verdict": v} for k, v in enumerate(verdicts)]}

    assert differs(answer("differs", "holds", "holds", "holds")) == "l0"
    assert differs(answer("differs", "error", "error", "holds")) == "3 laws"
