"""The figures of ε and rounding: each violation against the norm, the law as a line, what was measured as dots."""

import math
from collections.abc import Sequence
from typing import Any

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from verify.experiments.drawing import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    SUPERSCRIPTS,
    Drawing,
    Plot,
    logarithmic,
    numbers,
    svg,
)

NARROW = {"bfloat16": RED, "float16": ORANGE, "float32": BLUE, "float64": GREEN}
WIDE = {"float32": ORANGE, "float64": BLUE}


def draw(summary: dict[str, Any], names: Sequence[str] | None = None) -> list[Drawing]:
    """The figures of a summary, all or those named, in the order of the page."""
    return [
        Drawing(name, caption, svg(plot, summary, 3.8))
        for name, caption, plot in FIGURES
        if names is None or name in names
    ]


def _layer(figure: Figure, summary: dict[str, Any]) -> None:
    left, right = figure.subplots(1, 2)
    ratio = numpy.logspace(-6, 9, 200)
    left.plot(ratio, 1 / (1 + ratio**2), color="black", label="κ = ε/(r²s² + ε)")
    _dots(left, summary["layers"])
    left.set_xlabel("rs/√ε, the filter's output deviation over √ε")
    left.set_ylabel("|⟨∇L, w⟩| / |γ ∂L/∂γ|")
    _logarithmic(left, 1e-6, 1e9)
    left.legend()
    norm = 10 ** numbers([entry["norm"] for entry in summary["layers"]])
    measured, law = numbers([entry["growth"] for entry in summary["layers"]]).T
    right.plot(norm, law, color="black", label="2κ|γ ∂L/∂γ| / (η‖∇L‖²)")
    right.plot(norm, measured, "o", color=BLUE, markersize=4, label="2|⟨∇L, w⟩| / (η‖∇L‖²), float64")
    right.set_xlabel("r, the norm of every filter")
    right.set_ylabel("share of ε in the growth of ‖w‖², median")
    _logarithmic(right, 1e-6, 1e6)
    right.legend()


def _adam(figure: Figure, summary: dict[str, Any]) -> None:
    left, right = figure.subplots(1, 2)
    ratio = numpy.logspace(-15, 8, 200)
    left.plot(ratio, 1 / (1 + ratio), color="black", label="1 − κ = n/(n + rε)")
    left.plot(ratio, 1 / ratio, color=GREY, linestyle="--", linewidth=1, label="n/(rε): SGD-M at the rate η/ε")
    _dots(left, summary["adam"])
    left.set_ylim(1e-9, 10)
    left.set_xlabel("rε/n = ε/√v̂")
    left.set_ylabel("step over the step without ε")
    _logarithmic(left, 1e-15, 1e8)
    left.legend()
    share = numpy.logspace(-2.3, 1.3, 100)
    right.plot(share, 2 / (1 + numpy.sqrt(1 + 4 * share)), color="black", label="‖w*‖/r₀ by the law")
    for name, colour, label in (("norm", BLUE, "‖w‖/r₀"), ("cosine", GREEN, "(1 − cos Δ)/(ηλ)")):
        points = [(entry["share"], entry[name]) for entry in summary["rest"] if entry["share"]]
        right.plot(*numbers(points).T, "o", color=colour, markersize=5, label=label)
    right.axhline(1, color=GREY, linestyle=":", linewidth=1)
    _norms(right)
    right.set_ylim(0, 1.1)
    right.set_xlabel("r₀ε/n, r₀ the norm at rest without ε")
    right.legend(loc="lower left")


def _lost(figure: Figure, summary: dict[str, Any]) -> None:
    axes = figure.subplots(1, 3)
    for ax, name, title in zip(axes, ("sgd", "adam"), ("SGD, η = 0.1", "Adam, η = 10⁻³"), strict=False):
        for dtype, colour in NARROW.items():
            entries = [entry for entry in summary["lost"] if dtype in entry]
            if name == "adam":  # where v is 0 there is no step
                entries = [entry for entry in entries if not entry[dtype]["broken"][1]]
            if not entries:
                continue
            moved, low, high = numbers([entry[dtype][name] for entry in entries]).T
            norm = 10 ** numbers([entry["norm"] for entry in entries])
            ax.fill_between(norm, low, high, color=colour, alpha=0.25, linewidth=0)
            ax.plot(norm, moved, "o", color=colour, markersize=3, label=dtype)
        _norms(ax)
        ax.set_xlabel("r")
        ax.set_title(title)
    axes[0].set_ylabel("share of the coordinates that move")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    ax = axes[2]
    for dtype, colour in list(NARROW.items())[:3]:
        entries = [entry for entry in summary["lost"] if dtype in entry]
        off, bound = numbers([entry[dtype]["growth"] for entry in entries]).T
        norm = 10 ** numbers([entry["norm"] for entry in entries])
        ax.plot(norm, bound, color=colour, linewidth=1)
        ax.plot(norm, off, "o", color=colour, markersize=3, label=dtype)
    ax.axhline(1, color=GREY, linestyle=":", linewidth=1)
    ax.set_ylim(1e-8, 1e6)
    ax.set_title("rounding over the growth η²‖g‖²")
    ax.set_xlabel("r")
    _logarithmic(ax, 1, 1e5)


def _dots(ax: Axes, entries: list[dict[str, Any]]) -> None:
    for dtype, colour in WIDE.items():
        points = [point for entry in entries for point in entry["points"][dtype] if point[1]]
        ax.plot(*numbers(points).T, "o", color=colour, markersize=2.5, label=dtype, alpha=0.6, markeredgewidth=0)


def _logarithmic(ax: Axes, low: float, high: float) -> None:
    _norms(ax)
    ax.set_xlim(low, high)
    logarithmic(ax)


def _norms(ax: Axes) -> None:
    """A logarithmic x axis with labels of plain text, as `logarithmic` has them on the other."""
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(numticks=7))
    ax.xaxis.set_major_formatter(lambda value, _: "10" + f"{round(math.log10(value))}".translate(SUPERSCRIPTS))
    ax.xaxis.set_minor_locator(NullLocator())


FIGURES: tuple[tuple[str, str, Plot], ...] = (
    (
        "epsilon-layer",
        "BatchNorm’s ε = 10⁻⁵ in ResNet20 on digits, all filters at the norm r: the radial part of the "
        "gradient, and what it is in the growth of the norm under SGD, η = 0.1. Dots: measured; lines: OD-EPS. "
        "Below 10⁻⁷ and 10⁻¹⁵ the radial part is rounding",
        _layer,
    ),
    (
        "epsilon-adam",
        "Adam’s ε = 10⁻⁸ from r = 10⁻⁶ to 10¹⁴, by coordinate; AdamW at rest, without momentum, on isotropic "
        "gradients, for ε from small to large: the norm gives way and the angle does not",
        _adam,
    ),
    (
        "epsilon-rounding",
        "One step of a weight of 1024 coordinates: the share that moves, and its bounds by u (bands); what rounding "
        "does to the norm beside its growth, and the bound (lines)",
        _lost,
    ),
)
