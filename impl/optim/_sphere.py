"""The unit sphere, row by row: what the update rules need of it."""

import torch
from torch import Tensor

from impl.groups import PerRow, Rows


def column(scalars: PerRow, like: Rows) -> Rows:
    """One number a row as a matrix (rows, 1) of the type of `like`, to multiply rows by."""
    return scalars.to(like.dtype).unsqueeze(1)


def wide_type(t: Tensor) -> torch.dtype:
    """float64, or float32 on a device without it: the type of a slice's scalars while they are computed."""
    return torch.float32 if t.device.type == "mps" else torch.float64


def norm(x: Rows, like: PerRow) -> PerRow:
    """‖x‖ of every row, summed in the type of `like`; NaN where that is no number of it."""
    return or_nan(torch.linalg.vector_norm(x, dim=1, dtype=like.dtype), like)


def squared_norm(x: Rows, like: PerRow) -> PerRow:
    """‖x‖² of every row, summed in the type of `like`."""
    return norm(x, like).square()


def direction(x: Rows) -> Rows:
    """u = x/‖x‖."""
    return x / column(or_nan(norm(x, x.new_zeros(0, dtype=wide_type(x))), x), x)


def projected(x: Rows) -> Rows:
    """x/‖x‖, of every row whose norm is not 1 up to rounding already.

    Divided again and again, a row at rest would drift by rounding; and an optimizer made for the parameters of a saved
    run must change no bit of them. So what a division leaves is left alone: see `rounding`.
    """
    norms = norm(x, x.new_zeros(0, dtype=wide_type(x)))
    return x / column(divisors(norms, rounding(x, x.shape[1]), x), x)


def divisors(norms: PerRow, rounding: Tensor | float, x: Tensor) -> PerRow:
    """The norms of slices, NaN beyond the numbers of x, exactly 1 where they are 1 up to rounding."""
    return torch.where((norms - 1).abs() <= rounding, 1.0, or_nan(norms, x))


def rounding(x: Tensor, d: int) -> float:
    """How far from 1 a division may leave the norm of a slice of length d.

    A rounded quotient by a rounded norm is off by at most ε, and a norm of d numbers summed in the wide type by
    (d/2 + 1)·ε/2 of that, both before and after; one ε more is for products of these errors.
    """
    return torch.finfo(x.dtype).eps + (d / 2 + 2) * torch.finfo(wide_type(x)).eps


def transport(q: Rows, start: Rows, end: Rows) -> Rows:
    """Γ_start^end(q) of 000 (19): the rotation in span(start, end) that carries the unit vector u = start to u' = end.

    With s = (u + u')/‖u + u'‖:  Γ(q) = q - 2<q, s> s + 2<q, u> u'.

    It fixes what is orthogonal to both, and takes what is radial at u to what is radial at u'. At u' = -u every great
    circle leads from u to u' and there is no canonical rotation: there (‖u + u'‖² below the machine epsilon) s is
    taken to be 0, and Γ is the reflection that turns u into -u and fixes its complement.
    """
    middle = start + end
    length = torch.linalg.vector_norm(middle, dim=1, keepdim=True)
    s = torch.where(length.square() > torch.finfo(q.dtype).eps, middle / length, 0.0)
    return q - 2 * (q * s).sum(1, keepdim=True) * s + 2 * (q * start).sum(1, keepdim=True) * end


def normal(values: PerRow, like: Rows) -> PerRow:
    """The values, but no smaller than the least positive normal number of the type of `like`; NaN beyond its largest.

    A second moment that shrinks by β at every step without a gradient would otherwise underflow, and 0/0 follow.
    """
    return or_nan(values, like).clamp_min(torch.finfo(like.dtype).tiny)


def or_nan(values: Tensor, like: Tensor) -> Tensor:
    """The values, NaN where they are beyond the largest number of the type of `like`.

    Kept, an infinite norm or second moment would be divided by: the quotient is 0, and what overflowed would look like
    a slice at rest.
    """
    return torch.where(values > torch.finfo(like.dtype).max, torch.nan, values)
