"""The figures of the training experiment, where one is recorded, and their places on the pages."""

import json
from pathlib import Path

from verify.recording import TRAJECTORIES
from verify.report.view import Figure

PAPER = "000, 001"


def figures(reports: Path) -> tuple[dict[str, bytes], dict[str, tuple[Figure, ...]]]:
    """File name → SVG for every figure, and paper → its figures: none of them where no experiment is recorded."""
    record = reports / TRAJECTORIES
    if not record.exists():
        return {}, {PAPER: ()}
    from verify.experiments.figures import draw  # matplotlib, only where there is something to draw

    drawn = draw(json.loads(record.read_text(encoding="utf-8")))
    shown = tuple(Figure(f"figures/{figure.name}.svg", figure.name, figure.caption) for figure in drawn)
    return {f"figures/{figure.name}.svg": figure.svg for figure in drawn}, {PAPER: shown}
