"""From an update rule to its equilibrium: the engine against other routes, its leading orders, what it refuses."""

import importlib
import math
from functools import cache

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from derivations.equilibrium import NoEquilibrium, equilibrium, numbers
from derivations.equilibrium.one_step import L, X, one_step
from derivations.notation import eta, lam
from derivations.schemes import by_name
from derivations.schemes.adamw import AdamW
from derivations.schemes.sgd_m import SGDM
from derivations.schemes.sgdw import SGDW
from derivations.space import DIMENSION
from verify.checks.equilibria import lion_with_arcsines, one_step_in_numbers
from verify.follower import Follower
from verify.noise import uniform
from verify.random_gradients import run, sphere
from verify.shipped import subjects
from verify.tolerance import roundoff

SMALL = {"lr": 0.05}
NAMES: dict[str, dict[str, float]] = {
    "sgd-l2": SMALL,
    "sgd-m": SMALL | {"momentum": 0.5},
    "sgd-nesterov": SMALL | {"momentum": 0.5},
    "sgd-dampened": SMALL | {"momentum": 0.5, "dampening": 0.25},
    "sgdw": SMALL | {"momentum": 0.5},
    "sgdp": SMALL | {"momentum": 0.5},
    "adamw": SMALL | {"beta1": 0.5, "beta2": 0.75},
    "nadamw": SMALL | {"beta1": 0.5, "beta2": 0.75},
    "rmsprop-momentum": SMALL | {"momentum": 0.25, "beta2": 0.5},
    "adamp": SMALL | {"beta1": 0.5, "beta2": 0.75},
    "rmsprop": SMALL | {"beta": 0.75},
    "adam-torch": SMALL | {"beta1": 0.5, "beta2": 0.75},
    "adam-without-a": SMALL | {"beta1": 0.5, "beta2": 0.75},
    "lion": SMALL | {"beta1": 0.5, "beta2": 0.75},
}
"""Schemes with an equilibrium at short memories; not NAdam, which is slow, nor the two with transported momentum."""
D = 64.0
every_name = pytest.mark.parametrize("name", NAMES)


@cache
def compiled(name):
    """F of the mean map as a function of the hyper-parameters, L, d and X."""
    step = one_step(name)
    order = [*vars(step.h).values(), L, DIMENSION, *step.unknowns]
    return sympy.lambdify(order, [step.expected(f) for f in step.after])


def mean_map(name, second_moment=1.0, **chosen):
    h = vars(by_name(name).numbers(**{"eps": 0.0} | chosen if "eps" in vars(by_name(name).numbers()) else chosen))
    return lambda state: compiled(name)(*h.values(), second_moment, D, *state)


def test_sgd_gives_the_scalar_map():
    """‖w_{t+1}‖² = (1-λη)²‖w_t‖² + η²L/‖w_t‖²."""
    step = one_step("sgd-l2")
    assert sympy.simplify(step.mean[0] - ((1 - eta * lam) ** 2 * X + eta**2 * L / X)) == 0
    assert step.unknowns == (X,) and not step.assumed


def printed_matrix(lr, decay, alpha):
    """(63) of 002, of (‖w_t‖², ⟨w_t, w_{t-1}⟩, ‖w_{t-1}‖²)."""
    k = 1 + alpha - decay * lr
    return np.array([[k**2, -2 * alpha * k, alpha**2], [k, -alpha, 0], [1, 0, 0]])


@settings(deadline=None, max_examples=30)
@given(
    product=st.floats(-4, -0.7), lr=st.floats(-2, 1), alpha=st.floats(0.05, 0.95), moment=st.sampled_from([0.1, 1, 7])
)
def test_sgd_with_momentum_is_the_printed_map_of_two_successive_weights(product, lr, alpha, moment):
    """w_{t-1} = w_t + η m_t turns the Gram entries of (w, m) into those of two successive weights."""
    lr, product = 10**lr, 10**product
    decay = product / lr
    found = numbers("sgd-m", lr=lr, weight_decay=decay, momentum=alpha, second_moment=moment)
    matrix, source = printed_matrix(lr, decay, alpha), lr**2 * moment * np.array([1.0, 0.0, 0.0])
    rest = np.linalg.solve(np.eye(3) - matrix, source)
    square = rest[0] ** 0.5
    state = rest / square
    assert found.norm**2 == pytest.approx(square, rel=1e-8)
    assert 1 - math.cos(found.angle) == pytest.approx(1 - state[1] / state[0], rel=1e-6)
    jacobian = matrix - np.outer(source, [1 / square**2, 0, 0])
    eigenvalues = np.linalg.eigvals(jacobian)
    for eigenvalue in found.eigenvalues:
        assert min(abs(eigenvalues - eigenvalue)) < 1e-5
    turn = np.array([[1, 0, 0], [1, lr, 0], [1, 2 * lr, lr**2]])
    ours = np.array(list(found.entries.values()))
    assert turn @ ours == pytest.approx(state, rel=1e-8)
    h = {"lr": lr, "weight_decay": decay, "momentum": alpha}
    drawn = turn @ ours * np.array([1.3, 1.2, 1.25])
    image = matrix @ drawn + source / drawn[0]
    assert turn @ mean_map("sgd-m", moment, **h)(np.linalg.solve(turn, drawn)) == pytest.approx(image, rel=1e-8)


