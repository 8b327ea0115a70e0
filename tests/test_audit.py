"""Audits: any optimizer can be named, whatever becomes of it is a row, and what is said can be replayed."""

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from documents import Here
from typer.testing import CliRunner

from verify import cli
from verify.audit.against import against_scheme
from verify.audit.equilibrium import measured
from verify.audit.finding import Finding, Law, Setting, Verdict
from verify.audit.identity import followed
from verify.audit.laws import LAWS
from verify.audit.load import load, optimizers
from verify.audit.options import TargetError, parse, written
from verify.audit.processes import Nursery, Scripts
from verify.audit.publish import recorded
from verify.audit.publish import written as publish
from verify.audit.run import Request, audited, listed
from verify.audit.worker import audit, judged, plain
from verify.report.ecosystem import failures, recorded_ecosystem, sound
from verify.results import RecordError

HERE = Path(__file__).parent
FILE = str(HERE / "audited_optimizers.py")
KEYS = {"title", "binding", "law", "verdict", "words", "values", "allowed", "replay"}


def answer_of(optimizer, *findings, status="audited", **rest):
    found = [{"title": f.law, "binding": True, **plain(f)} for f in findings]
    said = {"options": "", "scheme": None, "seed": 0, "torch": "2", "package": "", "version": "", "needs": ""}
    return {"optimizer": optimizer, "status": status, **said, "findings": found, **rest}


@pytest.fixture(scope="module")
def scripts():
    """One process that forks them; that `python SCRIPT` does the same, `test_plugin` sees."""
    stage = Scripts("torch")
    yield stage
    stage.close()


@pytest.mark.parametrize("text", ["", "lr=0.1", "a=true,b=False,c=None", "betas=(0.9,0.99),x='a,b=(',y=[1,(2,3)]"])
def test_options_that_are_written_are_read_again(text):
    options = parse(text)
    assert parse(written(options)) == options
    assert parse("a=true, b=FALSE,c=none,d=(true,1)") == {"a": True, "b": False, "c": None, "d": (True, 1)}


@pytest.mark.parametrize("text", ["a", "=1", "1a=2", "a=foo", "a=1,a=2", "a=(1", "a=__import__('os')", "lr=1;b=2"])
def test_options_that_cannot_be_read_are_named(text):
    with pytest.raises(TargetError, match=r"option ['\"]"):
        parse(text)


@pytest.mark.parametrize(
    "name, kwargs, words",
    [
        ("torch.optim", {}, "write module:Class"),
        ("torch.optm:Adam", {}, "cannot import 'torch.optm'"),
        ("torch.optim:Adm", {}, "did you mean Adam"),
        ("torch.nn:Linear", {}, "neither a subclass"),
        ("torch.optim:Adam", {"nestrov": 1}, "does not take 'nestrov'"),
        ("torch.optim:Adam", {"lr": -1}, "cannot be made"),
        ("no_such_file.py:Adam", {}, "there is no file"),
        (f"{FILE}:Refusing", {}, "RuntimeError: not today"),
        (f"{FILE}:no_factory", {}, "returns a list"),
    ],
)
def test_what_cannot_be_audited_is_refused_with_the_reason(name, kwargs, words):
    with pytest.raises(TargetError, match=words):
        load(name, kwargs)


@pytest.mark.parametrize("name", [f"torch.optim:{name}" for name in optimizers(torch.optim)])
def test_every_optimizer_of_torch_is_made_and_stepped_in_the_way_it_needs(name):
    target = load(name)
    expected = {"LBFGS": "a closure", "SparseAdam": "sparse gradients", "Muon": "matrices"}
    assert target.needs.words == expected.get(name.partition(":")[2], "")
    p = torch.nn.Parameter(torch.ones(3, 4))
    target.step(target.make([p]), [p], [torch.ones(3, 4)])
    assert not torch.equal(p, torch.ones(3, 4)) and torch.isfinite(p).all()
    names: dict = {}
    exec(target.preamble, names)
    q = torch.nn.Parameter(torch.ones(3, 4))
    names["step"](names["make"]([q]), [q], [torch.ones(3, 4)])
    assert torch.equal(p, q)


def test_the_optimizers_of_a_package_are_listed_by_another_process():
    assert listed("torch.optim") == [f"torch.optim:{name}" for name in optimizers(torch.optim)]


def test_factories_and_files_are_audited_as_classes_are():
    for name in ("factory", "Sound"):
        finding = against_scheme(load(f"{FILE}:{name}"), "sgd", 5)
        assert finding.verdict is Verdict.HOLDS, finding.words


