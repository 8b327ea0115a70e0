"""The figures of the toy: its trajectories, as the slides draw them, and which method wins around its setting."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from verify.experiments.drawing import BLUE, GREEN, GREY, ORANGE, RED, Drawing, Plot, logarithmic, numbers, svg
from verify.experiments.toy_map import BETAS, GD, MOMENTUM, NONE, OURS, Grid

COLOURS = {GD: (RED, "GD"), MOMENTUM: (ORANGE, "GD + momentum"), OURS: (GREEN, "GD + momentum + projection")}
DRAW = {NONE: ("#E8E8E8", "no difference"), **COLOURS}


def draw(summary: dict[str, Any], names: Sequence[str] | None = None) -> list[Drawing]:
    """The figures of a summary, all or those named, in the order of the page."""
    return [
        Drawing(name, caption, svg(plot, summary, height))
        for name, caption, plot, height in FIGURES
        if names is None or name in names
    ]


def _paths(figure: Figure, summary: dict[str, Any]) -> None:
    found = summary["setting"]
    axes = figure.subplots(3, 3)
    for i, (beta, column) in enumerate(zip(BETAS, axes.T, strict=True)):
        plane, loss, norm = column
        plane.set_title(f"momentum {beta:g}")
        for (colour, label), run in zip(COLOURS.values(), (0, 1 + i, 4 + i), strict=True):
            x, y = numbers(found["path"][run]).T
            plane.plot(x, y, color=colour, label=label)
            plane.plot(x[-1:], y[-1:], "o", color=colour, markersize=4)
            loss.plot(found["step"], numbers(found["loss"][run]), color=colour)
            norm.plot(found["step"], numbers(found["norm"][run]), color=colour)
        far = 1.1 * max(found["norm"][1 + i])
        plane.plot([0, far], [0, 0], color=GREY, linestyle=":", label="c w*, c > 0")
        plane.plot([-1], [0], "x", color=BLUE, markersize=6, label="start")
        plane.set(aspect="equal", adjustable="datalim")
        logarithmic(loss)
        norm.set_yscale("log")
        norm.set_yticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
        norm.set_yticks([], minor=True)
        norm.set_xlabel("iteration")
    for ax, label in zip(axes[:, 0], ("the plane", "loss (1 − cos)²", "‖w‖"), strict=True):
        ax.set_ylabel(label)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5)


def _map(figure: Figure, summary: dict[str, Any]) -> None:
    grid = Grid(**summary["config"]["grid"])
    around = summary["surroundings"]
    axes = figure.subplots(len(around), len(BETAS), sharex=True, sharey=True, squeeze=False)
    width, height = (grid.high - grid.low) / (grid.rates - 1), 180 / grid.starts
    for row, (name, entry) in zip(axes, around.items(), strict=True):
        row[0].set_ylabel(f"{name}: start, degrees from w*")
        for ax, beta in zip(row, BETAS, strict=True):
            ax.set_title(f"momentum {beta:g}: projection lowest in {entry['shares'][str(beta)]['ours lowest']:.1%}")
            boxes: dict[str, list[Path]] = {letter: [] for letter in DRAW}
            for i, letters in enumerate(entry["winners"][str(beta)]):
                left = grid.low - width / 2
                for letter, group in groupby(letters):
                    right = left + width * len(list(group))
                    boxes[letter].append(Path.unit_rectangle().transformed(_box(left, right, i * height, height)))
                    left = right
            # All bars of a colour as one shape: a tenth of the file.
            for letter, found in boxes.items():
                if found:
                    ax.add_patch(PathPatch(Path.make_compound_path(*found), color=DRAW[letter][0], linewidth=0))
            ax.plot([-2], [180], "x", color="black", markersize=7, clip_on=False)
            ax.grid(False)
            ax.set(xlim=(grid.low, grid.high), ylim=(0, 180))
    for ax in axes[-1]:
        ax.set_xlabel("log₁₀ of the learning rate")
    handles = [Patch(color=colour, label=label) for colour, label in DRAW.values()]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)


def _box(left: float, right: float, bottom: float, height: float) -> Affine2D:
    return Affine2D().scale(right - left, height).translate(left, bottom)


FIGURES: tuple[tuple[str, str, Plot, float], ...] = (
    (
        "toy-paths",
        "The 2D toy in the setting that gives its fourteen numbers: trajectories, loss and norm over 491 steps; "
        "003, “2D Toy example”",
        _paths,
        8,
    ),
    (
        "toy-map",
        "Which method has the lowest loss after 491 steps, over starts on the unit circle and learning rates, for the "
        "objective that gives the numbers and for the one of the text; grey: two or all share the lowest; "
        "the cross: the toy’s setting",
        _map,
        6,
    ),
)
