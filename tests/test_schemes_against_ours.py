"""Our optimizers follow their schemes in parameters and buffers, slice by slice."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from profiles import DEV, examples

import impl.optim
from verify.cases import seeded_cases
from verify.outside import load
from verify.shipped import OURS
from verify.strategies import cases
from verify.trace import compare

LISTED = OURS + load().subjects
"""Ours, and what others bring."""

DIVIDE_BY_THE_STEP = ("sgd-g", "adam-g")
"""Schemes that are undefined where their step is 0: while all gradients have been 0, and on S⁰."""


@pytest.mark.parametrize("subject", LISTED, ids=lambda s: s.name)
@settings(max_examples=examples("1/4", "1/2"))  # each with all options of the optimizer
@given(data=st.data())
def test_an_optimizer_follows_its_scheme_in_parameters_and_buffers(subject, data):
    result = compare(subject, [data.draw(cases(subject.scheme))])
    assert result.ok, result.divergence


@pytest.mark.parametrize("subject", LISTED, ids=lambda s: s.name)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_at_the_default_hyperparameters_every_number_is_decided(subject, dtype):
    default = subject.scheme.numbers()
    drawn = seeded_cases(subject.scheme, 2 if DEV else 4, seed=1, dtype=dtype)
    moving = {"gradient": "gaussian", "shapes": ((2, 3), (1, 4))} if subject.scheme.name in DIVIDE_BY_THE_STEP else {}
    result = compare(subject, [replace(case, hyperparameters=default, **moving) for case in drawn])
    assert result.ok, result.divergence
    assert result.undecided == 0


@pytest.mark.parametrize(
    "subject", [s for s in LISTED if {"lr", "weight_decay"} <= set(s.scheme.hyperparameters)], ids=lambda s: s.name
)
@pytest.mark.parametrize("gradient", ["zero", "gaussian"])
def test_the_little_that_a_strong_decay_leaves_is_right_to_its_last_digits(subject, gradient):
    """1 - ηλ = 2⁻¹⁰: x - ηλ x is right to the last digits of x, which are ten bits too few."""
    lr = subject.scheme.numbers().lr
    strong = subject.scheme.numbers(weight_decay=(1 - 2**-10) / lr)
    drawn = seeded_cases(subject.scheme, 4, seed=2, dtype=torch.float32)
    once = {"hyperparameters": strong, "schedule": "constant", "radius": 1.0, "steps": 2}
    result = compare(subject, [replace(case, gradient=gradient, gradient_scale=lr, **once) for case in drawn])
    assert result.ok, result.divergence


def test_every_optimizer_of_the_library_is_compared():
    assert {s.name.partition(" ")[0] for s in OURS} == {optimizer.__name__ for optimizer in impl.optim.OPTIMIZERS}
