"""The figures of the training experiment, from its summary (`trajectories`): the same summary, the same bytes."""

from collections.abc import Sequence
from typing import Any

import numpy
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

COLOURS = {
    "sgd": GREY,
    "adagrad-g": BLUE,
    "spherical-sgd": GREEN,
    "adagrad-1e-3": RED,
    "adagrad-1e-1": PURPLE,
    "adagrad-equal-steps": ORANGE,
}
LABELS = {
    "sgd": "SGD",
    "adagrad-g": "AdaGradG (Theorem 4)",
    "spherical-sgd": "SphericalSGD (all orders)",
    "adagrad-1e-3": "AdaGrad, rate 10⁻³ (as printed)",
    "adagrad-1e-1": "AdaGrad, rate 10⁻¹",
    "adagrad-equal-steps": "AdaGrad, steps as long as SGD’s",
}
NETWORKS = {"bn": "ResNet20, BatchNorm", "wn": "ResNet20, WeightNorm"}
VARIANTS = {
    "bn": "BN",
    "bn-eps-1e-20": "BN, ε = 10⁻²⁰",
    "bn-from-scratch": "BN, from scratch",
    "bn-eps-1e-20-from-scratch": "BN, ε = 10⁻²⁰, from scratch",
    "wn": "WN",
    "wn-float32": "WN, float32",
    "wn-from-scratch": "WN, from scratch",
}
METHODS = {"sgd-m": "SGD-M", "adam": "Adam"}


def draw(summary: dict[str, Any], names: Sequence[str] | None = None) -> list[Drawing]:
    """The figures of a summary, all or those named, in the order of the page."""
    data = f"{summary['data']['name']}, {summary['filters']} filters"
    return [
        Drawing(name, f"{caption} ({data})", svg(plot, summary, _height(plot)))
        for name, caption, plot in FIGURES
        if names is None or name in names
    ]


def _trajectories(figure: Figure, summary: dict[str, Any]) -> None:
    axes = figure.subplots(2, 4, sharex=True)
    for column, variant in zip(axes.T, ("bn", "wn", "bn-from-scratch", "wn-from-scratch"), strict=True):
        entry = summary["continuation"][variant]
        for scheme in ("adagrad-1e-3", "adagrad-equal-steps", "adagrad-g"):
            if scheme in entry["schemes"]:
                tracked = 1 - numbers(entry["schemes"][scheme]["misalignment"]["tracked"])
                column[0].plot(entry["step"], tracked.T, color=COLOURS[scheme], alpha=0.5, linewidth=0.8)
        for scheme in entry["schemes"]:
            if scheme != "sgd":
                mean = numbers(entry["schemes"][scheme]["misalignment"]["mean"])
                dashes = "--" if scheme == "spherical-sgd" else "-"
                column[1].plot(entry["step"], mean, dashes, color=COLOURS[scheme], label=LABELS[scheme])
        moved = numbers(entry["schemes"]["sgd"]["moved"]["mean"])
        column[1].plot(entry["step"], moved, color="black", linestyle=":", label="SGD and its own start")
        column[0].set_title(VARIANTS[variant])
        column[0].yaxis.set_major_formatter("{x:.4f}")
        logarithmic(column[1])
        column[1].set_ylim(1e-33, 3)
        column[1].set_xlabel("iteration")
    axes[0, 0].set_ylabel("cosine with SGD, 27 filters")
    axes[1, 0].set_ylabel("1 − cosine with SGD, mean of all filters")
    figure.legend(*axes[1, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)


def _equivalents(figure: Figure, summary: dict[str, Any]) -> None:
    axes = figure.subplots(2, 4, sharey=True)
    for ax, (variant, title) in zip(axes.flat, VARIANTS.items(), strict=False):
        entry = summary["continuation"][variant]
        for scheme, style in (("adagrad-g", "-"), ("spherical-sgd", "--")):
            worst = numbers(entry["schemes"][scheme]["misalignment"]["max"])
            ax.plot(entry["step"], worst, color=COLOURS[scheme], linestyle=style, label=LABELS[scheme])
        moved = numbers(entry["schemes"]["sgd"]["moved"]["max"])
        ax.plot(entry["step"], moved, color="black", linestyle=":", label="SGD and its own start")
        logarithmic(ax)
        ax.set_title(title)
        ax.set_xlabel("iteration")
    axes[1, 3].set_axis_off()
    axes[1, 3].legend(*axes[0, 0].get_legend_handles_labels(), loc="center")
    for ax in axes[:, 0]:
        ax.set_ylabel("1 − cosine with SGD, worst filter")


def _effective_steps(figure: Figure, summary: dict[str, Any]) -> None:
    axes = figure.subplots(2, 2, sharex="col", sharey="row")
    for column, (method, title) in zip(axes.T, METHODS.items(), strict=True):
        for (norm, network), colour in zip(NETWORKS.items(), (BLUE, ORANGE), strict=True):
            entry = summary["pretraining"][f"resnet20-{norm}-{method}"]
            for ax, name in zip(column, ("radial", "tangential"), strict=True):
                ax.plot(entry["step"], numbers(entry[name]), color=colour, label=network)
        for ax, limit, text in zip(column, (1, numpy.pi), ("limit of (H1): 1", "limit of (H2): π"), strict=True):
            ax.axhline(limit, color=GREY, linestyle="--", linewidth=1)
            ax.annotate(text, (1, limit), xycoords=("axes fraction", "data"), ha="right", va="bottom", color=GREY)
            logarithmic(ax)
        column[0].set_title(title)
        column[1].set_xlabel("iteration")
    axes[0, 0].set_ylabel("max |A ⟨c, u⟩|")
    axes[1, 0].set_ylabel("max ηᵉ‖c⊥‖  (radians, nearly)")
    axes[0, 1].legend(loc="lower left")


def _taylor(figure: Figure, summary: dict[str, Any]) -> None:
    axes = figure.subplots(1, 2, sharey=True)
    shown = (("bn", BLUE), ("wn", ORANGE), ("bn-from-scratch", GREEN), ("wn-from-scratch", PURPLE))
    titles = ("as printed: (η‖∇L(u)‖)² / r²", "scale-free: (η‖∇L(u)‖)² / ((1 − ηλ)² r⁴)")
    for ax, name, title in zip(axes, ("taylor_printed", "taylor"), titles, strict=True):
        for variant, colour in shown:
            entry = summary["continuation"][variant]
            ax.plot(entry["step"], numbers(entry["sgd"][name]), color=colour, label=VARIANTS[variant])
        for level, text in ((1e-2, "10⁻² (001)"), (1e-4, "10⁻⁴ (000)")):
            ax.axhline(level, color=GREY, linestyle="--", linewidth=1)
            ax.annotate(text, (1, level), xycoords=("axes fraction", "data"), ha="right", va="bottom", color="black")
        logarithmic(ax)
        ax.set_title(title)
        ax.set_xlabel("iteration")
    axes[0].set_ylabel("maximum over all filters")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)


