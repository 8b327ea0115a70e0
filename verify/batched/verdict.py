"""Two sides of a law on the rows of a block: which rows speak, and how far each is off in units of what it may be."""

import math
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from verify.batched.bounds import SECOND, Scalar, Vector, length, scalar

SHARP = 1e-3
"""A case counts when its comparison would have seen a relative error of this size; it must agree anyway."""


@dataclass(frozen=True)
class Verdict:
    """Per row, each of shape (rows, 1).

    error: the distance of the sides, or by how much an inequality is missed; allowed: what rounding explains.
    inside: where the hypotheses of the law hold, and the bound is a number; resolution: the bound, relative to what is
    compared; sharp: where it could see an error. left, right: the sides, (rows, 1) or (rows, d).
    """

    error: Tensor
    allowed: Tensor
    inside: Tensor
    resolution: Tensor
    sharp: Tensor
    left: Any = None
    right: Any = None

    @property
    def ratio(self) -> Tensor:
        """error/allowed, 0 outside of the hypotheses; infinite where the error is no number but the bound is one."""
        ratio = torch.where(self.error > 0, self.error / self.allowed, torch.where(self.error == 0, 0.0, math.inf))
        return torch.where(self.inside, ratio, 0.0)

    @property
    def counted(self) -> Tensor:
        return self.inside & self.sharp

    def seeing(self, resolution: float) -> "Verdict":
        """The same, counting where an error of that relative size could be seen."""
        return replace(self, sharp=self.resolution <= resolution)


def equal(left: Any, right: Any, where: Any = True, scale: Any = None) -> Verdict:
    """left = right, vectors or numbers; scale: what an error is relative to, by default the larger of both sides."""
    if isinstance(left, Vector):
        error = length(left.value - right.value)
        size = torch.maximum(_tensor(left.size), _tensor(right.size)) if scale is None else scale
    else:
        left, right = scalar(left), scalar(right)
        error = abs(left.value - right.value)
        size = torch.maximum(abs(_tensor(left.value)), abs(_tensor(right.value))) if scale is None else scale
    return _verdict(left, right, error, where, size)


def at_most(left: Any, right: Any, where: Any = True, scale: Any = None) -> Verdict:
    """left ≤ right, numbers."""
    left, right = scalar(left), scalar(right)
    error = (left.value - right.value).clamp(min=0)
    size = torch.maximum(abs(_tensor(left.value)), abs(_tensor(right.value))) if scale is None else scale
    return _verdict(left, right, error, where, size)


def differ(left: Vector, right: Vector, where: Any = True) -> Verdict:
    """left ≠ right by more than rounding explains: there the error is what rounding may make, allowed the distance."""
    distance, rounding = length(left.value - right.value), (left.error + right.error) * SECOND
    size = torch.maximum(_tensor(left.size), _tensor(right.size))
    inside = _rows(where, distance) & torch.isfinite(_tensor(rounding))
    rounding = torch.as_tensor(rounding).broadcast_to(distance.shape)
    return Verdict(rounding, distance, inside, rounding / size, rounding <= SHARP * size, left.value, right.value)


def surely_positive(number: Scalar) -> Tensor:
    """Where a number is positive whatever rounding did."""
    return _tensor(number.value) > number.error


def _verdict(left: Any, right: Any, error: Tensor, where: Any, size: Any) -> Verdict:
    allowed = (_tensor(left.error + right.error) * SECOND).broadcast_to(error.shape)
    inside = _rows(where, error) & torch.isfinite(allowed)
    return Verdict(error, allowed, inside, allowed / size, allowed <= SHARP * size, left.value, right.value)


def _rows(where: Any, like: Tensor) -> Tensor:
    return torch.as_tensor(where).broadcast_to(like.shape)


def _tensor(value: Any) -> Tensor:
    return torch.as_tensor(value, dtype=torch.float64)
