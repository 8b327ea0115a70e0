"""Arithmetics that a bound of `verify.tolerance` has to cover: exact ones, torch's, and an adversary's."""

import math
from fractions import Fraction

import numpy as np
import torch

from verify.precision import ROUNDINGS
from verify.tolerance import Tracked, TrackedSpace

BITS = 400


class Exact:
    """Rational arithmetic; a root is right to 400 bits."""

    def leaf(self, x: float) -> Fraction:
        return Fraction(x)

    def done(self, x: Fraction) -> Fraction:
        return x

    def add(self, x, y):
        return self.done(x + y)

    def sub(self, x, y):
        return self.done(x - y)

    def mul(self, x, y):
        return self.done(x * y)

    def div(self, x, y):
        return self.done(x / y)

    def square(self, x):
        return self.done(x * x)

    def root(self, x):
        if x < 0:
            raise ZeroDivisionError("a root of what is negative")
        scale = 2 * max(0, BITS + x.denominator.bit_length() - x.numerator.bit_length())
        return self.done(Fraction(math.isqrt((x.numerator << scale) // x.denominator), 1 << scale // 2))

    def total(self, terms):
        result = terms[0]
        for term in terms[1:]:
            result = self.add(result, term)
        return result

    def read(self, x):
        return x


class Adversary(Exact):
    """Each operation is off by (1±u) once for each of ROUNDINGS, what is subnormal may be flushed."""

    def __init__(self, dtype: torch.dtype, random) -> None:
        info = torch.finfo(dtype)
        sums = torch.finfo(dtype if info.bits >= 32 else torch.float32)
        self.unit, self.sums = Fraction(info.eps) / 2, Fraction(sums.eps) / 2
        self.tiny, self.random = Fraction(info.smallest_normal), random

    def done(self, x):
        if x != 0 and abs(x) < self.tiny and self.random.random() < 0.5:
            return Fraction(0)
        return x * (1 + self.random.choice((-1, 1)) * self.unit) ** ROUNDINGS

    def total(self, terms):
        terms = list(terms)
        self.random.shuffle(terms)
        result = terms[0]
        for term in terms[1:]:
            result = (result + term) * (1 + self.random.choice((-1, 1)) * self.sums)
        return self.done(result)


class Contracting(Exact):
    """float32 with one rounding for a product and the sum that takes it (fma), and x/y as x·(1/y)."""

    def leaf(self, x):
        return (Fraction(x), Fraction(x))

    def done(self, x):
        return (self._round(x), x)

    def add(self, x, y):
        return self.done(x[1] + y[0])

    def sub(self, x, y):
        return self.done(x[0] - y[1])

    def mul(self, x, y):
        return self.done(x[0] * y[0])

    def div(self, x, y):
        return self.done(x[0] * self._round(1 / y[0]))

    def square(self, x):
        return self.done(x[0] * x[0])

    def root(self, x):
        return self.done(Exact().root(x[0]))

    def read(self, x):
        return x[0]

    @staticmethod
    def _round(x):
        """To the nearest number of 24 bits, however small: what underflows is not this machine's matter."""
        if x == 0:
            return x
        exponent = abs(x).numerator.bit_length() - x.denominator.bit_length()
        step = Fraction(2) ** (exponent - 24)
        return round(x / step) * step


class Torch:
    """What torch computes, one operation after another, each result rounded to the dtype."""

    def __init__(self, dtype: torch.dtype) -> None:
        self.dtype = dtype

    def leaf(self, x):
        return torch.tensor([x], dtype=self.dtype)

    def add(self, x, y):
        return x + y

    def sub(self, x, y):
        return x - y

    def mul(self, x, y):
        return x * y

    def div(self, x, y):
        return x / y

    def square(self, x):
        return x**2

    def root(self, x):
        return x.sqrt()

    def total(self, terms):
        return torch.cat(list(terms)).sum().reshape(1)

    def read(self, x):
        return x.double().item()


class Bounded(Torch):
    """The formula with its bound."""

    def __init__(self, dtype: torch.dtype) -> None:
        self.space = TrackedSpace(dtype)

    def leaf(self, x):
        return self.space.vector([x])

    def sub(self, x, y):
        return x - y

    def root(self, x):
        return x.root()

    def total(self, terms):
        value, error = (np.concatenate([getattr(t, name) for t in terms]) for name in ("value", "error"))
        return Tracked(value, error, terms[0].precision).sum()

    def read(self, x):
        return x


def run(tree, machine):
    """The value of a tree, a leaf or (operation, subtrees), on a machine."""
    if not isinstance(tree, tuple):
        return machine.leaf(tree)
    name, *operands = tree
    values = [run(operand, machine) for operand in operands]
    return machine.total(values) if name == "total" else getattr(machine, name)(*values)
