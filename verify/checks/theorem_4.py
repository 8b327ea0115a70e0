"""Theorem 4, SGD as AdaGradG on the sphere, link by link and as a whole: SP-T4-R, SP-T4-ETA, SP-T4, OD-UNIFORM."""

import math
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from derivations.schemes import by_name
from verify.checks.batches import Batch, over, recipes
from verify.checks.orders import order_result
from verify.checks.precisions import exact_in_torch
from verify.checks.table_1 import central_projection
from verify.checks.tally import UNIT, Tally
from verify.checks.walks import SPACE, memory, walks
from verify.oracle import trajectory
from verify.results import CheckResult
from verify.slopes import order_of, power_law
from verify.spaces import Float64, Multiprecision
from verify.tolerance import roundoff


def next_square(square: Any, moved: Any) -> Any:
    """(48): r² + (η‖∇L(u)‖)²/r², with moved = (η‖∇L(u)‖)²."""
    return square + moved / square


def closed_square(space: Any, start_square: Any, moved: Sequence[Any]) -> Any:
    """The solution that the paper gives: √(2 Σ_{i<k} (η_i‖∇L(u_i)‖)² + r_0⁴)."""
    return space.sqrt(2 * sum(moved) + start_square * start_square)


def rate_of_sgd(space: Any, h: SimpleNamespace, start_square: Any, gradients: Sequence[Any]) -> Any:
    """(49), first line: η(1-ηλ)^{-2k-1} / √(2 Σ_{i<k} η²(1-ηλ)^{-4i-2} ‖∇L(u_i)‖² + r_0⁴); gradients: ‖∇L(u_i)‖²."""
    q = 1 - h.lr * h.weight_decay
    moved = [h.lr**2 / q ** (4 * i + 2) * g for i, g in enumerate(gradients)]
    return h.lr / q ** (2 * len(gradients) + 1) / closed_square(space, start_square, moved)


def rate_of_adagrad_g(space: Any, lr: Any, beta: Any, v0: Any, gradients: Sequence[Any]) -> Any:
    """(50): η_k / √(Σ_{i<k} β^{(k-1)-i} ‖∇L(u_i)‖² + β^k v_0)."""
    k = len(gradients)
    return lr / space.sqrt(sum((beta ** (k - 1 - i) * g for i, g in enumerate(gradients)), beta**k * v0))


def matching(space: Any, h: SimpleNamespace, start_square: Any) -> tuple[Any, Any, Any]:
    """Theorem 4: η_k = (2β)^{-1/2}, β = (1-ηλ)⁴ and v_0 = r_0⁴ (2η²β^{1/2})^{-1}."""
    q = 1 - h.lr * h.weight_decay
    return 1 / space.sqrt(2 * q**4), q**4, start_square * start_square / (2 * h.lr**2 * q**2)


def bound(t: Any) -> Any:
    """OD-UNIFORM: (1 + t/2)^{-1/2}."""
    return (1 + t / 2) ** -0.5


def the_radius_dynamics_are_solved_to_first_order(cases: int, seed: int) -> list[CheckResult]:
    """(48) is exact on SGD's trajectories; the closed form misses its step by r² t²/2 + O(t³), t = (η‖∇L(u)‖)²/r⁴."""
    exact = Tally("SP-T4-R", "(48) on SGD's trajectories")
    for taken in walks(by_name("sgd"), cases, seed):
        for t in taken:
            with np.errstate(all="ignore"):
                moved = t.h.lr * t.h.lr * SPACE.dot(t.on_sphere, t.on_sphere)
                exact.equal(SPACE.dot(t.following, t.following), next_square(SPACE.dot(t.x, t.x), moved))
    space = Multiprecision(60)

    def residual(t: Any) -> Any:
        """The closed form a step on, less the real step of SGD from the closed form's radius, over r²."""
        start, earlier = space.scalar(2), [space.scalar(3)]
        square = closed_square(space, start, earlier)
        x, size = space.vector([space.sqrt(square), 0]), space.sqrt(t) * square  # η = 1, ‖∇L(u)‖² = t r⁴
        gradient = space.vector([0, size / space.norm(x)])
        after, _ = by_name("sgd").step(space, 0, x, gradient, {}, SimpleNamespace(lr=space.scalar(1)))
        return (closed_square(space, start, [*earlier, size * size]) - space.dot(after, after)) / square

    order = order_of(space.context, residual, -9, -6)
    return [exact.result(), order_result("SP-T4-R", "the closed form misses a step by r² t²/2", order, 2, 1 / 2)]