@pytest.mark.parametrize(
    "name, kwargs, scheme",
    [("AdamW", {}, "adamw"), ("SGD", {"momentum": 0.9, "nesterov": True}, "sgd-nesterov"), ("RMSprop", {}, "rmsprop")],
)
def test_an_optimizer_of_torch_follows_its_scheme_in_parameters_and_buffers(name, kwargs, scheme):
    finding = against_scheme(load(f"torch.optim:{name}", kwargs), scheme, 10)
    assert finding.verdict is Verdict.HOLDS and "parameters and buffers" in finding.words, finding.words
    assert finding.values["worst"] <= 1 and finding.values["numbers"] > 1000


@pytest.mark.parametrize(
    "name, kwargs, scheme, size",
    # at a large ‖w‖ the steps are nearly -lr (0.1 w) and -lr (0.2 w); Adam's v holds λ²x² there, AdamW's does not
    [(f"{FILE}:Twice", {}, "sgd-l2", (0.45, 0.55)), ("torch.optim:Adam", {}, "adamw", (0.9, 1.1))],
)
def test_a_difference_is_named_with_its_size_and_replays_from_its_script(name, kwargs, scheme, size, scripts):
    finding = against_scheme(load(name, kwargs), scheme, 5)
    assert finding.verdict is Verdict.DIFFERS and "first after step 0 in x" in finding.words
    assert size[0] < finding.values["size"] < size[1]
    code, out, errors = scripts.run(finding.replay, 120)
    printed = float(re.search(r"the difference is (\S+) of", out)[1])
    assert code == 1 and math.isclose(printed, finding.values["size"], rel_tol=1e-6), errors
    mended = finding.replay.replace("import Adam as", "import AdamW as").replace("'Twice'", "'Sound'")
    assert scripts.run(mended, 120)[0] == 0  # the script judges the optimizer, not itself


def test_a_wrong_buffer_is_a_difference_where_parameters_agree(tmp_path):
    source = tmp_path / "late.py"
    source.write_text(
        "import torch\n"
        "class Late(torch.optim.SGD):\n"
        "    'Its buffer is handed on right, and shown wrong.'\n"
        "    def __init__(self, params, lr=0.1, momentum=0.0): super().__init__(params, lr=lr, momentum=momentum)\n"
        "    def step(self, closure=None):\n"
        "        for p, s in self.state.items():\n"
        "            if s.get('momentum_buffer') is not None: s['momentum_buffer'] *= 0.5\n"
        "        super().step()\n",
        encoding="utf-8",
    )
    finding = against_scheme(load(f"{source}:Late"), "sgd-m", 5)
    assert finding.verdict is Verdict.DIFFERS and "after step 1" in finding.words


def test_without_a_scheme_all_are_tried():
    assert followed(load("torch.optim:AdamW"), Setting()).words.startswith("follows adamw (")
    assert "follows none of" in followed(load(f"{FILE}:Twice", {"weight_decay": 0.1}), Setting()).words


def test_the_equilibrium_is_measured_where_it_is_predicted():
    finding = measured(load("torch.optim:SGD", {"momentum": 0.9}), Setting(), "sgd-m")
    values = finding.values
    # 8 weights of 32 coordinates, over 400 correlated steps: far less than the tenth that a wrong power would make
    assert math.isclose(values["norm"], values["predicted_norm"], rel_tol=0.05)
    assert math.isclose(values["angle"], values["predicted_angle"], rel_tol=0.05)
    assert "not at rest" in measured(load(f"{FILE}:factory"), Setting()).words  # nothing decays: the norm grows
    assert measured(load("torch.optim:LBFGS"), Setting()).verdict is Verdict.NOT_APPLICABLE


def test_a_crash_and_a_hang_are_rows_with_what_was_found_before():
    """Of one process that forks both: the first takes it not with it."""
    laws, nursery = ("scheme", "equilibrium"), Nursery()
    crashed, hung = (
        audited(Request(f"{FILE}:{name}", scheme="sgd-l2", laws=laws), limit, nursery)
        for name, limit in (("Crashing", 200), ("Hanging", 3))
    )
    nursery.close()
    assert crashed["status"] == "crashed" and crashed["at"] == "equilibrium"
    assert "exit status 7" in crashed["reason"] and "about to fall" in crashed["reason"]
    assert [finding["law"] for finding in crashed["findings"]] == ["scheme"]
    assert hung["status"] == "hung" and "no answer within 3 s" in hung["reason"]
    assert not sound(crashed) and not sound(hung)


