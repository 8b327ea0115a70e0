"""003's projection Π, and the three ways to decide where it is applied."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch

from impl.groups import PerRow, Rows
from impl.optim._batches import Group
from impl.optim._blocks import Block
from impl.optim._sphere import column, normal, wide_type
from impl.optim._validation import check_flag, check_number

Projecting = Literal["always", "inner_product", "cosine"]


@dataclass(frozen=True)
class Projection:
    """What is to be projected out at the present weights, decided once and applied to any vector by `projected_out`."""

    radial: Rows
    """The unit vector to take out: of the slice, of the whole parameter's part in this slice, or 0."""
    together: PerRow
    """Whether the parameter is projected as one vector, slices taken together."""
    counts: Sequence[int]
    """How many of the rows belong to each parameter."""
    decay: PerRow
    """What the weight decay is multiplied by: wd_ratio where something is projected, else 1."""


def decide(
    x: Rows, gradient: Rows, counts: Sequence[int], *, projection: Projecting, delta: float, wd_ratio: float
) -> Projection:
    """Where to project, at the weights x of gradient g; d is the length of a slice, D that of its parameter.

    "always": every slice. "inner_product", as 003 prints it, sign and all: each slice with <x, g> < δ. "cosine", as the
    released code decides: every slice of a parameter if all of them have |cos(x, g)| < δ/√d; else the parameter as one
    vector if |cos(x, g)| < δ/√D for it; else nothing. A zero gradient has the cosine 0; a zero slice is not projected.
    """
    layer = known = size = _length(x)
    apart = together = nowhere = torch.zeros_like(size, dtype=torch.bool)
    if projection == "always":
        apart = ~nowhere
    elif projection == "inner_product":
        known = (x * gradient).sum(1)
        apart = known < delta
    else:
        slope = _length(gradient)
        cosine = (x / column(size, x) * (gradient / column(slope, x))).sum(1).to(size.dtype)
        known = total(cosine, counts)
        far = ~(cosine.abs() < delta / math.sqrt(x.shape[1]))
        apart = total(far, counts) == 0
        layer, hill = total(size.square(), counts).sqrt(), total(slope.square(), counts).sqrt()
        whole = total(cosine * size / layer * (slope / hill), counts)
        length = total(torch.full_like(size, x.shape[1]), counts)
        together = ~apart & (whole.abs() < delta / length.sqrt())
    # What cannot be decided, for a NaN or an overflow, must not look as if it were decided against.
    radius = torch.where(known.isnan(), torch.nan, torch.where(apart, size, torch.where(together, layer, torch.inf)))
    decay = torch.where(apart | together, size.new_tensor(wd_ratio), size.new_tensor(1.0))  # in the type of the weights
    return Projection(x / column(radius, x), together, counts, decay)


def _length(x: Rows) -> PerRow:
    """‖x‖, or the least positive number where that is 0: x/‖x‖ is then 0. NaN where it overflows."""
    return normal(torch.linalg.vector_norm(x, dim=1, dtype=wide_type(x)), x)


def projected_out(q: Rows, out: Projection) -> Rows:
    """Π_x(q) = q - <x̂, q> x̂ where it is decided so, else q."""
    inner = (out.radial * q).sum(1)
    inner = torch.where(out.together, total(inner, out.counts), inner)
    return q - column(inner, q) * out.radial


def slide(block: Block, norms: PerRow, kept: float) -> None:
    """kept x + Π_x(s), in place; s stands in the scratch "step", and is overwritten.

    kept is 1 - ηλ, and multiplies x by itself: x - ηλ x would lose what is kept to cancellation where ηλ is near 1.
    """
    block.add("step", block.dot("x", "step").div_(norms.square()).neg_(), "x")
    point = block.vector("x")
    torch.add(block.vector("step"), point, alpha=kept, out=point)
    block.write("x")


def total(values: PerRow, counts: Sequence[int]) -> PerRow:
    """The sum over the rows of each parameter, at every one of them."""
    return torch.cat([part.sum().expand_as(part) for part in values.split(counts)])


def check_projection(group: Group) -> None:
    """Raise unless projection, delta, wd_ratio and nesterov are in range."""
    if group["projection"] not in ("always", "inner_product", "cosine"):
        raise ValueError(
            f'projection={group["projection"]!r}: choose "always" (the slices are known to be invariant), '
            '"inner_product" (003 as printed) or "cosine" (the released code)'
        )
    check_number("delta", group["delta"], advice="for example delta=0.1; 0.0 never projects by the cosine")
    check_number("wd_ratio", group["wd_ratio"], advice="for example wd_ratio=0.1, or 1.0 for the same decay everywhere")
    check_flag("nesterov", group["nesterov"])


def choices(group: Group) -> dict[str, Any]:
    """The options that `decide` takes."""
    return {name: group[name] for name in ("projection", "delta", "wd_ratio")}