@every_name
def test_plain_iteration_of_the_map_comes_to_the_fixed_point(name):
    chosen = NAMES[name] | {"weight_decay": 0.4}
    found = numbers(name, dimension=D, **chosen)
    following = mean_map(name, **chosen)
    state = [1.7 * v for v in found.entries.values()]
    for _ in range(3000):
        state = following(state)
    assert state == pytest.approx(list(found.entries.values()), rel=1e-9)


@every_name
def test_deviations_shrink_by_the_largest_eigenvalue(name):
    chosen = NAMES[name] | {"weight_decay": 0.4}
    found = numbers(name, dimension=D, **chosen)
    following, rest = mean_map(name, **chosen), np.array(list(found.entries.values()))
    state, norms = rest * (1 + 1e-5), []
    steps = math.ceil(2 * found.half_life + 40)
    for _ in range(steps):
        state = following(state)
        norms.append(abs(state[0] - rest[0]))
    assert (norms[-1] / norms[-11]) ** 0.1 == pytest.approx(found.contraction, rel=1e-3)


def values(name, chosen, decay):
    """The leading terms in numbers: of ‖w‖², Δ², 1 - μ."""
    e = equilibrium(name)
    h = vars(by_name(name).numbers(**chosen, weight_decay=decay))
    at = {symbol: h[n] for n, symbol in vars(e.step.h).items()} | {L: 1.0, DIMENSION: D}
    power, value = e.small_norm
    rate = None if e.small_rate is None else float(e.small_rate.subs(at))
    return float(value.subs(at)) ** (1 / power), float(e.small_angle.subs(at)), rate


@every_name
def test_leading_orders_are_approached_as_the_decay_becomes_small(name):
    errors = []
    for decay in (1e-3, 1e-5):
        found = numbers(name, dimension=D, **NAMES[name], weight_decay=decay)
        norm, angle, rate = values(name, NAMES[name], decay)
        ratios = [found.norm**2 / norm, found.angle**2 / angle]
        ratios += [] if rate is None else [(1 - found.contraction) / rate]
        errors.append(np.abs(np.array(ratios) - 1))
    assert (errors[1] < 5e-3).all()
    # Corrections are of the order of λη, or of its third root where the norm has one: 0.2 leaves room for the latter.
    assert ((errors[1] <= 0.3 * errors[0]) | (errors[1] < 1e-7)).all()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("sgd", "no weight decay"),
        ("sgdp-l2", "no fixed point"),
        ("adagrad", "step number|no weight decay"),
        ("adagrad-g", "keeps"),
        ("spherical-sgd", "keeps"),
        ("adam-g", "keeps"),
    ],
)
def test_schemes_without_an_equilibrium_say_why(name, why):
    with pytest.raises(NoEquilibrium, match=f"{name}.*({why})"):
        numbers(name)


def test_hyperparameters_without_an_equilibrium_say_for_which_there_is_one():
    with pytest.raises(NoEquilibrium, match="positive weight decay"):
        numbers("sgd-m", weight_decay=0.0)
    with pytest.raises(NoEquilibrium, match=r"weight_decay below \d") as caught:
        numbers("sgd-l2", lr=0.5, weight_decay=5.0)
    bound = float(str(caught.value).partition("below ")[2].partition(" ")[0])
    # (1-λη)² < 1 up to λη = 2; from λη = 1 on the weight changes its sign at every step, which ‖w‖² does not see.
    assert bound == pytest.approx(4.0, rel=1e-4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"second_moment": 0.0},
        {"second_moment": float("nan")},
        {"dimension": 0.5},
        {"momentum": 1.0},
        {"lr": -1.0},
    ],
)
def test_bad_values_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        numbers("sgd-m", **{"weight_decay": 0.1} | wrong)
    with pytest.raises(TypeError, match="beta2"):
        numbers("sgd-m", beta2=0.9)


