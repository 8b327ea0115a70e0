"""The tutorial is true: its file is written, its commands are run, and what they print is what it says."""

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from verify.cli import HOLDS, app

TEXT = (Path(__file__).parent.parent / "TUTORIAL.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", TEXT, flags=re.DOTALL)
FILE = next(text for kind, text in BLOCKS if kind == "python")
CONSOLE = [text for kind, text in BLOCKS if kind == "console"]
ALIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.fixture(autouse=True)
def beside_the_file(tmp_path, monkeypatch):
    """A directory with the tutorial's file, named as the tutorial names it."""
    (tmp_path / "sgd_ema.py").write_text(FILE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (setting,) = (line for text in CONSOLE for line in text.splitlines() if "export" in line)
    variable, _, value = setting.removeprefix("$ export ").partition("=")
    monkeypatch.setenv(variable, str(tmp_path / value))


def test_the_file_has_at_most_40_lines():
    assert len(FILE.splitlines()) <= 40


@pytest.mark.parametrize(
    ("command", "printed"),
    [text.removeprefix("$ ").split("\n", 1) for text in CONSOLE if not text.startswith("$ export")],
)
def test_a_command_prints_what_the_tutorial_says(command, printed):
    name, *arguments = (part.strip('"') for part in re.findall(r'"[^"]*"|\S+', command))
    if name == "pytest":
        call = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
        result = subprocess.run(call, capture_output=True, text=True, check=False)
        code, output = result.returncode, result.stdout
    else:
        result = CliRunner().invoke(app, arguments)
        code, output = result.exit_code, result.output
    assert doctest.OutputChecker().check_output(printed, output, ALIKE), output
    assert code == HOLDS


def test_the_python_sessions_are_true():
    sessions = [text for kind, text in BLOCKS if kind == "python" and text.startswith(">>>")]
    assert sessions
    for text in sessions:
        test = doctest.DocTestParser().get_doctest(text, {}, "tutorial", "TUTORIAL.md", 0)
        assert doctest.DocTestRunner(optionflags=ALIKE).run(test).failed == 0


def test_the_change_that_the_tutorial_proposes_is_caught(tmp_path, monkeypatch):
    before, after = re.search(r"Change `(.*?)` to `(.*?)`: it then \*(.*?)\*", TEXT, flags=re.DOTALL).group(1, 2)
    said = re.sub(r"\s+", " ", re.search(r"it then \*(.*?)\*", TEXT, flags=re.DOTALL)[1])
    assert FILE.count(before) == 1
    (tmp_path / "wrong.py").write_text(FILE.replace(before, after), encoding="utf-8")
    monkeypatch.setenv("ORTHODROME_PATH", str(tmp_path / "wrong.py"))
    result = CliRunner().invoke(app, ["check", "sgd-ema"])
    assert result.exit_code != HOLDS and said in result.output
