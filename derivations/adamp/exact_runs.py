"""Schemes run on exact coordinates, for counterexamples: under prescribed gradients, or on a loss rational in w."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import sympy

from derivations.scheme import Scheme
from derivations.space import CoordinateSpace
from derivations.statement import Relation, equal

Point = tuple[sympy.Expr, ...]
Gradients = Sequence[Sequence[Any]] | Callable[[Point], Point]


def exact_run(
    scheme: Scheme, start: Sequence[Any], gradients: Gradients, steps: Sequence[dict[str, Any]], buffer: Sequence = ()
) -> tuple[list[Point], list[Point], list[Point]]:
    """w_0, w_1, …; the buffers p_0, p_1, … after each step; the gradients g_0, g_1, …: for linear schemes.

    steps: the hyper-parameters of each step, those not given being 0. buffer: p_{-1}, zero by default.
    """
    space, points = CoordinateSpace(), [tuple(map(sympy.sympify, start))]
    states = [{"m": sympy.sympify(c)} for c in (buffer or [0] * len(start))]
    buffers, used = [], []
    for t, chosen in enumerate(steps):
        h = SimpleNamespace(**dict.fromkeys(scheme.hyperparameters, sympy.Integer(0)) | chosen)
        g = gradients(points[-1]) if callable(gradients) else tuple(map(sympy.sympify, gradients[t]))
        moved = [scheme.step(space, t, c, d, s, h) for c, d, s in zip(points[-1], g, states, strict=True)]
        points.append(tuple(c for c, _ in moved))
        states = [s for _, s in moved]
        used.append(g)
        buffers.append(tuple(s["m"] for s in states) if states[0] else g)
    return points, buffers, used


def product(a: Point, b: Point) -> sympy.Expr:
    """⟨a, b⟩."""
    return sympy.Add(*(x * y for x, y in zip(a, b, strict=True)))


def square(a: Point) -> sympy.Expr:
    """‖a‖²."""
    return product(a, a)


def tangent(points: Sequence[Point], gradients: Sequence[Point]) -> tuple[Relation, ...]:
    """⟨w_t, g_t⟩ = 0 at every step: what scale invariance asks of the gradients."""
    return tuple(equal(product(w, g), 0) for w, g in zip(points, gradients, strict=False))


def second_coordinate(w: Point) -> Point:
    """∇f of f(w) = w₂²/‖w‖², which is sin² of the angle to the first axis: a scale-invariant loss, rational in w."""
    x = square(w)
    return (-2 * w[0] * w[1] ** 2 / x**2, 2 * w[1] * w[0] ** 2 / x**2)
