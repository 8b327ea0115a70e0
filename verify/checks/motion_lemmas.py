"""Lemmas 2 and 3 and the inequalities between them, where they hold and the worst case where they do not.

SMD-L2, SMD-L3, SMD-T2-EIG, SMD-T2-INEQ, SMD-E88.
"""

import math
from typing import Any

import numpy as np
import torch
from scipy.optimize import differential_evolution

from verify.checks.motion_maps import Setting, step
from verify.checks.tally import Tally
from verify.noise import adversarial
from verify.results import CheckResult
from verify.tolerance import Tracked, TrackedSpace, roundoff

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
    """A surplus that brings x_t from √(L/(1-α)) to √(L/α) makes it fall to the least late value; no search finds less.

    (35) promises √(L/(1-α)) less what has decayed.
    """
    off, count = 0.0, 0
    for number, alpha in enumerate((0.05, 0.2, 0.35, 0.49)):

        def lowest(kicks: np.ndarray, alpha: float = alpha) -> float:
            x = 1 / math.sqrt(1 - alpha)
            for kick in kicks:
                x = alpha * x + 1 / x + max(kick, 0.0)
            return (alpha * x + 1 / x) * math.sqrt(1 - alpha)

        found = differential_evolution(lowest, [(-1, 10)] * 3, seed=seed + number, tol=0, maxiter=60, popsize=10)
        aimed = lowest(np.array([0.0, 0.0, 1 / math.sqrt(alpha) - 1 / math.sqrt(1 - alpha)])) / worst_ratio(alpha)
        off, count = max(off, float(abs(aimed - 1)), float(1 - found.fun / worst_ratio(alpha))), count + found.nfev
    law = "for α < 1/2 the worst sequence falls to 2√(α(1-α)) times what (35) promises"
    note = (
        f"relative distance of the aimed value from it, and of a lower one; at α = 0.05 it is {worst_ratio(0.05):.2f}"
    )
    # Four steps of four operations and the kick's five, on terms below five times the result; the ratio's five.
    allowed = roundoff(5 * (4 * 4 + 5) + 5)
    return CheckResult("SMD-L2", law, count, off, allowed, "float64", "cpu", off <= allowed, note)


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


def eigenvalues(setting: Any) -> tuple[Tracked, Tracked, Tracked]:
    """(67)–(69): λ₁, λ₂, λ₃ of A."""
    a, k = setting.momentum, 1 + setting.momentum - setting.product
    root = SPACE.sqrt(k * k - 4 * a)
    return (k * k + k * root) / 2 - a, a, (k * k - k * root) / 2 - a


def momentum_shrinks_the_norm_no_faster_than_its_eigenvalue(cases: int, seed: int) -> list[CheckResult]:
    """(83): ‖w_{t+1}‖² ≥ λ₁‖w_t‖² + h̃_t η²/‖w_t‖² from a start without momentum, for every h̃ ≥ 0, adversarial too.

    So does (88): ‖w_t‖² is above √(l η²/(2(1-λ₁))) in the end, if h̃ ≥ l and λ₁ ≥ 1/2.
    """
    generator, shape = np.random.default_rng(seed), (cases, 1)
    a = generator.uniform(0.01, 0.99, shape)
    product = (1 - np.sqrt(a)) ** 2 * generator.choice([0.999, 0.3, 0.03], shape)
    lr = 10 ** generator.uniform(-2, 0, shape)
    setting = Setting(*(SPACE.vector(v) for v in (lr, product / lr, a)))
    b, k, values = setting.momentum, 1 + setting.momentum - setting.product, eigenvalues(setting)
    roots = Tally("SMD-T2-EIG", "λ₁ + λ₂ + λ₃ is the trace of A, and λ₁λ₃ = α²")
    roots.equal(values[0] + values[1] + values[2], k * k - b)
    roots.equal(values[0] * values[2], b * b)
    tally = Tally("SMD-T2-INEQ", "(83) whatever h̃ ≥ 0", "random, vanishing and adversarial h̃")
    x = inner = before = SPACE.vector(10 ** generator.uniform(-3, 3, shape))
    with np.errstate(all="ignore"):  # where a bound grows without limit, the row is undecided
        for _ in range(STEPS):
            h = 10 ** generator.uniform(-4, 4, shape) * (generator.random(shape) < 0.5)
            kick = SPACE.vector(h) * setting.lr * setting.lr / x
            following = (
                k * k * x - 2 * setting.momentum * k * inner + setting.momentum * setting.momentum * before + kick
            )
            tally.at_most(values[0] * x + kick, following, scale=following.value)
            x, inner, before = following, k * x - b * inner, x
    return [roots.result(), tally.result(), _lower_bound(cases, seed)]


def lower_bound(setting: Setting, least: Any) -> Any:
    """(88): √(l η²/(2(1-λ₁)))."""
    k = 1 + setting.momentum - setting.product
    first = (k * k + k * np.sqrt(k * k - 4 * setting.momentum)) / 2 - setting.momentum
    return np.sqrt(least * setting.lr**2 / (2 * (1 - first)))


def _lower_bound(cases: int, seed: int) -> CheckResult:
    generator = np.random.default_rng((seed, 1))
    a = generator.uniform(0.2, 0.95, cases)
    product = np.minimum((1 - np.sqrt(a)) ** 2 * 0.99, (1 - a) / 5)  # the latter keeps λ₁ ≥ 1/2
    setting, worst = Setting(np.sqrt(product), np.sqrt(product), a), 0.0
    state = np.repeat(10 ** generator.uniform(-2, 2, cases)[None], 3, axis=0)
    for t, size in enumerate(adversarial(1.0, 3.0).draw(600, cases, generator)):
        state = step(setting, state, size)
        # By then λ₁^t has forgotten the start and the latest kicks of up to 10³, wherever it is at most 0.96.
        worst = max(worst, float((lower_bound(setting, 1.0) / state[0]).max())) if t > 300 else worst
    law, note = "(88) in the end, whatever h̃ ≥ l", "the bound over ‖w‖²"
    return CheckResult("SMD-E88", law, cases, worst, 1.0, "float64", "cpu", worst <= 1, note)
