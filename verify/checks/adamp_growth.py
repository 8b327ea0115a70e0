"""AP-GROW on torch.optim.SGD: momentum's growth of the norm against gradient descent's."""

import math
from collections.abc import Callable

import numpy as np
import torch

from verify.checks.adamp_walks import Rule, Walk, walks
from verify.checks.precisions import exact_in_torch
from verify.noise import Noise, constant, uniform
from verify.random_gradients import Direction, Motion, run, sphere, uniform_direction
from verify.results import CheckResult
from verify.statistics import Comparisons

RULES = (Rule(0.9), Rule(0.5), Rule(0.99))


def resting_point(walk: Walk) -> np.ndarray:
    """z_T = w_T - ηβ/(1-β) p_{T-1}: where the weight comes to rest without further gradients."""
    beta = walk.rule.momentum
    return walk.w[-1] - walk.rates[-1] * beta / (1 - beta) * walk.p[-1]


def slack(walk: Walk, sign: int) -> np.ndarray:
    """What ‖z_T‖² - ‖w_0‖² is above η²/(1-β²) Σ‖g‖² (sign 1), or below η²(1+β)/(1-β)³ Σ‖g‖² (sign -1): squares."""
    beta, lr = walk.rule.momentum, walk.rates[0]
    before = np.concatenate([walk.first_buffer[None], walk.p[:-1]])
    part = walk.g + (1 + beta) * before if sign > 0 else walk.g - (1 - beta) * before
    factor = beta / (1 - beta**2) if sign > 0 else beta * (1 + beta) / (1 - beta) ** 3
    return lr**2 * (factor * _square(part).sum(0) + beta / (1 - beta) ** 2 * _square(walk.p[-1]))


def least(beta: float) -> float:
    """Momentum's growth over GD's under gradients of the same lengths, once the buffer has run out: not below this."""
    return 1 / (1 - beta**2)


def most(beta: float) -> float:
    """And not above this."""
    return (1 + beta) / (1 - beta) ** 3


