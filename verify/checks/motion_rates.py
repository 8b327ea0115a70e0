"""How fast ‖w‖² approaches its equilibrium at constant L_t: SMD-R1, SMD-R2, SMD-T2, SMD-C1, OD-RATES."""

from typing import Any

import numpy as np

from verify.checks.orders import order_result
from verify.results import CheckResult
from verify.slopes import IDENTIFIED, geometric, order_of, power_law
from verify.spaces import Multiprecision

CONTEXT = Multiprecision(60).context
DIGITS = "mpmath, 60 digits"


def local_rate(product: Any) -> Any:
    """2(1-λη)² - 1, by which SGD's distance to the equilibrium shrinks at each step near it."""
    return 2 * (1 - product) ** 2 - 1


def the_distance_to_equilibrium_shrinks_at_the_local_rate(cases: int, seed: int) -> list[CheckResult]:
    """Near x*, x_t - x* shrinks by 2(1-λη)² - 1 a step, far above it by (1-λη)²; its square by the square of that.

    With x = x*(1 + t) a step gives x'/x* - 1 = q² t - (1-q²) t/(1+t): off by (1-q²) t²/(1+t) from the local rate, and
    by at most 1-q² from q² t.
    """
    generator = np.random.default_rng(seed)
    near = far = 0.0
    for exponent, size, lr, mean in zip(
        generator.uniform(-7, 0, cases),
        generator.uniform(-20, -8, cases),
        generator.uniform(0.001, 1, cases),
        10 ** generator.uniform(-3, 3, cases),
        strict=True,
    ):
        product, t = CONTEXT.mpf(10) ** exponent, CONTEXT.mpf(10) ** size
        square = (1 - product) ** 2
        x = CONTEXT.sqrt(CONTEXT.mpf(lr) ** 2 * mean / (1 - square))
        small, large = (_step(square, lr, mean, x * (1 + d)) / x - 1 for d in (t, 1 / t))
        near = max(near, abs(small - local_rate(product) * t) / ((1 - square) * t * t))
        far = max(far, abs(large - square / t) / (1 - square))
    note = "the largest error, in units of (1-q²)(x/x* - 1)², and of 1-q² far above"
    results = []
    for claim in ("SMD-R1", "OD-RATES"):
        results.append(_result(claim, "x - x* shrinks by 2(1-λη)² - 1 a step near the equilibrium", cases, near, note))
    return [*results, _result("SMD-R1", "x shrinks by (1-λη)² a step far above it", cases, far, note)]


def _step(square: Any, lr: Any, mean: Any, x: Any) -> Any:
    return square * x + CONTEXT.mpf(lr) ** 2 * mean / x


def _result(claim: str, law: str, cases: int, worst: Any, note: str) -> CheckResult:
    # Both are 1/(1+t), close to 1; 32 operations lose as many units of the last digit over (1-q²)t² > 10⁻⁴⁷ of it.
    allowed = 1 + float(32 * CONTEXT.eps * CONTEXT.mpf(10) ** 47)
    return CheckResult(claim, law, cases, float(worst), allowed, DIGITS, "cpu", float(worst) <= allowed, note)


def momentum_jacobian(product: Any, a: Any) -> Any:
    """J of X ↦ A X + (η²L/X[0]) e at its fixed point; it depends on λη and α alone: η²L/x*² = λη(1-α)(2 - λη/(1+α))."""
    k = 1 + a - product
    kick = product * (1 - a) * (2 - product / (1 + a))
    return CONTEXT.matrix([[k * k - kick, -2 * a * k, a * a], [k, -a, 0], [1, 0, 0]])


def slow_eigenvalue(product: Any, a: Any) -> Any:
    """The largest modulus among J's eigenvalues."""
    values, _ = CONTEXT.eig(momentum_jacobian(product, a))
    return max(abs(value) for value in values)


