"""Around the equilibria derived from the schemes: the way there, fluctuations, and schemes that have none. OD-EQUIL.

The gradients are random and normal to the weight, as in `verify.checks.equilibria`; each check fails by bad luck with
the probability 10⁻⁶.
"""

import math
from types import SimpleNamespace

import numpy as np
import sympy

from derivations.equilibrium import numbers
from derivations.equilibrium.one_step import L, one_step
from derivations.schemes import by_name
from derivations.space import DIMENSION
from verify.checks.equilibria import CLAIM, optimizer
from verify.noise import constant, two_point
from verify.random_gradients import run, sphere
from verify.results import CheckResult
from verify.statistics import FALSE_ALARM, Comparisons
from verify.tolerance import roundoff

APPROACHING: dict[str, dict[str, float]] = {
    "sgd-l2": {"lr": 0.5, "weight_decay": 0.05},
    "sgd-m": {"lr": 0.5, "weight_decay": 0.01, "momentum": 0.8},
    "sgd-nesterov": {"lr": 0.5, "weight_decay": 0.01, "momentum": 0.8},
    "sgdw": {"lr": 0.5, "weight_decay": 0.05, "momentum": 0.8},
    "sgdp": {"lr": 0.5, "weight_decay": 0.05, "momentum": 0.8},
}
FAR = 1.3
"""The start, in units of ‖w*‖."""
D = 400
STEP = D + 16
"""Operations of a step and of the norm after it: without fluctuations there is no interval but their rounding."""
FLUCTUATING = ("sgd-l2", "sgd-m", "sgd-nesterov", "sgdw")
GROWING: dict[str, dict[str, float]] = {
    "sgd": {"lr": 0.5},
    "sgdp-l2": {"lr": 0.5, "momentum": 0.5, "weight_decay": 0.02},
}


def iterated(name: str, h: SimpleNamespace, x: float, steps: int) -> list[float]:
    """‖w_t‖², t = 0, …, by the one-step map, from ‖w‖² = x and buffers at zero; L = 1."""
    step = one_step(name)
    values = {symbol: getattr(h, parameter) for parameter, symbol in vars(step.h).items()} | {L: 1, DIMENSION: D}
    following = sympy.lambdify(step.unknowns, [f.xreplace(values) for f in step.mean])
    state, norms = [x] + [0.0] * (len(step.unknowns) - 1), [x]
    for _ in range(steps):
        state = following(*state)
        norms.append(state[0])
    return norms


