"""The figures of the equilibrium experiment about networks: training, stages, assumptions, linear scaling (002)."""

from collections.abc import Sequence
from typing import Any

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from verify.experiments.drawing import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, logarithmic, numbers

METHODS = {"sgd": "SGD", "sgdm": "SGD with momentum .9"}
RESCALINGS = {
    "none": ("rate divided by 10", BLUE),
    "weights": ("and w by ∜10, as printed", ORANGE),
    "weights and buffer": ("and the buffer with it", GREEN),
}
STAGES = {
    "bn-sgd": "ResNet20 BN, SGD",
    "wn-sgd": "ResNet20 WN, SGD",
    "bn-sgdm": "ResNet20 BN, SGD-M",
    "wn-sgdm": "ResNet20 WN, SGD-M",
    "gn-sgdm": "conv. net GN, SGD-M",
    "mlp-bn-sgdm": "MLP BN, SGD-M",
    "mlp-ln-sgdm": "MLP LN, SGD-M",
}
COLOURS = dict(zip(STAGES, (GREY, PURPLE, BLUE, ORANGE, GREEN, RED, "black"), strict=True))


def training(figure: Figure, summary: dict[str, Any]) -> None:
    axes = figure.subplots(3, 4, sharex="col")
    for column, name in zip(axes.T, list(STAGES)[:4], strict=True):
        entry = summary["stages"][name]
        step, example = entry["step"], entry["example"]
        column[0].set_title(STAGES[name])
        column[0].plot(step, numbers(example["gradient"]), color=ORANGE, label="‖g̃‖²")
        column[0].plot(step, numbers(example["adjusted"]), color=PURPLE, linewidth=0.9, label="h̃")
        column[1].plot(step, numbers(example["norm_squared"]), color=BLUE, label="‖w‖²")
        column[1].plot(step, numbers(example["norm_predicted"]), color="black", linestyle="--", label="predicted")
        column[2].plot(step, numbers(example["angle_mean"]), color=RED, linewidth=0.8, label="mean")
        column[2].plot(step, numbers(example["angle_rms"]), color=GREEN, linewidth=0.8, label="root mean square")
        column[2].axhline(entry["angle_predicted"], color="black", linestyle="--", label="predicted")
        column[2].set_ylim(0, 2 * entry["angle_predicted"])
        column[2].set_xlabel("iteration")
    axes[0, 0].set_ylabel("squared unit gradient")
    axes[1, 0].set_ylabel("squared norm")
    axes[2, 0].set_ylabel("angular update (radians)")
    for ax in axes[:, 3]:
        ax.legend()


def networks(figure: Figure, summary: dict[str, Any]) -> None:
    norm, angle = figure.subplots(1, 2)
    for name, colour in COLOURS.items():
        late = summary["stages"][name]["late"]
        norm.scatter(
            numbers(late["norm_predicted"]), numbers(late["norm_squared"]), s=8, color=colour, alpha=0.6, linewidths=0
        )
    norm.set_xscale("log")
    logarithmic(norm)
    line = norm.get_xlim()
    norm.plot(line, line, color="black", linestyle="--", linewidth=1)
    norm.set(xlabel="predicted ‖w‖², √(s E h̃)", ylabel="measured ‖w‖²", title="norm, a dot a weight")
    places = numpy.arange(len(STAGES))[::-1]
    for offset, statistic, marker, label in (
        (0.12, "angle_mean", "o", "mean"),
        (-0.12, "angle_rms", "s", "root mean square"),
    ):
        triples = numbers([summary["stages"][name]["late"]["spread"][statistic] for name in STAGES])
        ranges(angle, triples, places + offset, marker, label, list(COLOURS.values()))
    angle.axvline(1, color="black", linestyle="--", linewidth=1)
    angle.set_yticks(places, list(STAGES.values()))
    angle.set(xlabel="angular update/predicted: 5 %, 50 %, 95 % of the weights", title="angle")
    angle.legend(loc="upper left")


def stages(figure: Figure, summary: dict[str, Any]) -> None:
    axes = figure.subplots(2, 2, sharex="col", sharey="row")
    for column, network in zip(axes.T, ("bn", "wn"), strict=True):
        base = summary["stages"][f"{network}-sgdm"]
        band(column, base, 0, GREY, "first stage")
        for suffix, rescale in (("dropped", "none"), ("rescaled", "weights")):
            label, colour = RESCALINGS[rescale]
            band(column, summary["stages"][f"{network}-sgdm-{suffix}"], base["steps"], colour, label)
        dropped = summary["stages"][f"{network}-sgdm-dropped"]
        unit = (1 - dropped["stage"]["momentum"]) / (4 * dropped["product"])
        for ax in column:
            ax.axhline(1, color="black", linestyle="--", linewidth=1)
            ax.axvline(base["steps"] + unit * numpy.log(10), color=RED, linestyle=":", label="Corollary 3.1")
        column[0].set_title(STAGES[f"{network}-sgdm"])
        column[1].set_xlabel("iteration")
        logarithmic(column[0])
        column[0].set_ylim(0.5, 20)
    axes[0, 0].set_ylabel("‖w‖²/predicted")
    axes[1, 0].set_ylabel("angle/predicted, root mean square")
    axes[1, 0].set_ylim(0, 2)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4)


