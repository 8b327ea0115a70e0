"""The ways in which an optimizer computes its step: all equal to the plain rule, and in place without new memory."""

import copy
import gc
import pickle
import sys
import weakref
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from optimizer_cases import CASES, problems
from torch import nn
from torch.profiler import ProfilerActivity, profile

from impl.native import available
from impl.optim import (
    OPTIMIZERS,
    PSISGD,
    SGDG,
    SGDP,
    AdamP,
    AdamWithoutAB,
    AdamWithoutABC,
    Lion,
    SphericalSGD,
    _blocks,
    _paths,
)
from verify.trust.mutants.battery_laws import close
from verify.trust.mutants.battery_problem import Problem, allowed_error, numbers, parameters_of, run

every_optimizer = pytest.mark.parametrize("cls", [c for c in OPTIMIZERS if c is not Lion], ids=lambda cls: cls.__name__)
sliced = ("channel", "whole", 1, 2, 3)
PATHS = ({"foreach": None}, {"foreach": True}, *([{"fused": True}] if available() else []))
PROJECTING = {"projection": "always", "nesterov": False, "project_buffer": False}
"""Of the options of SGDP and AdamP, those under which they have a rule in place."""
SIZES = (1, 7, _blocks.SIZE)
"""Of a block: a slice, some, all."""
SQUARE = Problem((("channel", ((64, 64), (64, 64), (48, 64))),), torch.float32, seed=1)


def in_place(cls: Any, options: dict[str, Any]) -> dict[str, Any]:
    """The options with which the rule is taken in place, where only some have one."""
    return options | {name: value for name, value in PROJECTING.items() if name in cls([torch.ones(2, 2)]).defaults}


def stepped(cls: Any, problem: Problem, options: dict[str, Any], ways: Any, absent: int = 0) -> torch.optim.Optimizer:
    """A step each way, saved and loaded after the first, which `absent` parameters miss."""
    optimizer = cls(problem.groups(), **options)
    for k, way in enumerate(ways):
        for group in optimizer.param_groups:
            group |= {"foreach": None, "fused": None} | way
        problem.set_gradients(parameters_of(optimizer), k)
        for p in parameters_of(optimizer)[: 0 if k else absent]:
            p.grad = None
        optimizer.step()
        if k == 0:
            optimizer.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    return optimizer


def differ(cls: Any, problem: Problem, options: dict[str, Any], ways: Any, absent: int = 0) -> bool:
    """Whether it is another run than the plain one, by more than both may be off."""
    plain = stepped(cls, problem, options, [{"foreach": False}] * len(ways), absent)
    found = stepped(cls, problem, options, ways, absent)
    allowed = allowed_error(problem, lambda: cls(problem.groups(), foreach=False, **options), len(ways))
    return not close(found, plain, [2 * error for error in allowed])


@every_optimizer
@settings(deadline=None, max_examples=6)
@given(data=st.data(), problem=problems(invariants=sliced), size=st.sampled_from(SIZES), absent=st.integers(0, 2))
def test_any_ways_in_turn_equal_the_plain_rule(cls, data, problem, size, absent):
    options = in_place(cls, data.draw(CASES[cls].options))
    ways = data.draw(st.lists(st.sampled_from(PATHS), min_size=2, max_size=8))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_blocks, "SIZE", size)
        assert not differ(cls, problem, options, ways, absent)


@every_optimizer
def test_unasked_every_rule_is_taken_in_place(cls, monkeypatch):
    monkeypatch.setattr(_paths, "batches", None)
    monkeypatch.setattr(_paths, "_refer", None)
    run(SQUARE, cls(SQUARE.groups(), **in_place(cls, {})), 3)


@every_optimizer
def test_another_rule_in_place_is_another_run(cls, monkeypatch):
    """Negative control: with a rule in place that goes too far by 2⁻¹⁰ of the weight."""
    module = sys.modules[cls.__module__]
    (name,) = [name for name in vars(module) if name.endswith("_update_")]
    update_ = getattr(module, name)

    def farther(block: _blocks.Block, **options: Any) -> None:
        update_(block, **options)
        block.parts["x"][0].mul_(1 + 2**-10)

    assert not differ(cls, SQUARE, in_place(cls, {}), [{}] * 3)
    monkeypatch.setattr(module, name, farther)
    assert differ(cls, SQUARE, in_place(cls, {}), [{}] * 3)


def largest_allocation(optimizer: torch.optim.Optimizer) -> int:
    """Bytes, in a step after three."""
    run(SQUARE, optimizer, 3)
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as found:
        optimizer.step()
    return max(e.nbytes() for e in found.profiler.kineto_results.events() if e.name() == "[memory]")


@every_optimizer
def test_a_step_in_place_takes_no_memory_of_the_size_of_a_parameter(cls):
    whole = 48 * 64 * 4
    assert largest_allocation(cls(SQUARE.groups(), **in_place(cls, {}))) < whole / 2
    assert largest_allocation(cls(SQUARE.groups(), foreach=False, **in_place(cls, {}))) >= whole


