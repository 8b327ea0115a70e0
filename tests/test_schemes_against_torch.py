"""torch's optimizers, as shipped, follow their schemes in parameters and buffers; broken ones are caught."""

from dataclasses import replace
from types import SimpleNamespace

import broken_optimizers
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from profiles import DEV, examples

from derivations.schemes import by_name
from verify.cases import Case, seeded_cases
from verify.shipped import SHIPPED, SUBJECTS, subjects
from verify.strategies import cases
from verify.trace import Subject, compare


@pytest.mark.parametrize("subject", SHIPPED, ids=lambda s: s.name)
@settings(max_examples=examples("1/4", "1/2"))  # each with all options of the optimizer
@given(data=st.data())
def test_an_optimizer_follows_its_scheme_in_parameters_and_buffers(subject, data):
    result = compare(subject, [data.draw(cases(subject.scheme))])
    assert result.ok, result.divergence


@pytest.mark.parametrize("subject", SHIPPED, ids=lambda s: s.name)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_at_the_default_hyperparameters_every_number_is_decided(subject, dtype):
    default = subject.scheme.numbers()
    drawn = seeded_cases(subject.scheme, 2 if DEV else 4, seed=1, dtype=dtype)
    result = compare(subject, [replace(case, hyperparameters=default) for case in drawn])
    assert result.ok, result.divergence
    assert result.undecided == 0


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
@pytest.mark.parametrize("path", ["foreach", "fused", "loop"])
def test_nesterov_leaves_the_gradient_alone_but_for_its_foreach_path(path, weight_decay):
    parameter = torch.nn.Parameter(torch.ones(3))
    parameter.grad = torch.ones(3)
    options = {"fused": True} if path == "fused" else {"foreach": path == "foreach"}
    torch.optim.SGD([parameter], lr=0.1, momentum=0.9, nesterov=True, weight_decay=weight_decay, **options).step()
    sound = parameter.grad.equal(torch.ones(3))
    spent = parameter.grad.equal(torch.full((3,), 1.9))  # g + βm: what `spends_gradient` allows, and nothing else
    assert sound or (spent and path == "foreach" and weight_decay == 0)


@pytest.mark.parametrize("name", broken_optimizers.BROKEN)
def test_a_broken_optimizer_is_rejected(name):
    follows, broken = broken_optimizers.BROKEN[name]
    sound = next(s for s in SUBJECTS if s.name == follows)
    subject = Subject(name, sound.scheme, broken, sound.buffers, sound.counter, sliced=sound.sliced)
    assert not compare(subject, seeded_cases(sound.scheme, 20)).ok


@pytest.mark.parametrize("name", broken_optimizers.SOUND)
def test_a_sound_optimizer_written_by_hand_is_accepted(name):
    follows, make = broken_optimizers.SOUND[name]
    sound = next(s for s in SUBJECTS if s.name == follows)
    subject = Subject(name, sound.scheme, make, sound.buffers, sound.counter, sliced=sound.sliced)
    result = compare(subject, seeded_cases(sound.scheme, 20))
    assert result.ok, result.divergence


def test_the_first_divergence_names_its_step_tensor_and_quantity():
    scheme = by_name("sgd-m")

    def late(params, h, **options):
        """Sound for three steps, then 1 % too fast."""
        optimizer = torch.optim.SGD(params, lr=h.lr, momentum=h.momentum, weight_decay=h.weight_decay)
        optimizer.register_step_pre_hook(_faster_from(optimizer, step=3, tensor=1))
        return optimizer

    subject = Subject("late", scheme, late, lambda h: {"m": "momentum_buffer"})
    h = scheme.numbers(lr=0.1, momentum=0.9, weight_decay=0.0)
    result = compare(subject, [Case(seed=0, shapes=((2, 3), (1, 4)), hyperparameters=h, steps=6)])
    assert not result.ok
    assert (result.divergence.step, result.divergence.tensor) == (3, 1)
    assert result.divergence.quantity == "x"


def _faster_from(optimizer, step, tensor):
    count = iter(range(1000))

    def hook(*_):
        if next(count) == step:
            optimizer.param_groups[tensor]["lr"] *= 1.01

    return hook


def test_an_optimizer_that_does_nothing_comparable_is_not_accepted():
    subject = Subject("none", by_name("sgd"), lambda params, h: torch.optim.SGD(params, lr=h.lr), lambda h: {})
    assert not compare(subject, []).ok


def test_a_name_that_is_not_known_suggests_the_nearest():
    with pytest.raises(ValueError, match="adam-torch"):
        subjects("adam-torhc")
    assert [s.name for s in subjects("adamw")] == ["torch.optim.AdamW"]
    assert isinstance(SHIPPED[0].scheme.numbers(), SimpleNamespace)
