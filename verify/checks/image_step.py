"""Theorem 2 on the trajectories of every scheme: SP-T2-STEP, SP-T2-RADIUS, SP-T2-H."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from derivations.scheme import Scheme
from derivations.schemes import SCHEMES
from derivations.sphere import tangent_projection
from verify.checks.tally import Tally
from verify.checks.walks import SPACE, Taken, decay_product, surely_positive, walks
from verify.results import CheckResult
from verify.tolerance import Tracked

MOMENTA: dict[str, Callable[[Taken, Tracked], Tracked]] = {
    "sgd": lambda t, b: t.gradient,
    "sgd-l2": lambda t, b: t.gradient + t.h.weight_decay * t.x,
    "sgd-m": lambda t, b: t.after["m"],
    "adam": lambda t, b: t.after["m"] / (1 - t.h.beta1),
    "adam-torch": lambda t, b: t.after["m"] / (1 - t.h.beta1),
    "adamw": lambda t, b: t.after["m"] / (1 - t.h.beta1) + t.h.weight_decay * b * t.x,
    "adagrad": lambda t, b: t.gradient + t.h.weight_decay * t.x,
    "sgd-nesterov": lambda t, b: t.gradient + t.h.weight_decay * t.x + t.h.momentum * t.after["m"],
    "sgd-dampened": lambda t, b: t.after["m"],
    "sgdw": lambda t, b: t.after["m"] + t.h.weight_decay * t.x,
    "rmsprop": lambda t, b: t.gradient + t.h.weight_decay * t.x,
    "lion": lambda t, b: SPACE.sign(t.h.beta1 * t.before["m"] + (1 - t.h.beta1) * t.gradient) + t.h.weight_decay * t.x,
    "sgdp": lambda t, b: _tangent(t, t.after["p"]) + t.h.weight_decay * t.x,
    "sgdp-l2": lambda t, b: _tangent(t, t.after["p"]),
    "adamp": lambda t, b: b * (_tangent(t, t.after["m"] / (1 - t.h.beta1) / b) + t.h.weight_decay * t.x),
    "psi-sgd": lambda t, b: SPACE.dot(t.x, t.x) * t.gradient + t.h.weight_decay * t.x,
    "psi-sgdm": lambda t, b: t.h.weight_decay * t.x - t.after["u"] / t.h.lr,
    "asgd": lambda t, b: t.before["rate"] / t.h.lr * (_l2(t) + t.h.lambd * t.x),
    "lars": lambda t, b: t.after["m"],
    "adam-amsgrad": lambda t, b: t.after["m"] / (1 - t.h.beta1),
    "adamw-amsgrad": lambda t, b: t.after["m"] / (1 - t.h.beta1) + t.h.weight_decay * b * t.x,
    "nadam": lambda t, b: _nesterov(t, _l2(t)),
    "nadamw": lambda t, b: _nesterov(t, t.gradient) + t.h.weight_decay * b * t.x,
    "radam": lambda t, b: t.after["m"] / (1 - t.h.beta1),
    "radamw": lambda t, b: t.after["m"] / (1 - t.h.beta1) + t.h.weight_decay * b * t.x,
    "adamax": lambda t, b: t.after["m"] / (1 - t.h.beta1),
    "lamb": lambda t, b: _lamb(t),
    "rmsprop-centered": lambda t, b: _l2(t),
    "rmsprop-momentum": lambda t, b: t.after["m"],
    "rmsprop-centered-momentum": lambda t, b: t.after["m"],
    "muon": lambda t, b: _muon(t),
    "muon-plain": lambda t, b: _muon(t, plain=True),
    "adadelta": lambda t, b: (
        (
            _root(t.before["moves"] + t.h.eps * SPACE.ones_like(t.x))
            / _root(t.after["v"] + t.h.eps * SPACE.ones_like(t.x))
        )
        * _l2(t)
    ),
    "adafactor": lambda t, b: _adafactor(t, t.after["v"]) + t.h.weight_decay * t.x,
    "adafactor-matrix": lambda t, b: _adafactor(t, _factored(t)) + t.h.weight_decay * t.x,
    "rprop": lambda t, b: SPACE.sign(t.after["before"]) * t.after["size"] / t.h.lr,
    "adam-without-a": lambda t, b: t.after["m"] / (1 - t.h.beta1),
    "adam-without-ab": lambda t, b: t.after["m"] / (1 - t.h.beta1),
    "adam-without-abc": lambda t, b: t.after["m"] / (1 - t.h.beta1),
}
"""a_k of the generic scheme 001 (3), from the buffers and b_k; AdamW's decay is ηλx = η(λ b∘x)⊘b."""

