"""The page of searches for counterexamples, from the record that `orthodrome search --all` and `--laws` write."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from verify.reading import NOT_THAT, RecordError
from verify.report.render import page
from verify.report.search_scores import FAMILY, LEVEL, METHODS, TOGETHER, UNIFORM, Score, hunts, race_of, scored
from verify.search.compare import FIRST
from verify.search.record import COMMAND, RECORD, load
from verify.search.votes import quantile

PAGE = "search.md"
FIGURE = "search-cases"
GROUPS = {
    "corpus": "The corpus of false claims",
    "printed": "Printed statements, in numbers",
    "steps": "Printed statements, on real steps",
    "generated": "Made from proved inequalities",
    "thin": "Made thin",
}
THIN, COMMON = 1e-2, 0.3

Row = Mapping[str, Any]


@dataclass(frozen=True)
class SearchView:
    """What the page shows."""

    record: Row

    @property
    def groups(self) -> list[tuple[str, str, list[Row]]]:
        """(name, title, rows) of each origin that has any, in the order of GROUPS."""
        found = [(n, title, [r for r in self.unsure if r["group"] == n]) for n, title in GROUPS.items()]
        return [group for group in found if group[2]]

    @property
    def unsure(self) -> list[Row]:
        """Targets that are not known to be true."""
        return [row for row in self.record["targets"] if row["false"] is not False]

    @property
    def refutable(self) -> list[Row]:
        """Those of them that some method refuted."""
        return [row for row in self.unsure if row["example"]]

    @property
    def scores(self) -> list[Score]:
        """Every origin and method, tested as one family."""
        return scored(self.refutable)

    def against(self, method: str) -> tuple[int, int, list[Row]]:
        """On how many refuted statements the median of a method is below random's, is the same; those where above."""
        signs = [(row, _sign(row, method)) for row in self.refutable if race_of(row, method)]
        return sum(s < 0 for _, s in signs), sum(s == 0 for _, s in signs), [row for row, s in signs if s > 0]

    @property
    def bands(self) -> list[tuple[str, list[Row], dict[str, tuple[int, int]]]]:
        """Refuted targets by how much of the cube violates them, and hunts that found, of how many, by method."""
        rows = self.refutable
        some = [
            (f"over {COMMON:.0%}", [r for r in rows if share(r) > COMMON]),
            (f"{THIN:.0%} to {COMMON:.0%}", [r for r in rows if THIN < share(r) <= COMMON]),
            (f"at most {THIN:.0%}, or none of the samples", [r for r in rows if share(r) <= THIN]),
        ]
        return [(words, among, {m: hunts(among, m) for m in METHODS}) for words, among in some]

    @property
    def controls(self) -> list[Row]:
        """True statements that were searched."""
        return [row for row in self.record["targets"] if row["false"] is False]

    @property
    def wrong(self) -> list[Row]:
        """True statements that were refuted: faults."""
        return [row for row in self.controls if row["example"]]

    @property
    def alarms(self) -> tuple[int, int]:
        """Hunts for what is true that ended with a counterexample, and all of them."""
        cases = [c for row in self.controls for race in row["races"] for c in race["cases"]]
        return sum(c is not None for c in cases), len(cases)

    @property
    def proposed(self) -> int:
        """Points of true statements that a score proposed and exact arithmetic refused."""
        return sum(race["rejected"] for row in self.controls for race in row["races"])

    @property
    def without(self) -> list[tuple[str, list[Row], list[Row]]]:
        """By claim: theorems without one hypothesis that were refuted, and those that were not."""
        rows = self.record["dropped"]
        claims = dict.fromkeys(row["claim"] for row in rows)
        own = {claim: [row for row in rows if row["claim"] == claim] for claim in claims}
        return [
            (c, [r for r in some if r["example"]], [r for r in some if not r["example"]]) for c, some in own.items()
        ]

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


def _sign(row: Row, method: str) -> int:
    mine, theirs = (
        row["budget"] + 1 if (median := quantile(race["cases"], 2)) is None else median
        for race in (race_of(row, method) or {}, race_of(row, UNIFORM) or {})
    )
    return int(mine > theirs) - int(mine < theirs)


def hardest(rows: Sequence[Row]) -> list[Row]:
    """Of statements that differ by a power of ten, the last that was refuted; others as they are."""
    return list({row["name"].split(" 10^-")[0] if ";" in row["name"] else row["name"]: row for row in rows}.values())


def cases(row: Row, method: str) -> str:
    """Median of the cases, and how many seeds found anything where not all did."""
    race = race_of(row, method)
    if race is None:
        return "–"
    median, found = quantile(race["cases"], 2), sum(c is not None for c in race["cases"])
    words = f"> {row['budget']}" if median is None else str(median)
    return words if found == len(race["cases"]) else f"{words} ({found}/{len(race['cases'])})"


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
    shown = {"share": share, "cases": cases, "point": point, "hardest": hardest, "methods": METHODS}
    family = {"level": LEVEL, "together": TOGETHER, "family_size": FAMILY, "origins": GROUPS, "first": FIRST}
    return page(PAGE, view=view, command=COMMAND, figure=FIGURE, **family, **shown)


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_short(v)}" for name, v in value.items())
    if isinstance(value, list):
        return "(" + ", ".join(_short(v) for v in value) + ")"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
