"""torch.optim.SGD on vectors with random tangent gradients: the maps, the accumulated updates, the equilibria.

SMD-T1-MAP, SMD-T2-MAP, SMD-E5 hold on every path and are told from what nearly holds by two precisions. SMD-T1-FIX,
SMD-T2-FIX, SMD-T3 and OD-EQUIL are about means: their comparisons share the false-alarm rate 10⁻⁶ of each law.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from verify.checks.motion_maps import Setting
from verify.checks.precisions import exact_in_torch
from verify.noise import FAMILIES, Noise, adversarial, uniform
from verify.random_gradients import Make, Motion, run, sphere, uniform_direction
from verify.results import CheckResult
from verify.statistics import Comparisons

NOISE = uniform(0.5, 1.5)
DIMENSIONS = (2, 3, 10, 200)
HIGH = 10_000


def torch_sgd(setting: Setting, **options: Any) -> Make:
    """torch.optim.SGD with the numbers of a setting."""
    numbers = {"lr": setting.lr, "weight_decay": setting.weight_decay, "momentum": setting.momentum}
    return lambda parameters: torch.optim.SGD(parameters, **numbers, **options)


def drifting(t: int, w: torch.Tensor, generator: np.random.Generator) -> torch.Tensor:
    """A direction that persists, and turns back at every fifth step: gradients far from independent ones."""
    ramp = torch.arange(1, w.shape[-1] + 1, dtype=w.dtype, device=w.device) * torch.ones_like(w)
    return ramp if t % 5 else -ramp


def _paths(cases: int, seed: int, dtype: torch.dtype, device: torch.device) -> list[tuple[Setting, Motion]]:
    """Runs over momentum, dimension, noise and directions; two of the noises are adversarial."""
    found, steps = [], 12
    kinds = [(a, d) for a in (0.0, 0.5, 0.9) for d in DIMENSIONS[:3]]
    rows = max(cases // (steps * len(kinds)), 1)
    for number, (a, d) in enumerate(kinds):
        generator = np.random.default_rng((seed, number))
        product = 10 ** generator.uniform(-3, -0.3)
        setting = Setting(float(10 ** generator.uniform(-2, 0)), 0.0, a)
        setting = Setting(setting.lr, product / setting.lr, a)
        noise = (adversarial(0.1, 2.0), *FAMILIES)[number % (len(FAMILIES) + 1)]
        start = sphere(rows, d, setting.equilibrium * 10 ** generator.uniform(-1, 1), generator)
        direction = drifting if number % 2 else uniform_direction
        path = run(torch_sgd(setting), start.to(device, dtype), noise, steps, generator, direction=direction)
        found.append((setting, path))
    return found


def printed_step(setting: Setting, x: np.ndarray, inner: np.ndarray, before: np.ndarray, h: np.ndarray) -> np.ndarray:
    """(60): ‖w_{t+1}‖² from ‖w_t‖², ⟨w_t, w_{t-1}⟩, ‖w_{t-1}‖² and h_t = ‖g_t‖² + 2α⟨v_{t-1}, g_t⟩; (41) at α = 0."""
    a, k = setting.momentum, 1 + setting.momentum - setting.product
    return k * k * x - 2 * a * k * inner + a * a * before + setting.lr**2 * h


def torch_moves_by_the_printed_map(cases: int, seed: int) -> list[CheckResult]:
    """(41) and (60) on torch.optim.SGD's weights, whatever the tangent gradients."""

    def errors(momentum: bool) -> Callable[[torch.dtype, torch.device], torch.Tensor]:
        def of(dtype: torch.dtype, device: torch.device) -> torch.Tensor:
            worst = []
            for setting, motion in _paths(cases, seed, dtype, device):
                if momentum == (setting.momentum > 0):
                    x, h = motion.norm_squared, motion.dot("g", "g")
                    if momentum:
                        h = h + 2 * setting.momentum * motion.dot("g", "momentum_buffer")
                    expected = printed_step(setting, x[1:-1], motion.inner[:-1], x[:-2], h[1:])
                    scale = (1 + setting.momentum) ** 2 * np.maximum(x[1:-1], x[:-2]) + x[2:]
                    worst.append((abs(x[2:] - expected) / scale).max())
            return torch.tensor(np.array(worst))

        return of

    note = "relative to the largest term"
    return [
        *exact_in_torch("SMD-T1-MAP", "torch.optim.SGD moves by (41)", cases, errors(False), note),
        *exact_in_torch("SMD-T2-MAP", "torch.optim.SGD with momentum moves by (60)", cases, errors(True), note),
    ]


