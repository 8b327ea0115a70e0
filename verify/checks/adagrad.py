"""Is AdaGrad Adam without momentum? SP-ADAGRAD."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from derivations.schemes import by_name
from verify.checks.orders import order_result
from verify.checks.tally import Tally
from verify.checks.walks import DIMENSIONS, SPACE, Numbers, memory, starts, targets, tracked, walk
from verify.oracle import trajectory
from verify.results import CheckResult
from verify.slopes import order_of
from verify.spaces import Multiprecision

STEPS = 4


def adam_numbers(lr: Any, beta2: Any, k: int, root: Any) -> Numbers:
    """Adam without momentum, with ε = 0 and η_k = η/√(k+1), root being √(k+1): what comes nearest to AdaGrad."""
    zero = lr * 0
    return Numbers(lr=lr / root, beta1=zero, beta2=beta2, eps=zero, weight_decay=zero)


def adagrad_numbers(lr: Any) -> Numbers:
    """AdaGrad with s_0 = 0 and ε = 0."""
    zero = lr * 0
    return Numbers(lr=lr, lr_decay=zero, weight_decay=zero, initial_accumulator_value=zero, eps=zero)


def no_beta2_below_one_gives_adagrad(cases: int, seed: int) -> list[CheckResult]:
    """At the same points and gradients Adam(β₁ = 0) and AdaGrad part from the second step on, for every β₂ < 1.

    At constant η, and at η/√(k+1) too.
    """
    constant = Tally("SP-ADAGRAD", "at constant η no β₂ < 1 makes Adam AdaGrad")
    decayed = Tally("SP-ADAGRAD", "at η/√(k+1) no β₂ < 1 makes Adam AdaGrad")
    first = Tally("SP-ADAGRAD", "the first steps are the same")
    rows = -(-cases // (len(DIMENSIONS) * STEPS))
    for d in DIMENSIONS[1:]:
        generator = np.random.default_rng((seed, d))
        beta2, lr = tracked(memory(generator, rows, Numbers())), tracked(10 ** generator.uniform(-2, 1, size=(rows, 1)))
        start, along = starts(generator, rows, d), targets(generator, rows, d, STEPS, zeros=0)
        adagrad = walk(by_name("adagrad"), start, along, adagrad_numbers(lr))
        points = [t.x.value for t in adagrad[1:]]
        for tally, decays in ((constant, False), (decayed, True)):

            def at(k: int, decays: bool = decays, lr: Any = lr, beta2: Any = beta2) -> Numbers:
                return adam_numbers(lr, beta2, k, tracked(float(k + 1)).root() if decays else tracked(1.0))

            adam = walk(by_name("adam"), start, along, at, points)
            first.equal(adam[0].following, adagrad[0].following)
            for a, b in zip(adam[1:], adagrad[1:], strict=True):
                tally.differ(_displacement(a), _displacement(b))
    return [first.result(), constant.result(), decayed.result()]


def adagrad_is_the_limit(cases: int, seed: int) -> list[CheckResult]:
    """As β₂ → 1, Adam(β₁ = 0, η/√(k+1)) tends to AdaGrad at first order in 1 - β₂; the distance after real steps."""
    space, generator = Multiprecision(60), np.random.default_rng(seed)
    gradients = [space.vector(map(float, generator.normal(size=3))) for _ in range(STEPS + 2)]
    start, lr = space.vector([1, 2, 3]), space.scalar(1)
    adagrad = trajectory(by_name("adagrad"), space, start, gradients, adagrad_numbers(lr)).points[-1]

    def distance(gap: Any) -> Any:
        def at(k: int) -> Numbers:
            return adam_numbers(lr, 1 - gap, k, space.sqrt(space.scalar(k + 1)))

        return space.norm(trajectory(by_name("adam"), space, start, gradients, at).points[-1] - adagrad)

    order = order_of(space.context, distance, -12, -9)
    constant = _first_order_constant(space, gradients)
    return [order_result("SP-ADAGRAD", "Adam tends to AdaGrad at first order in 1-β₂", order, 1, constant)]


def _displacement(t: Any) -> Any:
    """Δ_k over the learning rate's size, from the buffers: x_k - x_{k+1} itself may be lost in x_k."""
    g, k = t.gradient, t.k
    if "v" in t.after:
        return t.h.lr * (g / SPACE.sqrt(t.after["v"] / (1 - t.h.beta2 ** (k + 1))))
    return t.h.lr * (g / SPACE.sqrt(t.after["sum"]))


def _first_order_constant(space: Any, gradients: Sequence[Any]) -> float:
    """d/d(1-β₂) of Adam's end at β₂ = 1, in norm: with w_i = β₂^{k-i}, v̂ = Σw_i g_i²/Σw_i moves by -cov(k-i, g_i²)."""
    total = space.zeros_like(gradients[0])
    for k in range(1, len(gradients)):
        ages = [k - i for i in range(k + 1)]
        squares = [g * g for g in gradients[: k + 1]]
        mean = sum(squares[1:], squares[0]) / (k + 1)
        tilt = sum((a * s for a, s in zip(ages, squares, strict=True)), 0 * mean) / (k + 1) - mean * sum(ages) / (k + 1)
        root = space.sqrt(mean)
        total = total - gradients[k] / space.sqrt(space.scalar(k + 1)) * tilt / (2 * root * root * root)
    return float(space.norm(total))
