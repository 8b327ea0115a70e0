"""What the kernel asks of python-flint, on mpmath's intervals instead: another library, other algorithms.

`stand_in` is a module to be imported as `flint`: balls, power series of balls, the working precision. Intervals round
outwards; inverse sines and cosines, which mpmath has no intervals for, come from the arctangent's.
"""

import types
from collections.abc import Callable
from typing import Any

from mpmath.ctx_iv import MPIntervalContext
from mpmath.libmp import libmpi
from mpmath.libmp.libmpf import ComplexResult

IV = MPIntervalContext()
PRECISION_OF_ARB = 53
"""What python-flint starts with."""


class Context:
    """`flint.ctx`: bits of the working precision, length of power series. Counts the balls made."""

    cap = 10
    made = 0

    @property
    def prec(self) -> int:
        return IV.prec

    @prec.setter
    def prec(self, bits: int) -> None:
        IV.prec = bits


class Ball:
    """A real number between two others; `interval` None where it may be none, and so all that is made of it."""

    def __init__(self, value: Any, radius: "Ball | None" = None) -> None:
        Context.made += 1
        interval: Any = value.interval if isinstance(value, Ball) else value
        if interval is not None:
            interval = IV.convert(interval)
            if radius is not None:
                interval = interval + IV.mpf([-radius.interval.b, radius.interval.b])
            finite = IV.mpf("-inf") < interval.a and interval.b < IV.mpf("+inf")
            interval = interval if finite else None
        self.interval: Any = interval

    @staticmethod
    def pi() -> "Ball":
        return Ball(IV.make_mpf(libmpi.mpi_pi(IV.prec)))

    def is_finite(self) -> bool:
        return self.interval is not None

    def _of(self, function: Callable[..., Any], *others: "Ball") -> "Ball":
        """A function of intervals; of what is no number, or where it is not defined, no number."""
        operands = [ball.interval for ball in (self, *others)]
        try:
            return Ball(None if None in operands else function(*operands))
        except ComplexResult:
            return Ball(None)

    def _with(self, other: Any, operation: Callable[[Any, Any], Any]) -> Any:
        return NotImplemented if isinstance(other, Taylor) else self._of(operation, Ball(other))

    def __add__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: a - b)

    def __rsub__(self, other: Any) -> "Ball":
        return Ball(other) - self

    def __mul__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: a * b)

    def __truediv__(self, other: Any) -> Any:
        return self._with(other, lambda a, b: a / b)

    def __rtruediv__(self, other: Any) -> "Ball":
        return Ball(other) / self

    def __neg__(self) -> "Ball":
        return self._of(lambda a: -a)

    def __abs__(self) -> "Ball":
        return self._of(abs)

    def __pow__(self, n: int) -> "Ball":
        return self._of(lambda a: a**n)

    __radd__, __rmul__ = __add__, __mul__

    def __gt__(self, other: Any) -> bool:
        return Ball(other) < self

    def __lt__(self, other: Any) -> bool:
        other = Ball(other)
        return self.is_finite() and other.is_finite() and bool(self.interval.b < other.interval.a)

    def __le__(self, other: Any) -> bool:
        other = Ball(other)
        return self.is_finite() and other.is_finite() and bool(self.interval.b <= other.interval.a)

    def sqrt(self) -> "Ball":
        return self._of(IV.sqrt)

    def log(self) -> "Ball":
        return self._of(IV.log)

    def exp(self) -> "Ball":
        return self._of(IV.exp)

    def cos(self) -> "Ball":
        return self._of(IV.cos)

    def sin(self) -> "Ball":
        return self._of(IV.sin)

    def tan(self) -> "Ball":
        return self.sin() / self.cos()

    def atan(self) -> "Ball":
        return self._of(lambda x: IV.make_mpf(libmpi.mpi_atan(x._mpi_, IV.prec)))

    def asin(self) -> "Ball":
        """Increasing: from that of one end to that of the other."""
        if self.interval is None:
            return self
        low, high = (Ball(end)._asin() for end in (self.interval.a, self.interval.b))
        return low._of(lambda a, b: IV.mpf([a.a, b.b]), high)

    def acos(self) -> "Ball":
        return Ball.pi() / 2 - self.asin()

    def _asin(self) -> "Ball":
        """Of one number: 2 atan(x/(1 + √(1 - x²))), which is defined at ±1 too."""
        return (self / ((1 - self * self).sqrt() + 1)).atan() * 2


