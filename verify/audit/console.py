"""Audits for a person at a terminal."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from verify.console import WIDTH
from verify.report.ecosystem import Answer, failures, short, status
from verify.report.manners import formula

COLOURS = {"holds": "green", "differs": "red", "error": "red", "not applicable": "dim"}


def show(answer: Answer, files: Sequence[str]) -> None:
    """One audit: every law with its finding."""
    out = _out()
    version = f"{answer['package']} {answer['version']}" if answer.get("package") else ""
    beside = "".join(f" · {said}" for said in (version, answer["options"]) if said)
    out.print(f"[bold]{escape(answer['optimizer'])}[/bold]{escape(beside)}")
    if said := status(answer):
        out.print(f"[red]{escape(said)}[/red]")
    table = Table(box=None, pad_edge=False)
    for heading in ("law", "", "finding"):
        table.add_column(heading, no_wrap=heading != "finding")
    for finding in answer["findings"]:
        colour = COLOURS[finding["verdict"]] if finding["binding"] else "dim"
        mark = finding["verdict"] if finding["binding"] else "describes"
        table.add_row(escape(finding["law"]), f"[{colour}]{mark}[/{colour}]", escape(finding["words"]))
    out.print(table)
    _wrote(out, files)


def show_all(answers: Sequence[Answer], files: Sequence[str]) -> None:
    """A row for each optimizer."""
    out = _out()
    table = Table(box=None, pad_edge=False)
    for heading in ("optimizer", "differs in", "formula"):
        table.add_column(heading)
    for answer in answers:
        said = status(answer) or ", ".join(finding["law"] for finding in failures(answer))
        table.add_row(escape(short(answer)), escape(said), escape(formula(answer)))
    out.print(table)
    _wrote(out, files)


def show_replays(counts: Mapping[str, Answer], files: Sequence[str]) -> None:
    """How many scripts show what was recorded, and what the others do."""
    out = _out()
    for package, count in counts.items():
        out.print(
            f"{escape(package)}: {count['shown']} of {count['scripts']} scripts show the recorded difference again"
        )
        for line in count["others"]:
            out.print(f"  [red]{escape(line)}[/red]")
    _wrote(out, files)


def _wrote(out: Console, files: Sequence[str]) -> None:
    for name in files:
        out.print(f"wrote: {escape(name)}")


def _out() -> Console:
    return Console(soft_wrap=True, highlight=False, width=None if Console().is_terminal else WIDTH)