def momentum_grows_between_two_multiples(cases: int, seed: int) -> list[CheckResult]:
    """‖z_T‖² - ‖w_0‖² is η²Σ‖g‖²/(1-β²) plus squares, and η²Σ‖g‖²(1+β)/(1-β)³ less squares, on random losses."""
    results, count = [], max(cases // 12, 1)
    for sign, factor, law in ((1, least, "1/(1-β²) and squares"), (-1, most, "(1+β)/(1-β)³ less squares")):

        def errors(
            dtype: torch.dtype,
            device: torch.device,
            sign: int = sign,
            factor: Callable[[float], float] = factor,
        ) -> torch.Tensor:
            found = [
                _miss(w, sign, factor(w.rule.momentum)) for r in RULES for w in walks(r, count, seed, dtype, device)
            ]
            return torch.tensor(max(found))

        name = f"torch.optim.SGD with momentum grows by η²Σ‖g‖² times {law}"
        results += exact_in_torch("AP-GROW", name, 3 * count, errors, "relative to the largest term")
    return results


def _miss(walk: Walk, sign: int, factor: float) -> float:
    total = factor * walk.rates[0] ** 2 * _square(walk.g).sum(0)
    growth = _square(resting_point(walk)) - _square(walk.w[0])
    rest = slack(walk, sign)
    return float((abs(growth - total - sign * rest) / (_square(walk.w[0]) + total + rest)).max())


def alternating(t: int, w: torch.Tensor, generator: np.random.Generator) -> torch.Tensor:
    """A direction that turns round at every step."""
    return _ramp(w) * (-1) ** t


def persistent(t: int, w: torch.Tensor, generator: np.random.Generator) -> torch.Tensor:
    """A direction that stays."""
    return _ramp(w)


def transient(beta: float, steps: int) -> float:
    """How far T alternating or persistent gradients from an empty buffer are from their end, relatively: the squares.

    g_t ± (1±β)p_{t-1} is ±β^t then, and ‖p‖ at most 1 (alternating) and 1/(1-β) (persistent), in units of ‖g‖.
    """
    return (beta / (1 - beta**2) + beta * (1 + beta) / (1 - beta)) / steps


TURN = 0.01
"""The angle that persistent gradients turn the weight by: they are persistent up to its square."""


def both_ends_are_approached(cases: int, seed: int) -> list[CheckResult]:
    """Gradients that alternate approach the lower end, gradients that persist the upper, unrelated ones are between."""
    beta, steps, results = 0.5, 1000, []
    rows: tuple[tuple[str, Direction, Callable[[float], float], str], ...] = (
        ("alternate", alternating, least, "1/(1-β²)"),
        ("persist", persistent, most, "(1+β)/(1-β)³"),
    )
    for name, direction, factor, multiple in rows:
        lr = TURN * (1 - beta) / steps
        motion = _motion(lr, beta, constant(1.0), direction, steps, 2, seed)
        ratio = _rest(motion, lr, beta) / (lr**2 * _lengths(motion))
        off = float(abs(ratio / factor(beta) - 1).max())
        allowed = transient(beta, steps) + TURN**2
        law, note = f"gradients that {name}: {multiple} times GD's growth", "relative; what start, end and turning make"
        results.append(CheckResult("AP-GROW", law, steps, off, allowed, "float64", "cpu", off <= allowed, note))
    lr, beta = 0.03, 0.9
    motion = _motion(lr, beta, uniform(0.2, 1.8), uniform_direction, 60, max(cases, 60), seed)
    unit = lr**2 * 60
    comparisons = Comparisons("AP-GROW", "unrelated gradients: on average GD's growth with the rate η/(1-β)", 1)
    comparisons.equal(_rest(motion, lr, beta) / unit - matched(beta) * _lengths(motion) / 60, 0.0, scale=matched(beta))
    return [*results, comparisons.result()]


def matched(beta: float) -> float:
    """The growth of GD with the rate η/(1-β) over that of GD with the rate η."""
    return 1 / (1 - beta) ** 2


def _motion(lr: float, beta: float, noise: Noise, direction: Direction, steps: int, replicas: int, seed: int) -> Motion:
    """torch.optim.SGD from ‖w‖ = 1; one step more than `steps`, as the buffers are those before a step."""
    generator = np.random.default_rng((seed, replicas))
    start = sphere(replicas, 8, 1.0, generator)
    make = lambda p: torch.optim.SGD(p, lr=lr, momentum=beta)  # noqa: E731
    return run(make, start, noise, steps + 1, generator, direction=direction)


def _rest(motion: Motion, lr: float, beta: float) -> np.ndarray:
    """‖z_T‖² - ‖w_0‖²."""
    coast = lr * beta / (1 - beta)
    along, square = motion.dot("w", "momentum_buffer")[-1], motion.dot("momentum_buffer", "momentum_buffer")[-1]
    return motion.norm_squared[-2] - 2 * coast * along + coast**2 * square - motion.norm_squared[0]


def _lengths(motion: Motion) -> np.ndarray:
    """Σ‖g_t‖² over t < T."""
    return motion.dot("g", "g")[:-1].sum(0)


def race(lr: float, momentum: float, angle: float, steps: int) -> float:
    """‖w_T‖² of torch.optim.SGD on f(w) = w₂²/‖w‖² = sin² of the angle, from the unit weight at `angle`."""
    parameter = torch.nn.Parameter(torch.tensor([math.cos(angle), math.sin(angle)], dtype=torch.float64))
    optimizer = torch.optim.SGD([parameter], lr=lr, momentum=momentum)
    for _ in range(steps):
        a, b = parameter.detach().tolist()
        x = a * a + b * b
        parameter.grad = torch.tensor([-2 * a * b * b / x**2, 2 * b * a * a / x**2], dtype=torch.float64)
        optimizer.step()
    return float(parameter.detach().square().sum())


def momentum_is_not_always_ahead(cases: int, seed: int) -> list[CheckResult]:
    """On one loss GD's norm ends larger beyond its limit of stability; for small rates momentum's, by 19 times."""
    angles = 10.0 ** np.random.default_rng(seed).uniform(-2.5, -2, size=3)
    results = []
    for rates, beta in (((1.5, 1.5), 0.9), ((1.0, 2.0), 0.5)):
        behind = max(race(rates[0], beta, angle, 400) / race(rates[1], 0.0, angle, 400) for angle in angles)
        law = f"near the minimum of w₂²/‖w‖² GD with η = {rates[1]:g} ends larger than momentum with η = {rates[0]:g}"
        note = f"momentum's ‖w‖² over GD's; β = {beta:g}"
        results.append(CheckResult("AP-GROW", law, 3, behind, 1.0, "float64", "cpu", behind < 1, note))
    coarse, fine = (abs(_factor(lr, 0.9) / persistent_factor(0.9) - 1) for lr in (0.02, 0.005))
    law = "at the same small effective rate momentum's norm grows (1+β)/(1-β) times as much as GD's"
    note = "the relative error at a quarter of the rate over the one before: to first order in the rate, a quarter"
    kept = fine / coarse
    return [*results, CheckResult("AP-GROW", law, 2, kept, 0.5, "float64", "cpu", kept <= 0.5, note)]


def persistent_factor(beta: float) -> float:
    """Momentum's growth over GD's at the same effective rate, for gradients that persist."""
    return (1 + beta) / (1 - beta)


def _factor(lr: float, beta: float) -> float:
    """Momentum's growth over GD's at the effective rate lr, from one radian until both are at the minimum."""
    steps = int(8 / lr)
    return (race(lr * (1 - beta), beta, 1.0, steps) - 1) / (race(lr, 0.0, 1.0, steps) - 1)


def _ramp(w: torch.Tensor) -> torch.Tensor:
    return torch.arange(1, w.shape[-1] + 1, dtype=w.dtype, device=w.device) * torch.ones_like(w)


def _square(a: np.ndarray) -> np.ndarray:
    return (a * a).sum(-1)
