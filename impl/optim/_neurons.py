"""What SGD-G and Adam-G share: the gradient that they take, and their options (Cho & Lee 2017)."""

from collections.abc import Sequence
from typing import Any

import torch

from impl.groups import PerRow, Rows, as_rows
from impl.optim._batches import Group, check_slices
from impl.optim._blocks import KEPT, Block
from impl.optim._sphere import column, norm, or_nan, projected, wide_type
from impl.optim._validation import check_learning_rate, check_momentum, check_number, check_weight_decay

BASE = ("base_lr", "base_momentum", "base_weight_decay")


def tangent_gradient(
    y: Rows, gradient: Rows, counts: Sequence[int], *, orthogonality: float, clip: float | None
) -> Rows:
    """h = g - <y, g> y, no longer than ν, of g = ∇L(y) + 2ω(YYᵀY - Y); Y has the layer's neurons y for its columns."""
    if orthogonality:
        gradient = gradient + 2 * orthogonality * torch.cat([overlap(part) for part in y.split(counts)])
    h = gradient - (y * gradient).sum(1, keepdim=True) * y
    if clip is None:
        return h
    return h * column((clip / norm(h, y.new_zeros(0, dtype=wide_type(y)))).clamp_max(1.0), h)


def overlap(y: Rows) -> Rows:
    """YYᵀY - Y, transposed: the neurons are the rows here. The gradient of ‖YᵀY - I‖²/4."""
    return (y @ y.mT @ y if len(y) <= y.shape[1] else y @ (y.mT @ y)) - y  # by the smaller product


def tangent(block: Block, *, orthogonality: float, clip: float | None) -> PerRow:
    """`tangent_gradient`, but for the clipping, into the scratch "tangent"; the factors that clip it."""
    y, h = block.vector("x"), block.vector("tangent")
    if orthogonality:
        for part, pulled in zip(block.pieces("x"), block.pieces("tangent"), strict=True):
            pull(part, pulled)
        h.mul_(2 * orthogonality).add_(block.vector("gradient"))
    else:
        h.copy_(block.vector("gradient"))
    block.add("tangent", -block.dot("x", "tangent"), "x")
    if clip is None:
        return torch.ones(sum(block.counts), dtype=wide_type(y))
    return (clip / or_nan(block.norms("tangent"), h)).clamp_max(1.0)


def pull(y: Rows, out: Rows) -> None:
    """out ← `overlap(y)` + y, of which the y is radial.

    By the smaller of the two Gram matrices: an embedding of 50 000 neurons has no room for the other.
    """
    left, right = (y, y.mT) if y.shape[0] <= y.shape[1] else (y.mT, y)
    size = left.shape[0]
    gram = torch.mm(left, right, out=KEPT.room("gram", y.dtype, y.device, size**2).view(size, size))
    torch.mm(*((gram, y) if left is y else (y, gram)), out=out)


def turn(block: Block, d: str, length: PerRow) -> None:
    """x ← Exp_x(d), in place, for the vector `d` of the lengths."""
    y = block.vector("x")
    length = torch.where(length * torch.finfo(y.dtype).eps < 1, length, torch.nan)
    block.times("x", length.cos(), out="x")
    block.add("x", torch.sinc(length / torch.pi), d)
    block.project("x")


def exponential(y: Rows, d: Rows, length: Rows) -> Rows:
    """Exp_y(d) = y cos‖d‖ + d sin‖d‖/‖d‖, whose quotient is 1 at d = 0; `length` is ‖d‖, of shape (rows, 1).

    NaN where rounding alone turns by a radian: an arc of 1/ε radians ends nowhere in particular.
    """
    length = torch.where(length * torch.finfo(y.dtype).eps < 1, length, torch.nan)
    return projected(y * length.cos() + d * torch.sinc(length / torch.pi))


def check_group(group: Group) -> None:
    """Raise unless the options that both optimizers have are in range."""
    check_learning_rate("lr", group["lr"])
    check_number("orthogonality", group["orthogonality"], advice="for example orthogonality=0.1, or 0.0 for none")
    if group["clip"] is not None:
        check_number("clip", group["clip"], excluded=(0.0,), advice="for example clip=0.1, or None for no clipping")
    check_momentum("base_momentum", group["base_momentum"])
    check_weight_decay("base_weight_decay", group["base_weight_decay"])


@torch.no_grad()
def project(group: Group) -> None:
    """Project the slices of the group to the unit sphere; raises where one has no direction."""
    for p in check_slices(group):
        p.copy_(projected(as_rows(p, group["invariant"])).reshape(p.shape))


def base_options(group: Group) -> dict[str, Any]:
    """The options of SGD for the parameters that are not radially invariant."""
    return {"lr": group["lr"], "momentum": group["base_momentum"], "weight_decay": group["base_weight_decay"]}