def the_norm_approaches_by_the_mean_map(cases: int, seed: int) -> list[CheckResult]:
    """From 1.3 ‖w*‖ the mean of ‖w_t‖² follows the iterated map, after one and after three half-lives.

    Up to what its fluctuations do to the mean, of the order of their relative variance.
    """
    law = Comparisons(CLAIM, "‖w‖² approaches by the mean map", 2 * len(APPROACHING), ", ".join(APPROACHING))
    for row, (name, chosen) in enumerate(APPROACHING.items()):
        h, n = by_name(name).numbers(**chosen), numbers(name, **chosen)
        generator = np.random.default_rng((seed, row))
        start = sphere(max(min(cases // 20, 50), 12), D, (FAR * n.norm) ** 2, generator)
        times = [math.ceil(n.half_life), math.ceil(3 * n.half_life)]
        motion = run(optimizer(name, h)[0], start, constant(1.0), times[-1], generator)
        expected = iterated(name, h, (FAR * n.norm) ** 2, times[-1])
        spread = n.norm_squared_variance[1] / (D - 1) / n.norm**4
        for t in times:
            left = expected[t] / n.norm**2 - 1
            law.equal(motion.norm_squared[t] / n.norm**2 - 1, left, beyond=3 * spread + roundoff(t * STEP))
    return [law.result()]


def fluctuations_are_those_of_the_linear_response(cases: int, seed: int) -> list[CheckResult]:
    """Var ‖w‖² and Var Δ are Var(L_t)/L² and 1/(d-1) times what the equilibrium says of gradients and of directions.

    Up to the next order: ten relative variances of ‖w‖² and five of L_t.
    """
    results, noise, d = [], two_point(0.9, 1.1), 100
    for row, name in enumerate(FLUCTUATING):
        h, n = by_name(name).numbers(**APPROACHING[name]), numbers(name, **APPROACHING[name])
        generator = np.random.default_rng((seed, row))
        start = sphere(max(min(cases // 5, 200), 60), d, n.norm**2, generator)
        motion = run(optimizer(name, h)[0], start, noise, 400, generator, warm_up=80)
        weights = noise.variance / noise.mean**2, 1 / (d - 1)
        norm, angle = (
            sum(w * part for w, part in zip(weights, parts, strict=True))
            for parts in (n.norm_squared_variance, n.angle_variance)
        )
        beyond = 10 * norm / n.norm**4 + 5 * weights[0]
        note = f"of Var ‖w‖², {100 * weights[1] * n.norm_squared_variance[1] / norm:.0f} % comes from the directions"
        law = Comparisons(CLAIM, f"{name}: Var ‖w‖² and Var Δ", 2, note, FALSE_ALARM / len(FLUCTUATING))
        law.equal(((motion.norm_squared[:-1] - n.norm**2) ** 2).mean(0) / norm, 1.0, beyond=beyond)
        law.equal(((motion.angle - n.angle) ** 2).mean(0) / angle, 1.0, beyond=beyond)
        results.append(law.result())
    return results


def without_an_equilibrium_the_norm_grows(cases: int, seed: int) -> list[CheckResult]:
    """SGD without decay, and SGDP with decay in its momentum: ‖w‖ grows at every step, ‖w‖⁴ as t, Δ_t² as 1/(2t).

    ln x_{t+1}/x_t = -2 ln cos Δ_t wherever steps are normal to the weight; from x² ~ t follows Δ_t² ~ 1/(2t). That is
    so where ηλβ/(1-β)² is small; from 1 on the decay's share in the buffer keeps the weight turning by itself.
    """
    half, grows, shrinks = 400, 0, 0
    law = Comparisons(CLAIM, "without an equilibrium ‖w‖⁴ ~ t and Δ² ~ 1/(2t)", 4, ", ".join(GROWING))
    for row, (name, chosen) in enumerate(GROWING.items()):
        h, generator = by_name(name).numbers(**chosen), np.random.default_rng((seed, row))
        start = sphere(max(min(cases // 20, 50), 12), 100, h.lr, generator)
        motion = run(optimizer(name, h)[0], start, constant(1.0), 2 * half, generator)
        x = motion.norm_squared
        grows, shrinks = grows + int((x[1:] > x[:-1]).sum()), shrinks + int((x[1:] <= x[:-1]).sum())
        memory = 1 / (1 - getattr(h, "momentum", 0.0))
        beyond = (2 + math.log(half) + 2 * memory) / half
        law.equal((x[-1] / x[half]) ** 2, 2.0, beyond=2 * beyond)
        late = (motion.angle[half:] ** 2 * 2 * np.arange(half, 2 * half)[:, None]).mean(0)
        law.equal(late, 1.0, beyond=beyond)
    share = shrinks / (grows + shrinks)
    note = ", ".join(GROWING)
    steps = CheckResult(
        CLAIM, "without an equilibrium ‖w‖ grows at every step", grows + shrinks, share, 0.0, "float64", "cpu",
        share == 0, note,
    )  # fmt: skip
    return [law.result(), steps]


def lasting_angle(h: SimpleNamespace) -> float:
    """arccos (1 + βηλ - (1-β)²)^(-1/2): the turn that SGDP's buffer λ Σ β^j w_{t-j} keeps up by itself.

    In the plane of a turn by Δ a step, with ‖w‖ growing by 1/cos Δ, the buffer is λw/(1 - β cos Δ e^(-iΔ)); η times its
    part normal to w is ‖w‖ tan Δ.
    """
    return math.acos((1 + h.momentum * h.lr * h.weight_decay - (1 - h.momentum) ** 2) ** -0.5)


def decay_in_the_buffer_keeps_sgdp_turning(cases: int, seed: int) -> list[CheckResult]:
    """SGDP with ηλβ > (1-β)² in its momentum turns at a constant angle for ever, and its norm grows exponentially.

    The gradients, which fall off with the norm, are soon nothing beside it: up to η/‖w‖², for their part.
    """
    name, settings = "sgdp-l2", ({"momentum": 0.8, "weight_decay": 0.2}, {"momentum": 0.9, "weight_decay": 0.1})
    law = Comparisons(CLAIM, "SGDP with decay in its momentum turns by itself", len(settings), "ηλβ/(1-β)² = 2 and 4.5")
    for row, chosen in enumerate(settings):
        h, generator = by_name(name).numbers(lr=0.5, **chosen), np.random.default_rng((seed, row))
        start = sphere(max(min(cases // 20, 50), 12), 10, h.lr, generator)
        motion = run(optimizer(name, h)[0], start, constant(1.0), 400, generator)
        law.equal(motion.angle[-1] / lasting_angle(h), 1.0, beyond=10 * h.lr / float(motion.norm_squared[-2].min()))
    return [law.result()]
