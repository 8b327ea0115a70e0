"""How far code may be from its formula: rounding errors bounded operation by operation. The one place for tolerances.

`Tracked` numbers carry a float64 value and a bound on its distance to what code of a given dtype may compute, by
running error analysis (Wilkinson 1963; Higham 2002, §3.3): an operation adds its own rounding, ROUNDINGS·u times the
largest result that the errors of its operands allow, and carries those errors through its exact condition (1/|b| at a
division, 1/√a at a root). Running a scheme's `step` on `TrackedSpace` thus sums "unit roundoff × operation count ×
conditioning", with the conditioning measured at the very point where the step is taken. The bound is rigorous, its
second order and its own arithmetic included, for the formula in its own order and for the equivalent orders of
`verify.precision`, contracted or not, with small results flushed or not. Roots, powers, cosines and sines are taken to
be right to one unit in the last place. Nothing in it is fitted to what the code under test does.

A bound that is not finite says that the formula does not determine the number in that dtype (0/0, a quotient whose
denominator may vanish, an overflow): such a coordinate is counted as undecided, not as passed.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from verify.matrices import TrackedMatrices
from verify.precision import DOUBLE, Precision
from verify.tracked import Tracked, tracked


class TrackedSpace(TrackedMatrices):
    """The `Space` of tracked vectors, shape (rows, d) (scalars (rows, 1)), for code that computes in `dtype`.

    scalars: the dtype of arithmetic among hyper-parameters, double but for code that keeps its step count in a tensor.
    """

    def __init__(self, dtype: torch.dtype, scalars: torch.dtype = torch.float64) -> None:
        self.precision, self.scalars = Precision.of(dtype), Precision.of(scalars)

    def vector(self, values: Any) -> Tracked:
        """Numbers read from the code under test: exact as they stand."""
        value = np.asarray(values, dtype=np.float64)
        return Tracked(value, np.zeros_like(value), self.precision)

    def scalar(self, value: Any, memory: bool = False) -> Tracked:
        """A hyper-parameter: exact, with further arithmetic among hyper-parameters in double; else off by its rounding.

        memory: it is a β in [0, 1) of which code may keep the weight 1-β, as torch.lerp does, where β becomes
        1 - fl(1-β): off by (1-β)·u, which for small β is far more than β·u.
        """
        error = 0.0 if self.scalars == DOUBLE else self.scalars.unit * abs(value)
        return Tracked(float(value), error, self.scalars, memory)

    def dot(self, x: Tracked, y: Tracked) -> Tracked:
        return (x * y).sum()

    def norm(self, x: Tracked) -> Tracked:
        return self.dot(x, x).root()

    def sqrt(self, x: Tracked) -> Tracked:
        return tracked(x).root()

    def sign(self, x: Tracked) -> Tracked:
        """Exact where the error leaves no doubt of the sign, else unbounded."""
        known = (abs(x.value) > x.error) | ((x.value == 0) & (x.error == 0))
        return Tracked(np.sign(x.value), np.where(known, 0.0, math.inf), x.precision)

    def maximum(self, x: Any, y: Any) -> Tracked:
        """|max(a, b) - max(a', b')| ≤ max(|a - a'|, |b - b'|)."""
        x, y = tracked(x), tracked(y)
        precision = Precision.combine(x.precision, y.precision)
        error = np.maximum(x.error, y.error)
        return Tracked(np.maximum(x.value, y.value), error, precision, nonnegative=x.nonnegative | y.nonnegative)

    def choose(self, sign: Any, x: Any, y: Any) -> Tracked:
        """Unbounded where the error leaves a doubt of the sign; what is not chosen may be anything."""
        sign, x, y = tracked(sign), tracked(x), tracked(y)
        first = sign.value > 0
        known = (abs(sign.value) > sign.error) | ((sign.value == 0) & (sign.error == 0))
        error = np.where(known, np.where(first, x.error, y.error), math.inf)
        precision, nonnegative = Precision.combine(x.precision, y.precision), x.nonnegative & y.nonnegative
        return Tracked(np.where(first, x.value, y.value), error, precision, nonnegative=nonnegative)

    def number(self, p: int, q: int) -> Tracked:
        return Tracked(p, 0.0, DOUBLE) / q

    def cos(self, x: Tracked) -> Tracked:
        return x.wave(np.cos)

    def sin(self, x: Tracked) -> Tracked:
        return x.wave(np.sin)

    def zeros_like(self, x: Tracked) -> Tracked:
        return self.vector(np.zeros_like(x.value))

    def ones_like(self, x: Tracked) -> Tracked:
        return self.vector(np.ones_like(x.value))

    def dimension(self, x: Tracked) -> int:
        return x.value.shape[-1]


def roundoff(operations: float, dtype: torch.dtype = torch.float64) -> float:
    """What so many operations in a dtype may lose, relative to their largest result, where nothing enlarges it."""
    return operations * Precision.of(dtype).unit


def amplification(run: Callable[[torch.Tensor], torch.Tensor], x: torch.Tensor, probes: int = 4) -> float:
    """How much a whole run enlarges relative perturbations of its float64 start `x`, measured; at least 1.

    For runs that no formula bounds, such as training: an error of unit·(roundings) made on the way is carried on by
    about this factor. The perturbations, 10⁻⁷ ‖x‖ in random directions, are small enough for the run to be linear in
    them and large enough for their images not to be rounding. Returns max ‖Δrun‖_∞ / 10⁻⁷.
    """
    generator, size = torch.Generator().manual_seed(0), 1e-7
    worst, image = 1.0, run(x)
    for _ in range(probes):
        probe = torch.randn(x.shape, generator=generator, dtype=torch.float64)
        moved = run(x + size * torch.linalg.vector_norm(x) * probe / torch.linalg.vector_norm(probe))
        worst = max(worst, float((moved - image).abs().max()) / size)
    return worst


@dataclass(frozen=True)
class Judgement:
    """An observed array against a tracked one. `worst` is the largest |difference|/bound among decided coordinates.

    ratios: |difference|/bound of those among them whose bound is not 0.
    """

    worst: float
    decided: int
    undecided: int
    ratios: np.ndarray = field(default_factory=lambda: np.zeros(0), compare=False, repr=False)

    @property
    def ok(self) -> bool:
        return self.worst <= 1.0


def judge(expected: Tracked, observed: Any) -> Judgement:
    """Compare an observed array with the formula's value, coordinate by coordinate; not finite is infinitely wrong."""
    value, error, seen = np.broadcast_arrays(expected.value, expected.error, np.asarray(observed, dtype=np.float64))
    decided = np.isfinite(value) & np.isfinite(error)
    value, error, seen = value[decided], error[decided], seen[decided]
    difference = np.where(np.isfinite(seen), np.maximum(abs(seen - value) - expected.precision.tiny, 0.0), math.inf)
    with np.errstate(divide="ignore"):
        ratio = np.divide(difference, error, out=np.zeros_like(difference), where=difference != 0)
    return Judgement(float(ratio.max(initial=0.0)), int(decided.sum()), int((~decided).sum()), ratio[error > 0])