def the_closed_forms_are_the_effective_rates(cases: int, seed: int) -> list[CheckResult]:
    """(50) is the rate of AdaGradG's real steps; with the constants of Theorem 4 it is (49), all of its lines."""
    real = Tally("SP-T4-ETA", "(50) is what AdaGradG's steps do")
    for taken in walks(by_name("adagrad-g"), cases, seed, fixed={"beta": lambda *drawn: 1 - 0.5 * memory(*drawn)}):
        squares = [SPACE.dot(t.on_sphere, t.on_sphere) for t in taken]
        for t in taken:
            with np.errstate(all="ignore"):
                rate = rate_of_adagrad_g(SPACE, t.h.lr, t.h.beta, taken[0].before["v"], squares[: t.k])
                real.equal(central_projection(t), rate * t.on_sphere)
    same = Tally("SP-T4-ETA", "(49) is (50) with the constants of Theorem 4")
    for taken in walks(by_name("sgd-l2"), cases, seed, steps=8):
        start, squares = SPACE.dot(taken[0].x, taken[0].x), [SPACE.dot(t.on_sphere, t.on_sphere) for t in taken]
        for t in taken:
            with np.errstate(all="ignore"):
                h = taken[0].h
                theorem = rate_of_adagrad_g(SPACE, *matching(SPACE, h, start), squares[: t.k])
                same.equal(rate_of_sgd(SPACE, h, start, squares[: t.k]), theorem)
    return [real.result(), same.result()]


def the_first_rates_agree_exactly(cases: int, seed: int) -> list[CheckResult]:
    """Theorem 4 at k = 0: SGD's η^e_0, from its real step, is AdaGradG's with the printed constants, for any step."""
    tally = Tally("SP-T4", "the first step is the same")
    for taken in walks(by_name("sgd-l2"), cases, seed, steps=1):
        (t,) = taken
        with np.errstate(all="ignore"):
            rate = rate_of_adagrad_g(SPACE, *matching(SPACE, t.h, SPACE.dot(t.x, t.x)), [])
            tally.equal(central_projection(t), rate * t.on_sphere)
    return [tally.result()]


def rates_part_at_second_order_at_each_step(cases: int, seed: int) -> list[CheckResult]:
    """At a fixed k, SGD's η^e_k is AdaGradG's times 1 - (k/2) t² + O(t³), where every step has the same ‖∇L(u)‖.

    From real trajectories of both in mpmath; t = (η‖∇L(u_0)‖)²/((1-ηλ)² r_0⁴) → 0 with ηλ = t/4.
    """
    steps, space = 6, Multiprecision(60)
    order = order_of(space.context, lambda t: 1 - ratio_of_rates(space, t, t / 4, steps), -9, -6, count=4)
    return [order_result("SP-T4", f"after {steps} steps the rates differ by {steps}/2 t²", order, 2, steps / 2)]


