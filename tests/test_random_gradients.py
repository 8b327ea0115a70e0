"""Intervals miss as rarely as they say, noises have the moments they name, random gradients are what they claim."""

import doctest
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import verify.random_gradients
from verify import noise as noises
from verify.random_gradients import run, sphere, uniform_direction, unit_tangent
from verify.statistics import FALSE_ALARM, Comparisons, bernstein, student
from verify.tolerance import roundoff

LAWS = {
    "normal": (lambda g, shape: g.standard_normal(shape), 0.0),
    "two-point": (lambda g, shape: np.where(g.random(shape) < 0.3, 1.0, 0.0), 0.3),
    "averages of exponentials": (lambda g, shape: g.exponential(size=(10, *shape)).mean(0), 1.0),
}
TRIALS, REPLICAS = 20_000, 100


def misses(interval, mean):
    return float((abs(interval.estimate - mean) > interval.half_width).mean())


def slack(rate):
    """What the share of misses may exceed its expectation by, in TRIALS trials, at the project's false-alarm rate."""
    return rate + 6 * math.sqrt(rate / TRIALS)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("rate", [0.05, 0.01])
def test_the_t_interval_misses_as_often_as_it_says(law, rate):
    draw, mean = LAWS[law]
    found = student(draw(np.random.default_rng(1), (REPLICAS, TRIALS)), rate)
    assert misses(found, mean) <= 1.25 * slack(rate)  # the laws are not normal: a quarter more is theirs
    assert misses(student(draw(np.random.default_rng(1), (REPLICAS, TRIALS)), 4 * rate), mean) > slack(rate)


def test_the_interval_for_bounded_replicas_misses_no_more_often_than_it_says():
    draw, mean = LAWS["two-point"]
    values = draw(np.random.default_rng(2), (REPLICAS, TRIALS))
    assert misses(bernstein(values, 0, 1, 0.05), mean) <= slack(0.05)
    with pytest.raises(ValueError, match="between 0 and 0.5"):
        bernstein(values, 0, 0.5)
    for bound, passes in ((0.1, True), (0.31, False)):
        comparisons = Comparisons("SP-L1", "a law", total=1)
        comparisons.above(values[:, :10].ravel(), bound, between=(0, 1))
        assert comparisons.result().passed is passes


def test_comparisons_fail_when_the_prediction_is_off_and_share_their_rate():
    values = np.random.default_rng(3).normal(1.0, 0.01, size=400)
    for expected, passes in ((1.0, True), (1.01, False), (0.99, False)):
        comparisons = Comparisons("SP-L1", "a law", total=1)
        comparisons.equal(values, expected)
        assert comparisons.result().passed is passes
    wide, narrow = Comparisons("SP-L1", "a law", total=100), Comparisons("SP-L1", "a law", total=1)
    wide.equal(values, 1.001), narrow.equal(values, 1.001)
    assert wide.worst < narrow.worst
    narrow.equal(values, 1.0)
    with pytest.raises(ValueError, match="2 comparisons"):
        narrow.result()


@pytest.mark.parametrize(("bound", "below", "seen_above"), [(1.1, True, False), (0.9, False, True), (1.0, True, False)])
def test_one_sided_comparisons_tell_the_sides_apart(bound, below, seen_above):
    values = np.random.default_rng(4).normal(1.0, 0.1, size=1000)
    at_most, above = Comparisons("SP-L1", "a law", total=1), Comparisons("SP-L1", "a law", total=1)
    at_most.at_most(values, bound)
    above.above(values, bound)
    assert (at_most.result().passed, above.result().passed) == (below, seen_above)


def test_a_comparison_that_sees_nothing_is_no_case():
    comparisons = Comparisons("SP-L1", "a law", total=1)
    comparisons.equal(np.array([0.0, 2.0]), 1.0)
    result = comparisons.result()
    assert result.cases == 0 and not result.passed


INDEPENDENT = [pytest.param(law, id=law.name) for law in noises.FAMILIES]


@pytest.mark.parametrize("law", INDEPENDENT)
def test_a_noise_has_the_moments_that_it_names(law):
    drawn = law.draw(400, 400, np.random.default_rng(5))
    assert law.lower <= drawn.min() and drawn.max() <= law.upper
    assert law.mean == pytest.approx(1.0, rel=roundoff(10), abs=0)
    average = drawn.mean(0)
    if law.variance == 0:
        assert (drawn == law.mean).all()
        return
    found = student(average, FALSE_ALARM)
    assert abs(found.estimate - law.mean) <= found.half_width
    if law.name != "Pareto":  # its fourth moment is infinite at shape 4: no interval for the variance
        spread = student(((drawn - law.mean) ** 2).mean(0), FALSE_ALARM)
        assert abs(spread.estimate - law.variance) <= spread.half_width <= 0.2 * law.variance