def boundary(setting: Setting, motion: Motion) -> np.ndarray:
    """What (1+α) Σ ‖w_{t+1}-w_t‖² exceeds 2λη Σ ‖w_t‖² by over t = 1, …, T-1: terms at the two ends alone."""
    x, inner, a = motion.norm_squared, motion.inner, setting.momentum
    return 2 * a * (inner[0] - inner[-1]) + (1 + a) * (x[-1] - x[1])


def accumulated_updates_and_norms_differ_by_their_ends(cases: int, seed: int) -> list[CheckResult]:
    """(5), squared, at every finite T: (1+α) Σ D_t = 2λη Σ R_t + boundary terms, whatever the tangent gradients."""

    def errors(dtype: torch.dtype, device: torch.device) -> torch.Tensor:
        worst = []
        for setting, motion in _paths(cases, seed, dtype, device):
            moved, norms = motion.displacement_squared[1:].sum(0), motion.norm_squared[1:-1].sum(0)
            left = (1 + setting.momentum) * moved
            difference = left - 2 * setting.product * norms - boundary(setting, motion)
            worst.append((abs(difference) / (norms + left)).max())
        return torch.tensor(np.array(worst))

    law = "(1+α) Σ‖w_{t+1}-w_t‖² = 2λη Σ‖w_t‖² + boundary terms"
    return exact_in_torch("SMD-E5", law, cases, errors, "relative to Σ‖w_t‖² + (1+α) Σ‖w_{t+1}-w_t‖²")


def balance(setting: Setting) -> float:
    """s of E‖w‖² = s L E‖w‖⁻², the law that is checked."""
    return setting.scale


def unbalanced(setting: Setting, motion: Motion, scale: float) -> np.ndarray:
    """Means over a run of ‖w_t‖² - s L/‖w_t‖², with the boundary term that makes their expectation vanish exactly.

    X_{t+1} = A X_t + (η² h̃_t/‖w_t‖²) e with E[h̃_t | past] = L; ℓ = e₁ᵀ(1-A)⁻¹ has ℓ e η² = s. In units of x*.
    """
    x = motion.norm_squared
    state = np.stack([x[1:], motion.inner, x[:-1]])
    ends = np.linalg.inv(np.eye(3) - setting.matrix)[0] @ (state[:, -1] - state[:, 0])
    inside = x[1:-1]
    total = (inside - scale * setting.mean / inside).sum(0) + ends
    return total / (len(inside) * setting.equilibrium)


def torch_sgd_comes_to_the_predicted_norm(cases: int, seed: int) -> list[CheckResult]:
    """E‖w‖² = s L E‖w‖⁻² for torch.optim.SGD, with and without momentum and dampening, in d = 2 to 10 000."""
    plain, momentum = Setting(0.5, 0.04), Setting(0.5, 0.001, 0.9)
    damped = Setting(0.25, 0.002, 0.9)  # torch's learning rate 0.5 with the dampening 1/2
    few = (DIMENSIONS[0], DIMENSIONS[-1])
    rows: list[tuple[str, str, Setting, Make, Sequence[int]]] = [
        ("SMD-T1-FIX", "SGD", plain, torch_sgd(plain), few),
        ("SMD-T2-FIX", "SGD with momentum", momentum, torch_sgd(momentum), (*DIMENSIONS, HIGH)),
        ("OD-EQUIL", "SGD with dampening", damped, torch_sgd(Setting(0.5, 0.002, 0.9), dampening=0.5), few),
    ]
    results = []
    for claim, name, setting, make, dimensions in rows:
        note = "d = " + ", ".join(map(str, dimensions))
        comparisons = Comparisons(claim, f"torch.optim.{name}: E‖w‖² = x*² E‖w‖⁻², x* = ‖w*‖²", len(dimensions), note)
        for d in dimensions:
            steps = 40 if d == HIGH else 150 if d > 10 else 400
            motion = _motion(setting, make, NOISE, d, cases, steps, (seed, d))
            comparisons.equal(unbalanced(setting, motion, balance(setting)), 0.0, scale=1.0)
        results.append(comparisons.result())
    return results


