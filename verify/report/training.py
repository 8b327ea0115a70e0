"""The recorded experiments on the pages: their figures, and what they say about the claims."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verify.experiments.tables import Table
from verify.reading import NOT_THAT, RecordError, read_json
from verify.recording import summary_path
from verify.report.view import Experiment, Figure
from verify.results import TRAINING, CheckResult, dump, parse

PAPERS = {
    "trajectories": "000, 001",
    "equilibrium": "002",
    "architectures": "002",
    "toy": "003",
    "psi": "004",
    "epsilon": "ours",
}
"""The paper whose page shows the figures of an experiment; comparisons have a page of their own."""


@dataclass(frozen=True)
class Training:
    """Generated files by name; the experiment of each paper, without figures if not recorded; numeric results."""

    files: dict[str, str | bytes] = field(default_factory=dict)
    experiments: dict[str, Experiment] = field(default_factory=dict)
    results: tuple[CheckResult, ...] = ()


def training(reports: Path) -> Training:
    """What the summaries under `reports` give; nothing where there are none."""
    files: dict[str, str | bytes] = {}
    experiments: dict[str, Experiment] = {}
    results: list[CheckResult] = []
    found = False
    for name, paper in PAPERS.items():
        record = reports / summary_path(name)
        shown: list[Figure] = []
        stated: tuple[Table, ...] = ()
        if record.exists():
            found = True
            draw, evidence, tables = _readers(name)
            summary = read_json(record, "a summary", f"orthodrome experiment {name}")
            try:
                for drawing in draw(summary):
                    files[f"figures/{drawing.name}.svg"] = drawing.svg
                    shown.append(Figure(f"figures/{drawing.name}.svg", drawing.name, drawing.caption))
                results += evidence(summary)
                stated = tables(summary)
            except NOT_THAT as error:
                raise RecordError(
                    f"{record} is not a summary ({error!r}): `orthodrome experiment {name}` writes it"
                ) from error
        before = experiments.get(paper, Experiment(name, ()))
        experiments[paper] = Experiment(before.name, before.figures + tuple(shown), before.tables + stated)
    if not found:
        return Training(experiments=experiments)
    dumped = dump(results)
    return Training(files | {TRAINING.as_posix(): dumped}, experiments, parse(dumped))


def _readers(
    name: str,
) -> tuple[
    Callable[[dict[str, Any]], list],
    Callable[[dict[str, Any]], Sequence[CheckResult]],
    Callable[[dict[str, Any]], tuple[Table, ...]],
]:
    """How to draw, to judge and to tabulate a summary; matplotlib is loaded only where there is something to draw."""
    if name == "equilibrium":
        from verify.experiments import equilibrium_evidence, equilibrium_figures, equilibrium_tables

        return equilibrium_figures.draw, equilibrium_evidence.evidence, equilibrium_tables.tables
    if name == "architectures":
        from verify.experiments import architecture_figures, architecture_tables

        return architecture_figures.draw, architecture_tables.evidence, architecture_tables.tables
    if name == "toy":
        from verify.experiments import toy_evidence, toy_figures

        return toy_figures.draw, toy_evidence.evidence, toy_evidence.tables
    if name == "epsilon":
        from verify.experiments import epsilon_figures, epsilon_tables

        return epsilon_figures.draw, epsilon_tables.evidence, epsilon_tables.tables
    if name == "psi":
        from verify.experiments import psi_evidence, psi_figures, psi_tables

        return psi_figures.draw, psi_evidence.evidence, psi_tables.tables
    from verify.experiments import evidence, figures

    return figures.draw, evidence.evidence, _none


def _none(_: dict[str, Any]) -> tuple[Table, ...]:
    return ()
