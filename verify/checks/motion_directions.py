"""How far torch.optim.SGD turns in several steps, and how orthogonal its momentum is to fresh gradients.

SMD-LSP, SMD-A5, SMD-R12, on vectors with random tangent gradients. Comparisons share the false-alarm rate 10⁻⁶ of each
law.
"""

from collections.abc import Sequence

import numpy as np

from verify.checks.motion_maps import Setting
from verify.checks.motion_vectors import torch_sgd
from verify.noise import Noise, constant, two_point
from verify.random_gradients import Motion, run, sphere
from verify.results import CheckResult
from verify.statistics import Comparisons

D = 200
FEWEST = 24
"""Replicas, whatever the number of cases: with fewer the quantiles of Student's law see nothing."""


def turns(setting: Setting, k: int) -> tuple[np.ndarray, np.ndarray]:
    """(a_j, b_j), j = 0, …, k: E⟨w_{t+j}, w_t⟩ = a_j E⟨w_{t+1}, w_t⟩ + b_j E‖w_t‖².

    c_{j+1} = (1+α-λη) c_j - α c_{j-1}, as fresh gradients are orthogonal in the mean to all that came before.
    """
    a, kept = setting.momentum, 1 + setting.momentum - setting.product
    rows = [np.array([0.0, 1.0]), np.array([1.0, 0.0])]
    for _ in range(k - 1):
        rows.append(kept * rows[-1] - a * rows[-2])
    found = np.array(rows[: k + 1])
    return found[:, 0], found[:, 1]


def correlation(setting: Setting, k: int) -> float:
    """c_k at equilibrium, from c_0 = 1 and c_1 = 1 - λη/(1+α)."""
    first, zeroth = turns(setting, k)
    return float(first[k] * setting.cosine + zeroth[k])


def scaled(setting: Setting, k: int) -> Setting:
    """Linear scaling: the learning rate times k."""
    return Setting(setting.lr * k, setting.weight_decay, setting.momentum, setting.mean)


