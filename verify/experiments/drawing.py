"""Drawing the recorded experiments: the same summary, the same bytes."""

import io
import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

# Okabe & Ito's palette, distinguishable with every kind of colour blindness.
BLUE, ORANGE, GREEN, RED, PURPLE, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#7F7F7F"
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
STYLE: dict[Any, Any] = {
    "svg.hashsalt": "orthodrome",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E0E0E0",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "lines.linewidth": 1.4,
}


@dataclass(frozen=True)
class Drawing:
    """A figure: file name without suffix, caption in markdown, SVG."""

    name: str
    caption: str
    svg: bytes


Plot = Callable[[Figure, dict[str, Any]], None]


def svg(plot: Plot, summary: dict[str, Any], height: float) -> bytes:
    """What `plot` draws into a figure of eleven inches by `height`."""
    with _style():
        figure = Figure(figsize=(11, height), layout="constrained")
        plot(figure, summary)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": "orthodrome"})
    return re.sub(rb"<[^>]*>", _rounded, buffer.getvalue())


def _rounded(tag: re.Match[bytes]) -> bytes:
    """A tag with its lengths in hundredths of a point, fine enough for print, and half the file; no text changes."""
    return re.sub(rb"\d+\.\d{3,}", lambda number: b"%.2f" % float(number.group()), tag.group())


def logarithmic(ax: Axes) -> None:
    """A logarithmic y axis; its labels are plain text, which is far quicker to set than matplotlib's formulas."""
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(numticks=7))
    ax.yaxis.set_major_formatter(lambda value, _: "10" + f"{round(math.log10(value))}".translate(SUPERSCRIPTS))
    ax.yaxis.set_minor_locator(NullLocator())


@contextmanager
def _style() -> Iterator[None]:
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


def numbers(values: Any) -> numpy.ndarray:
    """Lists of numbers and nulls as a float array; null, not a number, is left out of a line."""
    return numpy.array(values, dtype=float)
