"""The bound of `verify.tolerance` holds, whatever arithmetic the formula is computed in."""

import math
import random
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tolerance_machines import Adversary, Bounded, Contracting, Exact, Torch, run

from verify import tracked
from verify.precision import Precision
from verify.tracked import Tracked

BINARY, UNARY = ("add", "sub", "mul", "div"), ("square", "root")
DTYPES = (torch.float64, torch.float32, torch.bfloat16)
each_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: str(dtype).removeprefix("torch."))


def leaf(chance, dtype):
    """Numbers near one another, so that they cancel; of all sizes; subnormal; powers of two; zero."""
    kind, sign = chance.randrange(6), chance.choice((-1.0, 1.0))
    info = torch.finfo(dtype)
    size = {
        0: lambda: 1 + chance.randrange(8) * info.eps,
        1: lambda: 10 ** chance.uniform(-3, 3),
        2: lambda: 10 ** chance.uniform(-30, 30),
        3: lambda: info.smallest_normal * chance.uniform(0, 4),
        4: lambda: 2.0 ** chance.randint(-20, 20),
        5: lambda: chance.choice((0.0, 0.1, 0.9, 0.999)),
    }[kind]()
    return torch.tensor(sign * size, dtype=dtype).double().item()


def grown(chance, dtype, depth):
    """A random expression; one in four of its differences is of nearly equal operands."""
    if depth == 0 or chance.random() < 0.15:
        return leaf(chance, dtype)
    kind = chance.random()
    if kind < 0.15:
        return ("total", *(grown(chance, dtype, depth - 2 if depth > 2 else 0) for _ in range(chance.randint(2, 12))))
    if kind < 0.35:
        name, operand = chance.choice(UNARY), grown(chance, dtype, depth - 1)
        return (name, ("square", operand)) if name == "root" and chance.random() < 0.5 else (name, operand)
    left = grown(chance, dtype, depth - 1)
    if kind < 0.5:
        near = ("mul", left, 1 + chance.randrange(-4, 5) * torch.finfo(dtype).eps)
        return ("sub", ("mul", left, 1.0), near) if chance.random() < 0.5 else ("sub", near, left)
    return (chance.choice(BINARY), left, grown(chance, dtype, depth - 1))


def bound_of(tree, dtype):
    """The value and the bound of a tree, or None where it is undecided."""
    with np.errstate(all="ignore"):
        found = run(tree, Bounded(dtype))
    value, error = found.value.item(), found.error.item()
    return (value, error) if math.isfinite(value) and math.isfinite(error) else None


def misses(seeds, dtype, machines):
    """The trees of these seeds which some machine computes beyond the bound, and how many were decided."""
    beyond, decided = [], 0
    for seed in seeds:
        chance = random.Random(seed)
        tree = grown(chance, dtype, chance.randint(1, 5))
        bound = bound_of(tree, dtype)
        if bound is None:
            continue
        decided += 1
        for machine in machines(dtype, chance):
            try:
                seen = machine.read(run(tree, machine))
            except ZeroDivisionError:
                beyond.append((seed, type(machine).__name__))
                continue
            close = math.isfinite(seen) and abs(Fraction(seen) - Fraction(bound[0])) <= Fraction(bound[1])
            if not close:
                beyond.append((seed, type(machine).__name__))
    return beyond, decided


def all_machines(dtype, chance):
    found = [Exact(), Torch(dtype), Adversary(dtype, chance), Adversary(dtype, chance)]
    return [*found, Contracting()] if dtype == torch.float32 else found


@each_dtype
@given(seed=st.integers(0, 2**32 - 1))
def test_no_arithmetic_leaves_the_bound_of_a_random_expression(dtype, seed):
    beyond, _ = misses([seed], dtype, all_machines)
    assert not beyond


@each_dtype
def test_most_of_the_random_expressions_are_decided(dtype):
    _, decided = misses(range(300), dtype, lambda *_: [])
    assert decided > 200


def without_carried_error(self, other):
    other = tracked.tracked(other)
    error = abs(self.value) * other.error  # and nothing of its own error
    return self._result(other, self.value * other.value, error)


def quotient_at_the_value(self, other):
    other = tracked.tracked(other)
    error = (self.error + abs(self.value / other.value) * other.error) / abs(other.value)
    return self._result(other, self.value / other.value, error)


def root_at_the_value(self):
    return self._result(self, np.sqrt(self.value), self.error / (2 * np.sqrt(self.value)))


def first_order(self, other, value, error, underflows=True, nonnegative=False):
    precision = Precision.combine(self.precision, other.precision)
    return Tracked(value, error + precision.unit * abs(value) + precision.tiny, precision, nonnegative=nonnegative)


def one_rounding(self, other, value, error, underflows=True, nonnegative=False):
    precision = Precision.combine(self.precision, other.precision)
    reach = abs(value) + error
    return Tracked(value, error + precision.unit / 3 * reach + precision.tiny, precision, nonnegative=nonnegative)


def last_rounding_only(self):
    return self._result(self, self.value.sum(-1, keepdims=True), self.error.sum(-1, keepdims=True), False)


BROKEN = {
    "__mul__": without_carried_error,
    "__truediv__": quotient_at_the_value,
    "root": root_at_the_value,
    "sum": last_rounding_only,
    "_result, first order": first_order,
    "_result, one rounding": one_rounding,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_bound_that_forgets_something_is_left(name, monkeypatch):
    monkeypatch.setattr(Tracked, name.partition(",")[0], BROKEN[name])
    with np.errstate(all="ignore"):
        assert any(misses([seed], torch.float32, all_machines)[0] for seed in range(1200))


def test_a_half_precision_sum_is_added_up_in_float32_by_torch():
    ones = torch.ones(1000, dtype=torch.bfloat16)
    assert ones.sum() == 1000  # 256 where each addition rounds to 8 bits
    assert (ones * ones).sum() == 1000 and torch.linalg.vector_norm(ones) == torch.tensor(1000.0).sqrt().bfloat16()


@each_dtype
def test_the_unit_is_half_the_distance_of_one_to_its_successor(dtype):
    successor = torch.nextafter(torch.ones((), dtype=dtype), torch.full((), 2.0, dtype=dtype)).double().item()
    unit, exact = Precision.of(dtype).unit, (1 + (Fraction(successor) - 1) / 2) ** 3 - 1 + Fraction(2) ** -53
    assert exact <= Fraction(unit) < exact * Fraction(11, 10)
