"""The figures of the experiment on 004, from its summary: unbalanced weights (Fig. 1), the gradient norm (Fig. 4)."""

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from verify.experiments.drawing import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    Drawing,
    Plot,
    logarithmic,
    numbers,
    svg,
)

LABELS = {
    "psi-sgd": ("PSI-SGD", BLUE, "-"),
    "psi-sgdm": ("PSI-SGDM", BLUE, "--"),
    "sgd-g": ("SGD-G, ω = 0, ν = ∞", GREEN, "-"),
    "sgd-g-published": ("SGD-G, ω = ν = .1", GREEN, "--"),
    "sgd": ("SGD", RED, "-"),
    "sgd-m": ("SGD-M", RED, "--"),
    "adam": ("Adam", ORANGE, "-"),
    "sgd-m-inside": ("SGD-M on W, SGD on g", PURPLE, "--"),
}
RUNS = {
    "sgd balanced 0": ("SGD, balanced", GREY, "-"),
    "sgd layers 0": ("SGD", RED, "-"),
    "psi-sgd layers 0": ("PSI-SGD", BLUE, "-"),
    "sgd layers 1e-05": ("SGD, ε = 10⁻⁵", RED, ":"),
    "psi-sgd layers 1e-05": ("PSI-SGD, ε = 10⁻⁵", BLUE, ":"),
    "sgd layers 0 decay": ("SGD with decay", PURPLE, "-"),
}
FLOOR = 1e-4


def draw(summary: dict[str, Any], names: Sequence[str] | None = None) -> list[Drawing]:
    """The figures of a summary, all or those named, in the order of the page."""
    return [
        Drawing(name, caption, svg(plot, summary, height))
        for name, caption, plot, height in FIGURES
        if names is None or name in names
    ]


def _unbalanced(figure: Figure, summary: dict[str, Any]) -> None:
    curves, rates, wide = figure.subplots(1, 3)
    runs = summary["unbalanced"]
    for name, (label, colour, style) in RUNS.items():
        entry = runs[name]
        curves.plot(entry["step"], numbers(entry["curve"]), style, color=colour, label=label)
        rates.plot(entry["rates"], _middle(entry), style, color=colour, marker=".")
    logarithmic(curves)
    curves.set(title="at the best rate, mean of the seeds", xlabel="step", ylabel="training loss")
    entry = runs["sgd layers 0 wide"]
    wide.plot(entry["rates"], _middle(entry), color=RED, marker=".")
    wide.set(title="SGD, every rate", xlabel="learning rate")
    rates.set(title="at the end, median of the seeds", xlabel="learning rate")
    for ax in (rates, wide):
        ax.set_xscale("log")
        logarithmic(ax)
    figure.legend(*curves.get_legend_handles_labels(), loc="outside lower center", ncols=6)


def _middle(entry: dict[str, Any]) -> list[float]:
    """The median loss over the seeds a rate; divergence counts as infinite, 0 is drawn at a floor."""
    middles = []
    for row in entry["loss"]:
        ordered = sorted(float("inf") if loss is None else loss for loss in row)
        middles.append(max(ordered[len(ordered) // 2], FLOOR))
    return middles


def _convergence(figure: Figure, summary: dict[str, Any]) -> None:
    settings = summary["convergence"]
    axes = figure.subplots(2, len(settings), sharey="row", squeeze=False)
    for (name, methods), column in zip(settings.items(), axes.T, strict=True):
        place, size = name.split()
        whole = int(size) == summary["config"]["convergence"]["samples"]
        bn = "on W₂x" if place == "hidden" else "on both layers"
        column[0].set_title(f"BN {bn}, " + ("full gradient" if whole else f"batches of {size}"))
        for method, entry in methods.items():
            label, colour, style = LABELS[method]
            column[0].plot(entry["step"], numbers(entry["sphere"]), style, color=colour, label=label)
            column[1].plot(entry["rates"], numbers(entry["tuned"]), style, color=colour)
        logarithmic(column[0])
        logarithmic(column[1])
        column[0].set_xlabel("step")
    _share_rates(axes[1])
    axes[0, 0].set_ylabel("‖∇‖ at V and g")
    axes[1, 0].set_ylabel("‖∇‖ at V and g at the end, tuning")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=8)


def _share_rates(axes: Any) -> None:
    for ax in axes:
        ax.set_xscale("log")
        ax.set_xlabel("learning rate")


FIGURES: tuple[tuple[str, str, Plot, float], ...] = (
    (
        "psi-unbalanced",
        "Two layers with BN on digits, the first layer’s weights of norm 10⁴, the second’s of 10⁻⁴; 004, Fig. 1. BN’s "
        "ε is 0 where none is named; decay: λη = .01, three times the steps. Left: the batches’ loss, each point the "
        "mean of a thirtieth of the steps; middle, right: all the data, losses below 10⁻⁴ drawn at 10⁻⁴",
        _unbalanced,
        4,
    ),
    (
        "psi-convergence",
        "The toy of 6.1: gradient norm at the unit weights on all the data, geometric mean over 20 seeds at each "
        "method’s best of 8 rates (below: at all of them, the worst of 3 other seeds); 004, Fig. 4",
        _convergence,
        6,
    ),
)
