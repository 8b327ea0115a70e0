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
    """What an operation in a dtype may lose, its least normal and largest number, what an addition of a sum may lose.

    Arithmetic among hyper-parameters is in double. Below `tiny` a dtype keeps no relative precision, and the result of
    an operation may be flushed to zero or kept clear of it. Sums in dtypes shorter than float32 are added up in float32
    and rounded at their end, as torch's reductions are.
    """

    unit: float
    tiny: float
    largest: float
    sums: float = 0.0

    @classmethod
    def of(cls, dtype: torch.dtype) -> "Precision":
        info = torch.finfo(dtype)
        sums = torch.finfo(dtype if info.bits >= 32 else torch.float32)
        return cls(_unit(info.eps / 2), info.smallest_normal, info.max, _unit(sums.eps / 2))

    @classmethod
    def combine(cls, a: "Precision", b: "Precision") -> "Precision":
        return a if a.unit >= b.unit else b


def _unit(u: float) -> float:
    """(1 + u)³ - 1 = 3u + 3u² + u³ is at most this less 2⁻⁵³, the rounding of the oracle, which computes in float64."""
    return ROUNDINGS * u * (1 + ROUNDINGS * u) + DOUBLE_UNIT


EXACT = Precision(0.0, 0.0, math.inf)
DOUBLE = Precision.of(torch.float64)
