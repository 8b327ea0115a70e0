"""The command line: exit codes, JSON, the nearest name, and a --help that waits for nothing."""

import doctest
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from documents import alike, commands, output
from typer.testing import CliRunner

import derivations
import verify.checks
import verify.report.build
import verify.report.equilibria
from derivations.claim import Verdict
from derivations.contract import entries
from derivations.spherical.lemma_1 import CLAIM
from verify.cli import FAILS, HOLDS, USAGE, app
from verify.report.equilibria import EquilibriaView

LIGHT = verify.checks.CHECKS[:1]
WRONG = replace(CLAIM, verdict=Verdict.FALSE)


@pytest.fixture
def run(monkeypatch, tmp_path):
    """The command line on one claim, one check and no equilibria, with pages in a directory of the test's own."""

    def invoke(*arguments, claims=(CLAIM,)):
        monkeypatch.setattr(derivations, "CLAIMS", claims)
        monkeypatch.setattr(verify.checks, "CHECKS", LIGHT)
        monkeypatch.setattr(verify.report.build, "CHECKS", LIGHT)
        monkeypatch.setattr(verify.report.equilibria, "elsewhere", lambda: EquilibriaView((), ()))
        monkeypatch.chdir(tmp_path)
        return CliRunner().invoke(app, [str(a) for a in arguments])

    return invoke


def test_help_imports_neither_sympy_nor_torch():
    script = (
        "import sys; sys.argv = ['orthodrome', '--help']\n"
        "from verify.cli import main\n"
        "try:\n    main()\nexcept SystemExit as exit:\n    code = exit.code\n"
        "print(code, {'sympy', 'torch', 'numpy', 'matplotlib'} & set(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "0 set()"
    for command in (
        "report",
        "claims",
        "show",
        "prove",
        "check",
        "equilibrium",
        "scale",
        "new-scheme",
        "experiment",
        "peers",
    ):
        assert command in out


@pytest.mark.parametrize(
    "command",
    ["report", "claims", "show", "prove", "check", "equilibrium", "scale", "new-scheme", "experiment", "peers"],
)
def test_every_command_explains_itself_and_takes_json(run, command):
    result = run(command, "--help")
    assert result.exit_code == HOLDS and "--json" in result.stdout


def test_claims_json_lists_the_whole_contract(run):
    result = run("claims", "--json")
    rows = json.loads(result.stdout)
    assert result.exit_code == HOLDS and [row["id"] for row in rows] == list(entries())
    assert rows[0]["verdict"] == "holds" and {row["verdict"] for row in rows[1:]} == {"open"}
    assert [row["id"] for row in json.loads(run("claims", "--json", "--verdict", "holds").stdout)] == ["SP-L1"]


@pytest.mark.parametrize("command", ["claims", "show SP-L1", "prove SP-L1", "report", "report --check"])
def test_a_claim_that_does_not_stand_makes_the_exit_code_1(run, command):
    assert run(*command.split(), claims=(WRONG,)).exit_code == FAILS


@pytest.mark.parametrize("json_flag", [[], ["--json"]])
def test_prove_succeeds_on_a_proof_and_on_nothing_less(run, json_flag):
    assert run("prove", "sp-l1", *json_flag).exit_code == HOLDS
    assert run("prove", "AP-TOY", *json_flag).exit_code == FAILS
    assert run("prove", "SP-L1", *json_flag, claims=(replace(CLAIM, theorems=(), sampled=True),)).exit_code == FAILS


def test_prove_json_carries_the_steps(run):
    proof = json.loads(run("prove", "SP-L1", "--json").stdout)
    assert proof["ok"] and [s["ok"] for t in proof["theorems"] for s in t["steps"]] == [True, True, True]


def test_show_reads_one_claim(run):
    assert "PROVED" in run("show", "SP-L1").stdout
    assert json.loads(run("show", "SP-L1", "--json").stdout)["evidence"] == "PROVED"
    whole = json.loads(run("show", "SP-L1", "--json").stdout)
    assert {"notes", "versions", "theorems", "corrected_theorems"} <= set(whole)
    assert [t["name"] for t in whole["theorems"]] == [t.name for t in CLAIM.theorems]
    unexamined = run("show", "SMD-T1")
    assert unexamined.exit_code == HOLDS and "open" in unexamined.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "SP-T2-STEPS"], "SP-T2-STEP"),
        (["prove", "sp-radial"], "SP-P-RADIAL"),
        (["show", "nonsense"], "choose one of"),
        (["claims", "--verdict", "wrong"], "misprint"),
        (["check", "adamww"], "adamw"),
        (["check", "torch.optim:Adamm"], "module:Class"),
        (["check", "no_such_module:Adam"], "no_such_module"),
        (["check", "sgd", "--as", "sgd"], "--as goes with"),
        (["experiment", "trajectory"], "trajectories"),
        (["experiment", "equilibria"], "equilibrium"),
        (["experiment", "equilibrium", "--full"], "--cifar"),
        (["experiment", "toy", "--full"], "leave --full"),
        (["report", "--check", "--experiments"], "--check"),
        (["report", "--cases", "0"], "cases"),
        (["prove"], "ID"),
        (["demonstrate", "SP-L1"], "demonstrate"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_was_meant(run, arguments, said):
    result = run(*arguments)
    assert result.exit_code == USAGE and said in result.output


def test_report_then_check_agree_and_an_edit_is_found(run, tmp_path):
    reports = tmp_path / "pages"
    first = run("report", "--reports", reports, "--cases", "20", "--json")
    assert first.exit_code == HOLDS, first.output
    assert "README.md" in json.loads(first.stdout)["files"]
    assert run("report", "--check", "--reports", reports).exit_code == HOLDS
    assert json.loads(run("report", "--reports", reports, "--cases", "20", "--json").stdout)["files"] == []
    (reports / "ours.md").write_text("edited\n", encoding="utf-8")
    stale = run("report", "--check", "--reports", reports)
    assert stale.exit_code == FAILS and "ours.md" in stale.stdout
    assert (reports / "ours.md").read_text(encoding="utf-8") == "edited\n"


def test_check_runs_the_laws(run):
    rows = json.loads(run("check", "--cases", "20", "--json").stdout)
    assert {row["claim"] for row in rows} == {"SP-L1"} and all(row["ok"] for row in rows)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["adamw"], HOLDS),
        (["torch.optim:SGD", "--as", "sgd-m"], HOLDS),
        (["torch.optim:Adam", "--as", "adamw"], FAILS),
        (["torch.optim:Rprop"], HOLDS),
        (["audit_targets:Uphill"], FAILS),
    ],
)
def test_check_judges_optimizers(run, arguments, code):
    result = run("check", *arguments, "--cases", "5", "--json")
    assert result.exit_code == code, result.output
    assert json.loads(result.stdout)


README = Path(__file__).parents[1] / "README.md"
SESSION = [command for command in commands(README.read_text("utf-8")) if command.line.startswith("orthodrome ")]


@pytest.mark.parametrize("command", SESSION, ids=lambda command: command.line)
def test_the_session_of_the_readme_is_what_happens(command, monkeypatch):
    monkeypatch.chdir(README.parent)
    alike(command, *output(command.line, README.parent, monkeypatch))


def test_the_python_of_the_readme_runs():
    result = doctest.testfile(str(README), module_relative=False)
    assert result.attempted == 19 and result.failed == 0