def test_an_optimizer_that_prints_and_asks_for_input_is_audited_to_the_end_of_every_law():
    answer = audited(Request(f"{FILE}:Talking", "lr=0.05", "sgd-l2"), 300)
    assert answer["status"] == "audited" and answer["options"] == "lr=0.05", answer
    assert [finding["law"] for finding in answer["findings"]] == ["scheme", *(law.id for law in LAWS), "equilibrium"]
    assert all(set(finding) == KEYS for finding in answer["findings"])
    assert {finding["verdict"] for finding in answer["findings"]} <= set(Verdict)
    assert sound(answer), failures(answer)


@pytest.mark.parametrize(
    "asked, words",
    [({"scheme": "adaam"}, "did you mean adam"), ({"laws": ["scael"]}, "no law"), ({"options": "lrr=1"}, "lrr")],
)
def test_a_request_that_cannot_be_met_is_answered_with_the_reason(asked, words):
    told: list = []
    audit({"optimizer": "torch.optim:Adam", "options": "", "scheme": None, "seed": 0} | asked, told.append)
    assert [answer["status"] for answer in told] == ["not made"] and words in told[0]["reason"]


def test_a_law_that_raises_is_a_finding():
    target = replace(load("torch.optim:SGD"), factory=lambda params, **options: 1 / 0)
    finding = judged(Law("l", "t", lambda target, setting: target.make([])), target, Setting())
    assert finding.verdict is Verdict.ERROR and "ZeroDivisionError" in finding.words


def test_pages_and_scripts_are_written_and_the_record_is_rendered_from_itself(tmp_path):
    differs = Finding(
        "state_dict", Verdict.DIFFERS, "differs by 1 | 2", {"size": 1.0, "nan": math.nan}, None, "print(1)\n"
    )
    good = answer_of("a.b:One", Finding("scheme", Verdict.HOLDS, "follows sgd"))
    bad = answer_of("a.b:Two", differs)
    lost = answer_of("a.b:Three", status="hung", reason="no answer within 3 s, in 'scale'")
    assert publish(bad, tmp_path / "out") == ["a.b.Two.md", "a.b.Two.json", "a.b.Two.state-dict.py"]
    shown = json.loads((tmp_path / "out" / "a.b.Two.json").read_text(encoding="utf-8"))
    assert shown["findings"][0]["script"] == "a.b.Two.state-dict.py" and shown["findings"][0]["values"] == {"size": 1.0}
    assert recorded("a.b", [good, bad, lost], tmp_path) == ["data/ecosystem.json", "ecosystem.md"]
    assert recorded("a.b", [good, bad, lost], tmp_path) == []  # the same again changes nothing
    page = (tmp_path / "ecosystem.md").read_text(encoding="utf-8")
    assert r"differs by 1 \| 2" in page and "did not end: no answer within 3 s" in page and "| One | 1 of 1 |" in page
    recorded("c", [answer_of("c:Four")], tmp_path)
    view = recorded_ecosystem(tmp_path)
    assert view is not None and [package.name for package in view.packages] == ["a.b", "c"]
    assert (sound(good), sound(bad), sound(lost)) == (True, False, False)
    (tmp_path / "data" / "ecosystem.json").write_text('{"packages": []}', encoding="utf-8")
    with pytest.raises(RecordError, match="no record of audits"):
        recorded_ecosystem(tmp_path)


@pytest.mark.parametrize(
    "arguments, words",
    [
        ([], "name an optimizer"),
        (["torch.optim:Adam", "--all", "torch.optim"], "name an optimizer"),
        (["--all", "torch.optim", "--scheme", "adam"], "go with one optimizer"),
        (["torch.optim:Adam", "--kwargs", "lr"], "write name=value"),
        (["--all", "no_such_package_here"], "cannot import"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_to_write(arguments, words):
    outcome = CliRunner().invoke(cli.app, ["audit", *arguments])
    assert outcome.exit_code == 2 and words in " ".join(outcome.output.split()), outcome.output


def test_the_exit_status_tells_a_difference_from_the_scheme(tmp_path, monkeypatch):
    monkeypatch.setattr("verify.audit.run.Alone", Here)  # what is judged in a process of its own, others here see
    arguments = ["audit", f"{FILE}:Twice", "--scheme", "sgd-l2", "--law", "scheme", "--output", str(tmp_path), "--json"]
    outcome = CliRunner().invoke(cli.app, arguments)
    assert outcome.exit_code == 1
    assert json.loads(outcome.stdout)["findings"][0]["verdict"] == "differs"
    assert any(path.name.endswith("Twice.scheme.py") for path in tmp_path.iterdir())
