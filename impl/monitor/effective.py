"""The effective quantities of one step, from the slices before and after it (001 §2.3)."""

import math
from dataclasses import dataclass

import torch

from impl.groups.slices import PerRow, Rows


@dataclass(frozen=True)
class Effective:
    """Of each slice x, with u = x/‖x‖ and Δ = x_k - x_{k+1}, so that A c = Δ/r (001 (27)).

    radius: r. radial: A⟨c, u⟩. velocity: η^e‖c⊥‖ = ‖Δ⊥‖/(r(1 - A⟨c, u⟩)). angle: of the turn, radians, the arctangent
    of the velocity. effective_learning_rate: η^e = A/(1 - A⟨c, u⟩), A = η/(r² d^{-1/2}‖b‖). c_tangent: ‖c⊥‖. expansion:
    the variable of Theorem 4, the velocity squared. second_moment: ‖g⊥‖²r², of the gradient on the sphere. cosine: of
    gradient and slice, 0 where it is radially invariant or
    the gradient is 0.
    """

    radius: PerRow
    radial: PerRow
    velocity: PerRow
    angle: PerRow
    effective_learning_rate: PerRow
    c_tangent: PerRow
    expansion: PerRow
    second_moment: PerRow
    cosine: PerRow


def effective(x: Rows, following: Rows, gradient: Rows, lr: float, scheduling: PerRow | float) -> Effective:
    """From x_k, x_{k+1}, ∇L(x_k) as (slices, d), the learning rate η and d^{-1/2}‖b‖ of the division vector b.

    Computed in the type of the rows; the row of a number each is float64.
    """
    wide = torch.float64
    radius = torch.linalg.vector_norm(x, dim=1).to(wide)
    delta = x - following
    inner = torch.linalg.vecdot(x, delta).to(wide)
    share = inner / radius.square()
    across = torch.linalg.vector_norm(torch.addcmul(delta, x, share.to(x.dtype)[:, None], value=-1), dim=1).to(wide)
    slope = torch.linalg.vector_norm(gradient, dim=1).to(wide)
    cosine = torch.linalg.vecdot(x, gradient).to(wide) / torch.where(slope == 0, 1.0, radius * slope)
    rate = lr / (radius.square() * scheduling)
    velocity = across / (radius * (1 - share))
    return Effective(
        radius,
        share,
        velocity,
        torch.atan2(across, radius * (1 - share)),
        rate / (1 - share),
        across / (radius * rate),
        velocity.square(),
        (radius * slope).square() * (1 - cosine.square()).clamp_min(0),
        cosine.abs(),
    )


def root_mean_square(b: Rows) -> PerRow:
    """d^{-1/2}‖b‖, the scheduling effect of a division vector."""
    return torch.linalg.vector_norm(b, dim=1).to(torch.float64) / math.sqrt(b.shape[1])
