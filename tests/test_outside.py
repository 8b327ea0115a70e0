"""What others bring: from files and packages, beside ours and never in their way; what is broken says where it is."""

import json
import re
import sys
from itertools import count
from pathlib import Path

import pytest
from typer.testing import CliRunner

from derivations.schemes import SCHEMES, all_schemes, by_name
from verify import outside
from verify.cli import FAILS, HOLDS, USAGE, app

RULE = """
from derivations.scheme import Hyperparameter, Scheme

class Other(Scheme):
    name, title, source = {name!r}, {title!r}, "elsewhere"
    hyperparameters = {{"lr": Hyperparameter(0.1), "weight_decay": Hyperparameter(1e-4)}}

    def step(self, space, k, x, gradient, state, h):
        {body}
        return (1 - h.lr * h.weight_decay) * x - h.lr * gradient / space.norm(gradient), state

SCHEMES = Other
"""
CLAIM = """
from dataclasses import replace
from derivations.spherical.lemma_1 import CLAIM
from verify.checks.run import Check
from verify.results import CheckResult

def a_law_of_others(cases, seed):
    return [CheckResult("OTHER-1", "theirs", cases, {worst}, 1.0, "float64", "cpu", True)]

CLAIMS = replace(CLAIM, id={id!r}, paper="elsewhere")
CHECKS = (Check(a_law_of_others, ("OTHER-1",)),)
"""


def rule(name="normalised-sgd", title="Normalised SGD", body="pass") -> str:
    return RULE.format(name=name, title=title, body=body)


@pytest.fixture
def path(tmp_path, monkeypatch):
    """Puts texts as new files on ORTHODROME_PATH, and returns those files."""
    numbers = count()

    def put(*texts: str) -> list[Path]:
        files = [tmp_path / f"other_{next(numbers)}.py" for _ in texts]  # a file is imported once, by its path
        for file, text in zip(files, texts, strict=True):
            file.write_text(text, encoding="utf-8")
        monkeypatch.setenv("ORTHODROME_PATH", ":".join(map(str, files)))
        monkeypatch.chdir(tmp_path)
        return files

    return put


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_everything_that_others_announce_here_can_be_used():
    """Vacuous, but where packages are installed or ORTHODROME_PATH is set."""
    assert not outside.load().broken


def test_a_scheme_of_a_file_stands_behind_ours(path):
    path(rule())
    assert all_schemes()[:-1] == SCHEMES and all_schemes()[-1].name == "normalised-sgd"
    assert by_name("normalised-sgd") is all_schemes()[-1]
    assert run("scale", "normalised-sgd").stdout.startswith("normalised-sgd · PROVED")
    law = json.loads(run("scale", "normalised-sgd", "--json").stdout)
    assert law["powers"]["hyperparameters"] == {"lr": "1", "weight_decay": "-1"}
    assert "x = η/(λ(2 - ηλ))" in run("equilibrium", "normalised-sgd").stdout


def test_a_name_that_is_ours_is_found_without_loading_what_others_bring(path):
    path("raise SystemExit")
    assert by_name("sgd").name == "sgd"
    assert "sgd · PROVED" in run("scale", "sgd").stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("def", "SyntaxError"),
        ("import no_such_module", "no_such_module"),
        ("x = 1", "has none of SCHEMES"),
        ("SCHEMES = 1", "1 is no derivations.scheme.Scheme"),
        (rule(name="adamw"), "the name 'adamw' or the title 'Normalised SGD' is ours"),
        (rule(title="AdamW"), "is ours"),
        (rule(name="My Rule"), "small letters"),
        (rule().replace('"lr"', '"rate"'), "no hyper-parameter lr"),
        (rule().replace("(0.1)", "(2.0, high=1.0)"), "lies outside"),
        (rule(body='state["m"]'), "KeyError: 'm'"),
        (rule(body="h.momentum"), "momentum"),
        (CLAIM.format(id="SP-L1", worst=0.5), "the ID 'SP-L1' is ours"),
        (CLAIM.format(id="SMD-T1", worst=0.5), "is ours"),
        (CLAIM.format(id="lemma", worst=0.5), "capitals"),
        ("OPTIMIZERS = (1,)", "no verify.subject.Subject"),
        ("CHECKS = print", "no verify.checks.run.Check"),
    ],
)
def test_what_is_broken_names_its_file_and_hides_nothing(path, text, said):
    broken, sound = path(text, rule(name="sound", title="Sound"))
    found = outside.load()
    assert [scheme.name for scheme in found.schemes] == ["sound"]
    assert found.broken[0].source == str(broken) and said in found.broken[0].reason


def test_a_name_that_is_not_known_names_what_is_not_loaded(path):
    path("1 / 0")
    for command in ("scale", "equilibrium", "show"):
        asked = run(command, "normalised-sgd")
        assert asked.exit_code == USAGE and "other_0.py:raisedZeroDivisionError" in re.sub(r"[\s│]", "", asked.output)


def test_a_file_that_is_not_there_is_said(monkeypatch):
    monkeypatch.setenv("ORTHODROME_PATH", "/nowhere/rule.py")
    assert "there is no such file" in outside.load().broken[0].reason


def test_two_of_others_with_one_name_the_second_is_refused(path):
    path(rule(), rule())
    found = outside.load()
    assert len(found.schemes) == 1 and "is taken" in found.broken[0].reason


def test_a_rule_that_raises_later_is_a_line_and_no_traceback(path):
    path(rule(name="late", body='assert not hasattr(space, "assumed"), "not here"'))
    result = run("equilibrium", "late")
    assert result.exit_code == FAILS and "other_0.py raised AssertionError: not here" in result.output
    assert "Traceback" not in result.output