class Taylor:
    """The first coefficients of a power series, by the usual recurrences; `prec` of them."""

    def __init__(self, coefficients: list[Any], prec: int | None = None) -> None:
        n = prec or len(coefficients)
        self.c = [Ball(a) for a in coefficients][:n] + [Ball(0)] * (n - len(coefficients))

    def __getitem__(self, index: int) -> Ball:
        return self.c[index]

    def _of(self, other: Any) -> "Taylor":
        return other if isinstance(other, Taylor) else Taylor([other], len(self.c))

    def __add__(self, other: Any) -> "Taylor":
        return Taylor([a + b for a, b in zip(self.c, self._of(other).c, strict=True)])

    def __mul__(self, other: Any) -> "Taylor":
        b = self._of(other).c
        return Taylor([_sum(self.c[i] * b[k - i] for i in range(k + 1)) for k in range(len(self.c))])

    def __truediv__(self, other: Any) -> "Taylor":
        quotient: list[Ball] = []
        b = self._of(other).c
        for k, a in enumerate(self.c):
            quotient.append((a - _sum(quotient[i] * b[k - i] for i in range(k))) / b[0])
        return Taylor(quotient)

    def __rtruediv__(self, other: Any) -> "Taylor":
        return self._of(other) / self

    def __pow__(self, n: int) -> "Taylor":
        result = self._of(1)
        for _ in range(n):
            result = result * self
        return result

    __radd__, __rmul__ = __add__, __mul__

    def _slope(self) -> "Taylor":
        return Taylor([a * k for k, a in enumerate(self.c)][1:] or [0])

    def _integral(self, start: Ball, slope: "Taylor") -> "Taylor":
        if not start.is_finite():
            return Taylor([start] * len(self.c))  # a function without a value has no derivatives
        return Taylor([start, *(s / k for k, s in enumerate(slope.c, 1))], len(self.c))

    def _shorter(self) -> "Taylor":
        return Taylor(self.c[:-1] or [0])

    def sqrt(self) -> "Taylor":
        root = [self.c[0].sqrt()]
        for k in range(1, len(self.c)):
            root.append((self.c[k] - _sum(root[i] * root[k - i] for i in range(1, k))) / (root[0] * 2))
        return Taylor(root)

    def exp(self) -> "Taylor":
        e = [self.c[0].exp()]
        for k in range(1, len(self.c)):
            e.append(_sum(self.c[i] * i * e[k - i] for i in range(1, k + 1)) / k)
        return Taylor(e)

    def log(self) -> "Taylor":
        return self._integral(self.c[0].log(), self._slope() / self._shorter())

    def atan(self) -> "Taylor":
        a = self._shorter()
        return self._integral(self.c[0].atan(), self._slope() / (a * a + 1))

    def asin(self) -> "Taylor":
        a = self._shorter()
        return self._integral(self.c[0].asin(), self._slope() / (a * a * -1 + 1).sqrt())

    def acos(self) -> "Taylor":
        return self.asin() * -1 + Ball.pi() / 2

    def _waves(self) -> tuple["Taylor", "Taylor"]:
        c, s = [self.c[0].cos()], [self.c[0].sin()]
        for k in range(1, len(self.c)):
            slopes = [self.c[i] * i for i in range(1, k + 1)]
            c.append(-_sum(a * s[k - i] for i, a in enumerate(slopes, 1)) / k)
            s.append(_sum(a * c[k - i] for i, a in enumerate(slopes, 1)) / k)
        return Taylor(c), Taylor(s)

    def cos(self) -> "Taylor":
        return self._waves()[0]

    def sin(self) -> "Taylor":
        return self._waves()[1]

    def tan(self) -> "Taylor":
        c, s = self._waves()
        return s / c


def _sum(balls: Any) -> Ball:
    return sum(balls, Ball(0))


def stand_in() -> types.ModuleType:
    """A module `flint` for `derivations.enclose` and `derivations.series`. It has nothing else that flint has."""
    module = types.ModuleType("flint")
    IV.prec = PRECISION_OF_ARB
    parts = {"arb": Ball, "arb_series": Taylor, "fmpq": lambda p, q: Ball(p) / Ball(q), "ctx": Context()}
    vars(module).update(parts)
    return module