def test_the_variance_of_the_pareto_law_is_its_integral():
    shape, scale = 4.0, 1.8
    law = noises.pareto(0.4, scale, shape)
    u = np.linspace(0, 80, 800_001)  # P(L_t > l + y) = e^-u at y = scale (e^(u/shape) - 1)
    y = scale * np.expm1(u / shape)
    assert np.trapezoid(y * np.exp(-u), u) == pytest.approx(law.mean - law.lower, rel=1e-6)
    assert np.trapezoid((y + law.lower - law.mean) ** 2 * np.exp(-u), u) == pytest.approx(law.variance, rel=1e-6)
    with pytest.raises(ValueError, match="shape > 2"):
        noises.pareto(0.0, 1.0, 2.0)


def test_correlated_noise_is_correlated_as_it_says():
    sigma, correlation = 0.4, 0.7
    law = noises.autocorrelated(1.0, sigma, correlation)
    drawn = law.draw(300, 400, np.random.default_rng(6))
    product = ((drawn[1:] - 1) * (drawn[:-1] - 1)).mean(0)
    found = student(product, FALSE_ALARM)
    assert abs(found.estimate - math.expm1(sigma**2 * correlation)) <= found.half_width
    assert found.estimate - found.half_width > 0 and not law.independent


def test_adversarial_noise_is_above_its_bound_and_promises_nothing_else():
    law = noises.adversarial(0.3)
    drawn = law.draw(100, 100, np.random.default_rng(7))
    assert drawn.min() == 0.3 and drawn.max() > 1e6 and math.isnan(law.mean) and math.isnan(law.variance)


def plain(parameters):
    return torch.optim.SGD(parameters, lr=0.1, momentum=0.9, weight_decay=0.02)


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1), d=st.sampled_from([2, 3, 10, 100]), law=st.sampled_from(noises.FAMILIES))
def test_random_gradients_are_normal_to_the_weight_and_of_the_size_drawn(seed, d, law):
    generator = np.random.default_rng(seed)
    motion = run(plain, sphere(5, d, 2.0, generator), law, 12, generator, warm_up=3)
    square, x = motion.dot("g", "g"), motion.norm_squared[:-1]
    assert motion.norm_squared.shape == (13, 5) and motion.inner.shape == (12, 5)
    np.testing.assert_allclose(square * x, motion.unit_gradient_squared, rtol=roundoff(6 * d))
    assert (abs(motion.dot("w", "g")) <= roundoff(6 * d) * np.sqrt(square * x)).all()
    np.testing.assert_allclose(np.cos(motion.angle), motion.cosine, rtol=0, atol=roundoff(4))
    moved = motion.norm_squared[1:] + x - 2 * motion.inner
    np.testing.assert_allclose(motion.displacement_squared, moved, rtol=0, atol=roundoff(6 * d) * x.max())
    assert (motion.from_start[0] == motion.norm_squared[0]).all() and (motion.from_start[1] == motion.inner[0]).all()


def test_the_buffers_are_those_before_the_step():
    generator = np.random.default_rng(0)
    motion = run(plain, sphere(4, 5, 1.0, generator), noises.uniform(0.5, 1.5), 6, generator)
    buffer = motion.dot("momentum_buffer", "momentum_buffer")
    assert (buffer[0] == 0).all() and (buffer[1:] > 0).all()
    # v_0 = g_0 + λ w_0, which is the buffer before step 1
    np.testing.assert_allclose(buffer[1], motion.dot("g", "g")[0] + 0.02**2 * motion.norm_squared[0], rtol=roundoff(40))


def test_directions_are_uniform_on_the_tangent_sphere():
    generator = np.random.default_rng(8)
    w = sphere(20_000, 4, 1.0, generator)
    w[:] = w[0]
    q = unit_tangent(uniform_direction(0, w, generator), w).numpy()
    u = w[0].numpy()
    second, expected = q.T @ q / len(q), (np.eye(4) - np.outer(u, u)) / 3
    assert abs(q @ u).max() < roundoff(4 * 6) and abs(q.mean(0)).max() < 0.03 and abs(second - expected).max() < 0.03


def test_a_weight_with_one_coordinate_is_refused():
    with pytest.raises(ValueError, match="d must be at least 2"):
        run(plain, torch.ones(3, 1), noises.constant(), 1, np.random.default_rng(0))


def test_the_same_seed_gives_the_same_motion():
    motions = []
    for _ in range(2):
        generator = np.random.default_rng(9)
        motions.append(run(plain, sphere(3, 4, 1.0, generator), noises.FAMILIES[3], 5, generator))
    assert (motions[0].norm_squared == motions[1].norm_squared).all()


def test_the_example_in_the_documentation_runs():
    result = doctest.testmod(verify.random_gradients)
    assert result.attempted and not result.failed
