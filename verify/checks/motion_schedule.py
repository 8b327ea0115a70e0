"""After the learning rate is divided by k: how long to the new equilibrium, and how to be there at once.

SMD-C31, SMD-S52, SMD-RESCALE. The maps are iterated at constant L_t = L, as the corollary assumes; norms are in units
of the new equilibrium, where η²L = 1-(1-λη)² for SGD, and with momentum λη(1-α)(2 - λη/(1+α)).
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from verify.checks.orders import order_result
from verify.results import CheckResult
from verify.slopes import IDENTIFIED, Power, order_of
from verify.spaces import Multiprecision

WITHIN = 0.05
"""To be at the new equilibrium means: ‖w‖² is at most so much above it."""

CONTEXT = Multiprecision(60).context
DIGITS, DOUBLE = "mpmath, 60 digits", ("float64", "cpu")

EPOCH = 1_281_167 / 256
"""Iterations in an epoch of ImageNet at the batch size of Goyal et al."""


def steps_bounds(product: np.ndarray, ratio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two-sided bounds of the steps until ‖w‖⁴ has come from `ratio` times its equilibrium to (1 + WITHIN)² times it.

    z_{t+1} - 1 = (q⁴ - (1-q²)²/z_t)(z_t - 1) for z = ‖w‖⁴/(w*)⁴: a step shrinks the distance to 2q²-1 of it at least,
    to q⁴ of it at most. To leading order in λη both say log((k-1)/0.1025)/(4λη).
    """
    square, logarithm = (1 - product) ** 2, np.log((ratio - 1) / ((1 + WITHIN) ** 2 - 1))
    return logarithm / -np.log(2 * square - 1), logarithm / -np.log(square**2) + 1


def printed_steps(product: Any, k: Any, momentum: Any = 0.0) -> Any:
    """Corollary 3.1: log(k)(1-α)/(4λη), with the new η."""
    return np.log(k) * (1 - momentum) / (4 * product)


def the_new_equilibrium_takes_longer_than_printed(cases: int, seed: int) -> list[CheckResult]:
    """To come within 5 % of the new equilibrium takes log((k-1)/0.1025)/(4λη) steps and not log(k)/(4λη)."""
    generator = np.random.default_rng(seed)
    k = np.append(10.0, 10 ** generator.uniform(math.log10(2), 2, cases - 1))
    product = 10 ** generator.uniform(-3, -2 - 0.3 * (k > 50), k.shape)
    ratio = k * (2 - product) / (2 - k * product)  # of ‖w‖⁴ at the two equilibria
    square, x = (1 - product) ** 2, np.sqrt(ratio)
    printed, (lower, upper) = np.ceil(printed_steps(product, k)), steps_bounds(product, ratio)
    taken, at_printed = np.zeros(k.shape), x**2
    for t in range(int(upper.max()) + 2):
        at_printed = np.where(t == printed, x**2, at_printed)
        taken += x > 1 + WITHIN
        x = square * x + (1 - square) / x
    outside, early = (float(v.max()) for v in (np.maximum(lower / taken, taken / upper), printed / taken))
    told = f"printed over taken; after the printed number ‖w‖⁴ is {at_printed[0]:.2f} times its target at k = 10"
    return [
        _result("the steps obey the law of ‖w‖⁴", len(k), outside, 1.0, "lower bound/steps, or steps/upper bound"),
        _result("the printed number of steps is too small", len(k), early, 1.0, told),
        _momentum_steps(),
    ]


def _result(law: str, cases: int, worst: float, allowed: float, note: str, claim: str = "SMD-C31") -> CheckResult:
    return CheckResult(claim, law, cases, worst, allowed, *DOUBLE, worst <= allowed, note)


