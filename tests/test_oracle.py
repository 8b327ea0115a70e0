"""The oracle: one scheme on four kinds of numbers, and its step seen on the sphere."""

import math

import numpy as np
import pytest
import sympy
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from derivations.schemes import all_schemes, by_name
from derivations.sphere import direction, exponential, tangent_projection, transport
from verify.checks.image_step import EXPONENTIAL
from verify.oracle import Exact, Float64, Multiprecision, Torch, effective, trajectory
from verify.strategies import dimensions, learning_rate_schedules, radially_invariant_losses, seeds, vectors
from verify.tolerance import TrackedSpace, amplification, judge, roundoff

every_scheme = pytest.mark.parametrize("scheme", all_schemes(), ids=lambda s: s.name)
FLOAT = Float64()


def normal(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


@every_scheme
@settings(max_examples=max(settings.default.max_examples // 2, 1))  # of each of more than forty schemes
@given(seed=seeds(), d=dimensions(8))
def test_numpy_mpmath_and_torch_take_the_same_steps(scheme, seed, d):
    assume(d > 1 or not scheme.on_sphere)  # on S⁰ a tangent step is 0, and Adam-G divides by its length
    x, gradients, h = normal(seed, d), normal(seed + 1, 4, d), scheme.numbers()
    precise, batched, tracked = Multiprecision(40), Torch(), TrackedSpace(torch.float64)
    a = trajectory(scheme, FLOAT, x, list(gradients), h)
    b = trajectory(scheme, precise, precise.vector(x), [precise.vector(g) for g in gradients], h)
    c = trajectory(scheme, batched, torch.tensor(x), [torch.tensor(g) for g in gradients], h)
    with np.errstate(all="ignore"):
        bounds = trajectory(scheme, tracked, tracked.vector(x[None]), [tracked.vector(g[None]) for g in gradients], h)
    for bound, *points in zip(bounds.points, a.points, b.points, c.points, strict=True):
        for point in points:
            found = judge(bound, np.array([[float(coordinate) for coordinate in point]]))
            assert found.ok, found


@every_scheme
def test_a_batch_is_its_cases_one_by_one(scheme):
    space, h = Torch(), scheme.numbers(lr=0.1)
    x, gradients = torch.tensor(normal(0, 50, 6)), [torch.tensor(normal(k + 1, 50, 6)) for k in range(3)]
    together = trajectory(scheme, space, x, gradients, h)
    tracked = TrackedSpace(torch.float64)
    vectors = [tracked.vector(g.numpy()) for g in gradients]
    error = trajectory(scheme, tracked, tracked.vector(x.numpy()), vectors, h).points[-1].error
    for i in (0, 17, 49):
        alone = trajectory(scheme, space, x[i], [g[i] for g in gradients], h)
        off = abs(together.points[-1][i] - alone.points[-1]).numpy()
        assert (off <= 2 * error[i]).all() and np.isfinite(error[i]).all()  # either is off by its own roundings


@pytest.mark.parametrize("scheme", [s for s in all_schemes() if s.name not in EXPONENTIAL], ids=lambda s: s.name)
@settings(max_examples=max(settings.default.max_examples // 2, 1))  # of each of more than forty schemes
@given(seed=seeds(), d=dimensions(16), schedule=learning_rate_schedules())
def test_the_next_direction_is_8_of_theorem_2(scheme, seed, d, schedule):
    def h(k):
        return scheme.numbers(lr=0.01 * schedule(k))

    run = trajectory(scheme, FLOAT, normal(seed, d) + 3, list(normal(seed + 1, 3, d)), h)
    for k, step in enumerate(effective(run)):
        margin = 1 - step.rate * FLOAT.dot(step.c, step.direction)
        assume(margin > 1e-3)  # (H1)
        length = FLOAT.dot(step.velocity, step.velocity)
        expected = (step.direction - step.velocity) / math.sqrt(1 + length)
        # Twenty operations and two sums, in units of all that is added up, conditioned by 1/(H1).
        allowed = roundoff(20 + 2 * d) * (1 + step.rate * FLOAT.norm(step.c)) / margin
        np.testing.assert_allclose(direction(FLOAT, run.points[k + 1]), expected, rtol=0, atol=allowed)
        off = allowed * (1 + math.sqrt(length))
        np.testing.assert_allclose(step.learning_rate * step.c_tangent, step.velocity, rtol=0, atol=off)


@given(seed=seeds(), d=dimensions(8), x=st.data())
def test_table_1_on_numbers(seed, d, x):
    x, gradient = x.draw(vectors(d)), normal(seed, d)
    gradient = tangent_projection(FLOAT, gradient, direction(FLOAT, x))
    square = FLOAT.dot(x, x)
    plain, decayed = by_name("sgd"), by_name("sgd-l2")
    of = {s: effective(trajectory(s, FLOAT, x, [gradient], s.numbers(lr=1e-2)))[0] for s in (plain, decayed)}
    assert math.isclose(of[plain].learning_rate, 1e-2 / square, rel_tol=roundoff(20 * d))
    assert math.isclose(of[decayed].learning_rate, 1e-2 / (square * (1 - 1e-5)), rel_tol=roundoff(20 * d))


@given(data=st.data(), d=dimensions(12))
def test_the_sphere_follows_sgd_at_all_orders_on_random_losses(data, d):
    assume(d > 1)
    loss, x0 = data.draw(radially_invariant_losses(d)), torch.tensor(data.draw(vectors(d)))
    space, sgd, sphere = Torch(), by_name("sgd-l2"), by_name("spherical-sgd")
    eta = 0.1 * float(x0 @ x0)  # an effective learning rate near 0.1 whatever the radius

    def gradient(k, x):
        x = x.detach().requires_grad_()
        return torch.autograd.grad(loss(x), x)[0]

    h = {"lr": eta, "weight_decay": 0.01 / eta}

    def on_the_sphere(scheme, radius):
        """(u_k, r_k⁴/r_0⁴) for k = 0, …, 10, as one vector, from a start."""

        def run(start):
            path = trajectory(scheme, space, start, gradient, scheme.numbers(**h), steps=10)
            pairs = zip(path.points, path.states, strict=True)
            return torch.cat([torch.cat([x / space.norm(x), radius(x, state)]) for x, state in pairs])

        return run

    free = on_the_sphere(sgd, lambda x, s: space.norm(x) ** 4 / space.norm(x0) ** 4)
    bound = on_the_sphere(sphere, lambda x, s: s["w"] / space.norm(x0) ** 4)
    # Per step: fewer than 100 roundings, each carried on like a perturbation of the start.
    allowed = roundoff(10 * 100) * amplification(free, x0)
    assert float((free(x0) - bound(x0)).abs().max()) <= allowed


@pytest.mark.parametrize("name", ["adagrad-g", "spherical-sgd"])
@given(seed=seeds(), d=dimensions(8))
def test_a_scheme_of_the_sphere_steps_along_the_gradient_by_the_rate_it_states(name, seed, d):
    assume(d > 1)
    scheme, x = by_name(name), normal(seed, d)
    gradient = tangent_projection(FLOAT, normal(seed + 1, d), direction(FLOAT, x))
    step = effective(trajectory(scheme, FLOAT, x, [gradient], scheme.numbers()))[0]
    np.testing.assert_allclose(step.velocity, step.learning_rate * gradient, rtol=0, atol=roundoff(20 * d))


def test_exact_numbers_are_exact():
    space, scheme = Exact(), by_name("spherical-sgd")
    h = scheme.numbers()
    h.lr, h.weight_decay = sympy.Rational(1, 10), sympy.Rational(1, 2)
    run = trajectory(scheme, space, space.vector([3, 4]), [space.vector([4, -3])], h)
    assert run.states[1]["w"] == (sympy.Rational(19, 20) ** 2 * 25 + sympy.Rational(1, 10) ** 2) ** 2
    assert sum(c**2 for c in run.points[1]).equals(1)


@given(seed=seeds(), d=dimensions(8))
def test_transport_is_a_rotation_that_carries_start_to_end(seed, d):
    assume(d > 1)
    u, v, q, p = (normal(seed + i, d) for i in range(4))
    u, v = direction(FLOAT, u), direction(FLOAT, v)
    assume(FLOAT.dot(u, v) > -0.99)
    allowed = roundoff(20 * d) / (1 + FLOAT.dot(u, v))  # conditioned by what divides
    np.testing.assert_allclose(transport(FLOAT, u, u, v), v, rtol=0, atol=allowed)
    kept = FLOAT.dot(transport(FLOAT, q, u, v), transport(FLOAT, p, u, v))
    assert abs(kept - FLOAT.dot(q, p)) <= allowed * FLOAT.norm(q) * FLOAT.norm(p)
    back = transport(FLOAT, transport(FLOAT, q, u, v), v, u)
    np.testing.assert_allclose(back, q, rtol=0, atol=2 * allowed * FLOAT.norm(q))
    assert not transport(FLOAT, 0 * q, u, v).any()


@given(seed=seeds(), d=dimensions(8))
def test_the_exponential_map_goes_as_far_as_its_velocity_is_long(seed, d):
    assume(d > 1)
    u = direction(FLOAT, normal(seed, d))
    velocity = tangent_projection(FLOAT, normal(seed + 1, d), u)
    length = FLOAT.norm(velocity)
    assume(1e-3 < length < 3)
    assert math.isclose(
        math.acos(FLOAT.dot(u, exponential(FLOAT, u, velocity))),
        length,
        rel_tol=roundoff(20 * d) / min(length, math.sin(length)) ** 2,
    )


def test_errors_name_the_argument_and_the_way_out():
    scheme = by_name("sgd")
    with pytest.raises(ValueError, match="steps=None"):
        trajectory(scheme, FLOAT, np.ones(2), lambda k, x: x, scheme.numbers())
    with pytest.raises(ValueError, match="steps=3.*1 gradients"):
        trajectory(scheme, FLOAT, np.ones(2), [np.ones(2)], scheme.numbers(), steps=3)
    with pytest.raises(ValueError, match="digits=0"):
        Multiprecision(0)
    with pytest.raises(ValueError, match="did you mean sgd"):
        by_name("sdg")
    with pytest.raises(TypeError, match="has no hyper-parameter"):
        scheme.numbers(momentum=0.9)
    with pytest.raises(ValueError, match="ηλ < 1"):
        by_name("spherical-sgd").numbers(lr=1.0, weight_decay=1.0)
    with pytest.raises(ValueError, match="beta1=1.0 lies outside"):
        by_name("adam").numbers(beta1=1.0)
    with pytest.raises(ValueError, match="ηλ < 1"):
        by_name("adagrad-g").matching_sgd(2.0, 0.5)
