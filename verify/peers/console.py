"""The comparisons of `orthodrome peers` for a person at a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from verify.console import WIDTH
from verify.report.peers import difference


def show(record: Mapping[str, Any], written: Sequence[str], changed: Sequence[str]) -> None:
    """A row for each comparison: how many runs are equal, and where the first difference is; then what became of it.

    written: the names of the files that changed. changed: the optimizers that are not what they were found to be.
    """
    out = Console(soft_wrap=True, highlight=False, width=None if Console().is_terminal else WIDTH)
    versions = ", ".join(f"{name} {version or 'not installed'}" for name, version in record["packages"].items())
    out.print(escape(versions) + "\n")
    table = Table(box=None, pad_edge=False)
    for heading in ("optimizer", "beside", "equal", "first difference"):
        table.add_column(heading)
    for row in record["algorithms"] + record["pairs"] + record["sphere"]:
        if row.get("missing"):
            table.add_row(escape(row["peer"]), "", "", "not installed")
            continue
        printed = row["printed"]
        equal = f"{printed['equal']} of {printed['runs']}"
        table.add_row(escape(row["peer"]), escape(row["against"]), equal, escape(difference(printed["first"])))
    out.print(table)
    for row in record["manners"]:
        for answer in row["answers"]:
            if not answer["yes"]:
                out.print(escape(f"{row['peer']}: not so: {answer['question']}. {answer['note']}".rstrip(". ")))
    for name in changed:
        out.print(f"[red]not what it was found to be[/red]: {escape(name)}")
    for name in written:
        out.print(f"wrote: {escape(name)}")
    missing = [name for name, version in record["packages"].items() if version is None]
    if missing:
        out.print(f"nothing is written without {', '.join(missing)}: `make peers` installs what is compared")
