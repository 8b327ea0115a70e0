"""The page of searches for counterexamples, from the record that `orthodrome search --compare` and `--laws` write."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from scipy.stats import binomtest

from verify.reading import NOT_THAT, RecordError
from verify.report.render import page
from verify.search.record import COMMAND, RECORD, load

PAGE = "search.md"
FIGURE = "search-cases"
UNIFORM = "random"
LEVEL = 0.01
"""Of the sign tests, shared by all of a page (Bonferroni)."""
GROUPS = {
    "corpus": "The corpus of false claims",
    "printed": "Printed statements, in numbers",
    "steps": "Printed statements, on real steps",
    "thin": "Made thin",
    "true": "True, for control",
    "dropped": "Theorems without one of their hypotheses",
    "theorems": "Theorems, for control",
}
THIN, COMMON = 1e-2, 0.3

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Score:
    """A method against uniform points. better, worse: targets where it is, by the sign test at the shared level.

    fewer, more: targets where its median is, the rest being ties; chance: of such a split by a fair coin. found: hunts
    of `hunts` that ended with a counterexample.
    """

    method: str
    better: int
    worse: int
    fewer: int
    more: int
    chance: float
    found: int
    hunts: int


@dataclass(frozen=True)
class SearchView:
    """What the page shows."""

    record: Row

    @property
    def groups(self) -> list[tuple[str, str, list[Row]]]:
        """(name, title, rows) of each group that has any, in the order of GROUPS."""
        found = [
            (n, title, [row for row in self.record["targets"] if row["group"] == n]) for n, title in GROUPS.items()
        ]
        return [group for group in found if group[2]]

    @property
    def refutable(self) -> list[Row]:
        """Targets that some method refuted, and that are not known to be true."""
        return [row for row in self.record["targets"] if row["example"] and row["false"]]

    @property
    def bands(self) -> list[tuple[str, list[Row]]]:
        """Refuted targets by how much of the cube violates them."""
        rows = self.refutable
        return [
            (f"over {COMMON:.0%}", [r for r in rows if share(r) > COMMON]),
            (f"{THIN:.0%} to {COMMON:.0%}", [r for r in rows if THIN < share(r) <= COMMON]),
            (f"at most {THIN:.0%}, or none of the samples", [r for r in rows if share(r) <= THIN]),
        ]

    @property
    def wrong(self) -> list[Row]:
        """True statements that were refuted: faults."""
        return [row for row in self.record["targets"] if row["example"] and not row["false"]]

    @property
    def controls(self) -> list[Row]:
        """True statements that were searched."""
        return [row for row in self.record["targets"] if not row["false"]]

    @property
    def tests(self) -> int:
        """Sign tests of the page that share LEVEL."""
        return sum(len(row["races"]) - 1 for row in self.refutable)

    def scores(self, rows: Sequence[Row]) -> list[Score]:
        """Each method on these targets; uniform points come first, with nothing to compare."""
        methods = list(dict.fromkeys(race["method"] for row in rows for race in row["races"]))
        return [self._score(method, rows) for method in methods]

    def _score(self, method: str, rows: Sequence[Row]) -> Score:
        races = [(race_of(row, method), race_of(row, UNIFORM), row) for row in rows]
        pairs = [(mine, theirs, row) for mine, theirs, row in races if mine and theirs]
        sure = [mine for mine, _, _ in pairs if mine["chance"] <= LEVEL / max(self.tests, 1)]
        medians = [(_median(mine, row), _median(theirs, row)) for mine, theirs, row in pairs]
        fewer, more = sum(a < b for a, b in medians), sum(a > b for a, b in medians)
        chance = binomtest(fewer, fewer + more).pvalue if fewer + more else 1.0
        return Score(
            method,
            sum(r["better"] > r["worse"] for r in sure),
            sum(r["better"] < r["worse"] for r in sure),
            fewer,
            more,
            float(chance),
            sum(mine["found"] for mine, _, _ in pairs),
            sum(mine["seeds"] for mine, _, _ in pairs),
        )

    @property
    def law_cases(self) -> int:
        """Of both methods together."""
        return sum(2 * law["cases"] for law in self.record["laws"])

    @property
    def gain(self) -> float:
        """The median of searched over uniform, of the laws where there is an error at all."""
        return statistics.median(
            law["searched"] / law["uniform"] for law in self.record["laws"] if law["uniform"] > 1e-50
        )

    @property
    def largest(self) -> Row:
        """The law nearest to its bound."""
        return max(self.record["laws"], key=lambda law: max(law["uniform"], law["searched"]))


def share(row: Row) -> float:
    """The part of the cube where the statement is violated, as sampled."""
    return float(row["region"] / row["samples"])


def race_of(row: Row, method: str) -> Row | None:
    return next((race for race in row["races"] if race["method"] == method), None)


def cases(row: Row, method: str) -> str:
    """Median of the cases, and how many seeds found anything where not all did."""
    race = race_of(row, method)
    if race is None:
        return "–"
    median = race["quartiles"][1]
    words = f"> {row['budget']}" if median is None else str(median)
    return words if race["found"] == race["seeds"] else f"{words} ({race['found']}/{race['seeds']})"


def point(example: Row) -> str:
    """Where it is, on one line."""
    return ", ".join(f"`{name} = {_short(value)}`" for name, value in example["point"].items())


def search_files(reports: Path) -> dict[str, str | bytes]:
    """The page and its figure by name, none where nothing is recorded; RecordError where the record is none."""
    if not (reports / RECORD).exists():
        return {}
    try:
        view = SearchView(load(reports))
        files: dict[str, str | bytes] = {PAGE: search_page(view)}
        if view.refutable:
            from verify.report.search_figure import draw  # matplotlib, only where something is recorded

            files[f"figures/{FIGURE}.svg"] = draw(view)
    except (*NOT_THAT, jinja2.TemplateError) as error:
        raise RecordError(
            f"{reports / RECORD} is not a record of searches ({error!r}): `{COMMAND}` writes it"
        ) from error
    return files


def search_page(view: SearchView) -> str:
    """The page alone."""
    return page(PAGE, view=view, share=share, cases=cases, point=point, level=LEVEL, command=COMMAND, figure=FIGURE)


def _median(race: Row, row: Row) -> float:
    return float(row["budget"] + 1 if race["quartiles"][1] is None else race["quartiles"][1])


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_short(v)}" for name, v in value.items())
    if isinstance(value, list):
        return "(" + ", ".join(_short(v) for v in value) + ")"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
