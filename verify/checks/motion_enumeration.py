"""Theorems 1 and 3 on every path of two-valued noise: SMD-T1, SMD-T3-SGD and the law that holds instead, OD-RATES.

With L_t of two values the 2^T paths of the weight norm are all there is: the moments are sums, exact but for rounding,
which is tracked through every step and sum. A ratio that must be at most 1 is shown less its rounding bound.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from verify.checks.motion_maps import Setting, full, truncated
from verify.results import CheckResult
from verify.tolerance import Tracked, TrackedSpace

SPACE = TrackedSpace(torch.float64)
STEPS = 12
DOUBLE = ("float64", "cpu")


@dataclass(frozen=True)
class TwoValued:
    """Settings, a row each, with L_t = low or high, the latter with the probability `chance`; columns (rows, 1)."""

    setting: Setting
    low: Any
    high: Any
    chance: Any

    @property
    def variance(self) -> Any:
        return self.chance * (1 - self.chance) * (self.high - self.low) ** 2

    def tracked(self) -> "TwoValued":
        """The same numbers, from which on rounding is tracked."""
        s = self.setting
        setting = Setting(*map(SPACE.vector, (s.lr, s.weight_decay, np.zeros_like(s.lr), s.mean)))
        return TwoValued(setting, *map(SPACE.vector, (self.low, self.high, self.chance)))


def drawn(cases: int, seed: int, products: tuple[float, float], spread: Callable[..., np.ndarray]) -> TwoValued:
    """λη of 10^products, η and L over decades; spread(generator, product) → l/L in (0, 1]."""
    generator = np.random.default_rng(seed)
    product = 10 ** generator.uniform(*products, size=(cases, 1))
    lr = product ** generator.uniform(0.02, 0.98, size=(cases, 1))  # so that λ < 1 as well
    mean = 10 ** generator.uniform(-2, 2, size=(cases, 1))
    low = mean * spread(generator, product)
    chance = generator.choice([0.5, 0.1, 0.01], size=(cases, 1))
    return TwoValued(Setting(lr, product / lr, 0.0, mean), low, low + (mean - low) / chance, chance)


def moments(step: Callable, law: TwoValued, start: Tracked, of: Callable) -> Iterator[Tracked]:
    """E of(x_1), …, E of(x_STEPS) from x_0 = start, each over all paths; (rows, 1)."""
    x, weight = start, SPACE.ones_like(start)
    for _ in range(STEPS):
        x = _beside(step(law.setting, x, law.low), step(law.setting, x, law.high))
        weight = _beside(weight * (1 - law.chance), weight * law.chance)
        yield (weight * of(x)).sum()


def _beside(a: Tracked, b: Tracked) -> Tracked:
    value, error = (np.concatenate([getattr(a, n), getattr(b, n)], axis=1) for n in ("value", "error"))
    return Tracked(value, error, a.precision)


def least(left: Tracked, right: Tracked) -> float:
    """The largest left/right less its rounding bound; infinite where there is none."""
    ratio = left / right
    return float(np.where(np.isfinite(ratio.value - ratio.error), ratio.value - ratio.error, math.inf).max())


def most(left: Tracked, right: Tracked) -> float:
    """The largest left/right and its rounding bound; infinite where there is none."""
    ratio = left / right
    return float(np.where(np.isfinite(ratio.value + ratio.error), ratio.value + ratio.error, math.inf).max())


def _printed_equilibrium(setting: Setting) -> Tracked:
    """√(Lη/(2λ))."""
    return SPACE.sqrt(setting.mean * setting.lr / (2 * setting.weight_decay))


def printed_floor(setting: Setting, variance: Any, lower: Any) -> Any:
    """Vη²/l of (17)."""
    return variance * setting.lr**2 / lower


def the_printed_bounds_are_beaten_by_their_bias(cases: int, seed: int) -> list[CheckResult]:
    """Whatever B serves (17), or C serves (21), in the first T steps at constant L_t fails in the next T."""
    law = drawn(cases, seed, (-2, -0.8), lambda generator, product: np.ones_like(product))
    setting, target = law.setting, law.setting.printed_equilibrium
    x = setting.equilibrium * np.random.default_rng((seed, 1)).uniform(0.5, 2, size=target.shape)
    rate, angle = 1 - 4 * setting.product, np.sqrt(2 * setting.product)
    half = np.ceil(20 / (4 * setting.product))
    names = {"SMD-T1": "the printed floor of the norm", "SMD-T3-SGD": "the printed floor of the angular update"}
    constant = {name: np.zeros_like(x) for name in names}
    last = dict(constant)
    for t in range(1, 2 * int(half.max()) + 1):
        following = full(setting, x, law.low)
        turned = np.arccos((1 - setting.product) * np.sqrt(x / following))
        x, here = following, t <= half
        errors = {"SMD-T1": (x - target) ** 2, "SMD-T3-SGD": (turned - angle) ** 2}
        for name, error in errors.items():
            constant[name] = np.where(
                here, np.maximum(constant[name], error / rate ** np.minimum(t, half)), constant[name]
            )
            last[name] = np.where(t == 2 * half, error, last[name])
    results = []
    for claim, law_name in names.items():
        with np.errstate(divide="ignore", invalid="ignore"):
            worst = float((rate ** (2 * half) * constant[claim] / last[claim]).max())
        note = "the printed right side at 2T over the left side, V tiny, with the least constant that serves up to T"
        results.append(CheckResult(claim, f"{law_name} fails", cases, worst, 1.0, *DOUBLE, worst < 1, note))
    return [*results, _beaten_on_all_paths(cases, seed)]


def _beaten_on_all_paths(cases: int, seed: int) -> CheckResult:
    law = drawn(cases, seed, (-3, -0.8), lambda generator, product: 1 - product**0.5 / 12)
    law = TwoValued(law.setting, law.low, 2 * law.setting.mean - law.low, np.full_like(law.low, 0.5))
    start, law = SPACE.vector(law.setting.equilibrium), law.tracked()
    target, floor = _printed_equilibrium(law.setting), printed_floor(law.setting, law.variance, law.low)
    worst = max(most(floor, error) for error in moments(full, law, start, lambda x: (x - target) ** 2))
    note = f"floor over mean square error, on all paths of {STEPS} steps from equilibrium, V/(lL) < λη/32"
    law_name = "with little noise the mean square error at equilibrium exceeds the printed floor"
    return CheckResult("SMD-T1", law_name, cases, worst, 1.0, *DOUBLE, worst < 1, note)


def the_truncated_map_keeps_the_printed_floor(cases: int, seed: int) -> list[CheckResult]:
    """On all paths of (42) under assumption 3 from a start as large as (43) promises, (48) and its floor hold."""

    def spread(generator: np.random.Generator, product: np.ndarray) -> np.ndarray:
        least = 2 * (2 * product / (1 - 2 * product)) ** 2
        return least + (1 - least) * generator.uniform(0.001, 0.999, size=product.shape) ** 3

    plain = drawn(cases, seed, (-4, -0.7), spread)
    law = plain.tracked()
    setting, target = law.setting, _printed_equilibrium(law.setting)
    floor = printed_floor(setting, law.variance, law.low)
    worst = max(least(error, floor) for error in moments(truncated, law, target, lambda x: (x - target) ** 2))
    name = "(42) from its fixed point keeps the printed floor"
    note = f"mean square error over floor, on all paths of {STEPS} steps"
    results = [CheckResult("SMD-T1", name, cases, worst, 1.0, *DOUBLE, worst <= 1, note)]
    lowest = np.sqrt(plain.low * plain.setting.lr / (4 * plain.setting.weight_decay))
    start = SPACE.vector(lowest * 10 ** np.random.default_rng((seed, 1)).uniform(0, 2, size=lowest.shape))
    bound, ratio = (start - target) ** 2, 0.0
    for error in moments(truncated, law, start, lambda x: (x - target) ** 2):
        bound = (
            1 - 2 * setting.product
        ) ** 2 * bound + 4 * law.variance * setting.lr**3 * setting.weight_decay / law.low
        ratio = max(ratio, least(error, bound))
    name = "(42) obeys (48)"
    return [*results, CheckResult("SMD-T1", name, cases, ratio, 1.0, *DOUBLE, ratio <= 1, note)]


def fourth_power_bounds(law: TwoValued, start: Tracked) -> Iterator[tuple[Tracked, Tracked]]:
    """Two-sided bounds of E‖w_t‖⁴, t = 1, …: y = ‖w‖⁴ obeys y' = q⁴ y + 2q²η² L_t + η⁴ L_t²/y, where y' ≥ 4q²η² l."""
    setting, square = law.setting, law.variance + law.setting.mean**2
    q, lr = 1 - setting.product, setting.lr
    lower = upper = start**2
    lowest = start**2
    while True:
        kept = 2 * q**2 * lr**2 * setting.mean
        lower, upper = q**4 * lower + kept, q**4 * upper + kept + lr**4 * square / lowest
        lowest = SPACE.maximum(q**4 * lowest + 2 * q**2 * lr**2 * law.low, 4 * q**2 * lr**2 * law.low)
        yield lower, upper


def the_fourth_power_of_the_norm_approaches_at_one_rate(cases: int, seed: int) -> list[CheckResult]:
    """From every start E‖w_t‖⁴ stays between two affine recursions of the rate (1-λη)⁴, on all paths."""

    def spread(generator: np.random.Generator, product: np.ndarray) -> np.ndarray:
        return generator.uniform(0.001, 1, size=product.shape)

    law = drawn(cases, seed, (-4, -0.05), spread)
    start = law.setting.equilibrium * 10 ** np.random.default_rng((seed, 1)).uniform(-2, 2, size=law.low.shape)
    start, law, worst = SPACE.vector(start), law.tracked(), 0.0
    for found, (lower, upper) in zip(
        moments(full, law, start, lambda x: x**2), fourth_power_bounds(law, start), strict=False
    ):
        worst = max(worst, least(lower, found), least(found, upper))
    note = f"the larger of lower/E‖w‖⁴ and E‖w‖⁴/upper, on all paths of {STEPS} steps"
    name = "E‖w‖⁴ approaches its equilibrium at the rate (1-λη)⁴ from every start"
    return [CheckResult(id, name, cases, worst, 1.0, *DOUBLE, worst <= 1, note) for id in ("SMD-T1", "OD-RATES")]
