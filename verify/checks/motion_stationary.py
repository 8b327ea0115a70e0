"""Stationary moments of ‖w‖² and of the angular update under noise, SGD and SGD with momentum.

SMD-T1, SMD-T2, SMD-R5, SMD-R12, SMD-T3-SGD, SMD-T3-SGDM, OD-RATES. Every comparison with drawn noise is made by
confidence intervals over independent replicas: a law fails by bad luck with the probability 10⁻⁶ (FALSE_ALARM).
"""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from verify.checks.motion_maps import Setting, angle, step
from verify.noise import FAMILIES, Noise, autocorrelated, sticky, two_point
from verify.results import CheckResult
from verify.slopes import IDENTIFIED, geometric, power_law
from verify.spaces import Multiprecision
from verify.statistics import Comparisons

SGD, MOMENTUM = Setting(0.5, 0.02), Setting(0.5, 0.001, 0.9)
SETTINGS = {"SGD": (SGD, "SMD-T1-FIX"), "SGD with momentum": (MOMENTUM, "SMD-T2-FIX")}
"""4λη/(1-α), the rate at which they forget, is 0.04 and 0.02."""

DIGITS = "mpmath, 60 digits"
HALVINGS = (0.16, 0.08)
"""V/L², and its half."""


def balance(setting: Setting) -> float:
    """s of E‖w‖² = s L E‖w‖⁻², the law that is checked."""
    return setting.scale


def norms_balance_whatever_the_noise(cases: int, seed: int) -> list[CheckResult]:
    """E‖w‖² = s L E‖w‖⁻² at stationarity, s = η/(λ(1-α)(2 - λη/(1+α))), for every law of the noise.

    The sum over a run of ‖w_t‖² - s L/‖w_t‖² has a boundary term ℓ(X_T - X_0), ℓ = e₁ᵀ(1-A)⁻¹, which makes its mean
    vanish exactly for every start and length: nothing has to be stationary yet.
    """
    laws = [law for law in FAMILIES if law.variance > 0]
    results = []
    for name, (setting, claim) in SETTINGS.items():
        note = "noise: " + ", ".join(law.name for law in laws)
        comparisons = Comparisons(claim, f"{name}: norms balance whatever the noise", len(laws), note)
        left = np.linalg.inv(np.eye(3) - setting.matrix)[0]
        for number, law in enumerate(laws):
            generator = np.random.default_rng((seed, number))
            sizes = law.draw(400, max(cases, 2), generator)
            state = start = np.repeat(setting.rest[:, None], sizes.shape[1], axis=1)
            total = np.zeros(sizes.shape[1])
            for size in sizes:
                total += state[0] - balance(setting) * setting.mean / state[0]
                state = step(setting, state, size)
            total += left @ (state - start)
            comparisons.equal(total / (len(sizes) * setting.equilibrium), 0.0, scale=1.0)
        results.append(comparisons.result())
    return results


def stationary_variances(setting: Setting) -> tuple[float, float]:
    """Var ‖w‖² and Var Δ over V, the law that is checked: for SGD η²/(4 q² L) and (1-q²)/(4 L²), q = 1-λη."""
    if setting.momentum == 0:
        square = (1 - setting.product) ** 2
        return setting.lr**2 / (4 * square * setting.mean), (1 - square) / (4 * setting.mean**2)
    return setting.stationary()


def variances_are_those_of_the_linear_response(cases: int, seed: int) -> list[CheckResult]:
    """Var ‖w‖² and Var Δ at stationarity, extrapolated to V → 0 from V and V/2, are those of the linear response.

    The response to the same noise, whose variance is known exactly, is a control variate: replicas differ from it in
    the second order only.
    """
    results = []
    for number, (name, (setting, _)) in enumerate(SETTINGS.items()):
        exact, found = stationary_variances(setting), _excess(setting, cases, (seed, number))
        momentum = setting.momentum > 0
        speaks = {
            0: ("SMD-T2", "SMD-R5") if momentum else ("SMD-T1",),
            1: ("SMD-T3-SGDM" if momentum else "SMD-T3-SGD",),
        }
        for which, quantity in enumerate(("‖w‖²", "Δ")):
            whole, half = (found[v][which] / (HALVINGS[v] * exact[which]) for v in range(2))
            note = f"at V = {HALVINGS[0]:g} L² the variance is {1 + whole.mean():.2f} times that"
            law = f"{name}: Var {quantity} is that of the linear response"
            for claim in (*speaks[which], "OD-RATES"):
                comparisons = Comparisons(claim, law, total=1, note=note)
                comparisons.equal(2 * half - whole, 0.0, scale=1.0, beyond=float(whole.mean()) ** 2)
                results.append(comparisons.result())
    return results


