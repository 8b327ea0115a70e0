"""Laws that every optimizer of the index must obey: the drawn options are data, and no test branches on a name."""

import functools
import inspect
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import TypeCheckError, jaxtyped
from optimizer_cases import CASES, log_uniform, problems
from profiles import examples
from torch import nn

from impl.groups import as_rows
from impl.optim import OPTIMIZERS
from verify.trust.mutants import battery_laws as laws
from verify.trust.mutants import battery_memory as memory
from verify.trust.mutants.battery_problem import Problem, allowed_error, parameters_of, run
from verify.trust.mutants.battery_settings import SETTINGS

every_optimizer = pytest.mark.parametrize("cls", OPTIMIZERS, ids=lambda cls: cls.__name__)
law = settings(deadline=None, max_examples=examples("1/4", "2/5"))
"""Of each optimizer; they share most of their code. Most laws are also put to the fixed problems of the battery, which
are known to be decisive: with them `orthodrome mutate` kills what changes one thing in an optimizer."""
steps = st.integers(1, 6)
double = (torch.float64,)
sliced = ("channel", "whole", 1, 2, 3)


def test_the_table_of_cases_covers_the_index():
    assert set(CASES) == set(OPTIMIZERS)
    assert set(SETTINGS) == {cls.__name__ for cls in OPTIMIZERS}


@every_optimizer
@law
@given(data=st.data(), problem=problems(), before=steps, after=steps, foreach=st.booleans())
def test_resuming_from_a_saved_state_continues_bit_for_bit(cls, data, problem, before, after, foreach):
    options, others = data.draw(CASES[cls].options), data.draw(CASES[cls].options)
    early = data.draw(st.booleans(), "parameters loaded before the optimizer is made")
    assert not laws.resumes(cls, problem, options | {"foreach": foreach}, others, before, after, early)


@every_optimizer
@law
@given(data=st.data(), problem=problems())
def test_a_closure_is_evaluated_once_with_gradients_and_its_loss_is_returned(cls, data, problem):
    options = data.draw(CASES[cls].options)
    assert not laws.evaluates_a_closure_once(cls, problem, options, data.draw(st.booleans()))


@every_optimizer
@law
@given(data=st.data(), problem=problems(), count=steps)
def test_the_foreach_path_equals_the_loop(cls, data, problem, count):
    # A parameter that misses a step must not share the step count of the others.
    absent = data.draw(st.integers(0, 3))
    assert not laws.loop_equals_foreach(cls, problem, data.draw(CASES[cls].options), count, absent)


@every_optimizer
@law
@given(data=st.data(), problem=problems(), count=steps, lrs=st.lists(log_uniform(-4, -1), min_size=3, max_size=3))
def test_each_group_has_its_own_learning_rate(cls, data, problem, count, lrs):
    options = data.draw(CASES[cls].options)
    groups = [group | {"lr": lr} for group, lr in zip(problem.groups(), lrs, strict=False)]
    together = run(problem, cls(groups, **options), count)
    everywhere = {lr: run(problem, cls([g | {"lr": lr} for g in problem.groups()], **options), count) for lr in lrs}
    for i, group in enumerate(together.param_groups):
        assert group["lr"] == lrs[i]
        alone = everywhere[lrs[i]].param_groups[i]["params"]
        assert all(torch.equal(p, q) for p, q in zip(group["params"], alone, strict=True))