def rates_part_at_first_order_in_the_long_run(cases: int, seed: int) -> list[CheckResult]:
    """At stationarity, t = (1-ηλ)^{-2} - 1, the rates of real runs of both settle at the ratio (1+t/2)^{-1/2} ~ 1-t/4.

    So OD-UNIFORM's bound is attained in the limit. In float64, from SGD's stationary radius until v is stationary too.
    """
    space, products, points, worst = Float64(), (1e-3, 2e-3, 4e-3, 8e-3), [], 0.0
    for product in products:
        t = (1 - product) ** -2 - 1
        ratio = ratio_of_rates(space, t, product, steps=int(10 / product))  # transients: (1-ηλ)^{4k} = e^{-40}
        # Radii keep the rounding of 1/(4ηλ) steps, ten operations each; a rate is read off an angle of size √t.
        rounding = roundoff(10) * (1 / (4 * product) + t**-0.5)
        worst = max(worst, abs(ratio - bound(t)) / rounding)
        points.append((t, 1 - ratio))
    order = power_law(Multiprecision(30).context, points)
    law = "the lower bound is attained at stationarity"
    return [
        CheckResult("OD-UNIFORM", law, len(products), worst, 1.0, "float64", "cpu", worst <= 1, UNIT),
        order_result("SP-T4", "at stationarity the rates differ by t/4", order, 1, 1 / 4, "float64"),
    ]


def rates_stay_within_the_uniform_bound(cases: int, seed: int) -> list[CheckResult]:
    """(1+t/2)^{-1/2} ≤ η^e_SGD/η^e_AdaGradG ≤ 1 along SGD's own gradients at every k, t the largest z_i² with i < k."""
    drawn, shares = recipes(cases, 40, seed, decay=(-3, -0.05), lengths=(-2, 1)), [0.0]

    def measure(batch: Batch) -> Any:
        ratios, bounds = _ratios_and_bounds(batch)
        lost, allowed = 1 - ratios, 1 - bounds
        if lost.dtype == torch.float64:
            seen = (allowed > 1e-3) & (bounds > bound(1))
            shares.append(float(torch.where(seen, lost / allowed, 0).max()))
        return torch.maximum(-lost, lost - allowed).clamp(min=0).amax(0).flatten()

    count = sum(len(r.start) for r in drawn)
    results = exact_in_torch("OD-UNIFORM", "the ratio of the rates stays within the bound", count, over(drawn, measure))
    note = f"of {count} random runs with t < 1 the closest uses {math.floor(100 * max(shares))} % of the bound"
    return [replace(result, note=note) for result in results]


def ratio_of_rates(space: Any, t: Any, product: Any, steps: int) -> Any:
    """η^e of SGD + L2 over η^e of AdaGradG at step k = `steps` of real runs in the plane, ‖∇L(u)‖ constant.

    From r_0 = 1 with η = 1, λ = product, and ‖∇L(u)‖ such that the expansion variable of the first step is t.
    """
    size = space.sqrt(t) * (1 - product)
    turn, norm = (lambda u: space.vector([-u[1], u[0]])), space.norm
    h = SimpleNamespace(lr=space.scalar(1), weight_decay=space.scalar(product))
    lr, beta, v0 = matching(space, h, space.scalar(1))
    angles = []
    for name, numbers in (("sgd-l2", h), ("adagrad-g", SimpleNamespace(lr=lr, beta=beta, v0=v0))):
        scheme, x = by_name(name), space.vector([1, 0])
        state = scheme.initial_state(space, x, numbers)
        for k in range(steps + 1):
            last, u = x, x / norm(x)
            x, state = scheme.step(space, k, x, size * turn(u) / norm(x), state, numbers)
        angles.append(abs(space.dot(x, turn(last)) / space.dot(x, last)))
    return angles[0] / angles[1]


def _ratios_and_bounds(batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Of every step (steps, rows, 1)."""
    space, h = batch.space, SimpleNamespace(lr=batch.lr, weight_decay=batch.weight_decay)
    run = trajectory(by_name("sgd-l2"), space, batch.start, batch.gradient, h, len(batch.targets))
    lr, beta, v = matching(space, h, space.dot(batch.start, batch.start))
    largest, ratios, bounds = torch.zeros_like(v), [], []
    for x, gradient in zip(run.points, run.gradients, strict=False):
        square = space.dot(x, x)
        rate, size = h.lr / ((1 - h.lr * h.weight_decay) * square), space.dot(gradient, gradient) * square
        ratios.append(rate / (lr / torch.sqrt(v)))
        bounds.append(bound(largest))
        largest, v = torch.maximum(largest, rate * rate * size), beta * v + size
    return torch.stack(ratios), torch.stack(bounds)
