"""Theorem 2 of 001 on one step: the image step (8), the radius (10), (14), with c and η^e by (6), (7)."""

from collections.abc import Callable
from dataclasses import dataclass

from verify.batched.bounds import Scalar, Vector
from verify.batched.generate import Step
from verify.batched.law import Found
from verify.batched.space import SPACE
from verify.batched.verdict import equal, surely_positive


@dataclass(frozen=True)
class Seen:
    """u, η^e c⊥, 1 - A⟨c, u⟩, u_{k+1} and r_{k+1}/r_k as they came out, and (η^e‖c⊥‖)²."""

    u: Vector
    velocity: Vector
    shrink: Scalar
    following: Vector
    ratio: Scalar
    square: Scalar


NUMERATORS: dict[str, Callable[[Step, Vector | None], Vector]] = {
    "sgd": lambda t, b: t.gradient,
    "sgd-l2": lambda t, b: _coupled(t),
    "sgd-m": lambda t, b: t.after["m"],
    "sgd-nesterov": lambda t, b: _coupled(t) + t.h.momentum * t.after["m"],
    "sgd-dampened": lambda t, b: t.after["m"],
    "sgdw": lambda t, b: t.after["m"] + t.h.weight_decay * t.x,
    "adam": lambda t, b: t.after["m"] / (1 - t.h.beta1),
    "adam-torch": lambda t, b: t.after["m"] / (1 - t.h.beta1),
    "adamw": lambda t, b: t.after["m"] / (1 - t.h.beta1) + t.h.weight_decay * (b * t.x),
    "adam-amsgrad": lambda t, b: t.after["m"] / (1 - t.h.beta1),
    "adamw-amsgrad": lambda t, b: t.after["m"] / (1 - t.h.beta1) + t.h.weight_decay * (b * t.x),
    "adam-without-a": lambda t, b: t.after["m"] / (1 - t.h.beta1),
    "adam-without-ab": lambda t, b: t.after["m"] / (1 - t.h.beta1),
    "adam-without-abc": lambda t, b: t.after["m"] / (1 - t.h.beta1),
    "adamax": lambda t, b: t.after["m"] / (1 - t.h.beta1),
    "adagrad": lambda t, b: _coupled(t),
    "rmsprop": lambda t, b: _coupled(t),
    "lion": lambda t, b: SPACE.sign(t.h.beta1 * t.before["m"] + (1 - t.h.beta1) * t.gradient) + t.h.weight_decay * t.x,
    "sgdp": lambda t, b: _projected(t, t.after["p"]) + t.h.weight_decay * t.x,
    "sgdp-l2": lambda t, b: _projected(t, t.after["p"]),
    "adamp": lambda t, b: b * (_projected(t, t.after["m"] / (1 - t.h.beta1) / b) + t.h.weight_decay * t.x),
    "psi-sgd": lambda t, b: SPACE.dot(t.x, t.x) * t.gradient + t.h.weight_decay * t.x,
    "psi-sgdm": lambda t, b: t.h.weight_decay * t.x - t.after["u"] / t.h.lr,
}
"""a_k of the generic scheme 001 (3), from the buffers as they stand and b_k; decoupled decay is η(λ b∘x)⊘b."""


def _coupled(t: Step) -> Vector:
    return t.gradient + t.h.weight_decay * t.x


def _projected(t: Step, q: Vector) -> Vector:
    """q - ⟨q, x⟩x/‖x‖²."""
    return q - SPACE.dot(q, t.x) / SPACE.dot(t.x, t.x) * t.x


def see(t: Step) -> Seen:
    """A_k c_k = (x_k - x_{k+1})/r_k is not used: c_k is r a⊘b d^{-1/2}‖b‖ and A_k is η/(r² d^{-1/2}‖b‖)."""
    radius, after = SPACE.norm(t.x), SPACE.norm(t.following)
    u, following = t.x / radius, t.following / after
    if t.scheme.on_sphere:
        rate = t.scheme.effective_learning_rate(SPACE, t.k, t.before, t.h)
        velocity, one = rate * t.on_sphere, Scalar(1.0)
        return Seen(u, velocity, one, following, one, SPACE.dot(velocity, velocity))
    b = t.scheme.division(SPACE, t.k, t.x, t.after, t.h)
    a = NUMERATORS[t.scheme.name](t, b)
    rate = t.scheme.learning_rate(t.k, t.h) / (radius * radius)
    c = radius * a
    if b is not None:
        size = SPACE.norm(b) / t.x.value.shape[-1] ** 0.5  # d^{-1/2}‖b‖
        rate, c = rate / size, radius * (a / (b / size))
    along = SPACE.dot(c, u)
    shrink = 1 - rate * along
    velocity = rate / shrink * (c - along * u)
    return Seen(u, velocity, shrink, following, after / radius, SPACE.dot(velocity, velocity))


def image(seen: Seen) -> Vector:
    """(8): (u - η^e c⊥)/√(1 + (η^e‖c⊥‖)²)."""
    return (seen.u - seen.velocity) / SPACE.sqrt(1 + seen.square)


def radius_ratio(seen: Seen) -> Scalar:
    """(10), (14): (1 - A⟨c, u⟩)√(1 + (η^e‖c⊥‖)²)."""
    return seen.shrink * SPACE.sqrt(1 + seen.square)


def image_step(t: Step) -> Found:
    """(8) and (10) under (H1), for steps of every length."""
    seen = see(t)
    first = surely_positive(seen.shrink)
    yield "SP-T2-STEP", equal(seen.following, image(seen), first, scale=1.0)
    if not t.scheme.on_sphere:
        yield "SP-T2-RADIUS", equal(seen.ratio, radius_ratio(seen), first)


def reversed_step(t: Step) -> Found:
    """Where (H1) fails, the step ends at the antipode of (8), with minus the radius of (10)."""
    seen = see(t)
    reversed_ = surely_positive(-seen.shrink)
    yield "SP-T2-H", equal(seen.following, -image(seen), reversed_, scale=1.0)
    yield "SP-T2-H", equal(seen.ratio, -radius_ratio(seen), reversed_)
