"""Errors over allowed errors as a figure: a line for each name, a dot for each dtype, on a logarithmic scale."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from verify.report.trust import Ratio

OPTIMIZERS, CLAIMS = "figures/tolerances-optimizers.svg", "figures/tolerances-claims.svg"
OTHERS = "others"
COLOURS = {"float64": "#009E73", "float32": "#0072B2", "bfloat16": "#D55E00", OTHERS: "#7F7F7F"}
"""Of the palette of the other figures, told apart with every kind of colour blindness."""
LEAST, MOST = -6, 1
"""Powers of ten at the ends of the scale; what is beyond stands at the end, as a ring."""
LABEL, SCALE, LINE, TOP, BOTTOM = 290, 560, 13, 40, 34
"""Points: for names, for the scale, for a line, above the lines and below them."""


@dataclass(frozen=True)
class Dot:
    """An error over the allowed one: None where it is not finite."""

    name: str
    dtype: str
    ratio: float | None


def of_claims(claims: Sequence[Ratio]) -> str:
    """The figure of the numeric laws: the largest ratio of each claim, over devices."""
    return _drawn([Dot(row.claim, row.dtype, row.worst if math.isfinite(row.worst) else None) for row in claims])


def of_optimizers(record: Mapping[str, Any]) -> str:
    """The figure of the survey: a dot for every cell that was run, those of known faults of others among them."""
    cells = (cell for cell in record["cells"] if "not_run" not in cell)
    return _drawn([Dot(cell["optimizer"], cell["dtype"], cell["worst"]) for cell in cells])


def _drawn(dots: Sequence[Dot]) -> str:
    names = list(dict.fromkeys(dot.name for dot in dots))
    height = TOP + LINE * len(names) + BOTTOM
    width = LABEL + SCALE + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="10">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        *_scale(height),
        *_legend(dots),
    ]
    for i, name in enumerate(names):
        y = TOP + LINE * i + LINE // 2
        parts.append(f'<text x="{LABEL - 8}" y="{y + 3}" text-anchor="end">{escape(name)}</text>')
        parts += [_dot(dot, y) for dot in dots if dot.name == name]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _place(power: float) -> float:
    return LABEL + SCALE * (power - LEAST) / (MOST - LEAST)


def _scale(height: int) -> list[str]:
    parts = []
    for power in range(LEAST, MOST + 1):
        x, bound = _place(power), power == 0
        colour = "black" if bound else "#E0E0E0"
        parts.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{height - BOTTOM}" stroke="{colour}"/>')
        label = "1" if bound else f'10<tspan dy="-4" font-size="7">{power}</tspan>'
        parts.append(f'<text x="{x:.1f}" y="{height - BOTTOM + 14}" text-anchor="middle">{label}</text>')
    middle = LABEL + SCALE / 2
    words = "observed error over the allowed one"
    return [*parts, f'<text x="{middle:.1f}" y="{height - 4}" text-anchor="middle">{words}</text>']


def _legend(dots: Sequence[Dot]) -> list[str]:
    parts = []
    for i, dtype in enumerate(name for name in COLOURS if any(_kind(dot) == name for dot in dots)):
        x = LABEL + 90 * i
        parts.append(f'<circle cx="{x}" cy="20" r="3.5" fill="{COLOURS[dtype]}"/>')
        parts.append(f'<text x="{x + 8}" y="23">{dtype}</text>')
    return parts


def _kind(dot: Dot) -> str:
    return dot.dtype if dot.dtype in COLOURS else OTHERS


def _dot(dot: Dot, y: int) -> str:
    power = math.inf if dot.ratio is None else math.log10(dot.ratio) if dot.ratio > 0 else -math.inf
    within = LEAST <= power <= MOST
    x = _place(min(max(power, LEAST), MOST))
    colour = COLOURS[_kind(dot)]
    fill = f'fill="{colour}" fill-opacity="0.75"' if within else f'fill="white" stroke="{colour}"'
    return f'<circle cx="{x:.1f}" cy="{y}" r="3.5" {fill}/>'
