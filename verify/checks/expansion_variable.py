"""How small Theorem 4's expansion variable is, and its experiment's hyper-parameters: SP-T4-SMALL, SP-T4-HP."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from derivations.schemes import by_name
from impl.models.losses import LOSSES
from verify.checks.batches import Batch, over, recipes
from verify.checks.precisions import exact_in_mpmath, exact_in_torch
from verify.checks.tally import UNIT
from verify.checks.theorem_4 import matching
from verify.checks.walks import Numbers
from verify.oracle import effective, trajectory
from verify.results import CheckResult
from verify.spaces import Float64, Multiprecision
from verify.tolerance import roundoff


def printed_variable(lr: Any, gradient: Any, radius: Any) -> Any:
    """(η‖∇L(u)‖)²/r² of C.1.5/D.2.5, `gradient` being ‖∇L(u)‖."""
    return (lr * gradient) ** 2 / radius**2


def expansion_variable(lr: Any, gradient: Any, radius: Any) -> Any:
    """(η‖∇L(u)‖)²/r⁴, the one that the expansion of (48) has."""
    return (lr * gradient) ** 2 / (radius**2) ** 2  # a power of 4 would not scale bit for bit


def stationary_variable(product: Any) -> Any:
    """(1-ηλ)^{-2} - 1, of (η‖∇L(u)‖)²/((1-ηλ)² r⁴), whatever the constant ‖∇L(u)‖."""
    return (1 - product) ** -2 - 1


def printed_ratio(product: Any, k: int) -> Any:
    """The right side of (52), (1-(1-ηλ)^{4k})/((1-ηλ)^{-4}-1)."""
    return (1 - (1 - product) ** (4 * k)) / ((1 - product) ** -4 - 1)


def the_printed_variable_has_a_unit(cases: int, seed: int) -> list[CheckResult]:
    """(x_0, η, λ) → (ρx_0, ρ²η, λ/ρ²) leaves directions and (η‖∇L(u)‖)²/r⁴, but multiplies (η‖∇L(u)‖)²/r² by ρ².

    On torch.optim.SGD and random losses, bit for bit: ρ is a power of 2, by which floating point scales exactly.
    """
    rows, steps, off, unlike = -(-cases // (len(LOSSES) * 4 * 10)), 10, [0.0, 0.0], 0.0
    for number, build in enumerate(LOSSES.values()):
        generator = np.random.default_rng((seed, number))
        start = generator.normal(size=(rows, 8))
        lr, product = 10 ** generator.uniform(-2, 0), 10 ** generator.uniform(-3, -0.5)
        loss = build(8, seed=seed + number, batch_shape=(rows,))
        plain = _run(loss, start, lr, product / lr, steps)
        for rho in (2.0**-9, 0.5, 4.0, 2.0**10):
            scaled = _run(loss, rho * start, rho**2 * lr, product / lr / rho**2, steps)
            for (u, g, r), (v, h, s) in zip(plain, scaled, strict=True):
                same = [(u - v).abs(), expansion_variable(lr, g, r) - expansion_variable(rho**2 * lr, h, s)]
                off = [max(o, float(e.abs().max())) for o, e in zip(off, same, strict=True)]
                gap = printed_variable(rho**2 * lr, h, s) - rho**2 * printed_variable(lr, g, r)
                unlike = max(unlike, float(gap.abs().max()))
    laws = (
        "directions do not see the unit of length",
        "(η‖∇L(u)‖)²/r⁴ does not see the unit of length",
        "(η‖∇L(u)‖)²/r² is multiplied by ρ²",
    )
    count, worst = rows * len(LOSSES) * 4 * steps, (*off, unlike)
    return [
        CheckResult("SP-T4-SMALL", law, count, w, 0.0, "float64", "cpu", w == 0, "bit for bit")
        for law, w in zip(laws, worst, strict=True)
    ]


def the_variable_becomes_stationary(cases: int, seed: int) -> list[CheckResult]:
    """At constant ‖∇L(u)‖ the variable of SGD + L2 settles at (1-ηλ)^{-2} - 1, from real runs at ηλ in 10⁻³..0.9."""
    generator, scheme = np.random.default_rng(seed), by_name("sgd-l2")
    products = 10 ** generator.uniform(-3, np.log10(0.9), size=(max(4, cases // 20), 1))
    q = 1 - products
    size = 10 ** generator.uniform(-3, 3, size=products.shape)
    h = Numbers(lr=10 ** generator.uniform(-3, 3, size=products.shape))
    h.weight_decay = products / h.lr
    x = np.concatenate([np.ones_like(q), np.zeros_like(q)], 1) * (h.lr * size) ** 0.5
    # The map of r⁴ contracts by |2q² - 1| at its fixed point: at most e^{-39} is left of any start. A step loses at
    # most 11 roundings of r, as no term of it is longer, that is 44 of r⁴, remembered for 1/contraction steps.
    contraction = 1 - abs(2 * q**2 - 1)
    for _ in range(int(40 / contraction.min())):
        square = (x**2).sum(1, keepdims=True)
        gradient = size / square * np.stack([-x[:, 1], x[:, 0]], 1)
        x, _ = scheme.step(Float64(), 0, x, gradient, {}, h)
    found = expansion_variable(h.lr, size, (x**2).sum(1, keepdims=True) ** 0.5) / q**2
    remembered = found * (roundoff(44) / contraction + math.exp(-39))
    # λ = (ηλ)/η and q = 1 - ηλ are rounded too, and q^{-2} - 1 enlarges that by 2q^{-3}; then ten operations.
    allowed = remembered + roundoff(4) / q**3 + roundoff(10) * found
    worst = float((abs(found - stationary_variable(products)) / allowed).max())
    law = "the stationary variable is (1-ηλ)^{-2} - 1"
    return [CheckResult("SP-T4-SMALL", law, len(q), worst, 1.0, "float64", "cpu", worst <= 1, UNIT)]


def the_asymptotic_argument_is_bounded(cases: int, seed: int) -> list[CheckResult]:
    """The right side of (52) never exceeds 1/((1-ηλ)^{-4}-1), which is below 1 for ηλ > 1 - 2^{-1/4}: it is not ≫ 1.

    With (48)'s factor 2 it is half the inverse of the variable that Theorem 4's closed form has, r_0 left out.
    """
    generator, count = np.random.default_rng(seed), -(-cases // 4)
    drawn = [(float(generator.uniform(-4, -0.02)), int(generator.integers(40))) for _ in range(count)]

    def excess(context: Any) -> Iterator[Any]:
        for power, k in drawn:
            product = context.mpf(10) ** power
            yield printed_ratio(product, 250 * k) * ((1 - product) ** -4 - 1) - 1

    def gap(digits: int) -> Iterator[Any]:
        context = Multiprecision(digits).context
        for power, k in drawn:
            q = 1 - context.mpf(10) ** power
            inverse = 2 * context.fsum(q ** (-4 * i - 2) for i in range(k)) * q ** (4 * k + 2)
            yield abs(inverse - 2 * printed_ratio(1 - q, k))

    context = Multiprecision(70).context
    above, not_large = float(max(0, *excess(context))), float(printed_ratio(context.mpf(1) / 5, 10**4))
    dtype = "mpmath, 70 digits"
    return [
        CheckResult("SP-T4-SMALL", "(52) ≤ 1/((1-ηλ)^{-4}-1)", count, above, 0.0, dtype, "cpu", above <= 0),
        CheckResult("SP-T4-SMALL", "(52) < 1 at ηλ = 1/5, k = 10⁴", 1, not_large, 1.0, dtype, "cpu", not_large < 1),
        exact_in_mpmath("SP-T4-SMALL", "(51)'s quotient with (48)'s factor 2 is twice (52)", count, gap),
    ]


def the_experiments_numbers(cases: int, seed: int) -> list[CheckResult]:
    """D.5: η = 10⁻², λ = 10⁻³ give β ≈ 0.99996 and 0.71; at d^{-1/2}‖b‖ = 10 AdaGrad's steps equal SGD's at 10⁻¹."""
    space = Multiprecision(40)
    h = Numbers(lr=space.scalar(1) / 100, weight_decay=space.scalar(1) / 1000)
    lr, beta, _ = matching(space, h, space.scalar(1))
    digits = ((beta, "0.99996", 5e-6, "β"), (lr, "0.71", 5e-3, "the learning rate"))
    results = []
    for value, printed, half, name in digits:
        gap = float(abs(value - space.scalar(printed)))
        law = f"{name} is {printed} to the digits printed"
        results.append(CheckResult("SP-T4-HP", law, 1, gap, half, "mpmath, 40 digits", "cpu", gap <= half))
    drawn = recipes(cases, 1, seed)
    for law, rate, share in (("equal steps at 10⁻¹", 1e-1, 1.0), ("steps 100 times smaller at 10⁻³", 1e-3, 1e-2)):

        def errors(batch: Batch, rate: float = rate, share: float = share) -> torch.Tensor:
            return (step_ratio(batch, rate) / share - 1).abs().flatten()

        results += exact_in_torch("SP-T4-HP", law, sum(len(r.start) for r in drawn), over(drawn, errors))
    return results


def step_ratio(batch: Batch, lr: float) -> torch.Tensor:
    """A_k of AdaGrad at `lr` with d^{-1/2}‖b‖ = 10 over A_k of SGD at 10⁻², from a step of each (`verify.oracle`)."""
    space, x, gradient = batch.space, batch.start, batch.gradient(0, batch.start)
    gradient = gradient + (gradient == 0).all(-1, keepdim=True)  # a step along zero has no size
    gradient = gradient / space.norm(gradient) * 10 * x.shape[-1] ** 0.5  # b = |∇L(x)| at the first step
    rates: list[Any] = [
        effective(trajectory(by_name(name), space, x, [gradient], by_name(name).numbers(lr=eta, **other)))[0].rate
        for name, eta, other in (("adagrad", lr, {"eps": 0.0}), ("sgd", 1e-2, {}))
    ]
    return rates[0] / rates[1]


def _run(loss: Any, start: np.ndarray, lr: float, weight_decay: float, steps: int) -> list[tuple]:
    """u_k, ‖∇L(u_k)‖, r_k of torch.optim.SGD."""
    p, seen = torch.nn.Parameter(torch.tensor(start)), []
    optimizer = torch.optim.SGD([p], lr=lr, weight_decay=weight_decay)
    for _ in range(steps):
        optimizer.zero_grad()
        loss(p).sum().backward()
        radius = torch.linalg.vector_norm(p.detach(), dim=1, keepdim=True)
        seen.append((p.detach() / radius, radius * torch.linalg.vector_norm(p.grad, dim=1, keepdim=True), radius))
        optimizer.step()
    return seen