NEWTON_SCHULZ = (Tracked(3.4445), Tracked(-4.775), Tracked(2.0315))

EXPONENTIAL = ("adam-g", "sgd-g")
"""Schemes that move along the exponential map itself, not by (8)."""


@dataclass(frozen=True)
class Seen:
    """A step on the sphere: u, c⊥, η^e, 1 - A⟨c, u⟩ by (6), (7), and u_{k+1}, r_{k+1}/r_k as they came out."""

    u: Tracked
    c_tangent: Tracked
    learning_rate: Tracked
    shrink: Tracked
    following: Tracked
    ratio: Tracked


def image(seen: Seen) -> Tracked:
    """(8): (u - η^e c⊥)/√(1 + (η^e‖c⊥‖)²)."""
    z = seen.learning_rate * SPACE.norm(seen.c_tangent)
    return (seen.u - seen.learning_rate * seen.c_tangent) / SPACE.sqrt(1 + z * z)


def radius_ratio(seen: Seen) -> Tracked:
    """(10)/(14): (1 - A⟨c, u⟩)√(1 + (η^e‖c⊥‖)²)."""
    z = seen.learning_rate * SPACE.norm(seen.c_tangent)
    return seen.shrink * SPACE.sqrt(1 + z * z)


def _l2(t: Taken) -> Tracked:
    return t.gradient + t.h.weight_decay * t.x


def _root(v: Tracked) -> Tracked:
    return SPACE.sqrt(v)


def _nesterov(t: Taken, g: Tracked) -> Tracked:
    """(1-μ_k)/(1-Π_k) g + μ_{k+1}/(1-Π_{k+1}) m_k, μ_{k+1} from the Π of the buffers and μ_k."""
    mu, following = (t.h.beta1 * (1 - SPACE.number(1, 2) * 0.96 ** (t.h.momentum_decay * (t.k + i))) for i in (1, 2))
    now = t.after["mu"]
    return (1 - mu) / (1 - now) * g + following / (1 - now * following) * t.after["m"]


def _lamb(t: Taken) -> Tracked:
    first, second = t.after["m"] / (1 - t.h.beta1 ** (t.k + 1)), t.after["v"] / (1 - t.h.beta2 ** (t.k + 1))
    r = first / (_root(second) + t.h.eps * SPACE.ones_like(t.x)) + t.h.weight_decay * t.x
    return SPACE.norm(t.x) / SPACE.norm(r) * r


def _factored(t: Taken) -> Tracked:
    """The mean of R as the mean of its rows' means."""
    rows, columns = t.after["R"], t.after["C"]
    mean = SPACE.dot(rows, SPACE.ones_like(t.x)) / SPACE.dimension(t.x)
    return rows * columns / SPACE.maximum(t.h.eps1, mean)


def _adafactor(t: Taken, v: Tracked) -> Tracked:
    """The step over η; RMS as a mean of squares."""
    d = SPACE.dimension(t.x)
    floor = t.h.eps1 * t.h.eps1 * SPACE.ones_like(t.x)
    u = t.gradient / _root(SPACE.maximum(v, floor))
    size = _root(SPACE.dot(u, u) / d) / t.h.clip
    scale = SPACE.maximum(_root(SPACE.dot(t.x, t.x) / d), t.h.eps2) / SPACE.maximum(size, 1)
    rate = SPACE.choose(t.h.lr * t.h.lr * (t.k + 1) - 1, 1 / _root(Tracked(t.k + 1)), t.h.lr)
    return scale * rate / t.h.lr * u


def _muon(t: Taken, plain: bool = False) -> Tracked:
    """The step over η; √max(1, d₁/d₂) = √(max(d₁, d₂)/d₂)."""
    above, across = SPACE.table(t.x)
    seen = t.after["m"] if plain else (1 - t.h.momentum) * t.gradient + t.h.momentum * t.after["m"]
    o = SPACE.quintic(seen / SPACE.maximum(t.h.eps, SPACE.norm(seen)), *NEWTON_SCHULZ, times=5)
    size = _root(Tracked(float(max(above, across)))) / 5 if plain else _root(Tracked(max(above, across) / across))
    return size * o + t.h.weight_decay * t.x


def _tangent(t: Taken, q: Tracked) -> Tracked:
    return tangent_projection(SPACE, q, t.x / SPACE.norm(t.x))


