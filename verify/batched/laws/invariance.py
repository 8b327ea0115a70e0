"""SP-L1 and its slides: tangent gradients that scale inversely, and what follows for two weights of other norms."""

from verify.batched.bounds import UNIT, Scalar, Vector
from verify.batched.generate import Step
from verify.batched.law import Found
from verify.batched.models import Pair, draw_model
from verify.batched.space import SPACE
from verify.batched.verdict import equal


def tangent_gradient(t: Step) -> Found:
    """⟨∇L(x), x⟩ = 0 and ∇L(x) = ρ∇L(ρx), 001 (2), by autograd; L(ρx) = L(x)."""
    rho, x = t.stream.scale(-10, 10), t.x
    here = Vector(t.gradient.value, t.model.off_tangent(x.value))
    along, reach = SPACE.dot(here, x), t.model.steepness()
    yield "SP-L1", equal(along, Scalar(0.0), scale=reach)
    yield "AP-ORTH", equal(along, Scalar(0.0), scale=reach)
    far = x.value * rho
    noisy = Vector(t.gradient.value, t.model.noise(x.value))
    # ρx is rounded coordinate by coordinate, which `noise` has room for: half a unit beside the d/2 + 2 of u.
    there = Vector(t.model.gradient(far), t.model.noise(far)) * Scalar(rho)
    size = reach / SPACE.norm(x).value
    yield "SP-L1", equal(noisy, there, scale=size)
    yield "AP-INV", equal(noisy, there, scale=size)
    value, other = (Scalar(t.model.value(p), t.model.value_noise(p)) for p in (x.value, far))
    yield "AP-INV", equal(value, other, scale=reach)


def twice_the_norm(t: Step) -> Found:
    """PSI-SGD(M) commutes with T_a: from aw, with the buffer times a, the step ends at aw'; SGD's does at the rate a²η.

    A buffer left alone ends elsewhere, which is what the cap on the norm needs of it.
    """
    factor = Scalar(t.stream.scale(-6, 6))
    scheme, h = t.scheme, t.h
    gradient = t.gradient / factor
    buffers = {n: factor * v for n, v in t.before.items()}
    if scheme.name == "sgd":
        h = type(h)(**{**vars(h), "lr": factor * factor * h.lr})
    there, _ = scheme.step(SPACE, t.k, factor * t.x, gradient, buffers, h)
    yield "PSI-T1", equal(there, factor * t.following)
    yield "PSI-NORM", equal(there, factor * t.following)


def two_neurons(t: Step) -> Found:
    """L(ax, by) = L(x, y) and ∇_x L(x, y) = a∇_x L(ax, by), ∇_y likewise, for a model of two neurons; 004 (5)."""
    d = t.x.value.shape[-1]
    pair, x = Pair(t.model, draw_model(t.stream, d)), t.x.value
    y = t.stream.vector(d) * t.stream.scale(-10, 10)
    factors = t.stream.scale(-8, 8), t.stream.scale(-8, 8)
    far = x * factors[0], y * factors[1]
    here, there, near, off = pair.gradients(x, y), pair.gradients(*far), pair.noise(x, y), pair.noise(*far)
    size = UNIT * (3.5 * d + 22)  # of the noise, as of the gradient and of the loss
    left, right = Scalar(pair.value(x, y), near[2]), Scalar(pair.value(*far), off[2])
    yield "PSI-DEF", equal(left, right, scale=near[2] / size)
    for i, (point, factor) in enumerate(zip((x, y), factors, strict=True)):
        one, other = Vector(here[i], near[i]), Vector(there[i], off[i]) * Scalar(factor)
        yield "PSI-E5", equal(one, other, scale=near[i] / size)
        along = SPACE.dot(Vector(here[i], near[i]), Vector(point))
        yield "PSI-E5", equal(along, Scalar(0.0), scale=near[i] / size * SPACE.norm(Vector(point)).value)
