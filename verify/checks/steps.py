"""Theorem 2 of 001 on random steps of the generic scheme x' = x - η a⊘b."""

from dataclasses import dataclass

import numpy as np
import torch

from derivations.sphere import tangent_projection
from verify.results import CheckResult
from verify.tolerance import Tracked, TrackedSpace, judge

DIMENSIONS = (1, 2, 3, 8, 64)


@dataclass(frozen=True)
class Step:
    """Steps of the generic scheme: x, a, b of shape (cases, d), η of shape (cases, 1)."""

    x: Tracked
    a: Tracked
    b: Tracked
    lr: Tracked


def step_and_radius_follow_from_the_effective_quantities(cases: int, seed: int) -> list[CheckResult]:
    """001 (8) gives u_{k+1} and (14) gives r_{k+1}/r_k, for every x, a, b > 0 and η with (H1), over twelve decades.

    The worst error is in units of what rounding allows, summed operation by operation over both sides. (H2) is not
    asked for: steps of every length are drawn.
    """
    worst = {"SP-T2-STEP": 0.0, "SP-T2-RADIUS": 0.0}
    compared = dict.fromkeys(worst, 0)
    space = TrackedSpace(torch.float64)
    each = -(-cases // len(DIMENSIONS))
    with np.errstate(all="ignore"):  # a bound of infinity is counted as undecided
        for d in DIMENSIONS:
            step = draw(space, d, each, np.random.default_rng((seed, d)))
            for claim, (printed, direct, admitted) in sides(space, step).items():
                difference = printed - direct
                found = judge(_rows(difference, admitted), 0.0)
                worst[claim] = max(worst[claim], found.worst)
                compared[claim] += found.decided // (d if claim == "SP-T2-STEP" else 1)
    return [
        CheckResult(claim, _LAWS[claim], compared[claim], worst[claim], 1.0, "float64", "cpu", worst[claim] <= 1, _UNIT)
        for claim in worst
    ]


_LAWS = {"SP-T2-STEP": "direction follows (8)", "SP-T2-RADIUS": "radius follows (14)"}
_UNIT = "in units of the rounding bound"


def draw(space: TrackedSpace, d: int, cases: int, generator: np.random.Generator) -> Step:
    """Gaussian x and a at scales 10⁻³..10³, b over four decades within a vector, η for steps of 10⁻⁶..10² radii."""

    def scales(low: float, high: float, *shape: int) -> np.ndarray:
        return 10 ** generator.uniform(low, high, size=shape)

    x = generator.normal(size=(cases, d)) * scales(-3, 3, cases, 1)
    a = generator.normal(size=(cases, d)) * scales(-3, 3, cases, 1)
    b = scales(-2, 2, cases, d) * scales(-3, 3, cases, 1)
    relative = scales(-6, 2, cases, 1)  # ‖η a⊘b‖ / ‖x‖
    lr = relative * np.linalg.norm(x, axis=-1, keepdims=True) / np.linalg.norm(a / b, axis=-1, keepdims=True)
    return Step(*(space.vector(values) for values in (x, a, b, lr)))


def sides(space: TrackedSpace, step: Step) -> dict[str, tuple[Tracked, Tracked, np.ndarray]]:
    """Claim → (the printed right-hand side, what the step does, where (H1) holds)."""
    following = step.x - step.lr * (step.a / step.b)
    radius, following_radius = space.norm(step.x), space.norm(following)
    u = step.x / radius
    size = space.norm(step.b) / space.scalar(space.dimension(step.b)).root()  # d^{-1/2}‖b‖
    c = radius * (step.a / (step.b / size))
    rate = step.lr / (radius * radius * size)  # A_k
    shrink = 1 - rate * space.dot(c, u)
    learning_rate = rate / shrink
    c_tangent = tangent_projection(space, c, u)
    stretch = space.sqrt(1 + learning_rate * learning_rate * space.dot(c_tangent, c_tangent))
    first = shrink.value[:, 0] > shrink.error[:, 0]
    return {
        "SP-T2-STEP": ((u - learning_rate * c_tangent) / stretch, following / following_radius, first),
        "SP-T2-RADIUS": (shrink * stretch, following_radius / radius, first),
    }


def _rows(tracked: Tracked, admitted: np.ndarray) -> Tracked:
    return Tracked(tracked.value[admitted], tracked.error[admitted], tracked.precision)
