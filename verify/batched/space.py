"""`derivations.scheme.Space` on rows with bounds in norm: a scheme's rule, run here, bounds its own rounding."""

import math
from typing import Any

import torch
from torch import Tensor

from verify.batched.bounds import (
    UNIT,
    Scalar,
    Vector,
    carried,
    inexact,
    inner,
    largest,
    length,
    scalar,
    tensor,
    total,
)

MATRICES = "bounds in norm know no weights that are matrices: use verify.tolerance.TrackedSpace"


class Bounds:
    """`derivations.scheme.Space` over these; a weight that is a matrix is refused."""

    def dot(self, x: Vector, y: Vector) -> Scalar:
        value = inner(x.value, y.value)
        reach = x.size * y.size
        error = carried(x.size, x.error, y.size, y.error) + x.value.shape[-1] * UNIT * reach
        return Scalar(value, error)

    def norm(self, x: Vector) -> Scalar:
        """| ‖x‖ - ‖x + δ‖ | ≤ ‖δ‖; the sum of d squares and the root lose (d/2 + 1) units."""
        value = length(x.value)
        return Scalar(value, x.error + (x.value.shape[-1] / 2 + 1) * UNIT * value)

    def sqrt(self, x: Any) -> Any:
        if isinstance(x, Vector):
            return x.root()
        x = scalar(x)
        if not isinstance(x.value, Tensor):
            return Scalar(math.sqrt(x.value), UNIT * math.sqrt(x.value))
        value = torch.sqrt(x.value)
        error = UNIT * value
        if inexact(x.error):
            low = torch.sqrt((x.value - x.error).clamp(min=0))
            error = error + torch.where(x.value > x.error, x.error / (value + low), math.inf)
        return Scalar(value, error)

    def sign(self, x: Vector) -> Vector:
        """Exact where no coordinate can have the other sign."""
        value, sure = torch.sign(x.value), x.value.abs().amin(-1, keepdim=True) > x.error
        exact = not inexact(x.error)
        size = math.sqrt(x.value.shape[-1])
        return Vector(value, 0.0 if exact else torch.where(sure, 0.0, math.inf), size)

    def maximum(self, x: Any, y: Any) -> Any:
        if isinstance(x, Vector):
            one, two = x.relative, y.relative
            relative = (lambda: largest(one(), two())) if one and two else None
            value = torch.maximum(x.value, y.value)
            return Vector(value, total(x.error, y.error), x.size + y.size, relative, x.nonnegative or y.nonnegative)
        x, y = scalar(x), scalar(y)
        return Scalar(torch.maximum(tensor(x.value), tensor(y.value)), total(x.error, y.error))

    def choose(self, sign: Any, x: Any, y: Any) -> Any:
        """Unbounded where the sign of a number is in doubt."""
        sign, x, y = scalar(sign), scalar(x), scalar(y)
        value, error = tensor(sign.value), tensor(sign.error)
        chosen = [torch.where(value > 0, tensor(a), tensor(b)) for a, b in ((x.value, y.value), (x.error, y.error))]
        known = (value.abs() > error) | ((value == 0) & (error == 0))
        return Scalar(chosen[0], torch.where(known, chosen[1], math.inf))

    def cos(self, x: Scalar) -> Scalar:
        return Scalar(torch.cos(tensor(x.value)), x.error + UNIT)

    def sin(self, x: Scalar) -> Scalar:
        value = torch.sin(tensor(x.value))
        return Scalar(value, x.error + UNIT * abs(value))

    def sides(self, x: Vector) -> Any:
        raise NotImplementedError(MATRICES)

    def row_mean(self, x: Vector) -> Vector:
        raise NotImplementedError(MATRICES)

    def column_mean(self, x: Vector) -> Vector:
        raise NotImplementedError(MATRICES)

    def quintic(self, x: Vector, a: Any, b: Any, c: Any, times: int) -> Vector:
        raise NotImplementedError(MATRICES)

    def number(self, p: int, q: int) -> Scalar:
        return Scalar(p / q, UNIT * abs(p / q))

    def zeros_like(self, x: Vector) -> Vector:
        return Vector(torch.zeros_like(x.value), nonnegative=True)

    def ones_like(self, x: Vector) -> Vector:
        return Vector(torch.ones_like(x.value), nonnegative=True)

    def dimension(self, x: Vector) -> int:
        return x.value.shape[-1]

    def vector(self, value: Tensor) -> Vector:
        return Vector(value)

    def scalar(self, value: Any) -> Scalar:
        return scalar(value)


SPACE = Bounds()
