"""Schemes against second writings of their rules: the sound ones agree, and each bug to order is seen."""

import importlib
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from derivations.schemes import by_name
from verify.cases import seeded_cases
from verify.rows import LOOPS, MOMENTS, adam, maker, same
from verify.spaces import Balls, Exact, Float64, Multiprecision, Torch
from verify.tolerance import Tracked, TrackedSpace, roundoff
from verify.trace import compare
from verify.trust.mutants.by_hand import RULES, subject

BUGS = [(name, bug) for name, (_, bugs) in RULES.items() for bug in bugs]


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_a_rule_written_by_hand_follows_its_scheme(name, dtype):
    result = compare(subject(by_name(name)), seeded_cases(by_name(name), 12, seed=2, dtype=dtype))
    assert result.ok, result.divergence
    assert result.decided > 10 * result.undecided


@pytest.mark.parametrize(("name", "bug"), BUGS)
def test_a_broken_rule_is_rejected(name, bug):
    drawn = seeded_cases(by_name(name), 40, seed=3, dtype=torch.float64)
    assert not compare(subject(by_name(name), bug), [replace(c, steps=8) for c in drawn]).ok


def test_nadam_and_asgd_keep_a_number_in_the_default_dtype_whatever_the_parameters():
    """In float64 their steps are those of a rate in float32 as long as the default dtype is float32 (torch 2.13)."""
    for optimizer, buffer in ((torch.optim.NAdam, "mu_product"), (torch.optim.ASGD, "eta")):
        parameter = torch.nn.Parameter(torch.ones(3, dtype=torch.float64))
        parameter.grad = torch.ones_like(parameter)
        made = optimizer([parameter])
        made.step()
        assert made.state[parameter][buffer].dtype == torch.float32


def test_centred_rmsprop_has_no_bound_where_rounding_may_leave_no_root():
    """v - ḡ² = 0 under a gradient that does not change: the root of a rounding of either sign."""
    scheme, space = by_name("rmsprop-centered"), TrackedSpace(torch.float64)
    h = scheme.numbers(beta=0.0)
    x = space.vector([[0.3]])
    with np.errstate(all="ignore"):
        moved, _ = scheme.step(space, 0, x, space.vector([[0.1]]), scheme.initial_state(space, x, h), h)
    assert not np.isfinite(moved.error).any()


SPACES = [Float64(), Multiprecision(30), Exact(), Torch()]


@pytest.mark.parametrize("space", SPACES, ids=lambda s: type(s).__name__)
def test_maximum_and_choice_by_coordinate_and_of_numbers(space):
    x, y, sign = (space.vector(v) for v in ([1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [1.0, 0.0, -1.0]))
    assert [float(c) for c in space.maximum(x, y)] == [3, 2, 3]
    assert [float(c) for c in space.choose(sign, x, y)] == [1, 2, 1]
    assert float(space.maximum(space.scalar(1), space.scalar(2))) == 2
    assert (space.choose(space.scalar(0), 1, 2), space.choose(space.scalar(1), 1, 2)) == (2, 1)
    assert abs(float(space.number(24, 25)) - 0.96) < roundoff(1)


def test_balls_know_a_maximum_but_no_choice():
    space = Balls()
    x, y = space.vector([1, 5]), space.vector([2, 3])
    assert [float(c) for c in space.maximum(x, y)] == [2, 5]
    with pytest.raises(NotImplementedError, match="sign"):
        space.choose(x, x, y)


def test_a_tracked_choice_is_bounded_only_where_the_sign_is_sure():
    space = TrackedSpace(torch.float64)
    sign = Tracked([1.0, -1.0, 1e-9, 0.0], [0.5, 0.5, 1e-6, 0.0])
    chosen = space.choose(sign, Tracked([1.0] * 4, [0.1] * 4), Tracked([2.0] * 4, [0.2] * 4))
    assert chosen.value.tolist() == [1, 2, 1, 2]
    assert chosen.error.tolist() == [0.1, 0.2, np.inf, 0.2]
    larger = space.maximum(Tracked([1.0], [0.1]), Tracked([1.05], [0.3]))
    assert (larger.value.item(), larger.error.item()) == (1.05, 0.3)


def test_a_tracked_power_is_bounded_by_the_corners_of_its_errors():
    power = Tracked(2.0, 0.5) ** Tracked(3.0, 1.0)
    assert (power.value.item(), power.error.item()) == (8.0, pytest.approx(2.5**4 - 8, rel=roundoff(10), abs=0))
    with np.errstate(invalid="ignore"):
        assert not np.isfinite((Tracked(0.1, 0.2) ** Tracked(2.0, 0.1)).error)
    assert (2 ** Tracked(3.0, 0.0)).value == 8


TIMM = {
    "lamb": ("timm.optim.lamb:Lamb", adam, {"max_grad_norm": None}, MOMENTS),
    "lars": ("timm.optim.lars:Lars", same, {"trust_coeff": 1.0, "eps": 0.0}, {"m": "momentum_buffer"}),
}


@pytest.mark.parametrize("name", TIMM)
def test_released_layerwise_optimizers_follow_their_schemes(name):
    """timm 1.0.31; its LARS steps by τ = 1 where the gradient is 0, also with decay: such gradients are left out."""
    pytest.importorskip("timm")
    path, arguments, fixed, buffers = TIMM[name]
    module, _, attribute = path.partition(":")
    optimizer = getattr(importlib.import_module(module), attribute)
    made = maker(optimizer, arguments, always_adapt=True, **fixed)
    row = replace(subject(by_name(name)), make=made, buffers=lambda h: buffers, options=LOOPS)
    drawn = seeded_cases(by_name(name), 60, seed=5)
    never_zero = [case for case in drawn if case.gradient in ("gaussian", "heavy-tailed")]
    result = compare(row, [replace(c, hyperparameters=_moving(c.hyperparameters)) for c in never_zero])
    assert result.ok, result.divergence


def _moving(h):
    """With momentum, so that there is a buffer."""
    return SimpleNamespace(**(vars(h) | ({"momentum": 0.5} if getattr(h, "momentum", 1) == 0 else {})))
