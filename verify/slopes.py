"""Orders measured: the exponent p and the constant C of |error| ~ C t^p, by a log-log fit in mpmath.

>>> context = mpmath.mp.clone()
>>> power_law(context, [(t, 3 * t**2) for t in geometric(context, -9, -6)])
Power(exponent=2.0, constant=3.0, points=7)
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

IDENTIFIED = 0.01
"""Orders of analytic errors are multiples of 1/2: a slope this close to one of them is that one."""


@dataclass(frozen=True)
class Power:
    """error ~ constant · t^exponent as t → 0, fitted to so many points."""

    exponent: float
    constant: float
    points: int


def power_law(context: Any, points: Iterable[tuple[Any, Any]]) -> Power:
    """The least-squares line through (log t, log |error|); `constant` is |error|/t^p at the smallest t, p rounded.

    context: the mpmath context that the numbers belong to. Rounding p to a multiple of 1/2 keeps the constant free of
    the slope's own error. ValueError unless there are two positive t and no error vanishes.
    """
    pairs = sorted((t, abs(error)) for t, error in points)
    if len({t for t, _ in pairs}) < 2 or pairs[0][0] <= 0 or any(error == 0 for _, error in pairs):
        raise ValueError("a slope needs at least two different t > 0 and errors that do not vanish")
    x, y = [context.log(t) for t, _ in pairs], [context.log(error) for _, error in pairs]
    x_mean, y_mean = context.fsum(x) / len(x), context.fsum(y) / len(y)
    covariance = context.fsum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True))
    slope = covariance / context.fsum((a - x_mean) ** 2 for a in x)
    smallest, error = pairs[0]
    return Power(float(slope), float(error / smallest ** (context.nint(2 * slope) / 2)), len(pairs))


def geometric(context: Any, low: int, high: int, count: int = 7) -> list[Any]:
    """`count` numbers from 10^low to 10^high, equally spaced in log."""
    return [context.mpf(10) ** (low + context.mpf(high - low) * i / (count - 1)) for i in range(count)]


def order_of(context: Any, error: Callable[[Any], Any], low: int, high: int, count: int = 7) -> Power:
    """`power_law` of error(t) for t from 10^low to 10^high."""
    return power_law(context, [(t, error(t)) for t in geometric(context, low, high, count)])
