"""The graph of the claims as SVG: a column a paper, the claims in their order, an arrow to what each rests on.

No force, no chance: the place of a claim is its place in the book, so that the same claims give the same drawing.
Colours are classes, which the style sheet gives a light and a dark value.
"""

from collections.abc import Mapping, Sequence
from html import escape

from verify.site.claims import ClaimPage
from verify.site.graph import Edge

WIDE, HIGH = 124, 24
"""A claim's box."""

ACROSS, DOWN = 194, 32
"""From one column to the next, from one claim to the next."""

TOP, LEFT = 44, 12


def svg(columns: Sequence[tuple[str, Sequence[ClaimPage]]], edges: Sequence[Edge], links: Mapping[str, str]) -> str:
    """The drawing, to stand in a page. columns: the short name of a paper and its claims; links: ID → where to."""
    at = {
        claim.id: (LEFT + column * ACROSS, TOP + row * DOWN)
        for column, (_, claims) in enumerate(columns)
        for row, claim in enumerate(claims)
    }
    width = LEFT + (len(columns) - 1) * ACROSS + WIDE + 66
    height = TOP + max(len(claims) for _, claims in columns) * DOWN + 8
    heads = [
        f'<text class="g-head" x="{LEFT + n * ACROSS}" y="24">{escape(name)}</text>'
        for n, (name, _) in enumerate(columns)
    ]
    lines = [_line(edge, at) for edge in sorted(edges, key=lambda edge: bool(edge.theorems))]
    boxes = [_box(claim, at[claim.id], links[claim.id]) for _, claims in columns for claim in claims]
    return "\n".join(
        [
            f'<svg class="graph" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="group" '
            'aria-label="Graph of the claims; the table below says the same in words">',
            '<defs><marker id="g-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" '
            'orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>',
            *heads,
            '<g aria-hidden="true">',
            *lines,
            "</g>",
            *boxes,
            "</svg>",
        ]
    )


def _line(edge: Edge, at: Mapping[str, tuple[int, int]]) -> str:
    """A curve from a claim to what it needs; within a column it swings out to the right, further for a longer way."""
    (x0, y0), (x1, y1) = at[edge.source], at[edge.target]
    y0, y1 = y0 + HIGH // 2, y1 + HIGH // 2
    if x0 == x1:
        out = x0 + WIDE + 14 + min(abs(y1 - y0) // 8, 48)
        path = f"M{x0 + WIDE} {y0}C{out} {y0} {out} {y1} {x0 + WIDE + 1} {y1}"
    elif x0 > x1:
        half = (x0 + x1 + WIDE) // 2
        path = f"M{x0} {y0}C{half} {y0} {half} {y1} {x1 + WIDE + 1} {y1}"
    else:
        half = (x0 + WIDE + x1) // 2
        path = f"M{x0 + WIDE} {y0}C{half} {y0} {half} {y1} {x1 - 1} {y1}"
    kind = "g-proof" if edge.theorems else "g-named"
    return (
        f'<path class="g-edge {kind}" data-from="{edge.source}" data-to="{edge.target}" d="{path}" '
        'marker-end="url(#g-arrow)"/>'
    )


def _box(claim: ClaimPage, place: tuple[int, int], link: str) -> str:
    x, y = place
    return (
        f'<a class="g-claim v-{claim.verdict}" href="{escape(link)}" data-id="{claim.id}" '
        f'aria-label="{claim.id}, {claim.verdict}"><rect x="{x}" y="{y}" width="{WIDE}" height="{HIGH}" rx="3"/>'
        f'<rect class="g-mark" x="{x}" y="{y}" width="4" height="{HIGH}"/>'
        f'<text x="{x + 14}" y="{y + 16}">{claim.id}</text></a>'
    )
