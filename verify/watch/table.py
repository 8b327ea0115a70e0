"""The state of a run in a terminal: a line a parameter, its course as a sparkline, then the alarms."""

import math
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from verify.console import WIDTH as COLUMNS
from verify.watch.log import Log, Record

BARS = "▁▂▃▄▅▆▇█"
WIDTH = 24
ALIKE = 3
"""Alarms of one kind and step that are shown, and lines that are named."""
HEADINGS = (
    "parameter",
    "slices × d",
    "norm",
    "since start",
    "η^e",
    "angle/step",
    "of Δ*",
    "r/r*",
    "steps left",
    "norm, course",
)


def show(log: Log) -> None:
    """Print the table and the alarms."""
    table = Table(box=None, pad_edge=False, title=f"step {log.steps}", title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, no_wrap=True, justify="left" if heading in ("parameter", "norm, course") else "right")
    for name, records in log.series.items():
        table.add_row(escape(name), *row(records))
    out = Console(soft_wrap=True, highlight=False, width=None if Console().is_terminal else COLUMNS)
    out.print(table)
    together: dict[tuple[str, int], list[str]] = {}
    for alarm in log.alarms:
        together.setdefault((alarm["kind"], alarm["step"]), []).append(alarm["message"])
    for (kind, step), messages in together.items():
        for message in messages[:ALIKE]:
            out.print(f"[red]{escape(kind)}[/red] · step {step} · {escape(message)}")
        if len(messages) > ALIKE:
            out.print(
                f"[red]{escape(kind)}[/red] · step {step} · and {len(messages) - ALIKE} more; --json has them all"
            )
    if log.left_out:
        lines = ", ".join(map(str, log.left_out[:ALIKE])) + (", …" if len(log.left_out) > ALIKE else "")
        out.print(f"left out, for they are cut off: line {lines}")


def row(records: Sequence[Record]) -> tuple[str, ...]:
    """The cells after the name."""
    first, last = records[0], records[-1]
    grown = last["radius"] / first["radius"] if last["radius"] and first["radius"] else None
    return (
        f"{last['slices']} × {last['dimension']}",
        number(last["radius"]),
        "–" if grown is None else f"×{grown:.3g}",
        number(last["effective_learning_rate"]),
        "–" if last["angle"] is None else f"{math.degrees(last['angle']):.3g}°",
        number(last.get("angle_ratio"), "%"),
        number(last.get("distance")),
        number(last.get("steps_left"), "steps"),
        sparkline([record["radius"] for record in records]),
    )


def number(value: Any, unit: str = "") -> str:
    """Three digits, as a percentage or a count where asked; a dash for nothing."""
    if value is None:
        return "–"
    if unit == "%":
        return f"{100 * value:.0f} %"
    return f"{value:,.0f}".replace(",", " ") if unit == "steps" else f"{value:.3g}"


def sparkline(values: Sequence[float | None], width: int = WIDTH) -> str:
    """The course of some numbers, the least and the largest as its ends; as many bars as fit."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    chosen = [known[i * (len(known) - 1) // max(width - 1, 1)] for i in range(width)] if len(known) > width else known
    low, high = min(chosen), max(chosen)
    span = high - low or 1.0
    return "".join(BARS[min(int((value - low) / span * len(BARS)), len(BARS) - 1)] for value in chosen)