def momentum_run(product: float, a: float, x: float, turned: float) -> Iterator[tuple[float, float]]:
    """‖w_t‖² and sin²Δ_t under (131) with constant h̃, from ‖w_0‖² = x and ⟨w_0, w_{-1}⟩ = x turned."""
    k, kick = 1 + a - product, product * (1 - a) * (2 - product / (1 + a))
    inner, before = x * turned, x
    while True:
        x, inner, before = k * k * x - 2 * a * k * inner + a * a * before + kick / x, k * x - a * inner, x
        yield x, 1 - inner * inner / (x * before)


def _momentum_steps() -> CheckResult:
    """The time with momentum, log((k-1)/0.1025)(1-α)/(4λη), is approached as λη → 0: its error halves with λη."""
    worst, k = 0.0, 10.0
    for a in (0.5, 0.9):
        errors = []
        for product in (8e-4 * (1 - a) ** 2, 4e-4 * (1 - a) ** 2):
            start = math.sqrt(k * (2 - product / (1 + a)) / (2 - k * product / (1 + a)))
            before, predicted = start, math.log((start**2 - 1) / ((1 + WITHIN) ** 2 - 1)) * (1 - a) / (4 * product)
            for t, (x, _) in enumerate(momentum_run(product, a, start, 1 - k * product / (1 + a))):
                if x <= 1 + WITHIN:
                    taken = t + (before - 1 - WITHIN) / (before - x)  # between two steps
                    break
                before = x
            errors.append(abs(taken / predicted - 1))
        worst = max(worst, errors[1] / errors[0])
    return _result("with momentum the time is (1-α) times as long", 4, worst, 0.6, "the error at λη/2 over that at λη")


def angle_left(progress: Any, ratio: Any) -> Any:
    """Δ/Δ* at 4ληt/(1-α) = progress after the drop: (1 + (ratio - 1) e^-progress)^(-1/2)."""
    return (1 + (ratio - 1) * math.exp(-progress)) ** -0.5


def the_stages_on_imagenet(cases: int, seed: int) -> list[CheckResult]:
    """The angular update with η = 0.01, 0.001, 0.0001 for 30, 20, 10 epochs, λ = 10⁻⁴, α = 0.9, from equilibrium."""
    a, decay, ratio, worst = 0.9, 1e-4, 10.0, 0.0
    shown: dict[tuple[int, float], float] = {}
    for stage, (lr, epochs) in enumerate(((1e-2, 30), (1e-3, 20), (1e-4, 10)), start=2):
        product, first = lr * decay, ratio
        looks = {round(epoch * EPOCH): epoch for epoch in (15, epochs) if epoch <= epochs}
        target = 1 - (1 - product / (1 + a)) ** 2
        run = momentum_run(product, a, math.sqrt(ratio), 1 - 10 * product / (1 + a))
        for t, (x, sine) in zip(range(1, max(looks) + 1), run, strict=False):
            if t in looks:
                found, law = math.sqrt(sine / target), angle_left(4 * product * t / (1 - a), first)
                worst, shown[stage, looks[t]] = max(worst, abs(found / law - 1)), found
            ratio = 10 * x * x
    told = ", ".join(f"{value:.0%} after {epoch} epochs of stage {stage}" for (stage, epoch), value in shown.items())
    last = max(shown[3, 20], shown[4, 10])
    return [
        _result(
            "the stages obey the law of ‖w‖⁴",
            3,
            worst,
            1e-3,
            f"relative error of Δ/Δ*, of order λη/(1-α)²; {told}",
            "SMD-S52",
        ),
        _result("stage 2 has not come within 5 % in 15 epochs", 1, shown[2, 15], 1 - WITHIN, "Δ/Δ*", "SMD-S52"),
        _result("the last two stages do not come within 5 %", 2, last, 1 - WITHIN, "the larger Δ/Δ*", "SMD-S52"),
    ]


def carried(x: Any, radial: Any, square: Any, k: Any) -> tuple[Any, Any]:
    """⟨w, v⟩ and ‖v‖² after w is divided by k^(1/4): v's part along w divided as well, the rest multiplied by it."""
    root, along = CONTEXT.sqrt(k), radial * radial / x
    return radial / root, along / root + (square - along) * root


