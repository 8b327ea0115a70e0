"""The figures of `architectures`: norms and angles of two more networks, and of batches 16 times as large (002)."""

from typing import Any

import numpy
from matplotlib.figure import Figure

from verify.experiments.architecture_tables import TITLES
from verify.experiments.architectures import BATCHES, NETWORKS
from verify.experiments.drawing import BLUE, GREY, RED, Drawing, logarithmic, numbers, svg
from verify.experiments.network_figures import band, uncorrelated


def draw(summary: dict[str, Any]) -> list[Drawing]:
    """Two figures, in the order of the page."""
    data = summary["data"]["name"]
    return [
        Drawing(
            "architectures-stages",
            "Depthwise and pointwise filters at a fixed rate and after it was divided by 10: median and 90 % of the "
            f"filters with a gradient; 002, Fig. 9 ({data})",
            svg(_stages, summary, 5),
        ),
        Drawing(
            "architectures-batches",
            f"Linear scaling: sixteen small steps against a large one; 002, Fig. 7 b ({data})",
            svg(_batches, summary, 3.4),
        ),
    ]


def _stages(figure: Figure, summary: dict[str, Any]) -> None:
    axes = figure.subplots(2, len(NETWORKS), sharex="col", sharey="row")
    for column, name in zip(axes.T, NETWORKS, strict=True):
        first, dropped = summary["stages"][name], summary["stages"][f"{name}-dropped"]
        band(column, first, 0, GREY, "first stage")
        band(column, dropped, first["steps"], BLUE, "rate divided by 10")
        for ax in column:
            ax.axhline(1, color="black", linestyle="--", linewidth=1)
        logarithmic(column[0])
        column[0].set_ylim(0.3, 20)
        column[0].set_title(TITLES[name])
        column[1].set_ylim(0, 2)
        column[1].set_xlabel("iteration")
    axes[0, 0].set_ylabel("‖w‖²/predicted")
    axes[1, 0].set_ylabel("angle/predicted, root mean square")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)


def _batches(figure: Figure, summary: dict[str, Any]) -> None:
    ax, spread = figure.subplots(1, 2)
    large, small = (summary["stages"][name] for name in BATCHES)
    one, many = numbers(large["late"]["step_angle"]), numbers(small["late"]["accumulated"])
    line = numpy.array([0.0, 1.1 * numpy.nanmax(one)])
    ratio = uncorrelated(small, large, summary["config"]["span"])
    ax.scatter(one, many, s=8, color=BLUE, alpha=0.6, linewidths=0, label="a filter")
    ax.plot(line, line, color="black", linestyle="--", linewidth=1, label="equal")
    ax.plot(line, ratio * line, color=RED, linewidth=1, label="random gradients")
    sizes = [entry["stage"]["batch_size"] for entry in (large, small)]
    ax.set(
        title="ResNet20 BN, SGD with momentum .9",
        xlabel=f"angle of a step, {sizes[0]} images",
        ylabel=f"angle of {summary['config']['span']} steps, {sizes[1]} images",
    )
    ax.legend(loc="upper left")
    shown = [value for value in (many / one).tolist() if value == value]
    spread.hist(shown, bins=30, color=BLUE, alpha=0.6)
    spread.axvline(1, color="black", linestyle="--", linewidth=1, label="equal")
    spread.axvline(ratio, color=RED, linewidth=1, label="random gradients")
    spread.set(title="their ratio", xlabel="angle of the small steps/angle of the large one", ylabel="filters")
    spread.legend()
