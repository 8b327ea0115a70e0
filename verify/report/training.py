"""The recorded training experiment on the pages: its figures, and what it says about the claims."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from verify.recording import TRAJECTORIES
from verify.report.view import Figure
from verify.results import TRAINING, CheckResult, RecordError, dump, parse

PAPER = "000, 001"


@dataclass(frozen=True)
class Training:
    """Generated files by name; the figures of each paper, none where nothing is recorded; numeric results."""

    files: dict[str, str | bytes] = field(default_factory=dict)
    figures: dict[str, tuple[Figure, ...]] = field(default_factory=lambda: {PAPER: ()})
    results: tuple[CheckResult, ...] = ()


def training(reports: Path) -> Training:
    """What the summary under `reports` gives; nothing where there is none."""
    record = reports / TRAJECTORIES
    if not record.exists():
        return Training()
    from verify.experiments.evidence import evidence
    from verify.experiments.figures import draw  # matplotlib, only where there is something to draw

    try:
        summary = json.loads(record.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RecordError(
            f"{record} is not a summary ({error}): run `orthodrome experiment trajectories` again"
        ) from error
    drawings, results = draw(summary), dump(evidence(summary))
    files = {f"figures/{drawing.name}.svg": drawing.svg for drawing in drawings}
    shown = tuple(Figure(f"figures/{d.name}.svg", d.name, d.caption) for d in drawings)
    return Training(files | {TRAINING.as_posix(): results}, {PAPER: shown}, parse(results))
