"""What a dtype loses in one operation: the unit of `verify.tolerance`."""

import math
from dataclasses import dataclass

import torch

ROUNDINGS = 3
"""Roundings that one operation of a formula may cost in code: its own; the conversion of a Python scalar operand to the
tensor's dtype; one for an equivalent order (√v/√c for √(v/c), m + w(g-m) for (1-w)m + wg)."""

DOUBLE_UNIT = 2.0**-53


@dataclass(frozen=True)
class Precision:
    """Unit roundoff, least normal and largest number of a dtype. Arithmetic among hyper-parameters is in double.

    Below `tiny` a dtype keeps no relative precision, and code may flush to zero or stay clear of zero.
    """

    unit: float
    tiny: float
    largest: float

    @classmethod
    def of(cls, dtype: torch.dtype) -> "Precision":
        info = torch.finfo(dtype)
        # The oracle computes in float64 itself: its own rounding counts too.
        return cls(ROUNDINGS * info.eps / 2 + DOUBLE_UNIT, info.smallest_normal, info.max)

    @classmethod
    def combine(cls, a: "Precision", b: "Precision") -> "Precision":
        return a if a.unit >= b.unit else b


EXACT = Precision(0.0, 0.0, math.inf)
DOUBLE = Precision.of(torch.float64)
