"""Pages of documentation, run: files are written, changes made, commands run, and what they print compared.

Every fenced block of a page is one of these, and a block of another kind is an error:

    python title="FILE"  is written to FILE           python with >>>  is a session; names live as long as the page
    diff title="FILE"    changes FILE                 console          commands, each with what it prints
    toml, json           is only read                 text             no code

A command ends with status 0, or with what a comment behind it says: `# exit status 1`. In what is printed, `...` stands
for anything, and white space for any other (as in doctest).
"""

import contextlib
import doctest
import io
import json
import re
import runpy
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from typer.testing import CliRunner

from derivations import outside
from verify.audit import worker
from verify.cli import app

ROOT = Path(__file__).parent.parent
ALIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FENCE = re.compile(
    r"^(?P<in> *)```(?P<kind>\w*)(?: title=\"(?P<file>[^\"]+)\")?\n(?P<text>.*?)^(?P=in)```$", re.M | re.S
)
COMMAND = re.compile(r"^\$ (?P<line>(?:[^\n]*\\\n> )*[^\n]*)\n(?P<printed>(?:(?!\$ ).*\n)*)", re.M)
STATUS = re.compile(r" +# .*?\bexit status (\d+)")
READ = {"toml": tomllib.loads, "json": json.loads}


class Here:
    """Audits in this process, where everything is loaded; in one of its own the half of the time goes by before."""

    def run(self, arguments: list[str], limit: float) -> tuple[int | None, str]:
        worker.main(*arguments)
        return 0, ""


class WrongError(AssertionError):
    """The page says what is not so."""


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file that its title names, its text."""

    kind: str
    file: str | None
    text: str


@dataclass(frozen=True)
class Command:
    """A line of a console, without its comment, the status that it is to end with, and what it is to print."""

    line: str
    status: int
    printed: str


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page. WrongError where a fence is none of them, so that no block is passed over."""
    found = [Block(f["kind"], f["file"], f["text"]) for f in FENCE.finditer(text)]
    if 2 * len(found) != len(re.findall(r"^ *```", text, re.M)):
        raise WrongError('a fence is left over: write ```kind, or ```kind title="file", and ``` in the same column')
    return found


def commands(text: str) -> list[Command]:
    """Those of a console block, or of all that a text has."""
    return [
        Command(
            re.sub(r" +# .*$", "", re.sub(r"\\\n> *", "", f["line"])),
            int(said[1]) if (said := STATUS.search(f["line"])) else 0,
            f["printed"].partition("```")[0],
        )
        for f in COMMAND.finditer(text)
    ]


def run(text: str, folder: Path, patch) -> int:
    """Run a page in `folder`, which becomes the working directory; the number of blocks. WrongError where it is wrong.

    patch: pytest's monkeypatch, which takes back what the page sets.
    """
    patch.chdir(folder)
    patch.syspath_prepend(str(folder))
    patch.setattr("verify.audit.run.Alone", Here)
    patch.setattr(sys, "dont_write_bytecode", True)  # what is changed within a second could be taken for what it was
    names: dict[str, object] = {}
    with _nothing_left(folder):
        for block in (found := blocks(text)):
            _run(block, folder, patch, names)
    return len(found)


def _run(block: Block, folder: Path, patch, names: dict[str, object]) -> None:
    if block.kind == "console":
        for command in commands(block.text):
            alike(command, *output(command.line, folder, patch))
    elif block.kind == "python" and block.text.startswith(">>>"):
        session(block.text, names)
    elif block.kind == "python" and block.file:
        (folder / block.file).write_text(block.text, encoding="utf-8")
    elif block.kind == "diff" and block.file:
        change(folder / block.file, block.text)
    elif block.kind in READ:
        READ[block.kind](block.text)
    elif block.kind != "text":
        raise WrongError(f"a block {block.kind!r} is not run: {block.text[:60]!r}")


def alike(command: Command, status: int, printed: str) -> None:
    """WrongError where a command ends or prints otherwise than the page says."""
    if status != command.status:
        raise WrongError(f"{command.line}: exit status {status}, the page says {command.status}\n{printed}")
    if not doctest.OutputChecker().check_output(command.printed, printed, ALIKE):
        raise WrongError(f"{command.line} prints\n{printed}\nand the page says\n{command.printed}")


def output(line: str, folder: Path, patch) -> tuple[int, str]:
    """The exit status of a command, and what it prints; in this process where that is the same and faster."""
    name, *arguments = shlex.split(line)
    if name == "export":
        variable, _, value = arguments[0].partition("=")
        # The whole path: schemes are kept by it, and another page may have a file of that name.
        patch.setenv(variable, str(folder / value) if (folder / value).exists() else value)
        return 0, ""
    if name == "orthodrome":
        result = CliRunner().invoke(app, arguments)
        return result.exit_code, result.output
    if name == "python":
        return script(arguments, patch)
    if name == "pytest":
        call = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout
    if name in ("make", "pip"):
        return 0 if known(name, arguments) else 2, ""
    raise WrongError(f"{line}: the tests do not know how to run {name}")


def script(arguments: list[str], patch) -> tuple[int, str]:
    """python FILE ARGUMENT..., in this process."""
    printed, status = io.StringIO(), 0
    before = torch.get_default_dtype()
    patch.setattr(sys, "argv", arguments)
    try:
        with contextlib.redirect_stdout(printed):
            runpy.run_path(arguments[0], run_name="__main__")
    except SystemExit as ended:
        status = int(ended.code or 0)
    finally:
        torch.set_default_dtype(before)
    return status, printed.getvalue()


def known(name: str, arguments: list[str]) -> bool:
    """Whether there is such a target of the Makefile, or such an extra: they are not run."""
    if name == "make":
        return bool(re.search(rf"^{re.escape(arguments[0])}:", (ROOT / "Makefile").read_text("utf-8"), re.M))
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    asked = re.search(r"\[([\w,]+)\]", arguments[-1])
    return arguments[0] == "install" and set(asked[1].split(",") if asked else ()) <= set(extras)


def session(text: str, names: dict[str, object]) -> None:
    """A session of Python, in the names of those before it."""
    test = doctest.DocTestParser().get_doctest(text, names, "session", None, 0)
    said = io.StringIO()
    if doctest.DocTestRunner(optionflags=ALIKE).run(test, out=said.write, clear_globs=False).failed:
        raise WrongError(said.getvalue())
    names |= test.globs


def change(path: Path, text: str) -> None:
    """Make a change in a file: what it takes away or leaves must stand there once, in one piece."""
    lines = text.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    old = path.read_text(encoding="utf-8")
    if old.count(before) != 1:
        raise WrongError(f"{path.name}: the change does not fit\n{text}")
    path.write_text(old.replace(before, after), encoding="utf-8")
    forget(path.parent)  # in a shell, every command would load it anew


def forget(folder: Path) -> None:
    """Modules that were loaded from the folder, and what they brought."""
    outside._load.cache_clear()
    for name, module in list(sys.modules.items()):
        if folder in Path(getattr(module, "__file__", None) or "/").resolve().parents:
            del sys.modules[name]


@contextlib.contextmanager
def _nothing_left(folder: Path) -> Iterator[None]:
    """The next page may have other files of the same names."""
    try:
        yield
    finally:
        forget(folder)
