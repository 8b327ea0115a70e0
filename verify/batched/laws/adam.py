"""What Adam does to the direction on the sphere in a step: SP-P-DEFORM, SP-P-ADAMW, SP-NU."""

import torch

from verify.batched.bounds import Scalar, Vector
from verify.batched.generate import Step
from verify.batched.law import Found
from verify.batched.laws.norms import two
from verify.batched.laws.rows import central_projection, divided
from verify.batched.space import SPACE
from verify.batched.verdict import at_most, equal


def deformed_gradient(t: Step) -> Found:
    """Adam's c_0 is ψ(∇L(u)) = d^{-1/2}‖∇L(u)‖ sign ∇L(u), at ε = λ = 0; cos²(c_0, u) < (d-1)/d."""
    d = t.x.value.shape[-1]
    b = divided(t)
    size, radius = SPACE.norm(b) / d**0.5, SPACE.norm(t.x)
    c = radius * (t.after["m"] / (1 - t.h.beta1) / (b / size))
    moving = t.gradient.value.abs().amin(-1, keepdim=True) > 0
    deformed = SPACE.norm(radius * t.gradient) / d**0.5 * Vector(torch.sign(t.gradient.value))
    yield "SP-P-DEFORM", equal(c, deformed, moving)
    # The signs of ∇L are those of the exact gradient where it is longer than its error, coordinate by coordinate.
    sure = t.gradient.value.abs().amin(-1, keepdim=True) > t.model.off_tangent(t.x.value)
    cosine = SPACE.dot(c, t.x) / (SPACE.norm(c) * radius)
    yield "SP-P-DEFORM", at_most(cosine * cosine, Scalar((d - 1) / d), moving & sure)


def no_explicit_decay(t: Step) -> Found:
    """AdamW moves by η^e c⊥ with no λ in c: 1/η^e = (1-ηλ)/A - ⟨c, u⟩."""
    d, radius = t.x.value.shape[-1], SPACE.norm(t.x)
    b = divided(t)
    size, u = SPACE.norm(b) / d**0.5, t.x / radius
    c = radius * (t.after["m"] / (1 - t.h.beta1) / (b / size))
    rate, along = t.h.lr / (radius * radius * size), SPACE.dot(c, u)
    learning_rate = rate / (1 - t.h.lr * t.h.weight_decay - rate * along)
    yield "SP-P-ADAMW", equal(central_projection(t), learning_rate * (c - along * u))


def second_moment(t: Step) -> Found:
    """(45): ν² = r² d⁻¹‖b‖² is (45)² + (B r)² ε, with B = (1-β₁^{k+1})/(1-β₁), for ε inside the root."""
    h, k, d = t.h, t.k, t.x.value.shape[-1]
    square, before = SPACE.dot(t.x, t.x), two(t)
    total = _squared(t.gradient, t.x, t.h.weight_decay) * square
    if before is not None:
        total = total + h.beta2 * square * _squared(Vector(before.gradient.value), before.x, t.h.weight_decay)
    start = (1 - h.beta1 ** (k + 1)) / (1 - h.beta1)
    printed = start * start * ((1 - h.beta2) / (1 - h.beta2 ** (k + 1))) * total / Scalar(float(d))
    b = divided(t)
    nu = square * SPACE.dot(b, b) / Scalar(float(d))
    yield "SP-NU", equal(nu, printed + start * start * square * h.eps)


def _squared(gradient: Vector, x: Vector, decay: Scalar) -> Scalar:
    """‖∇L(x) + λx‖², which is ‖∇L(u) + λr²u‖²/r²."""
    slope = gradient + decay * x
    return SPACE.dot(slope, slope)