def left_alone(x: Any, radial: Any, square: Any, k: Any) -> tuple[Any, Any]:
    """⟨w, v⟩ and ‖v‖² after w is divided by k^(1/4), and v is not touched."""
    return radial / k ** (CONTEXT.mpf(1) / 4), square


def rescaled(product: Any, a: Any, k: Any, buffer: Any, steps: int) -> list[tuple[Any, Any]]:
    """(‖w‖²/x*, sin²Δ/sin²Δ*) - (1, 1) in the steps after the drop and the rescaling, from the old equilibrium.

    v' = αv + g + λw, w' = w - (η/k)v' with ⟨v, g⟩ = 0, at η = 1 and the new λη = product.
    """
    decay, lr = product * k, 1 / k
    x = 1 / CONTEXT.sqrt(decay * (1 - a) * (2 - decay / (1 + a)))  # L = 1, the old η = 1
    target = CONTEXT.sqrt(lr / (decay * (1 - a) * (2 - product / (1 + a))))
    still = 1 - (1 - product / (1 + a)) ** 2
    radial, square = buffer(x, -decay * x / (1 + a), 2 * decay * x / (1 + a), k)
    x = x / CONTEXT.sqrt(k)
    found = []
    for _ in range(steps):
        along = a * radial + decay * x
        square = a * a * square + 2 * a * decay * radial + 1 / x + decay**2 * x
        following = x - 2 * lr * along + lr**2 * square
        sine = 1 - (x - lr * along) ** 2 / (x * following)
        x, radial = following, along - lr * square
        found.append((x / target - 1, sine / still - 1))
    return found


def rescaling_needs_the_buffer(cases: int, seed: int) -> list[CheckResult]:
    """Dividing ‖w‖ by k^(1/4) is the new equilibrium to first order in λη; with momentum, if the buffer is carried too.

    With the buffer left alone the first angle is off by the factor √(1 - α²(1 - k^(-1/2))).
    """
    generator, results, off = np.random.default_rng(seed), [], [0.0, 0.0]
    k = CONTEXT.mpf(10)

    def plain(product: Any) -> Any:
        """‖w‖²/x* - 1 of SGD right after, with the old λη = product."""
        return CONTEXT.sqrt((2 - product / k) / (2 - product)) - 1

    found = order_of(CONTEXT, plain, -12, -9)
    results.append(order_result("SMD-RESCALE", "SGD: off by (1 - 1/k)λη/4", found, 1, float(1 - 1 / k) / 4))
    rows = max(cases // 250, 1)
    for a, divisor in zip(generator.uniform(0.1, 0.95, rows), 10 ** generator.uniform(0.3, 2, rows), strict=True):
        a, divisor = CONTEXT.mpf(a), CONTEXT.mpf(divisor)
        off[0] = max(
            off[0], _first_order(a, divisor, lambda found: max(abs(v) for row in found for v in row), carried, 25)
        )
        lost = 1 - a**2 * (1 - 1 / CONTEXT.sqrt(divisor))
        off[1] = max(off[1], _first_order(a, divisor, lambda found, lost=lost: 1 + found[0][1] - lost, left_alone, 1))
    names = (
        "with momentum: the equilibrium, if the buffer is carried along",
        "a buffer left alone turns the first step",
    )
    note = "distance of the order in λη of what is left over from 1"
    for name, worst in zip(names, off, strict=True):
        results.append(
            CheckResult("SMD-RESCALE", name, rows, worst, IDENTIFIED, DIGITS, "cpu", worst <= IDENTIFIED, note)
        )
    return results


def _first_order(a: Any, k: Any, measure: Any, buffer: Any, steps: int) -> float:
    found: Power = order_of(CONTEXT, lambda t: measure(rescaled(t, a, k, buffer, steps)), -14, -11, 3)
    return abs(found.exponent - 1)
