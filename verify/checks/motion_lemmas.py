"""Lemmas 2 and 3 of spherical motion dynamics, where they hold and the worst case where they do not: SMD-L2, SMD-L3."""

import math
from typing import Any

import numpy as np
import torch
from scipy.optimize import differential_evolution

from verify.checks.tally import Tally
from verify.results import CheckResult
from verify.tolerance import Tracked, TrackedSpace

SPACE = TrackedSpace(torch.float64)
STEPS = 25


def printed_bound(root: Any, start: Any, power: Any) -> Any:
    """(35): √(L/(1-α)) - α^{t-1} |√(L/(1-α)) - x_1|."""
    return root - power * _absolute(root - start)


def _absolute(value: Tracked) -> Tracked:
    return Tracked(abs(value.value), value.error, value.precision)


def lemma_2_holds_for_alpha_from_one_half(cases: int, seed: int) -> list[CheckResult]:
    """(35) holds for 1/2 ≤ α < 1, whatever is added to (34) at whatever step: nothing, a little, kicks of 10⁸."""
    generator = np.random.default_rng(seed)
    tally = Tally("SMD-L2", "(35) for α ≥ 1/2", "random and adversarial sequences")
    alpha = np.append(0.5, 1 - 10 ** generator.uniform(-6, math.log10(0.5), cases - 1))[:, None]
    level = 10 ** generator.uniform(-3, 3, alpha.shape)
    first = np.sqrt(level / (1 - alpha)) * 10 ** generator.uniform(-6, 3, alpha.shape)
    often = generator.choice([0.0, 0.1, 0.5], alpha.shape)
    a, x, start = SPACE.vector(alpha), SPACE.vector(first), SPACE.vector(first)
    root, power = SPACE.sqrt(SPACE.vector(level) / (1 - a)), SPACE.vector(np.ones_like(alpha))
    for _ in range(STEPS):
        least = a * x + SPACE.vector(level) / x
        kicked = generator.random(alpha.shape) < often
        added = np.where(kicked, np.maximum(_kicks(generator, alpha, level, least.value), least.value), least.value)
        # A kicked x is a number of its own, and exact; where nothing is added x carries the error of the step.
        x = Tracked(added, np.where(added > least.value, 0.0, least.error), least.precision)
        power = power * a
        tally.at_most(printed_bound(root, start, power), x, scale=root.value)
    return [tally.result(), _worst_case(seed)]


def _kicks(generator: np.random.Generator, alpha: np.ndarray, level: np.ndarray, least: np.ndarray) -> np.ndarray:
    """Where to put x: a little above the least, far above it, or next to √(L/α), from where it falls farthest."""
    little, far = (least * (1 + 10 ** generator.uniform(*span, alpha.shape)) for span in ((-12, 0), (0, 8)))
    aimed = np.sqrt(level / alpha) * 10 ** generator.uniform(-0.01, 0.01, alpha.shape)
    kind = generator.integers(0, 3, alpha.shape)
    return np.select([kind == 0, kind == 1], [little, far], aimed)


def worst_ratio(alpha: float) -> float:
    """The least x_t/√(L/(1-α)) that late kicks can bring about: 2√(α(1-α)) for α < 1/2."""
    return 2 * math.sqrt(alpha * (1 - alpha))


def _worst_case(seed: int) -> CheckResult:
    """Search over surpluses for the lowest late value, of which (35) promises √(L/(1-α)) less what has decayed."""
    off, count = 0.0, 0
    for number, alpha in enumerate((0.05, 0.2, 0.35, 0.49)):

        def lowest(kicks: np.ndarray, alpha: float = alpha) -> float:
            x = 1 / math.sqrt(1 - alpha)
            for kick in kicks:
                x = alpha * x + 1 / x + max(kick, 0.0)
            return (alpha * x + 1 / x) * math.sqrt(1 - alpha)

        found = differential_evolution(lowest, [(-1, 10)] * 3, seed=seed + number, tol=1e-12, maxiter=150, popsize=10)
        off, count = max(off, abs(found.fun / worst_ratio(alpha) - 1)), count + found.nfev
    law = "for α < 1/2 the worst sequence falls to 2√(α(1-α)) times what (35) promises"
    note = f"relative distance of the minimum found from it; at α = 0.05 it is {worst_ratio(0.05):.2f}"
    return CheckResult("SMD-L2", law, count, off, 1e-6, "float64", "cpu", off <= 1e-6, note)