def _uniform_bound(figure: Figure, summary: dict[str, Any]) -> None:
    axes = figure.subplots(1, 3, sharey=True)
    for ax, variant in zip(axes, ("bn-eps-1e-20", "bn-eps-1e-20-from-scratch", "wn-from-scratch"), strict=True):
        entry = summary["continuation"][variant]
        # Before the first step both are 0: nothing for a logarithmic axis.
        bound, below = (_above(numbers(entry["sgd"][name]), 1e-15) for name in ("bound_width", "ratio_below"))
        ax.plot(entry["step"], bound, color=BLUE, label="allowed: 1 − (1 + t/2)^(−1/2), t the largest so far")
        ax.plot(entry["step"], below, color=ORANGE, label="measured: 1 − ηᵉ(SGD)/ηᵉ(AdaGradG), worst filter")
        logarithmic(ax)
        ax.set_title(VARIANTS[variant])
        ax.set_xlabel("iteration")
    axes[0].set_ylabel("relative difference")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)


def _second_moment(figure: Figure, summary: dict[str, Any]) -> None:
    axes = figure.subplots(1, 2, sharey=True)
    for ax, (norm, network) in zip(axes, NETWORKS.items(), strict=True):
        entry = summary["pretraining"][f"resnet20-{norm}-adam"]
        for name, colour, label in (("nu", BLUE, "ν = r d^(−1/2)‖b‖"), ("radius", GREEN, "r")):
            low, middle, high = (numbers(entry[name][s]) for s in ("min", "median", "max"))
            ax.fill_between(entry["step"], low, high, color=colour, alpha=0.2, linewidth=0)
            ax.plot(entry["step"], middle, color=colour, label=label)
        logarithmic(ax)
        ax.set_title(network)
        ax.set_xlabel("iteration")
    axes[0].set_ylabel("median and range over filters")
    axes[0].legend(loc="lower right")


FIGURES: tuple[tuple[str, str, Plot], ...] = (
    (
        "filter-trajectories",
        "Filters under AdaGradG and under AdaGrad, compared with SGD on the same batches; 001, Fig. 2",
        _trajectories,
    ),
    (
        "sgd-equivalents",
        "What is left between SGD and its two equivalents: BatchNorm's ε, rounding, and the Taylor remainder",
        _equivalents,
    ),
    ("effective-steps", "The hypotheses of Theorem 2 in training from scratch; 001, Figs 3, 4", _effective_steps),
    ("taylor-variable", "The Taylor variable of Theorem 4 along SGD; 001, Fig. 5", _taylor),
    ("uniform-bound", "The ratio of effective learning rates along SGD, and its uniform bound", _uniform_bound),
    ("second-moment", "Adam's second-order moment on the sphere in training from scratch; 001, D.2.3", _second_moment),
)


def _height(plot: Plot) -> float:
    return 3.4 if plot in (_taylor, _uniform_bound, _second_moment) else 6


def _above(values: numpy.ndarray, least: float) -> numpy.ndarray:
    return numpy.where(values > least, values, numpy.nan)
