"""What Adam does on the sphere: SP-P-DEFORM, SP-P-RADIAL, SP-P-ADAMW, SP-P-RATIO."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from derivations.schemes import by_name
from derivations.sphere import tangent_projection
from verify.checks.generic_scheme import adam_division, draw_adam, draw_sgd, histories, torch_adam, torch_sgd
from verify.checks.orders import order_result
from verify.checks.prescribed import DIMENSIONS, Prescribed, momentum_seen, tangent_seen
from verify.checks.table_1 import central_projection, root_mean_square
from verify.checks.tally import Tally
from verify.checks.torch_runs import torch_runs
from verify.checks.walks import SPACE, Numbers, Taken, targets, tracked, walk, walks
from verify.results import CheckResult
from verify.slopes import order_of
from verify.spaces import Multiprecision
from verify.tolerance import Tracked


def gradient_part(points: Sequence[Tracked], gradients: Sequence[Tracked], beta: Tracked) -> Tracked:
    """(17): c_k^{grad} = ∇L(u_k) + Σ_{i<k} β^{k-i} r_k/r_i ∇L(u_i), from x_i and ∇L(x_i) = ∇L(u_i)/r_i."""
    k, radii = len(points) - 1, [SPACE.norm(x) for x in points]
    terms = (beta ** (k - i) * (radii[k] / radii[i]) * (radii[i] * g) for i, g in enumerate(gradients[:k]))
    return sum(terms, radii[k] * gradients[k])


def decay_part(points: Sequence[Tracked], beta: Tracked) -> Tracked:
    """(17): c_k^{L2} = u_k + Σ_{i<k} β^{k-i} r_i/r_k u_i."""
    k, radii = len(points) - 1, [SPACE.norm(x) for x in points]
    terms = (beta ** (k - i) * (radii[i] / radii[k]) * (x / radii[i]) for i, x in enumerate(points[:k]))
    return sum(terms, points[k] / radii[k])


def momentum_on_the_sphere(points: Sequence[Tracked], gradients: Sequence[Tracked], beta: Any, decay: Any) -> Tracked:
    """(16) before its division: c^{grad} + λ r_k² c^{L2}."""
    square = SPACE.dot(points[-1], points[-1])
    return gradient_part(points, gradients, beta) + decay * square * decay_part(points, beta)


def the_momentum_decomposes(cases: int, seed: int) -> list[CheckResult]:
    """r_k a_k of torch's own momentum buffers is c^{grad} + λr²c^{L2} of (16), (17), and torch steps by x - r A c."""
    buffers = Tally("SP-P-RADIAL", "torch's momentum buffers are (16), (17)")
    steps = Tally("SP-P-RADIAL", "torch's steps are x - r A c with c of (16), (17)")
    for visits in torch_runs(torch_sgd, draw_sgd, cases, seed):
        for points, gradients, h, visit in histories(visits):
            c, radius = momentum_on_the_sphere(points, gradients, h.momentum, h.weight_decay), SPACE.norm(points[-1])
            buffers.equal(c / radius, visit.buffers["momentum_buffer"])
            steps.equal(points[-1] - radius * (h.lr / (radius * radius)) * c, visit.following)
    for visits in torch_runs(torch_adam, partial(draw_adam, eps=1e-8), cases, seed):
        for points, gradients, h, visit in histories(visits):
            c, radius = momentum_on_the_sphere(points, gradients, h.beta1, h.weight_decay), SPACE.norm(points[-1])
            b = adam_division(points, gradients, h, inside=False)
            size = root_mean_square(b)
            buffers.equal(c / radius * (1 - h.beta1), visit.buffers["exp_avg"])
            c = c / (b / size)
            steps.equal(points[-1] - radius * (h.lr / (radius * radius * size)) * c, visit.following)
    return [buffers.result(), steps.result()]


def deformed(gradient: Tracked) -> Tracked:
    """ψ(g) = g ⊘ |g|/(d^{-1/2}‖g‖) = d^{-1/2}‖g‖ sign g; undecided where rounding leaves the sign open."""
    sign = np.where(abs(gradient.value) > gradient.error, np.sign(gradient.value), np.nan)
    return root_mean_square(gradient) * Tracked(sign)


def farthest(d: Any) -> Any:
    """The least upper bound of cos(c, u): √((d-1)/d)."""
    return ((d - 1) / d) ** 0.5