def every_scheme_moves_by_the_image_step(cases: int, seed: int) -> list[CheckResult]:
    """u_{k+1} by 001 (8) and r_{k+1}/r_k by (10), c and η^e from a_k and b_k by (6), (7), for every scheme, under (H1).

    A scheme on the sphere enters with the η^e that it states and c = ∇L(u), before its normalisation.
    """
    step = Tally("SP-T2-STEP", "every scheme moves by (8)")
    radius = Tally("SP-T2-RADIUS", "every scheme's radius follows (10)")
    for scheme in SCHEMES:
        if scheme.name not in EXPONENTIAL:
            for seen in steps(scheme, -(-cases // 2), seed, -8, -0.01):
                first = surely_positive(seen.shrink)
                step.equal(seen.following, image(seen), first, scale=1.0)
                if not scheme.on_sphere:
                    radius.equal(seen.ratio, radius_ratio(seen), first)
    return [step.result(), radius.result()]


def without_h1_the_direction_is_reversed(cases: int, seed: int) -> list[CheckResult]:
    """Where 1 - A⟨c, u⟩ < 0 the step ends at the antipode of (8), with the radius of (10) up to sign.

    (H1) is broken by ηλ in 10^0.1..10², which coupled and decoupled decay alike turn into A⟨c, u⟩ > 1.
    """
    direction = Tally("SP-T2-H", "without (H1) the step ends at the antipode of (8)")
    radius = Tally("SP-T2-H", "without (H1) the radius is minus (10)")
    for scheme in SCHEMES:
        if not scheme.on_sphere and "weight_decay" in scheme.hyperparameters:
            for seen in steps(scheme, cases, seed, 0.1, 2):
                reversed_ = surely_positive(-seen.shrink)
                direction.equal(seen.following, -image(seen), reversed_, scale=1.0)
                radius.equal(seen.ratio, -radius_ratio(seen), reversed_)
    return [direction.result(), radius.result()]


def steps_longer_than_pi_need_no_h2(cases: int, seed: int) -> list[CheckResult]:
    """(8) holds for z = η^e‖c⊥‖ ≥ π too; no step turns by a right angle: ⟨u_{k+1}, u_k⟩ = 1/√(1+z²) > 0 under (H1)."""
    step = Tally("SP-T2-H", "(8) holds where (H2) fails")
    turn = Tally("SP-T2-H", "no step turns by a right angle, however large z")
    for scheme in SCHEMES:
        if scheme.name not in EXPONENTIAL:
            for seen in steps(scheme, cases, seed, -8, -0.01):
                z = seen.learning_rate * SPACE.norm(seen.c_tangent)
                first = surely_positive(seen.shrink)
                long = first & surely_positive(z - math.pi)
                step.equal(seen.following, image(seen), long, scale=1.0)
                turn.equal(SPACE.dot(seen.following, seen.u) * SPACE.sqrt(1 + z * z), Tracked(1.0), long)
    return [step.result(), turn.result()]


def steps(scheme: Scheme, cases: int, seed: int, low: float, high: float) -> Iterator[Seen]:
    """Steps of drawn walks of `scheme`, ηλ between 10^low and 10^high (0 in a quarter of them)."""
    for taken in walks(scheme, cases, seed, fixed={"weight_decay": decay_product(low, high)}):
        for t in taken:
            with np.errstate(all="ignore"):
                yield _on_sphere(scheme, t) if scheme.on_sphere else _flat(scheme, t)


def _on_sphere(scheme: Scheme, t: Taken) -> Seen:
    rate: Any = scheme.effective_learning_rate(SPACE, t.k, t.before, t.h)
    one = Tracked(np.ones_like(t.x.value[:, :1]))
    return Seen(t.x, t.on_sphere, rate, one, t.following, one)


def _flat(scheme: Scheme, t: Taken) -> Seen:
    b = scheme.division(SPACE, t.k, t.x, t.after, t.h)
    b = SPACE.ones_like(t.x) if b is None else b
    size = SPACE.norm(b) / SPACE.scalar(SPACE.dimension(b)).root()  # d^{-1/2}‖b‖
    radius, after = SPACE.norm(t.x), SPACE.norm(t.following)
    u = t.x / radius
    c = radius * (MOMENTA[scheme.name](t, b) / (b / size))
    rate = scheme.learning_rate(t.k, t.h) / (radius * radius * size)
    shrink = 1 - rate * SPACE.dot(c, u)
    return Seen(u, tangent_projection(SPACE, c, u), rate / shrink, shrink, t.following / after, after / radius)
