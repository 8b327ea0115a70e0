"""Exact runs of a scheme in the plane, on losses of the angle alone: the counterexamples to 004's rates.

A loss f(θ) on the circle has the gradient f'(θ)(-y, x)/(x² + y²) at (x, y), and the Hessian [[0, -f'], [-f', f'']] at
norm 1, in polar coordinates. Of harmonics of even order everything is rational.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import sympy

from derivations.claim import Hypothesis
from derivations.notation import one_step
from derivations.rules import Sign
from derivations.scheme import Scheme
from derivations.statement import at_most, nonnegative

Point = Any
"""A SymPy column of two exact coordinates."""
Slope = Callable[[sympy.Expr, sympy.Expr], sympy.Expr]
"""(cos 2θ, sin 2θ) → f'(θ)."""


class _Plane:
    """The part of the protocol `Space` that SGD and PSI-SGD use."""

    def dot(self, x: Point, y: Point) -> sympy.Expr:
        return x.dot(y)


PLANE: Any = _Plane()


def slope_at(slope: Slope, w: Point) -> sympy.Expr:
    """f'(θ): up to its sign ‖∇_V L‖, at a point of any norm."""
    x, y = w
    square = x**2 + y**2
    return slope((x**2 - y**2) / square, 2 * x * y / square)


def step(scheme: Scheme, slope: Slope, w: Point, rate: sympy.Expr) -> Point:
    """One step of a scheme without buffers from w."""
    x, y = w
    gradient = slope_at(slope, w) * sympy.Matrix([-y, x]) / (x**2 + y**2)
    after, _ = scheme.step(PLANE, 0, w, gradient, {}, SimpleNamespace(lr=rate, weight_decay=0))
    return after


def bowl(cosine: sympy.Expr, sine: sympy.Expr) -> sympy.Expr:
    """y²/(2‖w‖²) = (1 - cos 2θ)/4, whose Hessian is at most 1 on the circle."""
    return sine / 2


# cos mθ of amplitude 1: f' = -m sin mθ, f'' = -m² cos mθ; C = |cos mθ|. An eigenvalue x of the Hessian solves
# x² - f''x - f'² = 0, so that |x| ≤ K where K² - |f''|K - f'² ≥ 0.
C, m = sympy.symbols("C m", real=True)
harmonic = one_step(
    "the Hessian of a harmonic",
    (
        Hypothesis("size", nonnegative(1 - C), meaning="C = |cos mθ| ≤ 1"),
        Hypothesis("order", nonnegative(m**2 - 1 - C), meaning="m ≥ 2, so that m² ≥ 1 + C"),
    ),
    at_most(m**2 * C * m**2 + m**2 * (1 - C**2), (m**2) ** 2),
    Sign(m**2 * (1 - C) * (m**2 - 1 - C)),
    r"On the circle the Hessian of $\cos m\theta$, $m\ge2$, is at most $m^2$ in the spectral norm, that of "
    r"$\sum_mc_m\cos m\theta$ at most $\sum_mm^2|c_m|$.",
)