def excess_form(alpha: np.ndarray, beta: np.ndarray, epsilon: np.ndarray) -> np.ndarray:
    """(NᵀN - (1 - 4β/(1-α)))/β for N = Λ - εβ(1-α)² k eᵀ, (rows, 3, 3), with Λ and k as Lemma 3 has them.

    (52) says that it is negative definite. The first entry of Λ² - (1 - 4β/(1-α)) is 4β²/(1-α)², formed without
    cancellation.
    """
    one = np.ones_like(alpha)
    third = alpha**2 * (1 + 2 * beta / (1 - alpha))
    diagonal = np.stack([1 - 2 * beta / (1 - alpha), alpha, third], -1)
    target = 1 - 4 * beta / (1 - alpha)
    k = np.stack([one, -2 * alpha, alpha**2], -1)
    excess = np.stack([4 * beta / (1 - alpha) ** 2, (alpha**2 - target) / beta, (third**2 - target) / beta], -1)
    both = (diagonal * k)[..., :, None] * np.ones(3)
    rank_one = epsilon**2 * beta * (k**2).sum(-1)
    form = -epsilon[..., None, None] * (both + np.swapaxes(both, -1, -2)) + rank_one[..., None, None]
    return form + np.eye(3) * excess[..., None, :]


def least_epsilon(alpha: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """The ε, about 2β/(1-α)², below which d = (1, 0, 0) violates (52).

    It is the smaller root of 4β/(1-α)² - 2ε(1 - 2β/(1-α)) + ε²β‖k‖²(1-α)⁴ = 0; ‖k‖²(1-α)⁴ = 1 + 4α² + α⁴.
    """
    constant, half = 4 * beta / (1 - alpha) ** 2, 1 - 2 * beta / (1 - alpha)
    square = beta * (1 + 4 * alpha**2 + alpha**4)
    return constant / (half + np.sqrt(half**2 - square * constant))


def lemma_3_fails_for_small_epsilon(cases: int, seed: int) -> list[CheckResult]:
    """(52) fails for every ε below about 2β/(1-α)², and on a part of its domain above it."""
    generator = np.random.default_rng(seed)
    alpha = generator.uniform(0.01, 0.99, 4 * cases)
    beta = (1 - alpha) ** 2 * 10 ** generator.uniform(-5, -1, 4 * cases)
    largest = ((1 - alpha**2) / beta - 8 / (1 - alpha)) / 3
    least = least_epsilon(alpha, beta)
    inside = (largest > 0) & (least < 1)
    alpha, beta, largest, least = (v[inside][:cases] for v in (alpha, beta, largest, least))
    small = np.minimum(least, largest) * generator.uniform(0, 1 - 1e-6, alpha.shape)
    # e₁ᵀ(NᵀN - ρ)e₁ ≥ 0 is a violation that needs no eigenvalue.
    first = excess_form(alpha, beta, small)[:, 0, 0]
    violated = first / (4 * beta / (1 - alpha) ** 2)
    worst = float(-violated.min())
    every = np.minimum(1.0, largest) * generator.uniform(0, 1, alpha.shape)
    top = np.linalg.eigvalsh(excess_form(alpha, beta, every))[:, -1]
    share = float((top >= 0).mean())
    note = (
        f"-(excess at d = (1, 0, 0)) over its value at ε = 0; for ε uniform over its domain (52) fails in {share:.1%}"
    )
    law = "(52) fails for ε up to about 2β/(1-α)²"
    return [CheckResult("SMD-L3", law, len(alpha), worst, 0.0, "float64", "cpu", worst <= 0, note)]