def _motion(
    setting: Setting, make: Make, noise: Noise, d: int, cases: int, steps: int, seed: Sequence[int], warm_up: int = 0
) -> Motion:
    generator = np.random.default_rng(seed)
    replicas = max(min(cases // 4, 16_000 // d + cases // 100), 12)
    start = sphere(replicas, d, setting.equilibrium, generator)
    return run(make, start, noise, steps, generator, warm_up=warm_up)


def nesterov_equilibrium(setting: Setting) -> tuple[float, float]:
    """(s, c) of E‖w‖² = s L E‖w‖⁻², E⟨w_{t+1}, w_t⟩ = c E‖w‖² for torch's SGD with nesterov=True.

    Its weights obey w_{t+1} = κ w_t - a w_{t-1} - η(1+α) g_t + ηα g_{t-1}, κ = (1+α)(1-λη), a = α(1-λη), from which the
    two stationary moments solve a linear system; the gradient g_{t-1} is correlated with w_t by -η(1+α)‖g_{t-1}‖².
    """
    m, shrink, square = setting.momentum, 1 - setting.product, setting.lr**2
    k, a = (1 + m) * shrink, m * shrink
    # rows: the equation of ‖w‖², of ⟨w_{t+1}, w_t⟩; unknowns (E‖w‖², E⟨w_{t+1}, w_t⟩) per E‖g‖²
    matrix = np.array([[1 - k * k - a * a, 2 * k * a], [-k, 1 + a]])
    source = square * np.array([(1 + m) ** 2 + m**2 - 2 * k * m * (1 + m), -m * (1 + m)])
    norm, inner = np.linalg.solve(matrix, source)
    return float(norm), float(inner / norm)


def nesterov_comes_to_its_own_equilibrium(cases: int, seed: int) -> list[CheckResult]:
    """With nesterov=True the stationary norm and ⟨w_{t+1}, w_t⟩/‖w_t‖² are those of its own linear recursion."""
    setting = Setting(0.5, 0.1, 0.8)
    norm, cosine = nesterov_equilibrium(setting)
    times = (norm / setting.scale) ** 0.5, (1 - cosine) / (1 - setting.cosine)
    claim, note = (
        "OD-EQUIL",
        f"{times[0]:.2f} and {times[1]:.2f} times those of plain momentum at λη = 0.05; d = 3, 200",
    )
    comparisons = Comparisons(claim, "torch.optim.SGD with Nesterov momentum: norm and turn", 4, note)
    for d in (3, 200):
        # The moments of the linear recursion shrink by 0.76 a step: the warm-up leaves 10⁻¹² of the start.
        motion = _motion(setting, torch_sgd(setting, nesterov=True), NOISE, d, cases, 150, (seed, d), warm_up=100)
        x = motion.norm_squared[:-1]
        comparisons.equal((x - norm / x).mean(0) / norm**0.5, 0.0, scale=1.0)
        comparisons.equal((x - motion.inner).mean(0) / (1 - cosine) / x.mean(), 1.0)
    return [comparisons.result()]


def angular_update(setting: Setting) -> float:
    """arccos(1 - λη/(1+α)), the law that is checked; √(2λη/(1+α)) to first order."""
    return math.acos(setting.cosine)


def torch_sgd_turns_by_the_predicted_angle(cases: int, seed: int) -> list[CheckResult]:
    """The root mean square of torch.optim.SGD's angular updates is arccos(1 - λη/(1+α)) up to the order of Var ‖w‖²."""
    results = []
    for momentum, decay in ((0.0, 0.01), (0.9, 0.001)):
        setting = Setting(0.5, decay, momentum)
        motion = _motion(setting, torch_sgd(setting), NOISE, 200, cases, 100, (seed, 1), warm_up=100)
        # E x⁻² is off x*⁻² by 3 relative variances; the missing momentum of the start by λη/(1-α)², times its decay.
        spread = setting.stationary()[0] * NOISE.variance / setting.equilibrium**2
        left = setting.product / (1 - momentum) ** 2 * math.exp(-400 * setting.product / (1 - momentum))
        comparisons = Comparisons("SMD-T3", f"torch.optim.SGD turns by arccos(1 - λη/(1+α)) at α = {momentum:g}", 1)
        squares = (motion.angle**2).mean(0) / angular_update(setting) ** 2
        comparisons.equal(squares, 1.0, beyond=6 * spread + 2 * left)
        results.append(comparisons.result())
    return results