def adam_deforms_its_first_step(cases: int, seed: int) -> list[CheckResult]:
    """Adam's c_0 is ψ(∇L(u)); it leaves the tangent space, and cos(c_0, u) comes as near to √((d-1)/d) as one likes.

    At u = (-δ, s, …, s) with a gradient that is positive in every coordinate the distance is δ/√d + O(δ²).
    """
    first, leaves = Tally("SP-P-DEFORM", "c_0 = ψ(∇L(u))"), Tally("SP-P-DEFORM", "c_0 is not tangent")
    below = Tally("SP-P-DEFORM", "cos(c_0, u) < √((d-1)/d)")
    adam = by_name("adam")
    for (t,) in walks(adam, cases, seed, 1, DIMENSIONS, {"eps": 0.0, "weight_decay": 0.0}):
        with np.errstate(all="ignore"):
            c, u, moving = momentum_seen(adam, t), t.x / SPACE.norm(t.x), t.on_sphere.value.any(-1)
            first.equal(c, deformed(t.on_sphere), moving)
            cosine = SPACE.dot(c, u) / SPACE.norm(c)
            sure = moving & np.isfinite(deformed(t.on_sphere).value).all(-1)
            leaves.differ(cosine, 0.0, sure)
            below.at_most(cosine * cosine, farthest(SPACE.dimension(c)) ** 2, sure)
    results = [first.result(), leaves.result(), below.result()]
    space, d = Multiprecision(40), 5

    def distance(delta: Any) -> Any:
        rest = space.sqrt((1 - delta * delta) / (d - 1))
        u = space.vector([-delta] + [rest] * (d - 1))
        gradient = space.vector([(d - 1) * rest / delta] + [1] * (d - 1))  # positive and orthogonal to u
        zero = space.scalar(0)
        h = Numbers(lr=space.scalar(1), beta1=zero, beta2=zero, eps=zero, weight_decay=zero)
        after, _ = adam.step(space, 0, u, gradient, adam.initial_state(space, u, h), h)
        return farthest(space.scalar(d)) - space.dot(u - after, u) / space.norm(u - after)

    order = order_of(space.context, distance, -9, -6)
    law = "√((d-1)/d) is approached: δ/√d is left at u = (-δ, s, …, s)"
    return [*results, order_result("SP-P-DEFORM", law, order, 1, d**-0.5, "mpmath, 40 digits")]


def adamw_has_no_explicit_decay(cases: int, seed: int) -> list[CheckResult]:
    """AdamW moves on the sphere by η^e c⊥, no λ in c, 1/η^e = (1-ηλ)/A - ⟨c, u⟩; but c depends on λ through r_k/r_i.

    Runs with (η, λ = 0) and (η/2, λ = 1/η) share u_0 and u_1, bit for bit (η is a power of 2, and 1 - ηλ/2 = 1/2), and
    have other c_1⊥, unless β₁ = β₂ = 0.
    """
    moves = Tally("SP-P-ADAMW", "AdamW moves by η^e c⊥ with no λ in c")
    for taken in walks(by_name("adamw"), cases, seed, dimensions=DIMENSIONS):
        for t in taken:
            with np.errstate(all="ignore"):
                moves.equal(central_projection(t), adamw_velocity(t))
    results = [moves.result()]
    for law, beta1, beta2 in (
        ("with β₁ > 0 c⊥ depends on λ through r_k/r_i", 0.9, 0.0),
        ("with β₁ = 0, β₂ > 0 c⊥ depends on λ through r_k/r_i", 0.0, 0.9),
        ("with β₁ = β₂ = 0 c⊥ does not depend on λ", 0.0, 0.0),
    ):
        tally = Tally("SP-P-ADAMW", law)
        for d in DIMENSIONS[1:]:
            one, other = _adamw_pair(d, -(-cases // (6 * len(DIMENSIONS))), seed, beta1, beta2)
            sides = [tangent_seen(by_name("adamw"), t) for t in (one, other)]
            (tally.differ if beta1 or beta2 else tally.equal)(*sides)
        results.append(tally.result())
    return results


def adamw_velocity(t: Taken) -> Tracked:
    """η^e c⊥ of AdamW, its decay only in the radial part: Δ = r A (c + λ r² d^{-1/2}‖b‖ u)."""
    radius, size = SPACE.norm(t.x), root_mean_square(by_name("adamw").division(SPACE, t.k, t.x, t.after, t.h))
    c, u = momentum_seen(by_name("adamw"), t), t.x / radius
    rate = t.h.lr / (radius * radius * size)
    return rate / (1 - t.h.lr * t.h.weight_decay - rate * SPACE.dot(c, u)) * tangent_projection(SPACE, c, u)


def the_radii_change_adams_direction(cases: int, seed: int) -> list[CheckResult]:
    """Adam's c_k⊥ at the same u_i and ∇L(u_i) differs between histories of radii, and not between proportional ones."""
    differs = Tally("SP-P-RATIO", "other radii, other c⊥ (prescribed u_i, r_i; no run at λ = ε = 0 has them)")
    same = Tally("SP-P-RATIO", "proportional radii, the same c⊥ (prescribed u_i, r_i)")
    for d in DIMENSIONS:
        drawn = Prescribed(d, -(-cases // len(DIMENSIONS)), seed)
        h = drawn.numbers(by_name("adam"))
        one, other, scaled = (
            tangent_seen(by_name("adam"), drawn.last(by_name("adam"), radii, h))
            for radii in (drawn.radii, drawn.other_radii, [8 * r for r in drawn.radii])
        )
        differs.differ(one, other)
        same.equal(one, scaled)
    return [differs.result(), same.result()]


def _adamw_pair(d: int, rows: int, seed: int, beta1: float, beta2: float) -> tuple[Taken, Taken]:
    generator = np.random.default_rng((seed, d))
    start, along = generator.normal(size=(rows, d)), targets(generator, rows, d, 2, zeros=0)
    pair = []
    for lr, decay in ((0.25, 0.0), (0.125, 4.0)):
        numbers = {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": 0.0, "weight_decay": decay}
        pair.append(walk(by_name("adamw"), start, along, Numbers(**{n: tracked(v) for n, v in numbers.items()}))[1])
    if not (pair[0].x.value == 2 * pair[1].x.value).all():
        raise RuntimeError("the two runs of AdamW should share u_1 bit for bit, the second at half the radius")
    return pair[0], pair[1]
