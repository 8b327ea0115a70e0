"""Figures of a run: norms, angles and rates of each parameter, against the predicted equilibrium."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from verify.atomic import write_bytes
from verify.watch.log import Log

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = (
    ("norms", "radius", "equilibrium_radius", "norm ‖x‖", 1.0),
    ("angles", "angle", "equilibrium_angle", "angle of a step, degrees", math.degrees(1.0)),
    ("rates", "effective_learning_rate", None, "effective learning rate", 1.0),
)
FEW = 9
"""Parameters up to which there are three columns; beyond, five."""

Panel = tuple[str, str, str | None, str, float]


def draw(log: Log, folder: Path) -> list[Path]:
    """norms.svg, angles.svg, rates.svg in `folder`: a panel a parameter on the same axes, predictions dashed, a line
    where an alarm was raised. What no record has is not drawn. Returns the files; the same log gives the same bytes."""
    from verify.experiments.drawing import svg

    columns = 3 if len(log.series) <= FEW else 5
    rows, written = math.ceil(len(log.series) / columns), []
    for panel in PANELS:
        if all(record[panel[1]] is None for records in log.series.values() for record in records):
            continue

        def plot(figure: "Figure", _: Any, panel: Panel = panel) -> None:
            _panels(figure, log, panel, rows, columns)

        path = folder / f"{panel[0]}.svg"
        write_bytes(path, svg(plot, {}, 1.2 + 1.7 * rows))
        written.append(path)
    return written


def _panels(figure: "Figure", log: Log, panel: Panel, rows: int, columns: int) -> None:
    from verify.experiments.drawing import BLUE, RED

    _, quantity, predicted, label, unit = panel
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    labelled = dict[str, Any]()
    for i, (axis, (parameter, records)) in enumerate(zip(axes.flat, log.series.items(), strict=False)):
        steps = [record["step"] for record in records]
        axis.plot(steps, _values(records, quantity, unit), linewidth=1.2, color=BLUE, label="measured")
        if predicted is not None and any(record[predicted] is not None for record in records):
            axis.plot(steps, _values(records, predicted, unit), "k--", linewidth=0.9, label="at equilibrium")
        for step in sorted({alarm["step"] for alarm in log.alarms if alarm["name"] == parameter}):
            axis.axvline(step, color=RED, linewidth=0.9, linestyle=":", label="an alarm")
        _axis(axis, parameter, below=i + columns >= len(log.series))
        handles, labels = axis.get_legend_handles_labels()
        labelled |= dict(zip(labels, handles, strict=True))
    for axis in axes.flat[len(log.series) :]:
        axis.set_visible(False)
    figure.supxlabel("step", fontsize=9)
    figure.supylabel(label, fontsize=9)
    figure.legend(list(labelled.values()), list(labelled), loc="outside upper right", ncols=3)


def _axis(axis: "Axes", title: str, below: bool) -> None:
    """Plain numbers at 1, 2 and 5 times powers of ten; steps under the last panel of a column."""
    from matplotlib.ticker import LogLocator, NullFormatter

    axis.set_title(title, fontsize=8)
    axis.set_yscale("log")
    axis.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=6))
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.yaxis.set_minor_formatter(NullFormatter())
    axis.tick_params(labelsize=7, labelbottom=below)


def _values(records: Any, quantity: str, unit: float) -> list[float]:
    """Numbers to plot; NaN leaves a gap where there is none, or none that a logarithm takes."""
    values = [record[quantity] for record in records]
    return [math.nan if value is None or value <= 0 else unit * value for value in values]