class WithoutMomentumInTheStep(SGDM):
    name = "broken-forgets"

    def step(self, space, k, x, gradient, state, h):
        x_next, new = super().step(space, k, x, gradient, state, h)
        return x_next, {"m": new["m"] - h.momentum**2 * state["m"]}


class DecayOfTheWrongSign(SGDW):
    name = "broken-sign"

    def step(self, space, k, x, gradient, state, h):
        x_next, new = super().step(space, k, x, gradient, state, h)
        return x_next + 2 * h.lr * h.weight_decay * x, new


class RootLeftOut(AdamW):
    name = "broken-root"

    def step(self, space, k, x, gradient, state, h):
        _, new = super().step(space, k, x, gradient, state, h)
        return (1 - h.lr * h.weight_decay) * x - h.lr * (new["m"] / new["v"]), new


class MomentumLeftOut(AdamW):
    name = "broken-adamw"

    def step(self, space, k, x, gradient, state, h):
        _, new = super().step(space, k, x, gradient, state, h)
        root = self.denominator(space, k, new, h)
        return (1 - h.lr * h.weight_decay) * x - h.lr * (gradient / root), new


@pytest.fixture
def broken(monkeypatch):
    variants = (WithoutMomentumInTheStep(), DecayOfTheWrongSign(), RootLeftOut(), MomentumLeftOut())
    schemes = {s.name: s for s in variants}
    for module in ("one_step", "numbers"):
        found = importlib.import_module(f"derivations.equilibrium.{module}")
        monkeypatch.setattr(found, "by_name", lambda name: schemes.get(name) or by_name(name))


@pytest.mark.parametrize(("name", "sound"), [("broken-forgets", "sgd-m"), ("broken-adamw", "adamw")])
def test_another_step_has_another_equilibrium(broken, name, sound):
    chosen = NAMES[sound] | {"weight_decay": 0.2}
    theirs, ours = (numbers(n, dimension=D, **chosen) for n in (name, sound))
    assert theirs.norm != pytest.approx(ours.norm, rel=1e-3)


@pytest.mark.parametrize(("name", "sound"), [("broken-sign", "sgdw"), ("broken-root", "adamw")])
def test_decay_of_the_wrong_sign_and_a_step_in_proportion_to_the_norm_have_none(broken, name, sound):
    with pytest.raises(NoEquilibrium, match=name):
        numbers(name, dimension=D, **NAMES[sound], weight_decay=0.2)


@pytest.mark.parametrize("name", ["sgd-m", "sgd-nesterov", "adamw", "rmsprop", "lion"])
def test_a_follower_moves_as_the_optimizer_of_its_scheme(name):
    scheme = by_name(name)
    h = scheme.numbers(**NAMES[name], weight_decay=0.1)

    def norms(make):
        generator = np.random.default_rng(3)
        return run(make, sphere(3, 5, 2.0, generator), uniform(0.5, 1.5), 20, generator).norm_squared

    (theirs,) = subjects(name)
    expected = norms(lambda p: theirs.make(p, h))
    assert norms(lambda p: Follower(p, scheme, h)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", ["sgd-l2", "sgd-m", "sgd-nesterov", "sgd-dampened", "sgdw"])
def test_the_map_of_a_linear_scheme_is_linear(name):
    h = by_name(name).numbers(**NAMES[name], weight_decay=0.1)
    matrix, source, turned = one_step_in_numbers(name, h)
    state = np.array([1.3, 0.2, 0.7])[: len(matrix)]
    image = mean_map(name, **NAMES[name], weight_decay=0.1)(state)
    assert matrix @ state + source / state[0] == pytest.approx(image, rel=roundoff(40))
    x_squared = np.linalg.solve(np.eye(len(matrix)) - matrix, source)
    found = numbers(name, **NAMES[name], weight_decay=0.1)
    assert x_squared[0] == pytest.approx(found.norm**4, rel=1e-9)
    cosine = turned @ x_squared / x_squared[0]
    assert cosine == pytest.approx(math.cos(found.angle), rel=1e-9)


def test_signs_that_are_uncorrelated_leave_lion_where_it_is_derived_to_be():
    """With β₂ → 0 and β₁ → 0 signs are independent, and the arcsine law changes nothing."""
    chosen = {"lr": 0.01, "beta1": 1e-6, "beta2": 1e-6, "weight_decay": 2.0}
    found = numbers("lion", dimension=D, **chosen)
    x, cosine = lion_with_arcsines(by_name("lion").numbers(**chosen), int(D))
    assert x == pytest.approx(found.norm**2, rel=1e-5)
    assert cosine == pytest.approx(math.cos(found.angle), rel=1e-5)