@every_optimizer
@law
@given(data=st.data(), problem=problems(), factors=st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_a_scheduler_drives_the_learning_rate_of_every_group(cls, data, problem, factors):
    options = data.draw(CASES[cls].options)
    scheduled, by_hand = cls(problem.groups(), **options), cls(problem.groups(), **options)
    lrs = [group["lr"] for group in by_hand.param_groups]
    scheduler = torch.optim.lr_scheduler.LambdaLR(scheduled, lambda k: factors[min(k, len(factors) - 1)])
    for k, factor in enumerate(factors):
        for group, lr in zip(by_hand.param_groups, lrs, strict=True):
            group["lr"] = lr * factor
        run(problem, scheduled, range(k, k + 1))
        run(problem, by_hand, range(k, k + 1))
        scheduler.step()
    assert laws.identical(scheduled, by_hand)


@every_optimizer
@law
@given(data=st.data(), problem=problems(invariants=(None,)), count=steps, foreach=st.sampled_from([None, False, True]))
def test_parameters_without_invariance_are_trained_by_the_base_method_bit_for_bit(cls, data, problem, count, foreach):
    assert not laws.trains_the_rest_by_its_base(
        cls, CASES[cls].base, problem, data.draw(CASES[cls].options), foreach, count
    )


def invariant_loss(problem: Problem, p: nn.Parameter, invariant: Any) -> torch.Tensor:
    """A smooth loss of the directions of the slices alone."""
    x = as_rows(p, invariant)
    generator = torch.Generator().manual_seed(problem.seed)
    features = torch.randn(x.shape[1], 8, generator=generator, dtype=p.dtype)
    heights = torch.randn(x.shape[0], 8, generator=generator, dtype=p.dtype)
    return (heights * torch.sin(x / x.norm(dim=1, keepdim=True) @ features)).sum()


def descend(problem: Problem, optimizer: torch.optim.Optimizer, count: int) -> list[torch.Tensor]:
    """Steps on `invariant_loss`; the directions of all slices after each."""
    directions = []
    for _ in range(count):
        optimizer.zero_grad()
        for group in optimizer.param_groups:
            for p in group["params"]:
                invariant_loss(problem, p, group["invariant"]).backward()
        optimizer.step()
        for group in optimizer.param_groups:
            rows = [as_rows(p.detach(), group["invariant"]) for p in group["params"]]
            directions += [row / row.norm(dim=1, keepdim=True) for row in rows]
    return directions


@every_optimizer
@law
@given(data=st.data(), problem=problems(invariants=sliced), count=steps, exponent=st.integers(-3, 3))
def test_scaling_the_weights_leaves_the_trajectory_on_the_sphere_to_the_bit(cls, data, problem, count, exponent):
    """ρ is a power of two, by which floating point scales exactly: there is nothing to tolerate."""
    rho = 2.0**exponent
    options = data.draw(CASES[cls].options)
    scaled = problem.groups()
    for p in (p for group in scaled for p in group["params"]):
        p.data *= rho
    plain = descend(problem, cls(problem.groups(), **options), count)
    images = descend(problem, cls(scaled, **CASES[cls].scaled(options, rho)), count)
    assert all(torch.equal(u, image) for u, image in zip(plain, images, strict=True))


@every_optimizer
@law
@given(data=st.data(), problem=problems(invariants=sliced), count=steps)
def test_every_iterate_is_on_the_sphere_where_the_optimizer_says_so(cls, data, problem, count):
    options = data.draw(CASES[cls].options)
    assert not laws.is_on_the_sphere(cls, CASES[cls].on_sphere, problem, options, count)


@every_optimizer
@law
@given(problem=problems(invariants=sliced, dtypes=(torch.float32,)), foreach=st.booleans())
def test_without_gradients_a_slice_stays_and_can_still_move_after_its_buffers_have_decayed(cls, problem, foreach):
    assert not laws.stays_without_gradients(cls, problem, SETTINGS[cls.__name__].at_rest | {"foreach": foreach})


@every_optimizer
@law
@given(data=st.data(), problem=problems(), foreach=st.booleans())
def test_gradients_are_never_written_to_and_memory_is_not_shared(cls, data, problem, foreach):
    options = data.draw(CASES[cls].options) | {"foreach": foreach}
    assert not memory.leaves_what_is_not_its_own(cls, problem, options)


@every_optimizer
@law
@given(data=st.data(), problem=problems(), foreach=st.booleans())
def test_a_parameter_without_a_gradient_is_left_alone(cls, data, problem, foreach):
    options = data.draw(CASES[cls].options) | {"foreach": foreach}
    assert not memory.leaves_alone_what_has_no_gradient(cls, problem, options)


@every_optimizer
@law
@given(data=st.data(), problem=problems(invariants=sliced), count=steps)
def test_every_slice_is_trained_as_if_it_were_a_parameter_of_its_own(cls, data, problem, count):
    options = data.draw(CASES[cls].options) | CASES[cls].alone
    together = cls(problem.groups(), **options)
    apart = cls([torch.zeros(0)], invariant=None, **options)
    groups = problem.groups()
    rows = [row for group in groups for p in group["params"] for row in as_rows(p.detach(), group["invariant"])]
    slices = [nn.Parameter(row.clone()) for row in rows]
    apart.add_param_group({"params": slices, "invariant": "whole"})
    for k in range(count):
        run(problem, together, range(k, k + 1))
        gradients = iter(slices)
        for group in together.param_groups:
            for p in group["params"]:
                for gradient in as_rows(p.grad, group["invariant"]):
                    next(gradients).grad = gradient.clone()
        apart.step()
    pieces = iter(slices)
    allowed = max(
        allowed_error(problem, lambda: cls(problem.groups(), **options), count)[: len(parameters_of(together))]
    )
    for group in together.param_groups:
        for p in group["params"]:
            for row in as_rows(p.detach(), group["invariant"]):
                piece = next(pieces)
                assert (((row - piece).abs() <= allowed) | (row == piece)).all()  # the bound of a point off 0/0 is NaN


@every_optimizer
@law
@given(data=st.data(), problem=problems(invariants=sliced, dtypes=double), count=steps)
def test_rotating_the_start_and_the_gradients_rotates_every_iterate(cls, data, problem, count):
    """No coordinate is special, where the optimizer says so: phenomenon (a) of 000 §4.1 is absent."""
    options = data.draw(CASES[cls].options)
    plain, rotated = cls(problem.groups(), **options), cls(problem.groups(), **options)
    generator = torch.Generator().manual_seed(problem.seed)
    lengths = {as_rows(p, g["invariant"]).shape[1] for g in plain.param_groups for p in g["params"]}
    rotations = {
        d: torch.linalg.qr(torch.randn(d, d, generator=generator, dtype=torch.float64))[0] for d in sorted(lengths)
    }

    def turn(t: torch.Tensor, invariant: Any) -> torch.Tensor:
        rows = as_rows(t, invariant)
        return (rows @ rotations[rows.shape[1]]).reshape(t.shape)

    for group in rotated.param_groups:
        for p in group["params"]:
            p.data = turn(p.data, group["invariant"])
    for k in range(count):
        run(problem, plain, range(k, k + 1))
        problem.set_gradients(parameters_of(rotated), k)
        for group in rotated.param_groups:
            for p in group["params"]:
                p.grad = turn(p.grad, group["invariant"])
        rotated.step()
    allowed = allowed_error(problem, lambda: cls(problem.groups(), **options), count)
    index = 0
    for group, image in zip(plain.param_groups, rotated.param_groups, strict=True):
        for p, q in zip(group["params"], image["params"], strict=True):
            off = (turn(p.detach(), group["invariant"]) - q).abs() > problem.length * allowed[index]
            assert not (CASES[cls].rotates and off.any())
            index += 1


@functools.cache
def with_checked_shapes(function: Any) -> Any:
    return jaxtyped(function, typechecker=pytest.importorskip("beartype").beartype)


@every_optimizer
@law
@given(data=st.data(), problem=problems(invariants=sliced), foreach=st.booleans())
def test_the_shapes_in_the_signature_of_the_update_hold_and_are_enforced(cls, data, problem, foreach):
    module = inspect.getmodule(cls)
    (name,) = [name for name in vars(module) if name.endswith("_update")]
    checked = with_checked_shapes(getattr(module, name))
    calls = []

    def recorded(*args: torch.Tensor, **kwargs: Any) -> Any:
        calls.append(([t.detach().clone() for t in args], kwargs))
        return checked(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, recorded)
        run(problem, cls(problem.groups(), foreach=foreach, **data.draw(CASES[cls].options)), 2)
    args, kwargs = calls[-1]
    i = data.draw(st.integers(0, len(args) - 1))
    args[i] = torch.cat([args[i], args[i]])
    with pytest.raises(TypeCheckError):
        checked(*args, **kwargs)


@every_optimizer
@law
@given(data=st.data(), problem=problems())
def test_the_groups_of_the_caller_are_not_written_to(cls, data, problem):
    groups = problem.groups()
    keys = [set(group) for group in groups]
    cls(groups, **data.draw(CASES[cls].options))
    assert [set(group) for group in groups] == keys
