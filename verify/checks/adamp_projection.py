"""Which weights the tests of 003 hit, and what that does where the loss is not scale invariant: AP-PROJ.

Two tests: the printed one, w·∇f < δ, and the one of the released code, |cos(w, ∇f)| < δ/√d of all channels, then of
the whole parameter. Both are run as `impl.optim.SGDP` decides; what is expected is computed apart from it.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from scipy.special import betainc
from scipy.stats import binom

from impl.optim import SGDP
from verify.results import CheckResult
from verify.statistics import FALSE_ALARM
from verify.tolerance import roundoff

DELTA = 0.1
ETA, STEPS = 0.05, 500
"""The rate and the length of the runs on the quadratic: e^{-25} is left of a unit contraction."""


def passing(share: float, d: int) -> float:
    """P(|cos| < share) of two independent directions in d dimensions, cos² ~ Beta(½, (d-1)/2); cos = ±1 for d = 1."""
    return float(betainc(0.5, (d - 1) / 2, min(share, 1.0) ** 2)) if d > 1 else float(share > 1)


def released_passing(d: int) -> float:
    """The law that is checked for one channel of the released test."""
    return passing(DELTA / math.sqrt(d), d)


def printed_passing(product: float, d: int) -> float:
    """The law that is checked for the printed test at ‖w‖‖g‖ = product: half of the directions, and the near ones."""
    return 0.5 + 0.5 * passing(DELTA / product, d)


def _cosines(generator: np.random.Generator, rows: int, d: int) -> np.ndarray:
    w, g = generator.normal(size=(2, rows, d))
    return (w * g).sum(-1) / np.sqrt((w * w).sum(-1) * (g * g).sum(-1))


def independent_directions_pass_by_chance(cases: int, seed: int) -> list[CheckResult]:
    """Independent directions pass the released test with the probability I_{δ²/d}(½, (d-1)/2), the printed with ≥ ½."""
    generator, rows = np.random.default_rng(seed), 40 * cases
    law = "a channel passes the released test by chance"
    counted = [
        (int((abs(_cosines(generator, rows, d)) < DELTA / math.sqrt(d)).sum()), released_passing(d))
        for d in (1, 2, 3, 16, 64)
    ]
    two = (abs(_cosines(generator, 2 * rows, 8)) < DELTA / math.sqrt(8)).reshape(rows, 2).all(-1)
    counted.append((int(two.sum()), released_passing(8) ** 2))
    shown = ", ".join(f"{released_passing(d):.4f}" for d in (2, 3, 16, 64))
    released = _binomial(law, counted, rows, f"d = 1: never; d = 2, 3, 16, 64: {shown}; two channels together: squared")
    printed = []
    for product in (0.2, 1.0, 10.0):
        w = torch.tensor(generator.normal(size=(rows, 16)))
        g = torch.tensor(generator.normal(size=(rows, 16)))
        g *= product / (w.norm(dim=1) * g.norm(dim=1))[:, None]
        printed.append((int(hits([w], [g], "inner_product")[0].sum()), printed_passing(product, 16)))
    shown = ", ".join(f"{probability:.3f}" for _, probability in printed)
    law = "a weight passes the printed test by chance"
    return [released, _binomial(law, printed, rows, f"at ‖w‖‖g‖ = 0.2, 1, 10: {shown}")]


def hits(weights: list[torch.Tensor], gradients: list[torch.Tensor], rule: Any) -> list[np.ndarray]:
    """The slices that SGDP projects in its first step at rate 1: their change is orthogonal to them.

    That happens by itself with a probability of the order of a roundoff.
    """
    parameters = [torch.nn.Parameter(w.clone()) for w in weights]
    for parameter, g in zip(parameters, gradients, strict=True):
        parameter.grad = g.clone()
    SGDP(parameters, lr=1.0, momentum=0.0, projection=rule, delta=DELTA).step()
    found = []
    for parameter, w, g in zip(parameters, weights, gradients, strict=True):
        moved = w - parameter.detach()
        rounding = roundoff(2) * (w.abs() + g.abs()).amax(-1)
        found.append(((moved - g).abs().amax(-1) > rounding).numpy())
    return found


def _binomial(law: str, counted: list[tuple[int, float]], rows: int, note: str) -> CheckResult:
    """Counts against probabilities: exact binomial quantiles, the false-alarm rate shared among them."""
    worst = 0.0
    for count, probability in counted:
        low, high = binom.interval(1 - FALSE_ALARM / len(counted), rows, probability)
        off, room = count - rows * probability, high - rows * probability
        if off < 0:
            off, room = -off, rows * probability - low
        worst = max(worst, off / room if room > 0 else math.inf if off > 0 else 0.0)
    note = f"in units of the binomial interval at the false-alarm rate {FALSE_ALARM:g}. {note}"
    cases = rows * len(counted)
    return CheckResult("AP-PROJ", law, cases, worst, 1.0, "float64", "cpu", worst <= 1, note, false_alarm=FALSE_ALARM)


def decided(w: np.ndarray, g: np.ndarray) -> np.ndarray:
    """The rows of a parameter that the released test projects, written out: the law that is checked."""
    cosine = abs((w * g).sum(-1)) / np.sqrt((w * w).sum(-1) * (g * g).sum(-1))
    together = abs((w * g).sum()) / math.sqrt((w * w).sum() * (g * g).sum())
    apart = bool(cosine.max() < DELTA / math.sqrt(w.shape[1]))
    return np.full(len(w), apart or bool(together < DELTA / math.sqrt(w.size)))


def all_channels_or_the_layer(cases: int, seed: int) -> list[CheckResult]:
    """SGDP projects by the released rule where all channels pass, or else the layer; otherwise nothing."""
    generator = np.random.default_rng(seed)
    shapes = [
        (int(c), int(d)) for c, d in zip(generator.integers(1, 5, cases), generator.integers(1, 9, cases), strict=True)
    ]
    weights = [generator.normal(size=shape) for shape in shapes]
    # A part of the gradients is nearly tangent, so that every branch is taken.
    gradients = []
    for w in weights:
        g = generator.normal(size=w.shape)
        share = generator.choice([0.01, 0.1, 1.0])
        along = (g * w).sum(-1, keepdims=True) / (w * w).sum(-1, keepdims=True) * w
        gradients.append(g - (1 - share) * along if w.shape[1] > 1 else g)
    found = hits([torch.tensor(w) for w in weights], [torch.tensor(g) for g in gradients], "cosine")
    wrong = sum(int((decided(w, g) != f).any()) for w, g, f in zip(weights, gradients, found, strict=True))
    share = sum(bool(f.all()) for f in found) / len(found)
    note = f"parameters decided otherwise; {100 * share:.0f} % are projected, a part of them nearly tangent"
    return [CheckResult("AP-PROJ", "all channels, or the layer", cases, wrong, 0.0, "float64", "cpu", wrong == 0, note)]


def nearest(start: np.ndarray, target: np.ndarray) -> np.ndarray:
    """dist(0, [w_0, w*]) of each row: the law that is checked."""
    way = target - start
    part = np.clip(-(start * way).sum(-1) / (way * way).sum(-1), 0, 1)[:, None]
    return np.sqrt(((start + part * way) ** 2).sum(-1))


def on_a_quadratic_it_ends_at_the_least_norm_on_the_way(cases: int, seed: int) -> list[CheckResult]:
    """On ½‖w-w*‖² the printed test leads to the ray of w*, at the distance of [w_0, w*] from 0; in d = 1 nowhere."""
    generator, worst, rows, missed = np.random.default_rng(seed), 0.0, max(cases // 20, 8), 0.0
    for d in (2, 3, 8):
        start, target = generator.normal(size=(2, rows, d))
        start *= generator.uniform(0.2, 2, size=(rows, 1))
        end = _descend(start, target)
        size, aim = np.sqrt((end**2).sum(-1)), np.sqrt((target**2).sum(-1))
        reached = nearest(start, target)
        across = np.sqrt(((end / size[:, None] - target / aim[:, None]) ** 2).sum(-1))
        unit = ETA * (aim + np.sqrt(((start - target) ** 2).sum(-1)))
        worst = max(worst, float(np.max(abs(size - reached) / unit)), float(across.max()) / ETA)
        missed = max(missed, float(np.max((aim - reached) / aim)))
    note = "|‖w‖ - ϱ| in units of η(‖w*‖ + ‖w_0 - w*‖) and the angle in units of η; "
    note += f"ϱ falls short of ‖w*‖ by up to {100 * missed:.0f} %"
    law = "on a quadratic the printed test ends at the least norm on the way"
    ends = CheckResult("AP-PROJ", law, 3 * rows, worst, 1.0, "float64", "cpu", worst <= 1, note)
    target = generator.normal(size=(rows, 1))
    start = target * generator.uniform(0.01, 1, size=(rows, 1))
    # Each step: two products, two quotients, two differences, for what is left of the gradient, and the step's own two.
    off = float(np.max(abs(_descend(start, target) - start) / (abs(start) + abs(target))))
    allowed = roundoff(8 * STEPS)
    law = "in one dimension a weight on the side of its target never moves"
    still = CheckResult("AP-PROJ", law, rows, off, allowed, "float64", "cpu", off <= allowed, "relative")
    return [ends, still]


def _descend(start: np.ndarray, target: np.ndarray) -> np.ndarray:
    parameter, aim = torch.nn.Parameter(torch.tensor(start)), torch.tensor(target)
    optimizer = SGDP([parameter], lr=ETA, momentum=0.0, projection="inner_product", delta=1e-12)
    for _ in range(STEPS):
        parameter.grad = parameter.detach() - aim
        optimizer.step()
    return parameter.detach().numpy()


SHORT = 10.0
"""How many times the excess loss the printed test leaves at least, and how near the released one comes."""
OPTIMIZERS: dict[str, Callable[[list], torch.optim.Optimizer]] = {
    "momentum": lambda w: torch.optim.SGD(w, lr=0.01, momentum=0.9),
    "printed": lambda w: SGDP(w, lr=0.01, momentum=0.9, projection="inner_product"),
    "released": lambda w: SGDP(w, lr=0.01, momentum=0.9, projection="cosine"),
}


def on_a_regression_the_printed_test_stops_short(cases: int, seed: int) -> list[CheckResult]:
    """Linear regression in mini-batches: the printed test stops far from the optimum, the released one does not."""
    runs = [_regression((seed, run)) for run in range(max(1, cases // 500))]
    short = max(run["momentum"] / run["printed"] for run in runs)
    near = max(abs(math.log(run["released"] / run["momentum"])) for run in runs)
    times, share = min(run["printed"] / run["momentum"] for run in runs), max(run["norm"] for run in runs)
    note = (
        f"the ratio of the excess losses without and with it: at least {times:.0f} times with it; ‖w‖ ends at most at "
    )
    note += f"{share:.2f} of the optimum's norm"
    law = "on a regression the printed test stops short"
    first = CheckResult("AP-PROJ", law, len(runs), short, 1 / SHORT, "float64", "cpu", short <= 1 / SHORT, note)
    law, allowed = "on a regression the released test does no such harm", math.log(1.5)
    hit = " to ".join(f"{100 * choose(run['hit'] for run in runs):.0f}" for choose in (min, max))
    note = f"the logarithm of the ratio of the excess losses with it and without; it projects at {hit} % of the steps"
    return [first, CheckResult("AP-PROJ", law, len(runs), near, allowed, "float64", "cpu", near <= allowed, note)]


def _regression(
    seed: tuple[int, int], outputs: int = 4, inputs: int = 16, samples: int = 256, steps: int = 400
) -> dict[str, float]:
    """Excess loss of each optimizer, from one start over the same batches; the norm that the printed test reaches."""
    generator = np.random.default_rng(seed)
    data, truth = generator.normal(size=(samples, inputs)), generator.normal(size=(inputs, outputs))
    labels = data @ truth + 0.5 * generator.normal(size=(samples, outputs))
    best = np.linalg.lstsq(data, labels, rcond=None)[0]
    start, batches = generator.normal(size=(outputs, inputs)) / 4, generator.integers(samples, size=(steps, 16))
    found, hit = {}, 0
    for name, make in OPTIMIZERS.items():
        weight = torch.nn.Parameter(torch.tensor(start))
        optimizer = make([weight])
        for batch in batches:
            w = weight.detach().numpy()
            weight.grad = torch.tensor((data[batch] @ w.T - labels[batch]).T @ data[batch] / len(batch))
            if name == "released":
                hit += bool(decided(w, weight.grad.numpy()).any())
            optimizer.step()
        end = weight.detach().numpy().T
        found[name] = float((((data @ (end - best)) ** 2).sum()) / (2 * samples))
        if name == "printed":
            found["norm"] = float(np.linalg.norm(end) / np.linalg.norm(best))
    return found | {"hit": hit / steps}