@every_optimizer
def test_what_a_step_keeps_holds_no_gradient_no_optimizer_and_is_not_saved(cls):
    optimizer = run(SQUARE, cls(SQUARE.groups(), **in_place(cls, {})), 2)
    assert optimizer in _blocks.KEPT.plans
    gradients = [weakref.ref(p.grad) for p in parameters_of(optimizer)]
    assert len(pickle.dumps(optimizer)) < 5 * sum(p.numel() * 4 for p in parameters_of(optimizer))
    optimizer.zero_grad()
    assert not any(gradient() is not None for gradient in gradients)
    twin = copy.deepcopy(optimizer)
    run(SQUARE, twin, range(2, 4))
    run(SQUARE, optimizer, range(2, 4))
    assert all(torch.equal(x, y) for x, y in zip(numbers(twin), numbers(optimizer), strict=True))
    gone = weakref.ref(optimizer)
    del optimizer
    gc.collect()
    assert gone() is None


def swapped(p: nn.Parameter) -> None:
    p.data = p.data.clone()


def transposed(p: nn.Parameter) -> None:
    p.data = p.data.mT.contiguous().mT


@every_optimizer
@pytest.mark.parametrize("change", [swapped, transposed], ids=lambda change: change.__name__)
def test_a_parameter_that_moves_to_other_memory_is_still_trained(cls, change):
    ends = []
    for foreach in (False, None):
        optimizer = run(SQUARE, cls(SQUARE.groups(), foreach=foreach, **in_place(cls, {})), 2)
        change(parameters_of(optimizer)[0])
        ends.append(run(SQUARE, optimizer, range(2, 5)))
    allowed = allowed_error(SQUARE, lambda: cls(SQUARE.groups(), foreach=False, **in_place(cls, {})), 5)
    assert close(*ends, [2 * error for error in allowed])


@every_optimizer
def test_parameters_that_share_memory_are_trained_one_after_the_other(cls):
    ends = []
    for foreach in (False, None):
        memory = torch.linspace(0.5, 2, 12)
        parameters = [nn.Parameter(memory[:8].view(2, 4)), nn.Parameter(memory[4:].view(2, 4))]
        optimizer = cls(parameters, foreach=foreach, **in_place(cls, {}))
        for p in parameters:
            p.grad = torch.ones(2, 4)
        optimizer.step()
        ends.append(memory)
    assert torch.equal(*ends)


def test_a_saved_group_without_the_new_options_loads():
    optimizer = run(SQUARE, AdamP(SQUARE.groups()), 1)
    saved = copy.deepcopy(optimizer.state_dict())
    for group in saved["param_groups"]:
        del group["fused"], group["compile"]
    optimizer.load_state_dict(saved)
    run(SQUARE, optimizer, 1)


EXTREME = (
    (AdamP, 1e-12, 1.0, 1),
    (AdamP, 1.0, 1e12, 1),
    (SGDP, 1e12, 1.0, 1),
    (AdamWithoutAB, 1e-12, 1.0, 1),
    (AdamWithoutABC, 1e12, 1.0, 1),
    (AdamP, 1.0, 1.0, 0),
)
"""Norms of a weight and of its gradient, and how many blocks go back to the reference."""


@pytest.mark.parametrize(("cls", "size", "slope", "count"), EXTREME)
def test_what_single_precision_might_not_square_goes_back_to_the_reference(cls, size, slope, count, monkeypatch):
    found, refer = [], _paths._refer
    monkeypatch.setattr(_paths, "_refer", lambda rule, *rest: found.append(rule.update) or refer(rule, *rest))
    optimizer = cls([nn.Parameter(size * torch.ones(2, 2))])
    parameters_of(optimizer)[0].grad = slope * torch.tensor([[1.0, -1.0], [-1.0, 1.0]])
    optimizer.step()
    assert len(found) == count


@pytest.mark.parametrize("cls", [SGDG, PSISGD])
@pytest.mark.parametrize("momentum", [1.0, 1.5])
def test_a_momentum_that_forgets_nothing_is_taken(cls, momentum):
    ends = []
    for foreach in (None, False):
        p = nn.Parameter(torch.tensor([[3.0, 4.0], [0.6, 0.8]]))
        optimizer = cls([p], momentum=momentum, foreach=foreach)
        p.grad = torch.tensor([[0.1, 0.2], [0.3, 0.0]])
        optimizer.step()
        ends.append(p.detach())
    assert torch.equal(*ends) and not torch.equal(ends[0], torch.tensor([[3.0, 4.0], [0.6, 0.8]]))


def test_without_a_compiler_compile_says_so(monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    optimizer = SphericalSGD([nn.Parameter(torch.ones(2, 2))], compile=True)
    parameters_of(optimizer)[0].grad = torch.ones(2, 2)
    with pytest.raises(RuntimeError, match=r"compile=True.*no-such-compiler.*compile=False"):
        optimizer.step()
