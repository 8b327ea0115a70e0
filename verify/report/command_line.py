"""The reference of the command line: what every command says of itself. `python -m verify.report.command_line FILE`."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.testing import CliRunner

from verify.atomic import write_text

HEAD = """\
# Command line

Exit status: 0, all that should hold holds; 1, something does not; 2, wrong usage; 130, interrupted. Results go to
standard output, progress to standard error; `--json` is for programs. Written by `make docs`, never edited.
"""
LISTED = re.compile(r"^  ([a-z][a-z-]*)(?: {2,}|$)", re.MULTILINE)
"""A command in the help of its group."""


def page(app: typer.Typer) -> str:
    """The page: the commands in the order of --help, those of a group under it."""
    sections = [f"## {name}\n\n```text\n{said}```\n" for name, said in helps(app, ())]
    return "\n".join([HEAD, *sections])


def helps(app: typer.Typer, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(command, its help), of the one at `path` and all below it."""
    answer = CliRunner().invoke(app, [*path, "--help"], prog_name="orthodrome", env={"COLUMNS": "100"})
    said = "\n".join(line.rstrip() for line in answer.output.strip().splitlines()) + "\n"
    yield " ".join(["orthodrome", *path]), said
    for name in LISTED.findall(said.partition("Commands:")[2]):
        yield from helps(app, (*path, name))


def main(file: str) -> None:
    """Write the page."""
    from verify.cli import app  # which imports all commands, this package's among them

    write_text(Path(file), page(app))


if __name__ == "__main__":
    main(*sys.argv[1:])
