"""The allowed errors: bounds that hold, and that are not slack."""

import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from profiles import examples

from derivations.schemes import all_schemes
from verify.oracle import Multiprecision, Torch
from verify.precision import EXACT
from verify.strategies import dimensions, hyperparameters, seeds
from verify.tolerance import Tracked, TrackedSpace, judge, roundoff

every_scheme = pytest.mark.parametrize("scheme", all_schemes(), ids=lambda s: s.name)


def after_two_steps(scheme, space, x, gradients, h):
    numbers = type(h)(**{name: space.scalar(value) for name, value in vars(h).items()})
    point, state = scheme.initial_point(space, space.vector(x)), scheme.initial_state(space, space.vector(x), numbers)
    for k, gradient in enumerate(gradients):
        point, state = scheme.step(space, k, point, space.vector(gradient), state, numbers)
    return {"x": point, **state}


@every_scheme
@settings(max_examples=examples("1/4", "1/2"))  # of each of more than forty schemes
@given(data=st.data(), d=dimensions(16), seed=seeds())
def test_the_formula_run_in_float32_stays_within_the_bound_of_the_exact_one(scheme, data, d, seed):
    h = data.draw(hyperparameters(scheme))
    numbers = np.random.default_rng(seed).normal(size=(3, d)).astype(np.float32)
    x, gradients = numbers[0], numbers[1:]
    with np.errstate(all="ignore"):
        tracked = after_two_steps(scheme, TrackedSpace(torch.float32), x[None], gradients[:, None], h)
    single = after_two_steps(scheme, Torch(), torch.tensor(x[None]), torch.tensor(gradients[:, None]), h)
    for name, bound in tracked.items():
        assert judge(bound, single[name].numpy()).ok, name


@every_scheme
@settings(max_examples=examples("1/4", "1/2"))  # of each of more than forty schemes
@given(data=st.data(), d=dimensions(8), seed=seeds())
def test_its_value_in_float64_stays_within_the_bound_of_fifty_digits(scheme, data, d, seed):
    assume(d > 1 or not scheme.on_sphere)
    h = data.draw(hyperparameters(scheme))
    x, *gradients = np.random.default_rng(seed).normal(size=(3, d))
    with np.errstate(all="ignore"):
        tracked = after_two_steps(scheme, TrackedSpace(torch.float64), x[None], np.array(gradients)[:, None], h)
    assume(all(np.isfinite(t.error).all() for t in tracked.values()))
    exact = after_two_steps(scheme, Multiprecision(50), x, gradients, h)
    for name, bound in tracked.items():
        truth = np.array([float(c) for c in np.atleast_1d(exact[name])])
        assert (np.abs(bound.value - truth) <= bound.error).all(), name


@every_scheme
def test_at_the_defaults_the_bound_is_a_small_multiple_of_the_roundoff(scheme):
    x, *gradients = np.random.default_rng(0).normal(size=(3, 1, 16))
    tracked = after_two_steps(scheme, TrackedSpace(torch.float32), x, np.array(gradients), scheme.numbers())["x"]
    relative = tracked.error / np.linalg.norm(tracked.value)
    assert relative.max() < roundoff(1000, torch.float32)


def test_errors_propagate_through_each_operation():
    a, b = Tracked(4.0, 0.5), Tracked(-2.0, 0.25)
    cases = {
        "sum": (a + b, 2.0, 0.75),
        "difference": (a - b, 6.0, 0.75),
        "product": (a * b, -8.0, 4 * 0.25 + 2 * 0.5 + 0.125),
        "quotient": (a / b, -2.0, (0.5 + 2 * 0.25) / 1.75),
        "root": (a.root(), 2.0, 2 - math.sqrt(3.5)),
        "power": (a**2, 16.0, 4.5**2 - 16),
        "number first": (1 - 1 / a, 0.75, (0.25 * 0.5) / 3.5),
        "sum of coordinates": (Tracked([1.0, 2.0], [0.1, 0.2]).sum(), 3.0, 0.3),
    }
    for name, (result, value, error) in cases.items():
        assert math.isclose(result.value.item(), value, rel_tol=roundoff(4)), name
        assert math.isclose(result.error.item(), error, rel_tol=roundoff(40)), name


def test_what_a_formula_leaves_open_is_undecided_not_passed():
    with np.errstate(all="ignore"):
        quotient = Tracked([1.0, 1.0, 0.0], 0.0, EXACT) / Tracked([1.0, 0.1, 0.0], [0.0, 0.2, 0.0], EXACT)
    found = judge(quotient, [1.0, 5.0, 7.0])
    assert (found.decided, found.undecided, found.ok) == (1, 2, True)


@pytest.mark.parametrize("seen", [math.nan, math.inf, 1.1, -1.0])
def test_a_wrong_or_missing_number_is_not_within_any_finite_bound(seen):
    assert not judge(Tracked([1.0], [0.05]), [seen]).ok
    assert judge(Tracked([1.0], [0.05]), [1.04]).ok


@given(seed=seeds(), weight=st.floats(0, 1))
def test_a_mean_kept_by_its_weight_is_allowed_what_the_weight_loses(seed, weight):
    m, g = np.random.default_rng(seed).normal(size=(2, 1, 8)).astype(np.float32)
    space, beta = TrackedSpace(torch.float32), 1 - weight
    kept = space.scalar(beta, memory=True)
    lerped = torch.lerp(torch.tensor(m), torch.tensor(g), 1 - beta).numpy()
    assert judge(kept * space.vector(m) + (1 - kept) * space.vector(g), lerped).ok
