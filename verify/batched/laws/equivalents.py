"""Schemes with one trajectory on the sphere: SP-L3, SP-T4-WD, OD-EXACT, OD-PSI, OD-MOMENTUM, a step each."""

from collections.abc import Callable
from types import SimpleNamespace

from derivations.schemes import by_name
from verify.batched.bounds import Scalar
from verify.batched.generate import Step, along_the_tangent
from verify.batched.law import Found
from verify.batched.laws.generic import see
from verify.batched.laws.norms import two
from verify.batched.space import SPACE
from verify.batched.verdict import equal, surely_positive


def other_radius(t: Step) -> Found:
    """Lemma 3: a generic step with the same η^e and c⊥ from another radius, with another radial part, goes as far."""
    seen = see(t)
    radius = Scalar(t.stream.scale(-6, 6))
    radial = Scalar(2.9 * t.stream.uniform() - 0.9)  # η^e⟨c, u⟩ > -0.9, which is (H1)
    # A = η^e/(1 + η^e s) is (7) solved for A: A(s u + c⊥) = (η^e s u + η^e c⊥)/(1 + η^e s).
    moved = 1 / (1 + radial) * (radial * seen.u + seen.velocity)
    there = radius * seen.u - radius * moved
    first = surely_positive(seen.shrink)
    yield "SP-L3", equal(there / SPACE.norm(there), seen.following, first, scale=1.0)


def exponential_schedule(t: Step) -> Found:
    """(46): SGD's step with λ from x_k is that of λ = 0, η(1-ηλ)^{-2k-1} from x_k/(1-ηλ)^k, times (1-ηλ)^{k+1}.

    For ηλ > 1 the first step, k = 0, ends at the antipode of the schedule's.
    """
    q = 1 - t.h.lr * t.h.weight_decay
    known = surely_positive(q) if t.k else surely_positive(q) | surely_positive(-q)
    lr = t.h.lr / q ** (2 * t.k + 1)
    start = t.x / q**t.k if t.k else t.x
    slope = q**t.k * t.gradient if t.k else t.gradient  # ∇L(x/q^k) = q^k ∇L(x)
    there, _ = by_name("sgd").step(SPACE, t.k, start, slope, {}, SimpleNamespace(lr=lr))
    yield "SP-T4-WD", equal(t.following, q ** (t.k + 1) * there, known)


def all_orders(t: Step) -> Found:
    """OD-EXACT: from u with w = r⁴, SphericalSGD's step is SGD's image, and its w is r'⁴, for ηλ < 1."""
    t = along_the_tangent(t)
    square = SPACE.dot(t.x, t.x)
    scheme = by_name("spherical-sgd")
    u = t.x / SPACE.sqrt(square)
    x, state = scheme.step(SPACE, t.k, u, t.on_sphere, {"w": square * square}, t.h)
    after, first = SPACE.dot(t.following, t.following), surely_positive(1 - t.h.lr * t.h.weight_decay)
    yield "OD-EXACT", equal(x, t.following / SPACE.sqrt(after), first, scale=1.0)
    yield "OD-EXACT", equal(state["w"], after * after, first)


def normalised_descent(t: Step) -> Found:
    """OD-PSI: PSI-SGD's v' is ((1-ηλ)v - η∇L(v))/‖·‖ and r'/r = ‖·‖, whatever the norm of the weight."""
    t = along_the_tangent(t)
    radius, after = SPACE.norm(t.x), SPACE.norm(t.following)
    landing = (1 - t.h.lr * t.h.weight_decay) * (t.x / radius) - t.h.lr * t.on_sphere
    size = SPACE.norm(landing)
    yield "OD-PSI", equal(t.following / after, landing / size, scale=1.0)
    yield "OD-PSI", equal(after / radius, size)


FACTORS: dict[str, tuple[str, Callable[[Step, Scalar], Scalar]]] = {
    "sgd-m": ("OD-MOMENTUM", lambda t, ratio: t.h.momentum),
    "adam-without-a": ("SP-SRT-A", lambda t, ratio: t.h.beta1),
    "adam-without-ab": ("SP-SRT-AB", lambda t, ratio: t.h.beta1 * ratio),
    "adam-without-abc": ("SP-SRT-ABC", lambda t, ratio: t.h.beta1),
}
"""By r_1/r_0; the claim that each row is evidence for."""


def transported_momentum(t: Step) -> Found:
    """OD-MOMENTUM after two steps: c_1⊥ = ∇L(u_1) + β Γ(c_0⊥), for any λ and radii; c = r a. W/o (ab) adds r_1/r_0."""
    before, (claim, factor) = two(t), FACTORS[t.scheme.name]
    radius = SPACE.norm(t.x)
    u, a = t.x / radius, t.after["m"] if t.scheme.name == "sgd-m" else t.after["m"] / (1 - t.h.beta1)
    c = radius * a
    tangent = c - SPACE.dot(c, u) * u
    if before is None:
        yield claim, equal(tangent, t.on_sphere, scale=c.size)
        return
    other = SPACE.norm(before.x)
    start, end = before.x / other, before.following / SPACE.norm(before.following)
    first, cosine = other * before.gradient, SPACE.dot(start, end)  # c_0⊥ = r_0 ∇L(x_0)
    carried = first - SPACE.dot(first, end) / (1 + cosine) * (start + end)
    # λx_0 enters c_1⊥ by x_0 = (x_1 + ηg_0)/q with q = ⟨x_1, x_0⟩/‖x_0‖², which the rounding of x_1 leaves at βλr_1/q
    # times itself; and x_1 must lie ahead, q > 0.
    kept, ratio = factor(t, radius / other), radius / other
    amplified = kept * t.h.weight_decay * radius / (cosine * ratio)
    right = t.on_sphere + kept * carried
    right.error = right.error + amplified.value.abs() * before.following.error
    yield claim, equal(tangent, right, surely_positive(cosine), scale=c.size)
