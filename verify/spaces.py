"""Number spaces: the protocol `derivations.scheme.Space` on numpy, mpmath, SymPy, Arb and batched torch vectors."""

import math
from collections.abc import Iterable
from typing import Any

import flint
import mpmath
import numpy as np
import sympy
import torch

from verify.matrices import Matrices


class Float64(Matrices):
    """numpy float64 vectors of shape (d,); scalars are floats."""

    def vector(self, coordinates: Iterable[Any]) -> np.ndarray:
        return np.array([float(c) for c in coordinates])

    def scalar(self, value: Any) -> float:
        return float(value)

    def dot(self, x: np.ndarray, y: np.ndarray) -> float:
        return float(np.dot(x, y))

    def norm(self, x: np.ndarray) -> float:
        return math.sqrt(self.dot(x, x))

    def sqrt(self, x: Any) -> Any:
        return np.sqrt(x)

    def sign(self, x: np.ndarray) -> np.ndarray:
        return np.sign(x)

    def maximum(self, x: Any, y: Any) -> Any:
        return np.maximum(x, y)

    def choose(self, sign: Any, x: Any, y: Any) -> Any:
        return np.where(sign > 0, x, y) if isinstance(sign, np.ndarray) else x if sign > 0 else y

    def number(self, p: int, q: int) -> float:
        return p / q

    def cos(self, x: float) -> float:
        return math.cos(x)

    def sin(self, x: float) -> float:
        return math.sin(x)

    def zeros_like(self, x: np.ndarray) -> np.ndarray:
        return np.zeros_like(x)

    def ones_like(self, x: np.ndarray) -> np.ndarray:
        return np.ones_like(x)

    def dimension(self, x: np.ndarray) -> int:
        return len(x)


class _Objects(Matrices):
    """Vectors as numpy object arrays of shape (d,); subclasses say what a number is."""

    def scalar(self, value: Any) -> Any:
        raise NotImplementedError

    def _root(self, value: Any) -> Any:
        raise NotImplementedError

    def vector(self, coordinates: Iterable[Any]) -> np.ndarray:
        return self._array([self.scalar(c) for c in coordinates])

    def dot(self, x: np.ndarray, y: np.ndarray) -> Any:
        return sum((a * b for a, b in zip(x, y, strict=True)), self.scalar(0))

    def norm(self, x: np.ndarray) -> Any:
        return self._root(self.dot(x, x))

    def sqrt(self, x: Any) -> Any:
        return self._array([self._root(c) for c in x]) if isinstance(x, np.ndarray) else self._root(x)

    def sign(self, x: np.ndarray) -> np.ndarray:
        return self.vector([int(bool(c > 0)) - int(bool(c < 0)) for c in x])

    def maximum(self, x: Any, y: Any) -> Any:
        return self.choose(x - y, x, y)

    def choose(self, sign: Any, x: Any, y: Any) -> Any:
        if not isinstance(sign, np.ndarray):
            return x if sign > 0 else y
        return self._array([a if s > 0 else b for s, a, b in zip(sign, x, y, strict=True)])

    def number(self, p: int, q: int) -> Any:
        return self.scalar(p) / self.scalar(q)

    def zeros_like(self, x: np.ndarray) -> np.ndarray:
        return self.vector([0] * len(x))

    def ones_like(self, x: np.ndarray) -> np.ndarray:
        return self.vector([1] * len(x))

    def dimension(self, x: np.ndarray) -> int:
        return len(x)

    @staticmethod
    def _array(numbers: list[Any]) -> np.ndarray:
        array = np.empty(len(numbers), dtype=object)
        array[:] = numbers
        return array


class Multiprecision(_Objects):
    """mpmath numbers with `digits` decimal digits, in a context of their own (mpmath.mp is left alone)."""

    def __init__(self, digits: int = 50) -> None:
        if digits < 1:
            raise ValueError(f"digits={digits}: at least 1 is needed; 50 is the default")
        self.context = mpmath.mp.clone()
        self.context.dps = digits

    def scalar(self, value: Any) -> Any:
        if isinstance(value, sympy.Basic):
            value = sympy.Float(value, self.context.dps + 5)._to_mpmath(self.context.prec + 20)
        return self.context.mpf(value)

    def _root(self, value: Any) -> Any:
        return self.context.sqrt(value)

    def cos(self, x: Any) -> Any:
        return self.context.cos(x)

    def sin(self, x: Any) -> Any:
        return self.context.sin(x)


class Exact(_Objects):
    """SymPy numbers. A float means the rational it stores, so that 0.1 is not 1/10: write sympy.Rational(1, 10)."""

    def scalar(self, value: Any) -> sympy.Expr:
        return sympy.Rational(*value.as_integer_ratio()) if isinstance(value, float) else sympy.sympify(value)

    def _root(self, value: Any) -> sympy.Expr:
        return sympy.sqrt(value)

    def cos(self, x: Any) -> sympy.Expr:
        return sympy.cos(x)

    def sin(self, x: Any) -> sympy.Expr:
        return sympy.sin(x)


class Balls(_Objects):
    """Arb balls, at flint's working precision: what comes out encloses the exact number. Numbers must be rational."""

    def scalar(self, value: Any) -> Any:
        if isinstance(value, flint.arb):
            return value
        return flint.arb(flint.fmpq(*map(int, sympy.Rational(value).as_numer_denom())))

    def _root(self, value: Any) -> Any:
        return value.sqrt()

    def maximum(self, x: Any, y: Any) -> Any:
        if isinstance(x, np.ndarray):
            return self._array([a.max(b) for a, b in zip(x, y, strict=True)])
        return self.scalar(x).max(self.scalar(y))

    def choose(self, sign: Any, x: Any, y: Any) -> Any:
        raise NotImplementedError("balls: a ball that holds 0 has no known sign; run the scheme on Exact numbers")

    def cos(self, x: Any) -> Any:
        return x.cos()

    def sin(self, x: Any) -> Any:
        return x.sin()


class Torch(Matrices):
    """Batched torch vectors of shape (..., d), one case per leading index: thousands at once, any dtype and device.

    Scalars have shape (..., 1); hyper-parameters are floats or such scalars.
    """

    def vector(self, coordinates: Any) -> torch.Tensor:
        return torch.as_tensor(coordinates)

    def scalar(self, value: Any) -> Any:
        return value if isinstance(value, torch.Tensor) else float(value)

    def dot(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return (x * y).sum(-1, keepdim=True)

    def norm(self, x: torch.Tensor) -> torch.Tensor:
        return torch.linalg.vector_norm(x, dim=-1, keepdim=True)

    def sqrt(self, x: Any) -> Any:
        return torch.sqrt(x) if isinstance(x, torch.Tensor) else math.sqrt(x)

    def sign(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sign(x)

    def maximum(self, x: Any, y: Any) -> Any:
        return self.choose(x - y, x, y)

    def choose(self, sign: Any, x: Any, y: Any) -> Any:
        return torch.where(sign > 0, x, y) if isinstance(sign, torch.Tensor) else x if sign > 0 else y

    def number(self, p: int, q: int) -> float:
        return p / q

    def cos(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cos(x)

    def sin(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sin(x)

    def zeros_like(self, x: torch.Tensor) -> torch.Tensor:
        return torch.zeros_like(x)

    def ones_like(self, x: torch.Tensor) -> torch.Tensor:
        return torch.ones_like(x)

    def dimension(self, x: torch.Tensor) -> int:
        return x.shape[-1]
