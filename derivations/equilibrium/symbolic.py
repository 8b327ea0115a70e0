"""The equilibrium of a scheme in symbols: norm, angular update, rate of approach, each also to leading order."""

from dataclasses import dataclass
from functools import cache, cached_property

import sympy

from derivations.equilibrium.fixed_point import FixedPoint, fixed_point
from derivations.equilibrium.leading import leading, leading_root
from derivations.equilibrium.one_step import NoEquilibrium, OneStep, X, one_step
from derivations.equilibrium.rate import leading_rate
from derivations.generators import factored_form

LARGEST = 5
"""Entries of a map whose fixed point can be eliminated."""


@dataclass(frozen=True)
class Equilibrium:
    """What the one-step map of a scheme says, exactly, and to leading order in λ.

    cosine: cos Δ* = ⟨w', w⟩/x at the fixed point (in x and the symbols of `fixed` where x has no closed form).
    small_norm: (p, value) with x^p = value to leading order. small_angle: the leading term of 2(1 - cos Δ*), of Δ*².
    """

    step: OneStep
    fixed: FixedPoint
    cosine: sympy.Expr
    small_norm: tuple[int, sympy.Expr]
    small_angle: sympy.Expr

    @property
    def jacobian(self) -> sympy.Matrix:
        """∂F/∂X of the mean map, as a function of X."""
        return sympy.Matrix(self.step.mean).jacobian(list(self.step.unknowns))

    @cached_property
    def small_rate(self) -> sympy.Expr:
        """The leading term of 1 - μ, μ the linearised map's eigenvalue nearest to 1: deviations shrink by μ a step."""
        gap = (sympy.eye(len(self.step.unknowns)) - self.jacobian).applyfunc(lambda e: _at(e, self.fixed))
        return leading_rate(gap, self.fixed, self.small_norm, self.step.h.weight_decay)


NOT_SOLVED = {
    "lamb": "a root inside a root: its step is as long as η‖w‖, whatever the update",
    "rmsprop-centered": "the root of a difference of two moments",
    "lars": "a norm beside a square: τ = ‖w‖²/(√L + λ‖w‖²)",
}
"""Schemes whose fixed point is not found here, and what stands in the way."""


@cache
def equilibrium(name: str) -> Equilibrium:
    """The equilibrium of the scheme called `name`. Raises NoEquilibrium where there is none, saying why."""
    if name in NOT_SOLVED:
        raise NoEquilibrium(f"{name}: not derived, its map has {NOT_SOLVED[name]}")
    try:
        step = one_step(name)
    except NotImplementedError as error:
        raise NoEquilibrium(f"{name}: not derived, its rule needs {error}") from error
    decay = vars(step.h).get("weight_decay")
    if decay is None:
        raise NoEquilibrium(f"{name} has no weight decay: ‖w‖² grows by η²‖update‖² at every step")
    if len(step.unknowns) > LARGEST:
        raise NoEquilibrium(f"{name}: not derived, its map has {len(step.unknowns)} entries under several roots")
    fixed = fixed_point(name)
    cosine = _at(step.expected(step.turned) / X, fixed)
    if fixed.value is not None:
        cosine = closed(cosine, fixed)
        return Equilibrium(
            step, fixed, cosine, (fixed.power, leading(fixed.value, decay)), 2 * leading(1 - cosine, decay)
        )
    small_norm = leading_root(fixed.polynomial, decay)
    return Equilibrium(step, fixed, cosine, small_norm, _leading_at_root(2 * (1 - cosine), fixed, small_norm, decay))


def _at(e: sympy.Expr, fixed: FixedPoint) -> sympy.Expr:
    """An expression in the unknowns, at the fixed point, in x and the symbols of the square roots."""
    return factored_form(with_roots(e, fixed).xreplace(fixed.values))


def with_roots(e: sympy.Expr, fixed: FixedPoint) -> sympy.Expr:
    """An expression with the symbols of the square roots in their place."""
    return e.replace(
        lambda p: p.is_Pow and p.base in fixed.roots and (2 * p.exp).is_Integer,
        lambda p: fixed.roots[p.base] ** (2 * p.exp),
    )


def closed(e: sympy.Expr, fixed: FixedPoint) -> sympy.Expr:
    """The same by x^p = value, where x enters through x^p alone and the square roots through their squares."""
    y = sympy.Symbol("y", real=True)
    roots = {s: sympy.sqrt(square) for s, square in fixed.squares.items()}
    e = factored_form(e.subs(roots).subs(X, y ** sympy.Rational(1, fixed.power)))
    return factored_form(e.subs(y, fixed.value))


def _leading_at_root(
    e: sympy.Expr, fixed: FixedPoint, small_norm: tuple[int, sympy.Expr], decay: sympy.Symbol
) -> sympy.Expr:
    """The leading term where x^p ~ c^p λ^(-n): in t = λ^(1/p), x = c t^(-n), and the square roots likewise."""
    power, value = small_norm
    order = sympy.Poly(sympy.fraction(value)[1], decay).degree()
    t, c = sympy.Symbol("t", real=True), sympy.Symbol("c", positive=True)
    scaled = {X: c * t**-order, decay: t**power}
    roots = {}
    for s, square in fixed.squares.items():
        coefficient, exponent = leading(square.subs(scaled), t).as_independent(t)
        roots[s] = sympy.sqrt(coefficient) * sympy.powdenest(sympy.sqrt(exponent), force=True)
    coefficient, exponent = leading(e.subs(scaled).subs(roots), t).as_independent(t)
    result = coefficient * sympy.powdenest(exponent.subs(t, decay ** sympy.Rational(1, power)), force=True)
    c_value = sympy.factor(value * decay**order) ** sympy.Rational(1, power)
    return sympy.powdenest(sympy.expand_power_base(result.subs(c, c_value), force=True), force=True)