def assumptions(figure: Figure, summary: dict[str, Any]) -> None:
    panels = (
        ("momentum", "E⟨v,g⟩/E‖g‖²", None),
        ("variation", "sd/mean of ‖g̃‖²", None),
        ("negative", "share of steps with h̃ < 0", None),
        ("autocorrelation", "autocorrelation of ‖g̃‖²", ("1", "10", "100")),
    )
    axes = figure.subplots(1, len(panels), sharey=True)
    places = numpy.arange(len(STAGES))[::-1]
    for ax, (name, label, parts) in zip(axes, panels, strict=True):
        lates = [summary["stages"][stage]["late"][name] for stage in STAGES]
        if parts is None:
            ranges(ax, numbers(lates), places, "o", "", list(COLOURS.values()))
        else:
            for offset, marker, lag in zip((0.2, 0, -0.2), "os^", parts, strict=True):
                triples = numbers([late.get(lag, [None] * 3) for late in lates])
                ranges(ax, triples, places + offset, marker, f"lag {lag}", list(COLOURS.values()))
            ax.legend()
        ax.axvline(0, color="black", linewidth=0.8)
        ax.set_xlabel(label)
    axes[0].set_yticks(places, list(STAGES.values()))


def scaling(figure: Figure, summary: dict[str, Any]) -> None:
    axes = figure.subplots(1, 2)
    for ax, (method, title) in zip(axes, METHODS.items(), strict=True):
        small, large = (summary["stages"][f"bn-{method}{suffix}"] for suffix in ("-small", ""))
        accumulated, one = numbers(small["late"]["accumulated"]), numbers(large["late"]["step_angle"])
        ax.scatter(one, accumulated, s=8, color=BLUE, alpha=0.6, linewidths=0, label="a filter")
        line = numpy.array([0.0, 1.1 * numpy.nanmax(one)])
        ax.plot(line, line, color="black", linestyle="--", linewidth=1, label="equal")
        ax.plot(line, scaling_ratio(summary, method) * line, color=RED, linewidth=1, label="random gradients")
        ax.set(
            title=f"{title}, BN", xlabel="angle of a step, 16 images, rate 4η", ylabel="angle of 4 steps, 4 images, η"
        )
        ax.legend(loc="upper left")


def scaling_ratio(summary: dict[str, Any], method: str) -> float:
    """What uncorrelated gradients give for one of `METHODS`."""
    small, large = (summary["stages"][f"bn-{method}{suffix}"] for suffix in ("-small", ""))
    return uncorrelated(small, large, summary["config"]["span"])


def uncorrelated(small: dict[str, Any], large: dict[str, Any], span: int) -> float:
    """What uncorrelated gradients give: the angle of `span` small steps over that of the large one.

    With ⟨w_{t+j}, w_t⟩ = c_j x*, the mean of w_{t+1} = (1+α-λη) w_t - α w_{t-1} - η g_t says
    c_{j+1} = (1+α-λη) c_j - α c_{j-1}.
    """
    momentum, product = small["stage"]["momentum"], small["product"]
    before, now = 1.0, 1 - product / (1 + momentum)
    for _ in range(span - 1):
        before, now = now, (1 + momentum - product) * now - momentum * before
    return float(numpy.arccos(now)) / large["angle_predicted"]


def band(column: Sequence[Axes], entry: dict[str, Any], offset: int, colour: str, label: str) -> None:
    step = numbers(entry["step"]) + offset
    for ax, name in zip(column, ("norm", "angle"), strict=True):
        low, middle, high = numbers(entry[name]).T
        ax.fill_between(step, low, high, color=colour, alpha=0.2, linewidth=0)
        ax.plot(step, middle, color=colour, label=label)


def ranges(
    ax: Axes, triples: numpy.ndarray, places: numpy.ndarray, marker: str, label: str, colours: Sequence[str]
) -> None:
    for (low, middle, high), place, colour in zip(triples, places, colours, strict=True):
        ax.plot((low, high), (place, place), color=colour, linewidth=1)
        ax.plot(middle, place, marker, color=colour, markersize=5)
    if label:
        ax.plot([], [], marker, color=GREY, label=label)
