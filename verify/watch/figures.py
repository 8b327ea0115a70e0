"""Figures of a run: norms and angles of each parameter, against the predicted equilibrium."""

import math
from pathlib import Path
from typing import Any

from verify.watch.log import Log

PANELS = (
    ("norms", "radius", "equilibrium_radius", "norm ‖x‖", 1.0),
    ("angles", "angle", "equilibrium_angle", "angle of a step, degrees", math.degrees(1.0)),
    ("rates", "effective_learning_rate", None, "effective learning rate", 1.0),
)
COLUMNS = 3


def draw(log: Log, folder: Path) -> list[Path]:
    """norms.svg, angles.svg, rates.svg in `folder`: a panel a parameter, predictions dashed. Returns the files."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    written, rows = [], math.ceil(len(log.series) / COLUMNS)
    for name, quantity, predicted, label, unit in PANELS:
        figure = Figure(figsize=(4 * COLUMNS, 2.4 * rows), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.subplots(rows, COLUMNS, squeeze=False)
        for i, (parameter, records) in enumerate(log.series.items()):
            axis = axes[i // COLUMNS][i % COLUMNS]
            steps = [record["step"] for record in records]
            axis.plot(steps, _values(records, quantity, unit), linewidth=1)
            if predicted is not None and any(record[predicted] is not None for record in records):
                axis.plot(steps, _values(records, predicted, unit), "k--", linewidth=0.8, label="at equilibrium")
                axis.legend(fontsize=6)
            axis.set_title(parameter, fontsize=8)
            axis.tick_params(labelsize=6)
            axis.set_yscale("log")
        for axis in axes.flat[len(log.series) :]:
            axis.set_visible(False)
        figure.supxlabel("step", fontsize=8)
        figure.supylabel(label, fontsize=8)
        path = folder / f"{name}.svg"
        with rc_context({"svg.hashsalt": name}):  # the same log gives the same bytes
            figure.savefig(path, metadata={"Date": None})
        written.append(path)
    return written


def _values(records: Any, quantity: str, unit: float) -> list[float]:
    """Numbers to plot; NaN leaves a gap where there is none, or none that a logarithm takes."""
    values = [record[quantity] for record in records]
    return [math.nan if value is None or value <= 0 else unit * value for value in values]