def directions_decay_by_the_recursion(cases: int, seed: int) -> list[CheckResult]:
    """E⟨w_{t+j}, w_t⟩ obeys c_{j+1} = (1+α-λη)c_j - αc_{j-1} from any start, with momentum and without."""
    comparisons = Comparisons("SMD-LSP", "directions decay by c_{j+1} = (1+α-λη)c_j - αc_{j-1}", 6, f"d = {D}")
    for number, setting in enumerate((Setting(0.5, 0.002), Setting(0.5, 0.0004, 0.9))):
        motion = _motion(setting, two_point(0.5, 1.5), max(cases // 8, FEWEST), 16, (seed, number), warm_up=20)
        products = motion.from_start / motion.norm_squared[0]
        first, zeroth = turns(setting, 16)
        for j in (2, 4, 16):
            expected = first[j] * products[1] + zeroth[j]
            comparisons.equal(products[j] - expected, 0.0, scale=1 - correlation(setting, j))
    return [comparisons.result()]


def linear_scaling_keeps_the_angle_but_for_momentum(cases: int, seed: int) -> list[CheckResult]:
    """The angle of k small steps is that of one step with k times the rate in SGD; momentum makes it larger.

    What is compared is 1 - cos ∠(w_{t+k}, w_t), half of the squared angle, with 1 - c_k.
    """
    rows = (
        (Setting(0.5, 0.001), "SGD: k small steps turn by what one large step does"),
        (Setting(0.5, 0.0002, 0.9), "momentum: k small steps turn by more than one large step"),
    )
    results, replicas = [], max(cases // 8, FEWEST)
    for number, (setting, law) in enumerate(rows):
        ratios, comparisons = [], Comparisons("SMD-LSP", law, 2)
        small = _motion(setting, constant(), replicas, 16, (seed, number), warm_up=150)
        for k in (4, 16):
            large = scaled(setting, k)
            motion = _motion(large, constant(), replicas, 40, (seed, number, k), warm_up=150)
            ratio = (1 - correlation(setting, k)) / (1 - correlation(large, 1))
            turned = 1 - small.from_start[k] / np.sqrt(small.norm_squared[k] * small.norm_squared[0])
            once = (1 - motion.cosine).mean(0)
            # The start has no momentum yet, which the norm forgets at 4λη/(1-α) only: that leaves up to 5 %.
            beyond = 0.05 * float(turned.mean())
            comparisons.equal(turned - ratio * once, 0.0, scale=1 - correlation(setting, k), beyond=beyond)
            ratios.append(f"{ratio:.2f} at k = {k}")
        comparisons.note = "the ratio of the squared angles is " + ", ".join(ratios)
        results.append(comparisons.result())
    return results


def _motion(
    setting: Setting, noise: Noise, replicas: int, steps: int, seed: Sequence[int], warm_up: int, d: int = D
) -> Motion:
    generator = np.random.default_rng(seed)
    start = sphere(replicas, d, setting.equilibrium, generator)
    return run(torch_sgd(setting), start, noise, steps, generator, warm_up=warm_up)


def squared_product(d: int) -> float:
    """E⟨v,g⟩² over E‖v_T‖²‖g‖², v_T the part of v normal to w, for a uniform direction of g: 1/(d-1)."""
    return 1 / (d - 1)


def fresh_gradients_are_orthogonal_to_the_momentum_in_the_mean(cases: int, seed: int) -> list[CheckResult]:
    """E⟨v_{t-1}, g_t⟩ = 0 for gradients with E[g_t | past] = 0, but E⟨v_{t-1}, g_t⟩² = E‖v_T‖²‖g_t‖²/(d-1).

    With E‖v_T‖² = E‖g‖²/(1-α²) in the long run, h̃ has the variance V + 4α²L²/((1-α²)(d-1)), large in few dimensions.
    """
    setting, dimensions = Setting(0.5, 0.0001, 0.9), (2, 3, 10, 200)
    mean = Comparisons("SMD-A5", "E⟨v,g⟩ = 0 for fresh gradients", len(dimensions), "relative to √(E‖v‖²E‖g‖²)")
    square = Comparisons("SMD-A5", "E⟨v,g⟩² = E‖v_T‖²‖g‖²/(d-1) for fresh gradients", len(dimensions))
    variance = Comparisons("SMD-R12", "h̃ fluctuates by 4α²L²/((1-α²)(d-1)) without any noise in ‖g̃‖", len(dimensions))
    negative: dict[int, np.ndarray] = {}
    for d in dimensions:
        replicas = max(cases // 8, FEWEST) if d == D else max(cases // 2, 300)
        motion = _motion(setting, constant(), replicas, 200, (seed, d), 80, d)
        x, a = motion.norm_squared[:-1], setting.momentum
        product, gradient = motion.dot("g", "momentum_buffer"), motion.dot("g", "g")
        buffer = motion.dot("momentum_buffer", "momentum_buffer") - motion.dot("momentum_buffer", "w") ** 2 / x
        size = float((buffer * gradient).mean())
        mean.equal(product.mean(0) / size**0.5, 0.0, scale=1.0)
        # Each product is weighed against its own conditional mean: the difference vanishes in the mean exactly.
        square.equal(
            (product**2 - squared_product(d) * buffer * gradient).mean(0) / size, 0.0, scale=squared_product(d)
        )
        h = (gradient + 2 * a * product) * x
        negative[d] = (h < 0).mean(0)
        predicted = 4 * a**2 * squared_product(d) / (1 - a**2)
        # ‖v_T‖² is what 1/(1-α²) gradients of other times, and so of other norms, left: off by 2√Var ‖w‖²/x* at most.
        spread = 2 * (setting.stationary()[0] * predicted) ** 0.5 / setting.equilibrium
        variance.equal(((h - 1) ** 2).mean(0) / predicted, 1.0, beyond=spread)
    told = ", ".join(f"{float(share.mean()):.0%} for d = {d}" for d, share in negative.items())
    sixth = Comparisons("SMD-T2", "assumption 6, h̃ > 0, fails for fresh gradients in few dimensions", 2)
    sixth.note = f"more than a tenth of the steps in d = 2, 3; the share of steps with h̃ < 0 is {told}"
    for d in dimensions[:2]:
        sixth.above(negative[d], 0.1, between=(0, 1))
    variance.note = "V = 0"
    return [mean.result(), square.result(), variance.result(), sixth.result()]
