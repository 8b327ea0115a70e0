"""What `derivations.scheme.Space` asks of weights that are matrices: arrays (…, d), each matrix row by row."""

import math
from typing import Any

import numpy as np

from verify.precision import Precision


def nearly_square(d: int) -> tuple[int, int]:
    """The d₁ × d₂ matrix of d coordinates with d₁ ≤ d₂ as near to each other as can be; 1 × d for a prime d."""
    low = next(n for n in range(math.isqrt(d), 0, -1) if d % n == 0)
    return low, d // low


class Matrices:
    """Means and polynomials of matrices: of numpy and torch arrays, of numbers of any kind."""

    matrix: tuple[int, int] | None = None
    """The sides; where nobody says, `nearly_square`."""

    def scalar(self, value: Any) -> Any:
        raise NotImplementedError

    def sides(self, x: Any) -> tuple[Any, Any]:
        above, across = self.table(x)
        return self.scalar(above), self.scalar(across)

    def table(self, x: Any) -> tuple[int, int]:
        """The sides as integers."""
        return self.matrix or nearly_square(self._shape(x)[-1])

    def row_mean(self, x: Any) -> Any:
        return self._shaped(self._mean(self._matrix(x)), self._shape(x))

    def column_mean(self, x: Any) -> Any:
        return self._shaped(self._turned(self._mean(self._turned(self._matrix(x)))), self._shape(x))

    def quintic(self, x: Any, a: Any, b: Any, c: Any, times: int) -> Any:
        """The smaller of XXᵀ and XᵀX is formed, as code does: X' = aX + (bG + cGG)X."""
        above, across = self.table(x)
        y = self._turned(self._matrix(x)) if above > across else self._matrix(x)
        for _ in range(times):
            gram = y @ self._turned(y)
            y = a * y + (b * gram + c * (gram @ gram)) @ y
        return self._shaped(self._turned(y) if above > across else y, self._shape(x))

    def _matrix(self, x: Any) -> Any:
        return self._shaped(x, (*self._shape(x)[:-1], *self.table(x)))

    def _mean(self, rows: Any) -> Any:
        """The mean of every row, in each of its places."""
        if isinstance(rows, np.ndarray):
            return np.broadcast_to(rows.sum(-1, keepdims=True) / rows.shape[-1], rows.shape)
        return rows.mean(-1, keepdim=True).expand(rows.shape)

    def _shape(self, x: Any) -> tuple[int, ...]:
        return tuple(x.shape)

    def _shaped(self, x: Any, shape: tuple[int, ...]) -> Any:
        return x.reshape(shape)

    def _turned(self, x: Any) -> Any:
        return x.swapaxes(-1, -2)


class TrackedMatrices(Matrices):
    """The same of tracked numbers."""

    def quintic(self, x: Any, a: Any, b: Any, c: Any, times: int) -> Any:
        """Bounded as a whole, in Frobenius norm: coordinate by coordinate the signs are lost, and the bound explodes.

        p is odd, so that ‖p(X) - p(Y)‖ ≤ sup|p'| ‖X - Y‖, over what the singular values of X and Y span: an error e is
        carried on to sup|p'| e, and every step adds its own roundings.
        """
        y, numbers = self._matrix(x), (float(a.value), float(b.value), float(c.value))
        value, error = y.value, np.linalg.norm(np.broadcast_to(y.error, y.value.shape), axis=(-2, -1))
        exact = Matrices()
        exact.matrix = self.table(x)
        for _ in range(times):
            error = _carried(value, error, numbers, x.precision)
            value = exact.quintic(value.reshape(x.value.shape), *numbers, times=1).reshape(value.shape)
        bound = np.broadcast_to(error[..., None, None], value.shape)
        bound = np.where(np.isfinite(value), bound, math.inf)
        return type(x)(value.reshape(x.value.shape), bound.reshape(x.value.shape), x.precision)

    def _mean(self, rows: Any) -> Any:
        mean = rows.sum() / self._shape(rows)[-1]
        return self._each(mean, lambda part: np.broadcast_to(part, self._shape(rows)))

    def _shape(self, x: Any) -> tuple[int, ...]:
        return x.value.shape

    def _shaped(self, x: Any, shape: tuple[int, ...]) -> Any:
        return self._each(x, lambda part: part.reshape(shape))

    def _turned(self, x: Any) -> Any:
        return self._each(x, lambda part: part.swapaxes(-1, -2))

    def _each(self, x: Any, change: Any) -> Any:
        error, nonnegative = (np.broadcast_to(part, x.value.shape) for part in (x.error, x.nonnegative))
        return type(x)(change(x.value), change(error), x.precision, nonnegative=change(nonnegative))


def _carried(y: np.ndarray, error: np.ndarray, numbers: tuple[float, float, float], precision: Precision) -> np.ndarray:
    """How far, in Frobenius norm, code may be from p(Y), that has something at most `error` from Y.

    The Frobenius norm of a product of absolute values is at most that of the Frobenius norms; see Higham 2002, §3.5.
    """
    a, b, c = map(abs, numbers)
    finite = np.where(np.isfinite(y), y, 0.0)
    spectral = np.linalg.norm(finite, 2, axis=(-2, -1)) * (1 + 1e-12) + error
    size = np.linalg.norm(finite, axis=(-2, -1)) + error
    short, long = sorted(y.shape[-2:])
    unit, summed, summed_long = precision.unit, short * precision.unit, long * precision.unit
    gram, gram_size = spectral**2, spectral * size
    off = summed_long * size**2
    gram, gram_size = gram + off, gram_size + off
    off_square = 2 * gram * off + summed * gram_size**2
    inside = b * gram_size + c * (gram * gram_size + off_square)
    off_inside = b * off + c * off_square + 2 * unit * inside
    last = off_inside * spectral + summed * (inside + off_inside) * size
    last = last + 2 * unit * (a * size + (inside + off_inside) * size)
    return _steepest(numbers, spectral) * error + last + 100 * long**3 * precision.tiny


def _steepest(numbers: tuple[float, float, float], most: np.ndarray) -> np.ndarray:
    """sup|p'| over [-most, most]: p' = a + 3bs² + 5cs⁴ at 0, at the end, and at its vertex where that lies between."""
    a, b, c = numbers
    at = [np.zeros_like(most), most**2]
    if c:
        at.append(np.clip(-3 * b / (10 * c), 0, most**2))
    return np.max([abs(a + 3 * b * t + 5 * c * t**2) for t in at], axis=0)
