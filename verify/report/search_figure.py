"""The figure of the page of searches: cases to a counterexample, by how much of the cube violates the statement."""

from typing import Any

from matplotlib.figure import Figure

from verify.experiments.drawing import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, svg
from verify.report.search import SearchView, share
from verify.report.search_scores import UNIFORM, race_of
from verify.search.votes import quantile

COLOURS = {UNIFORM: GREY, "evolution": BLUE, "simplex": ORANGE, "gradient": GREEN, "mixed": PURPLE, "spread": RED}
MARKERS = {UNIFORM: "o", "evolution": "s", "simplex": "^", "gradient": "D", "mixed": "v", "spread": "*"}
LOG_TWO = 0.6931471805599453


def draw(view: SearchView) -> bytes:
    """Medians of the refuted targets; hollow: beyond the budget. The line: what uniform points need by the share."""
    rows = [{"share": _place(row), "races": row["races"], "budget": row["budget"]} for row in view.refutable]
    return svg(_plot, {"rows": rows, "samples": view.refutable[0]["samples"]}, 4.6)


def _place(row: Any) -> float:
    """Where no sample violates a target, half of the smallest share that there is."""
    return max(share(row), 0.5 / row["samples"])


def _plot(page: Figure, record: dict[str, Any]) -> None:
    ax = page.subplots()
    rows, budget = record["rows"], max(row["budget"] for row in record["rows"])
    for method, colour in COLOURS.items():
        races = [(row["share"], quantile(race["cases"], 2)) for row in rows if (race := race_of(row, method))]
        for missed in (False, True):
            some = [(x, median or budget * 1.2) for x, median in races if (median is None) is missed]
            if some:
                face = "none" if missed else colour
                label = None if missed else method
                columns = zip(*some, strict=True)
                ax.plot(*columns, MARKERS[method], color=colour, mfc=face, ms=4, alpha=0.7, label=label)
    xs = [10 ** (-k / 20) for k in range(120)]
    ax.plot(
        xs, [max(1.0, LOG_TWO / x) for x in xs], color="black", linewidth=0.8, linestyle="--", label="log 2 / share"
    )
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylim(0.8, budget * 1.6)
    ax.set_xlim(0.4 / record["samples"], 1.2)
    ax.set_xlabel("share of the cube that violates the statement (leftmost: none of the samples)")
    ax.set_ylabel("cases to a confirmed counterexample, median")
    ax.legend(loc="upper right")