def test_a_package_brings_schemes_by_its_entry_points(tmp_path, monkeypatch):
    """As pip installs it: a module, and the metadata beside it."""
    (tmp_path / "their_rules.py").write_text(rule(name="theirs", title="Theirs"), encoding="utf-8")
    metadata = tmp_path / "their_rules-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: their-rules\nVersion: 1.0\n", encoding="utf-8")
    points = "[orthodrome.schemes]\nall = their_rules:SCHEMES\n[orthodrome.claims]\nlost = their_rules:CLAIMS\n"
    (metadata / "entry_points.txt").write_text(points, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("ORTHODROME_PATH", "/nowhere/so_that_it_is_loaded_anew.py")
    found = outside.load()
    assert by_name("theirs") in found.schemes
    assert "their-rules (entry point lost of orthodrome.claims)" in {broken.source for broken in found.broken}
    sys.modules.pop("their_rules")


def test_a_claim_of_others_is_checked_now_and_judged_like_ours(path):
    path(CLAIM.format(id="OTHER-1", worst=0.5))
    assert run("prove", "OTHER-1").exit_code == HOLDS
    shown = run("show", "other-1")
    assert shown.exit_code == HOLDS and "elsewhere" in shown.stdout and "theirs" in shown.stdout
    path(CLAIM.format(id="OTHER-1", worst=2.0), rule())
    (view,) = outside.claim_views(cases=3)
    assert view.verdict == "open" and "theirs" in view.problems[0]


def test_the_page_of_others_is_theirs_alone(path, tmp_path):
    path(rule(), CLAIM.format(id="OTHER-1", worst=0.5))
    result = run("report", "--outside", "page.md")
    assert result.exit_code == HOLDS, result.output
    text = (tmp_path / "page.md").read_text(encoding="utf-8")
    for said in (
        "### normalised-sgd",
        r"- PROVED: $A=\frac{\eta}{r}$",
        "PROVED: a run",
        r"2\eta \lambda",
        "### OTHER-1",
        "| theirs |",
    ):
        assert said in text
    assert "SP-L1" not in text and "up to date" in run("report", "--outside", "page.md").stdout
    path(rule(), "1 / 0")
    assert run("report", "--outside", "page.md").exit_code == FAILS
    assert "ZeroDivisionError" in (tmp_path / "page.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("more", [["page.txt"], ["nowhere/page.md"], ["page.md", "--check"]])
def test_the_page_of_others_is_asked_for_as_such(path, more):
    path(rule())
    assert run("report", "--outside", *more).exit_code == USAGE


def test_a_new_scheme_runs_as_it_is(path, tmp_path, monkeypatch):
    path()
    result = run("new-scheme", "my-rule-2", "--json")
    assert result.exit_code == HOLDS
    file = tmp_path / json.loads(result.stdout)["file"]
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 40
    monkeypatch.setenv("ORTHODROME_PATH", str(file))
    assert not outside.load().broken
    rows = json.loads(run("check", "my-rule-2", "--cases", "5", "--json").stdout)
    assert len(rows) == 2 and all(row["ok"] for row in rows)
    assert json.loads(run("scale", "my-rule-2", "--json").stdout)["ok"]
    assert run("equilibrium", "my-rule-2").exit_code == HOLDS


def test_an_optimizer_of_others_that_leaves_its_rule_is_caught(path, tmp_path, monkeypatch):
    path()
    run("new-scheme", "my-rule-2")
    file = tmp_path / "my_rule_2.py"
    text = file.read_text(encoding="utf-8")
    assert text.count("add_(p.grad)") == 1
    file.write_text(text.replace("add_(p.grad)", "add_(p.grad, alpha=1.001)"), encoding="utf-8")
    monkeypatch.setenv("ORTHODROME_PATH", str(file))
    result = run("check", "my-rule-2", "--cases", "5")
    assert result.exit_code == FAILS and "leaves it at step 0" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["Rule"], "small letters"), (["2-sgd"], "a letter first"), (["adamw"], "is ours"), (["mine"], "exists")],
)
def test_a_new_scheme_overwrites_nothing_and_has_a_name_of_its_own(path, tmp_path, arguments, said):
    path()
    (tmp_path / "mine.py").write_text("kept", encoding="utf-8")
    result = run("new-scheme", *arguments)
    assert result.exit_code == USAGE and said in result.output
    assert (tmp_path / "mine.py").read_text(encoding="utf-8") == "kept"
    assert run("new-scheme", "mine", "--output", "mine.txt").exit_code == USAGE
    assert run("new-scheme", "mine", "--output", "no/where.py").exit_code == USAGE


def test_scale_lists_every_scheme_and_fails_without_a_law(path):
    no_law = rule(name="no-law", title="No law", body="x = x + gradient * 1").replace(
        "gradient / space.norm", "space.norm"
    )
    path(no_law)
    rows = {row["scheme"]: row for row in json.loads(run("scale", "--json").stdout)}
    assert list(rows) == [scheme.name for scheme in all_schemes()]
    assert rows["adamw"]["powers"]["hyperparameters"]["weight_decay"] == "-1" and not rows["no-law"]["ok"]
    assert "lr by ρ, eps by ρ^(-1), weight_decay by ρ^(-1)" in run("scale").stdout
    assert run("scale", "no-law").exit_code == FAILS
    assert run("scale", "adamx").exit_code == USAGE
