"""The tutorial's file is as short as it says, and what it proposes to break is caught; `test_documents` runs it."""

import re

from documents import ROOT, blocks
from typer.testing import CliRunner

from verify.cli import HOLDS, app

TEXT = (ROOT / "TUTORIAL.md").read_text(encoding="utf-8")
FILE = next(block.text for block in blocks(TEXT) if block.file == "sgd_ema.py")


def test_the_file_has_at_most_40_lines():
    assert len(FILE.splitlines()) <= 40


def test_the_change_that_the_tutorial_proposes_is_caught(tmp_path, monkeypatch):
    before, after = re.search(r"Change `(.*?)` to `(.*?)`: it then \*(.*?)\*", TEXT, flags=re.DOTALL).group(1, 2)
    said = re.sub(r"\s+", " ", re.search(r"it then \*(.*?)\*", TEXT, flags=re.DOTALL)[1])
    assert FILE.count(before) == 1
    (tmp_path / "wrong.py").write_text(FILE.replace(before, after), encoding="utf-8")
    monkeypatch.setenv("ORTHODROME_PATH", str(tmp_path / "wrong.py"))
    result = CliRunner().invoke(app, ["check", "sgd-ema"])
    assert result.exit_code != HOLDS and said in result.output
