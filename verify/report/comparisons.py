"""The page of the papers' comparisons of optimizers in training, from the summaries of their experiments."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

from verify.reading import NOT_THAT, RecordError, read_json
from verify.recording import summary_path
from verify.report.render import page

if TYPE_CHECKING:
    from verify.experiments.drawing import Drawing
    from verify.experiments.tables import Table

PAGE = "comparisons.md"
TITLES = {
    "ranking": "Adam, its variants and AdamG (000, Figure 3 and Table 2)",
    "adamp": "Norms and effective step sizes under SGD (003, Figure 3)",
    "psi-table": "PSI-SGD and PSI-SGDM (004, Table 1)",
}
"""The comparisons, in the order of the page."""


@dataclass(frozen=True)
class Section:
    """A comparison on the page; no summary, drawings and tables where it is not recorded.

    today: it was recorded with the settings that its command has now.
    """

    name: str
    title: str
    summary: dict[str, Any] | None = None
    drawings: "tuple[Drawing, ...]" = ()
    tables: "tuple[Table, ...]" = ()
    today: bool = True

    @property
    def command(self) -> str:
        """What writes the summary."""
        return f"orthodrome experiment {self.name}"


def comparison_files(reports: Path) -> dict[str, str | bytes]:
    """The page and its figures, by name; RecordError names the first summary that cannot be shown."""
    sections = [_recorded(reports, name) for name in TITLES]
    figures = {f"figures/{drawing.name}.svg": drawing.svg for section in sections for drawing in section.drawings}
    return {PAGE: comparisons_page(sections), **figures}


def comparisons_page(sections: Sequence[Section]) -> str:
    """The page; an error of any kind where a summary is not what its command writes."""
    return page(PAGE, sections=sections)


def _recorded(reports: Path, name: str) -> Section:
    record, empty = reports / summary_path(name), Section(name, TITLES[name])
    if not record.exists():
        return empty
    summary = read_json(record, "a summary", empty.command)
    try:
        section = _shown(name, summary)
        comparisons_page((section,))
    except (*NOT_THAT, jinja2.TemplateError) as error:
        raise RecordError(f"{record} is not a summary ({error!r}): `{empty.command}` writes it") from error
    return section


def _shown(name: str, summary: dict[str, Any]) -> Section:
    from verify.experiments import contest_figures, contest_tables  # matplotlib, only where something is recorded
    from verify.experiments.contests import sized

    if summary["config"]["name"] != name:
        raise ValueError(f"it is that of {summary['config']['name']}")
    drawings, tables = contest_figures.draw(summary), contest_tables.tables(summary)
    today = summary["config"] in [sized(name, full=full).public() for full in (False, True)]
    return Section(name, TITLES[name], summary, tuple(drawings), tables, today)
