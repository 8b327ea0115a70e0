"""The figures of a comparison: a row a network, a curve a method, mean and spread over the seeds."""

from collections.abc import Sequence
from typing import Any

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from verify.experiments.contest_methods import METHODS
from verify.experiments.contest_tables import NETWORKS
from verify.experiments.drawing import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, Drawing, logarithmic, numbers, svg

COLOURS = (GREY, RED, PURPLE, BLUE, GREEN, ORANGE)
CURVES = {
    "loss": ("training loss", True),
    "norm": ("‖w‖, mean over the filters", False),
    "turned": ("effective step size ‖Δŵ‖, mean", True),
    "accuracy": ("test accuracy", False),
}
"""What may be drawn: its name in the summary, in words, and whether its axis is logarithmic."""
CAPTIONS = {
    "ranking": "Adam, its variants and AdamG at their best settings; 000, Fig. 3 and Table 2",
    "adamp": "Norms, effective step sizes and accuracies of three kinds of SGD; 003, Fig. 3",
    "psi-table": "SGD, Adam, SGDG, PSI-SGD and PSI-SGDM at their best rates; 004, Fig. 3 and Table 1",
}


def draw(summary: dict[str, Any], names: Sequence[str] | None = None) -> list[Drawing]:
    """The figure of a summary, unless only others are named."""
    name = summary["config"]["name"]
    if names is not None and f"contest-{name}" not in names:
        return []
    caption = f"{CAPTIONS[name]}: mean, least and largest of {summary['config']['seeds']} seeds"
    height = 0.6 + 2.8 * len(summary["runs"])
    return [Drawing(f"contest-{name}", f"{caption} ({summary['data']['name']})", svg(_curves, summary, height))]


def _curves(figure: Figure, summary: dict[str, Any]) -> None:
    runs = summary["runs"]
    first = next(iter(next(iter(runs.values())).values()))
    shown = [name for name in CURVES if name in first]
    axes = figure.subplots(len(runs), len(shown), sharex=True, squeeze=False)
    for row, (network, of) in zip(axes, runs.items(), strict=True):
        for ax, name in zip(row, shown, strict=True):
            words, in_powers = CURVES[name]
            for (method, entry), colour in zip(of.items(), COLOURS, strict=False):
                _band(ax, numbers(entry[name]), METHODS[method][0], colour)
            if in_powers:
                logarithmic(ax)
            ax.set_title(f"{NETWORKS[network]}: {words}" if len(runs) > 1 else words)
    for ax in axes[:, -1]:
        # The end is where the methods differ: the first epochs would fill the axis.
        ax.set_ylim(max(0.0, _floor(ax)), 1)
    for ax in axes[-1]:
        ax.set_xlabel("epoch")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=len(COLOURS))


def _band(ax: Axes, curves: numpy.ndarray, label: str, colour: str) -> None:
    epoch = numpy.arange(1, curves.shape[1] + 1)
    ax.fill_between(epoch, curves.min(0), curves.max(0), color=colour, alpha=0.15, linewidth=0)
    ax.plot(epoch, curves.mean(0), color=colour, label=label)


def _floor(ax: Axes) -> float:
    """Below what all curves are in the second half, by as much again as they are apart there."""
    late = [numpy.asarray(line.get_ydata(), dtype=float) for line in ax.get_lines()]
    late = [values[len(values) // 2 :] for values in late]
    least = min((float(numpy.nanmin(values)) for values in late if numpy.isfinite(values).any()), default=0.0)
    return least - (1 - least) / 2
