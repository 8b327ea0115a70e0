"""The figures of the page of speed, from its records: the same records, the same bytes."""

from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from verify.experiments.drawing import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, Drawing, svg
from verify.records import Recorded
from verify.report import speed_goals as goals
from verify.report.speed import everyone, figure

COLOURS = {"native": GREEN, "automatic": BLUE, "plain": GREY, "compiled": PURPLE}
"""Of our paths; torch and the packages have their own."""

TORCH, PACKAGE = "black", RED


def draw(view: Recorded) -> tuple[Drawing, ...]:
    """The figures of what is recorded."""
    found = []
    for name, caption, section, plot, height in (
        ("speed-optimizers", OPTIMIZERS, "optimizers", _optimizers, _bars),
        ("speed-cases", CASES, "cases", _cases, lambda record: 1.6 + 0.16 * len(record["laws"])),
        ("speed-proofs", PROOFS, "proofs", _proofs, lambda record: 4.2),
    ):
        record = view.record(section)
        if record is not None:
            found.append(Drawing(name, caption, svg(plot, dict(record), height(record))))
    return tuple(found)


OPTIMIZERS = "A step over that of torch's fused Adam, on a logarithmic scale; dashed: torch's fused Adam"
CASES = "Checked cases a second by law, and the time and memory of a run by its number of cases"
PROOFS = "Seconds of the slowest claims and rules, proved anew"


def _bars(record: Any) -> float:
    return 1.2 + 0.16 * len(everyone(record))


def _optimizers(page: Figure, record: dict[str, Any]) -> None:
    rows = everyone(record)
    axes = page.subplots(1, len(record["shapes"]), sharey=True, squeeze=False)[0]
    places = range(len(rows))
    for column, (ax, shape) in enumerate(zip(axes, record["shapes"].values(), strict=True)):
        for place, row in zip(places, rows, strict=True):
            if (value := row.adam[column]) is not None:
                ax.barh(place, value, left=0, height=0.75, color=_colour(row.subject))
                ax.annotate(figure(value), (value, place), (2, 0), textcoords="offset points", va="center", fontsize=6)
        ax.axvline(1, color="black", linestyle="--", linewidth=0.8)
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(numticks=6))
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        ax.xaxis.set_minor_locator(NullLocator())
        ax.set_title(shape["name"])
    axes[0].set_yticks(list(places), [row.subject for row in rows], fontsize=7)
    axes[0].set_ylim(len(rows) - 0.4, -0.6)


def _colour(subject: str) -> str:
    path = subject.rpartition(", ")[2]
    if subject.startswith("torch "):
        return TORCH
    return COLOURS.get(path, PACKAGE)


def _cases(page: Figure, record: dict[str, Any]) -> None:
    left, middle, right = page.subplots(1, 3, width_ratios=(2, 1, 1))
    laws = sorted(record["laws"], key=lambda row: row["rate"])
    left.barh([row["law"] for row in laws], [row["rate"] / 1000 for row in laws], color=BLUE)
    left.axvline(goals.CASES / 1000, color=ORANGE, linestyle="--")
    left.set_xlabel("thousand checked cases a second, with generation; dashed: the goal")
    left.tick_params(axis="y", labelsize=7)
    for ax, key, label in ((middle, "seconds", "seconds"), (right, "megabytes", "memory at most, megabytes")):
        sizes = [row["cases"] / 1000 for row in record["sizes"]]
        ax.plot(sizes, [row[key] for row in record["sizes"]], "o-", color=BLUE)
        ax.set_ylim(bottom=0)
        ax.set_xlabel("thousand cases")
        ax.set_title(label)


def _proofs(page: Figure, record: dict[str, Any]) -> None:
    axes = page.subplots(1, 2)
    for ax, key, name in zip(axes, ("claims", "rules"), ("id", "rule"), strict=True):
        slowest = sorted(record.get(key, ()), key=lambda row: -row["seconds"])[:20][::-1]
        ax.barh([row[name] for row in slowest], [row["seconds"] for row in slowest], color=BLUE)
        ax.set_xlabel("seconds")
        ax.set_title(key)
        ax.tick_params(axis="y", labelsize=7)