def _excess(setting: Setting, cases: int, seed: Sequence[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each V the means over a run of (‖w‖² - x*)² and (Δ - Δ*)², less V times the predicted variance.

    The response's own mean is replaced by its known variance. What is left is zero to first order in V.
    """
    generator, replicas = np.random.default_rng(seed), max(cases, 2)
    forget = round((1 - setting.momentum) / (4 * setting.product))
    signs = two_point(-1.0, 1.0).draw(12 * forget, replicas, generator)
    exact, rest = setting.stationary(), setting.rest[:, None]
    predicted = stationary_variances(setting)
    jacobian, target = setting.jacobian, math.acos(setting.cosine)
    found = []
    for variance in HALVINGS:
        state, response = np.repeat(rest, replicas, axis=1), np.zeros((3, replicas))
        sums, count = np.zeros((2, replicas)), 0
        for t, sign in enumerate(signs):
            noise = variance**0.5 * setting.mean * sign
            state = step(setting, state, setting.mean + noise)
            response = jacobian @ response
            response[0] += setting.lr**2 * noise / setting.equilibrium
            if t >= 4 * forget:
                turned = setting.angle_response @ response
                sums[0] += (state[0] - setting.equilibrium) ** 2 - response[0] ** 2
                sums[1] += (angle(state) - target) ** 2 - turned**2
                count += 1
        size = variance * setting.mean**2
        rows = [sums[i] / count + size * (exact[i] - predicted[i]) for i in range(2)]
        found.append((rows[0], rows[1]))
    return found


def small_step_variances(lr: Any, product: Any, momentum: Any, mean: Any) -> tuple[Any, Any]:
    """η²/(4L(1-α)²) and λη(1-α)/(2(1+α²)L²): Var ‖w‖² and Var Δ over V as λη → 0."""
    norm = lr**2 / (4 * mean * (1 - momentum) ** 2)
    return norm, product * (1 - momentum) / (2 * (1 + momentum**2) * mean**2)


def variances_for_small_steps(cases: int, seed: int) -> list[CheckResult]:
    """As λη → 0, Var ‖w‖² → η²V/(4L(1-α)²) and Var Δ → λη(1-α)V/(2(1+α²)L²), with an error of the order of λη."""
    context, generator = Multiprecision(60).context, np.random.default_rng(seed)
    drawn = [0.0, *generator.uniform(0, 0.95, size=max(cases // 100, 1))]
    off = [0.0, 0.0]
    for momentum, lr, mean in zip(drawn, generator.uniform(0.01, 1, 99), generator.uniform(0.1, 10, 99), strict=False):
        numbers = context.mpf(lr), context.mpf(momentum), context.mpf(mean)
        errors = [_small_step_errors(context, numbers, t) for t in geometric(context, -12, -9, 4)]
        for i in range(2):
            off[i] = max(off[i], abs(power_law(context, [(t, error[i]) for t, error in errors]).exponent - 1))
    names = ("Var ‖w‖² → η²V/(4L(1-α)²)", "Var Δ → λη(1-α)V/(2(1+α²)L²)")
    claims = (("SMD-R5", "SMD-R12", "OD-RATES"), ("SMD-T3-SGDM", "OD-RATES"))
    shared = len(drawn), "the distance of the error's order in λη from 1"
    return [
        CheckResult(claim, names[i], shared[0], off[i], IDENTIFIED, DIGITS, "cpu", off[i] <= IDENTIFIED, shared[1])
        for i in range(2)
        for claim in claims[i]
    ]


def _small_step_errors(context: Any, numbers: tuple[Any, Any, Any], product: Any) -> tuple[Any, tuple[Any, Any]]:
    """λη and the relative errors of the limits there, the variances by Σ = J Σ Jᵀ + (η⁴/x*²) e eᵀ in many digits."""
    lr, a, mean = numbers
    k, square = 1 + a - product, lr * mean / (product / lr * (1 - a) * (2 - product / (1 + a)))
    x, cosine = context.sqrt(square), 1 - product / (1 + a)
    jacobian = [[k * k - lr**2 * mean / square, -2 * a * k, a * a], [k, -a, 0], [1, 0, 0]]
    pairs = list(itertools.product(range(3), repeat=2))
    rows = [[(i == m) * (j == n) - jacobian[i][m] * jacobian[j][n] for m, n in pairs] for i, j in pairs]
    covariance = context.lu_solve(context.matrix(rows), context.matrix([lr**4 / square] + [0] * 8))
    response = [cosine / (2 * x), -1 / x, cosine / (2 * x)]  # of cos Δ to X, up to the sign
    turned = sum(response[i] * response[j] * covariance[3 * i + j] for i, j in pairs) / (1 - cosine**2)
    norm, angular = small_step_variances(lr, product, a, mean)
    return product, (covariance[0] / norm - 1, turned / angular - 1)


def correlated_variance(setting: Setting, correlation: float) -> float:
    """Var ‖w‖² over V to leading order under AR(1) noise, SGD: enlarged by (1+ρφ)/(1-ρφ), ρ = 2q²-1."""
    both = (2 * (1 - setting.product) ** 2 - 1) * correlation
    return stationary_variances(setting)[0] * (1 + both) / (1 - both)


def noise_correlated_in_time_is_outside_of_the_theorem(cases: int, seed: int) -> list[CheckResult]:
    """With E L_t = L but not E[L_t | w_t] = L the variance grows by (1+ρφ)/(1-ρφ), beyond the printed floor."""
    replicas, steps = max(cases, 2), 1500
    claim, note = "SMD-T1", ""
    law = Comparisons(claim, "noise correlated in time enlarges Var ‖w‖² by (1+ρφ)/(1-ρφ)", 2)
    for number, correlation in enumerate((0.5, 0.9)):
        noise = autocorrelated(1.0, 0.05, correlation)
        x = _run(SGD, noise, replicas, steps, (seed, number))
        expected = noise.variance * correlated_variance(SGD, correlation)
        # What linear response and the log-normal law leave out is of the relative order of V/L², by a factor below 10.
        law.equal(((x - SGD.equilibrium) ** 2).mean(0) / expected, 1.0, beyond=10 * noise.variance)
    persistent = sticky(0.5, 1.5, 0.998)
    x = _run(SGD, persistent, replicas, 2 * steps, (seed, 2))
    errors = ((x - SGD.printed_equilibrium) ** 2).mean(0)
    floor = persistent.variance * SGD.lr**2 / persistent.lower
    note = f"the mean square error is {errors.mean() / floor:.0f} times the printed floor; V = L²/4, l = L/2"
    floor_law = Comparisons(claim, "noise correlated in time breaks the printed floor", 1, note)
    floor_law.above(errors, floor)
    return [law.result(), floor_law.result()]


def _run(setting: Setting, noise: Noise, replicas: int, steps: int, seed: Sequence[int]) -> np.ndarray:
    """x_t of SGD, (steps, replicas), after as many steps of warm-up as it takes to forget the start."""
    warm_up = round(5 / setting.product)
    sizes = noise.draw(warm_up + steps, replicas, np.random.default_rng(seed))
    x, kept = np.full(replicas, setting.equilibrium), np.empty((steps, replicas))
    for t, size in enumerate(sizes):
        x = (1 - setting.product) ** 2 * x + setting.lr**2 * size / x
        if t >= warm_up:
            kept[t - warm_up] = x
    return kept
