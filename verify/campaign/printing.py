"""What `orthodrome campaign` prints."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from verify.campaign.figures import finite
from verify.campaign.naming import called
from verify.campaign.running import Tally

WIDTH = 160


def plain_run(tally: Tally, found: Mapping[str, Any]) -> dict[str, Any]:
    """For JSON: what this run did, and what the campaign says."""
    names = ("blocks", "before", "new", "again", "cases", "failed", "seconds", "computing")
    return {"run": {name: getattr(tally, name) for name in names}, **finite(found)}


def show_run(tally: Tally, found: Mapping[str, Any], store: Path) -> None:
    """A law a row, and what this run did."""
    out, table = _out(), Table(box=None, pad_edge=False)
    for heading in ("law", "cases", "checked", "worst", "at", ""):
        table.add_column(heading, justify="right" if heading in ("cases", "checked", "worst") else "left", no_wrap=True)
    for law in found["laws"]:
        worst = max(law["claims"], key=lambda claim: claim["worst"])
        outcome = f"[red]{law['failed']} FAILED[/red]" if law["failed"] else "[green]ok[/green]"
        counts = f"{law['cases']:,}", f"{law['checked']:,}", f"{worst['worst']:.2g}"
        table.add_row(called(law), *counts, escape(worst["address"]), outcome)
    out.print(table)
    for law in found["laws"]:
        for address in law["failures"]:
            out.print(f"  orthodrome campaign replay {address}", markup=False)
    rate = f", {tally.cases / tally.seconds:,.0f} cases a second" if tally.seconds and tally.cases else ""
    out.print(
        f"\n{store}: {tally.new} blocks new, {tally.before} were there{rate}; worst in units of the rounding bound"
    )


def show_silences(found: Sequence[Mapping[str, Any]]) -> None:
    """What was asked for and no law speaks of: a dtype and reason a line."""
    for row in found:
        _out().print(f"{row['cells']} cells left out in {row['dtype']}: {row['reason']}", markup=False)


def show_overview(found: Sequence[Mapping[str, Any]]) -> None:
    """A campaign, law and version a row."""
    table = Table(box=None, pad_edge=False)
    for heading in ("campaign", "law", "code", "blocks", "cases", "checked", "failed"):
        right = heading in ("blocks", "cases", "checked", "failed")
        table.add_column(heading, justify="right" if right else "left", no_wrap=True)
    for row in found:
        code = "today's" if row["today"] else f"[yellow]{row['version']}[/yellow]"
        numbers = (f"{row[name]:,}" for name in ("blocks", "cases", "checked", "failed"))
        table.add_row(escape(row["campaign"]), row["law"], code, *numbers)
    _out().print(table)


def show_worst(found: Mapping[str, Any]) -> None:
    """A claim a row."""
    table = Table(box=None, pad_edge=False)
    for heading in ("claim", "law", "comparisons", "worst", "half below", "99.9 % below", "replay"):
        right = heading not in ("claim", "law", "replay")
        table.add_column(heading, justify="right" if right else "left", no_wrap=True)
    for law in found["laws"]:
        for claim in law["claims"]:
            half, most = (claim["quantiles"].get(share, [0.0, 0.0])[1] for share in ("0.5", "0.999"))
            numbers = f"{claim['counted']:,}", f"{claim['worst']:.2g}", f"{half:.2g}", f"{most:.2g}"
            table.add_row(
                claim["claim"], called(law), *numbers, f"orthodrome campaign replay {escape(claim['address'])}"
            )
    out = _out()
    out.print(table)
    if found["elsewhere"]:
        out.print(f"\n{found['elsewhere']} blocks are of other code, and in no figure")


def _out() -> Console:
    return Console(highlight=False, soft_wrap=True, width=None if Console().is_terminal else WIDTH)