def momentum_approaches_at_the_slow_eigenvalue(cases: int, seed: int) -> list[CheckResult]:
    """SGD with momentum forgets at J's slow eigenvalue, 1 - 4λη/(1-α) + O((λη)²): 1/(1-α) times SGD's rate, and only
    the square of the distance at the printed one squared.
    """
    generator = np.random.default_rng(seed)
    rows = max(cases // 200, 1)
    momenta, orders, worst = generator.uniform(0.05, 0.8, rows), [], 0.0
    for number, a in enumerate(map(CONTEXT.mpf, momenta)):
        errors = [(t, _ratio(t, a) - 1) for t in geometric(CONTEXT, -12, -9, 3)]
        orders.append(abs(power_law(CONTEXT, errors).exponent - 1))
        product = (1 - CONTEXT.sqrt(a)) ** 2 * CONTEXT.mpf(10) ** generator.uniform(-1.5, -1)
        left = _run_to_rest(product, a, 2.0 + number)
        worst = max(worst, abs(power_law(CONTEXT, left).exponent - 1))
    found = max(orders)
    note = "the distance of the order in λη of (rate with momentum)(1-α)/(rate without) - 1 from 1"
    law = "momentum approaches 1/(1-α) times as fast, to first order in λη"
    results = [
        CheckResult(claim, law, rows, found, IDENTIFIED, DIGITS, "cpu", found <= IDENTIFIED, note)
        for claim in ("SMD-R2", "OD-RATES")
    ]
    law = "with momentum ‖w‖² approaches at J's slow eigenvalue"
    note = (
        "the distance from 1 of the order, in the distance that is left, of what a step's shrinkage differs from it by"
    )
    return [*results, CheckResult("OD-RATES", law, rows, worst, IDENTIFIED, DIGITS, "cpu", worst <= IDENTIFIED, note)]


def _ratio(product: Any, a: Any) -> Any:
    return (1 - slow_eigenvalue(product, a)) * (1 - a) / (1 - local_rate(product))


def _run_to_rest(product: Any, a: Any, start: float) -> list[tuple[Any, Any]]:
    """What is left of x - x*, and how far its shrinkage then is from J's slow eigenvalue, in a run of the map.

    The map's quadratic terms leave a part of the distance itself.
    """
    k, kick = 1 + a - product, product * (1 - a) * (2 - product / (1 + a))  # x in units of x*, so that η²L = kick
    x, inner, before = (CONTEXT.mpf(start),) * 3
    slow, last = slow_eigenvalue(product, a), CONTEXT.mpf(1)
    found = []
    for distance in geometric(CONTEXT, -13, -9, 3)[::-1]:
        while abs(last) > distance:
            x, inner, before = k * k * x - 2 * a * k * inner + a * a * before + kick / x, k * x - a * inner, x
            last, previous = x - 1, before - 1
        found.append((abs(previous), last / previous - slow))
    return found


def printed_momentum_rate(product: np.ndarray, a: np.ndarray) -> np.ndarray:
    """1 - 4λη/(1-α), the printed rate of E[‖w_t‖² - (w*)²]²."""
    return 1 - 4 * product / (1 - a)


def momentum_is_slower_than_printed_where_assumption_6_fails(cases: int, seed: int) -> list[CheckResult]:
    """Under assumption 4 alone, where assumption 6 cannot hold, the printed rate fails (V → 0).

    With λη close to (1-√α)², whatever B serves (20) for T steps at constant h̃ fails in the next T.
    Beyond about (1-√α)²/4 the slow eigenvalues of J are complex, and more weight decay no longer makes it faster.
    """
    generator = np.random.default_rng(seed)
    a = generator.uniform(0.5, 0.8, cases)
    product = (1 - np.sqrt(a)) ** 2 * generator.uniform(0.97, 0.999, cases)
    k, kick = 1 + a - product, product * (1 - a) * (2 - product / (1 + a))
    rate = printed_momentum_rate(product, a)
    x = inner = before = generator.uniform(0.7, 1.4, cases)  # ‖w‖² in units of x*
    half = np.ceil(12 / (4 * product / (1 - a)))
    needed = np.zeros((2, cases))
    for t in range(1, 2 * int(half.max()) + 1):
        x, inner, before = k * k * x - 2 * a * k * inner + a * a * before + kick / x, k * x - a * inner, x
        constant = (x - 1) ** 2 / rate ** np.minimum(t, 2 * half)
        needed[0] = np.where(t <= half, np.maximum(needed[0], constant), needed[0])
        needed[1] = np.where((t > half) & (t <= 2 * half), np.maximum(needed[1], constant), needed[1])
    worst = float((needed[0] / needed[1]).max())
    note = "V = 0; the B that the first T steps need over the one that the next T steps need, at λη ≥ 0.97(1-√α)²"
    law = "under assumption 4 alone, where assumption 6 cannot hold, the printed rate with momentum fails (V → 0)"
    return [CheckResult("SMD-T2", law, cases, worst, 1.0, "float64", "cpu", worst < 1, note)]


def lag(square: Any) -> Any:
    """1/(4(1-q²)), close to 1/(8λη): the relative lag of ‖w‖² behind √(s L_t) over the growth of L_t in a step."""
    return 1 / (4 * (1 - square))


def the_norm_lags_behind_a_drifting_gradient(cases: int, seed: int) -> list[CheckResult]:
    """While L_t grows by the factor 1+d a step, ‖w_t‖² comes to rest at √(s L_t)(1 - d/(4(1-q²))), q = 1-λη."""
    results = []
    for product in geometric(CONTEXT, -2, -1, 2):
        square = (1 - product) ** 2
        steps = int(70 / (2 - 2 * square)) + 200  # (2q²-1)^steps is far below the lag

        def behind(growth: Any, square: Any = square, steps: int = steps) -> Any:
            """1 - x_t/√(s L_t) in the long run; x is kept in units of the moving equilibrium."""
            x, root = CONTEXT.mpf(1), CONTEXT.sqrt(1 + growth)
            for _ in range(steps):
                x = (square * x + (1 - square) / x) / root
            return 1 - x

        found = order_of(CONTEXT, behind, -20, -14, 4)
        law = f"‖w‖² lags by d/(4(1-(1-λη)²)) at λη = {float(product):g}"
        results.append(order_result("SMD-C1", law, found, 1, float(lag(square))))
    return results
