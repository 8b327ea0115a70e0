"""How a step changes the norm: Lemmas 2.1 and 2.2 of 003, (18) of 004, the maps (41) and (60) of 002, the chord."""

from dataclasses import dataclass

from verify.batched.bounds import Scalar, Vector
from verify.batched.generate import Step, along_the_tangent, first_following
from verify.batched.law import Found
from verify.batched.space import SPACE
from verify.batched.verdict import Verdict, at_most, equal


@dataclass(frozen=True)
class Two:
    """Two steps of a run: x_0, ∇L(x_0) = g_0, x_1 with the bound on its own rounding, ‖x_1‖²."""

    x: Vector
    gradient: Vector
    following: Vector
    square: Scalar


def two(t: Step) -> Two | None:
    """The step before, taken again with its rounding; None at the first step."""
    if t.earlier is None:
        return None
    x, gradient = t.earlier
    following = first_following(t)
    return Two(x, gradient, following, SPACE.dot(following, following))


def plain_growth(t: Step) -> Found:
    """‖w'‖² = ‖w‖² + η²‖∇L(w)‖²: Lemma 2.1 of 003, (18) of 004; PSI-SGD's grows by the factor 1 + η²‖w‖²‖∇L‖²."""
    t = along_the_tangent(t)
    square, slope = SPACE.dot(t.x, t.x), t.gradient
    moved = t.h.lr * t.h.lr * SPACE.dot(slope, slope)
    after = SPACE.dot(t.following, t.following)
    if t.scheme.name == "sgd":
        yield "AP-L21", equal(after, square + moved)
        yield "PSI-L1", equal(after, square + moved)
    else:
        yield "PSI-L1", equal(after, square * (1 + square * moved))


def decayed_map(t: Step) -> Found:
    """(41) of 002: ‖w'‖² = (1-λη)²‖w‖² + η²‖∇L(w)‖²."""
    t = along_the_tangent(t)
    q, slope = 1 - t.h.lr * t.h.weight_decay, t.gradient
    right = q * q * SPACE.dot(t.x, t.x) + t.h.lr * t.h.lr * SPACE.dot(slope, slope)
    yield "SMD-T1-MAP", equal(SPACE.dot(t.following, t.following), right, scale=_largest(t))


def momentum_map(t: Step) -> Found:
    """(60) of 002: ‖w_2‖² from ‖w_1‖², ⟨w_1, w_0⟩, ‖w_0‖² and ‖g_1‖² + 2α⟨v_0, g_1⟩; k = 1+α-λη."""
    t = along_the_tangent(t)
    before, slope, a = two(t), t.gradient, t.h.momentum
    k = 1 + a - t.h.lr * t.h.weight_decay
    after = SPACE.dot(t.following, t.following)
    buffer = t.before["m"]
    kick = SPACE.dot(slope, slope) + 2 * a * SPACE.dot(buffer, slope)
    pull = t.h.lr * t.h.lr * kick
    if before is None:  # w_{-1} = w_0 stands for an empty buffer, so that the map is ((1-λη)²)
        q = 1 - t.h.lr * t.h.weight_decay
        yield "SMD-T2-MAP", equal(after, q * q * SPACE.dot(t.x, t.x) + pull, scale=_largest(t))
        return
    inner, first = SPACE.dot(before.following, before.x), SPACE.dot(before.x, before.x)
    right = k * k * before.square - 2 * a * k * inner + a * a * first + pull
    scale = _largest(t) + first.value
    # ηv_0 = (1-λη... )w - w_1 holds up to the rounding of w_1, which meets w_1, w_0 and ηg_1.
    slack = 2 * before.following.error * (k.value * t.x.size + a.value * before.x.size + abs(t.h.lr.value) * slope.size)
    yield "SMD-T2-MAP", equal(after, Scalar(right.value, right.error + slack), scale=scale)


def remembered_growth(t: Step) -> Found:
    """Lemma 2.2 of 003 after two steps from an empty buffer: ‖w_1‖² + η²‖p_1‖² + 2η²β‖p_0‖², its λ = 0.

    For Nesterov's rule u_k = g_k + βp_k stands for the step, and β⟨u_0, p_0⟩ for ‖p_0‖².
    """
    t = along_the_tangent(t)
    before, beta, lr = two(t), t.h.momentum, t.h.lr
    p = beta * t.before["m"] + t.gradient
    nesterov = t.scheme.name == "sgd-nesterov"
    used = t.gradient + beta * p if nesterov else p
    right = SPACE.dot(t.x, t.x) + lr * lr * SPACE.dot(used, used)
    if before is not None:
        g = before.gradient
        share = beta * (1 + beta) * beta if nesterov else beta
        right = right + 2 * lr * lr * share * SPACE.dot(g, g)
        slack = 2 * abs(lr.value) * before.following.error * g.size
        right = Scalar(right.value, right.error + slack)
    yield "AP-L22", equal(SPACE.dot(t.following, t.following), right, scale=_largest(t))


def chord(t: Step) -> Found:
    """‖Δŵ‖² = (‖Δw‖² - (‖w'‖-‖w‖)²)/(‖w‖‖w'‖); for gradient descent between z² - ¾z⁴ and z², z = ‖Δw‖/‖w‖."""
    t = along_the_tangent(t) if t.scheme.name == "sgd" else t
    before, after = SPACE.norm(t.x), SPACE.norm(t.following)
    turned = t.following / after - t.x / before
    moved, square = t.following - t.x, SPACE.dot(turned, turned)
    gap = after - before
    right = (SPACE.dot(moved, moved) - gap * gap) / (before * after)
    yield "AP-EFF", equal(square, right, scale=1.0)
    if t.scheme.name == "sgd":
        yield from (("AP-EFF", v) for v in _between(t, square, before))


def _between(t: Step, square: Scalar, radius: Scalar) -> tuple[Verdict, Verdict]:
    z = t.h.lr * SPACE.norm(t.gradient) / radius
    z = z * z
    return at_most(square, z, scale=1.0), at_most(z - 0.75 * z * z, square, scale=1.0)


def _largest(t: Step):  # type: ignore[no-untyped-def]
    return t.x.size**2 + t.following.size**2
