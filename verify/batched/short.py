"""Optimizers that step in float32 or bfloat16: what they may lose, by `verify.tolerance`; which laws speak of them.

The case itself is drawn, and its law is judged, in float64. The weight and the gradient are rounded to the dtype before
the optimizer sees them, and are exact as they stand; so are its buffers after a step. What the step itself may lose is
bounded coordinate by coordinate, by running the scheme on `TrackedSpace` of the dtype, and handed on as a norm.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from derivations.scheme import State
from verify.batched.bounds import Scalar, Vector, length
from verify.shipped import SUBJECTS
from verify.subject import Subject
from verify.tolerance import Tracked, TrackedSpace

FULL = "float64"
DTYPES = (FULL, "float32", "bfloat16")

SEEN: Mapping[str, float] = {FULL: 1e-3, "float32": 1e-3, "bfloat16": 2.0**-3}
"""The relative error that a comparison must be able to see for its case to count; bfloat16 loses a hundredth a time."""

SILENT: Mapping[str, str] = {
    "scaled-step": "asks for the same bits after scaling, which needs the exponents of float64",
    "adagrad-g-rate": "follows a sum of squares through two steps, the first of which has no bound but in float64",
    "decomposed-momentum": "puts gradients in the place of a buffer whose first rounding it bounds in float64 alone",
    "transported-momentum": "puts gradients in the place of a buffer whose first rounding it bounds in float64 alone",
}
"""Laws that look at optimizers and say nothing of a short dtype, each with the reason."""


def refused(law: str, subject: str, dtype: str) -> str | None:
    """Why a law says nothing of a scheme or optimizer in a dtype; None where it does."""
    if dtype == FULL:
        return None
    code = next((s for s in SUBJECTS if s.name == subject), None)
    if code is None:
        return f"the rule of a scheme is computed in {FULL}; its optimizers have the other dtypes"
    if code.sliced and torch.finfo(getattr(torch, dtype)).bits < 32:
        return "optimizers of slices refuse weights of 16 bits, which cannot carry their buffers"
    return f"{law} {SILENT[law]}" if law in SILENT else None


class Short:
    """A short dtype's side of the steps of one optimizer, with one set of hyper-parameters."""

    def __init__(self, subject: Subject, h: SimpleNamespace, dtype: str) -> None:
        self.scheme, self.dtype = subject.scheme, getattr(torch, dtype)
        self.space = TrackedSpace(self.dtype, subject.scalars)
        domains = subject.scheme.hyperparameters
        numbers = {n: self.space.scalar(v, memory=domains[n].high == 1.0) for n, v in vars(h).items()}
        self.h, self.start = SimpleNamespace(**numbers), dict[str, Tracked]()

    @contextmanager
    def default(self) -> Iterator[None]:
        """Python scalars become tensors of the default dtype inside some optimizers."""
        before = torch.get_default_dtype()
        torch.set_default_dtype(self.dtype)
        try:
            yield
        finally:
            torch.set_default_dtype(before)

    def rounded(self, v: Vector) -> Vector:
        """A vector as the dtype has it."""
        return Vector(v.value.to(self.dtype).double(), v.error + self.unit(v.value), v.size * (1 + self._half))

    def unit(self, v: Tensor) -> Tensor:
        """By how much, in norm, a vector and its rounding to the dtype are apart, whichever of both is given."""
        tiny = torch.finfo(self.dtype).smallest_normal * math.sqrt(v.shape[-1])
        return self._half * (1 + 2 * self._half) * length(v) + tiny

    @property
    def _half(self) -> float:
        return torch.finfo(self.dtype).eps / 2

    def initial(self, x: Tensor) -> State:
        """The buffers that a run from x begins with, and what the code may have lost of them."""
        with np.errstate(all="ignore"):
            self.start = dict(self.scheme.initial_state(self.space, self.space.vector(x.numpy()), self.h))
        return {name: self._plain(value) for name, value in self.start.items()}

    def lost(self, k: int, x: Tensor, gradient: Tensor, before: State) -> tuple[Tensor, dict[str, Any]]:
        """What step k loses of x and of each buffer, in norm: the buffers before are exact, those of no step apart."""
        with np.errstate(all="ignore"):
            state = {name: self._tracked(value, self.start[name] if k == 0 else None) for name, value in before.items()}
            here, slope = self.space.vector(x.numpy()), self.space.vector(gradient.numpy())
            point, after = self.scheme.step(self.space, k, here, slope, state, self.h)
        return self._size(point), {name: self._size(value) for name, value in after.items()}

    def _tracked(self, value: Any, begun: Tracked | None) -> Tracked:
        if begun is not None:
            return begun
        return self.space.vector(value.value.numpy() if isinstance(value.value, Tensor) else value.value)

    def _plain(self, value: Tracked) -> Any:
        found = torch.from_numpy(np.atleast_2d(value.value).copy())
        if found.shape[-1] == 1:
            return Scalar(found, self._size(value))
        return Vector(found, self._size(value), nonnegative=bool(np.all(value.nonnegative)))

    def _size(self, value: Tracked) -> Tensor:
        """The norm of an error, with what is flushed: (rows, 1)."""
        error = np.atleast_2d(np.broadcast_to(value.error + value.precision.tiny, value.value.shape))
        return length(torch.from_numpy(np.where(np.isfinite(value.value), error, math.inf).copy()))


def less(exact: Any, lost: Any) -> Any:
    """A buffer as it stands, which may be off by so much."""
    return Vector(exact.value, lost, exact.size) if isinstance(exact, Vector) else Scalar(exact.value, lost)
