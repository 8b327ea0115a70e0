"""Prescribed directions, gradients on the sphere and radii, and what a scheme of Adam's kind makes of them."""

from collections.abc import Sequence

import numpy as np

from derivations.scheme import Scheme
from derivations.sphere import tangent_projection
from verify.checks.table_1 import root_mean_square
from verify.checks.walks import SPACE, Numbers, Taken, targets, tracked, walk
from verify.tolerance import Tracked

DIMENSIONS = (2, 3, 8, 64)
STEPS = 4


class Prescribed:
    """Directions u_0..u_k, gradients ∇L(u_i) and two histories of radii, all drawn; a scheme's c_k is read off.

    Radii are powers of 2, so that the directions are the same bit for bit whatever the radii. λr² is of order 1.
    """

    def __init__(self, d: int, rows: int, seed: int) -> None:
        generator = np.random.default_rng((seed, d))
        self.points = [generator.normal(size=(rows, d)) for _ in range(STEPS)]
        self.targets = targets(generator, rows, d, STEPS, zeros=0)
        self.radii = [2.0 ** generator.integers(-3, 4, size=(rows, 1)) for _ in range(STEPS)]
        turns = 2.0 ** generator.integers(1, 4, size=(rows, 1))
        self.other_radii = [r * turns**k for k, r in enumerate(self.radii)]
        self.generator, self.rows = generator, rows

    def numbers(self, scheme: Scheme, **fixed: float) -> Numbers:
        """β₁, β₂ in [0.5, 0.95], ε = 0, λ = 0, unless fixed."""
        drawn = {"beta1": 0.5 + 0.45 * self.generator.uniform(size=(self.rows, 1)), "eps": 0.0, "weight_decay": 0.0}
        drawn |= {"lr": 0.1, "beta2": 0.5 + 0.45 * self.generator.uniform(size=(self.rows, 1))}
        return Numbers(**{n: tracked((drawn | fixed)[n]) for n in scheme.hyperparameters})

    def last(
        self, scheme: Scheme, radii: Sequence[np.ndarray], h: Numbers, along: Sequence[np.ndarray] | None = None
    ) -> Taken:
        points = [r * p for r, p in zip(radii, self.points, strict=True)]
        return walk(scheme, points[0], along or self.targets, h, points[1:])[-1]


def momentum_seen(scheme: Scheme, t: Taken) -> Tracked:
    """c = r a⊘(b/d^{-1/2}‖b‖), a = m/(1-β₁), from the buffers of a scheme of Adam's kind."""
    b = scheme.division(SPACE, t.k, t.x, t.after, t.h)
    return SPACE.norm(t.x) * (t.after["m"] / (1 - t.h.beta1) / (b / root_mean_square(b)))


def tangent_seen(scheme: Scheme, t: Taken) -> Tracked:
    """c⊥."""
    return tangent_projection(SPACE, momentum_seen(scheme, t), t.x / SPACE.norm(t.x))
