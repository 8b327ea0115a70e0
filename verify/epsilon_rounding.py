"""From which norm on rounding takes the step out of a theorem's own statement.

At the norm r a step at the rate η is one at norm 1 at the rate η/r^p (`epsilon_powers`). The statement is evaluated
there on tracked numbers, and its rounding is put beside what it owes to the gradient: the difference to itself at
η → 0, ηλ as it is, for λ goes with r^p. What the settings leave open is drawn, several times.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any

import mpmath
import numpy as np
import sympy
import torch
from sympy.core.function import AppliedUndef

from derivations.claim import Theorem
from derivations.space import Vector, inner_names
from verify.epsilon import DIGITS, SETTINGS
from verify.epsilon_powers import RATES, Power
from verify.precision import Precision
from verify.tracked import Tracked, tracked

DTYPES = ("float32", "bfloat16")
DRAWS = 9
SHARE = 0.01
NONE = 1e-40
"""Times a rate: no step, while ηλ stays as it is."""
SGD = Power(Fraction(2), "sgd")


@dataclass(frozen=True)
class Spread:
    """The median of a norm over the draws, the least and the largest."""

    middle: float
    least: float
    largest: float


@dataclass(frozen=True)
class Loss:
    """At norm r the step enters with r^-power; dtype → the norms at which 1 % and all of it may be rounding.

    draws: those in which the statement has a step; beyond: whether the norms are those where numbers leave the range of
    float32, and rounding alone would take nothing.
    """

    theorem: str
    power: Power
    draws: int
    norms: Mapping[str, tuple[Spread, Spread]]
    beyond: bool = False


def lost(theorem: Theorem, power: Power = SGD, ranged: bool = True) -> Loss | None:
    """None where the statement has no rate, is of no number, or does not depend on the rate.

    ranged=False leaves out what is lost to a largest and to a least normal number.
    """
    side = _side(theorem)
    if side is None or (side.count_ops() > 150):
        return None
    symbols = sorted(side.free_symbols, key=lambda s: s.name)
    rate = next(s for s in symbols if s.name in _rates(theorem))
    drawn = (_limits(side, symbols, rate, seed, ranged) for seed in range(DRAWS))
    found = [limits for limits in drawn if limits]
    if not found or len(found) * 2 < DRAWS:
        return None
    norms = {
        d: tuple(_spread([_norm(limits[d][i], float(power.value)) for limits in found]) for i in (0, 1)) for d in DTYPES
    }
    return Loss(theorem.name, power, len(found), norms)  # type: ignore[arg-type]


def first_lost(theorems: Sequence[tuple[Theorem, Power]]) -> Loss | None:
    """Of the theorem whose step is the first to be lost in float32; None if none has a step that shrinks with r."""
    found = [(loss, t) for t, power in theorems if power.value > 0 and (loss := lost(t, power))]
    if not found:
        return None
    loss, theorem = min(found, key=lambda pair: pair[0].norms["float32"][1].middle)
    if not 0 < loss.norms["float32"][1].middle < math.inf:
        return loss
    rounded = lost(theorem, loss.power, ranged=False)
    return replace(loss, beyond=rounded is None or rounded.norms["float32"][1].middle == math.inf)


def _spread(norms: Sequence[float]) -> Spread:
    ordered = sorted(norms)
    return Spread(ordered[len(ordered) // 2], ordered[0], ordered[-1])


def has_rate(theorem: Theorem) -> bool:
    """Whether a rate stands in its statement, in more than one factor of it or not."""
    return _side(theorem) is not None


def decays_only(theorem: Theorem) -> bool:
    """Whether the rate in its statement has no effect but by ηλ, at a draw: no norm changes that."""
    side = _side(theorem)
    if side is None:
        return False
    symbols = sorted(side.free_symbols, key=lambda s: s.name)
    at = _scaled(symbols, next(s for s in symbols if s.name in _rates(theorem)), seed=0)
    return not _moves(_wide(side, tuple(symbols)), at)


def _rates(theorem: Theorem) -> tuple[str, ...]:
    """The names of rates in it. A is one where a hypothesis says which; 002 has other numbers of that name."""
    said = (h.relation.names for h in theorem.hypotheses)
    generic = any("A" in names and names & {"eta", r"\eta^e"} for names in said)
    return tuple(name for name in RATES if name != "A" or generic)


def _norm(factor: float, power: float) -> float:
    """From which norm on the rate is below the factor: 0 means at every norm, ∞ at none."""
    if factor == math.inf:
        return 0.0
    return math.inf if factor == 0.0 or power == 0 and factor < 1 else factor ** (-1 / power) if power else 0.0


def _side(theorem: Theorem) -> sympy.Expr | None:
    """The side that has the rate, with its orthogonal products 0, a coordinate for a vector, numbers for functions."""
    relation, rates = theorem.statement, _rates(theorem)
    flat = {
        h.relation.left: h.relation.right
        for h in theorem.hypotheses
        if h.relation.operator == "=" and h.relation.right == 0 and getattr(h.relation.left, "is_Symbol", False)
    }
    for side in (relation.right, relation.left):
        if isinstance(side, Vector):
            side = sympy.Add(
                *(c * sympy.Symbol(f"coordinate{i}", positive=True) for i, (_, c) in enumerate(side.terms))
            )
        if not isinstance(side, sympy.Expr) or not any(s.name in rates for s in side.free_symbols):
            continue
        side = side.subs(flat)
        stand = sorted(side.atoms(sympy.Sum, AppliedUndef), key=sympy.default_sort_key)  # as drawn in every process
        side = side.xreplace({e: sympy.Symbol(f"number{i}", positive=True) for i, e in enumerate(stand)})
        if any(s.name in rates for s in side.free_symbols):
            return side
    return None


def _limits(
    side: sympy.Expr, symbols: list[sympy.Symbol], rate: sympy.Symbol, seed: int, ranged: bool
) -> dict[str, tuple[float, float]] | None:
    """dtype → the factors of η below which its rounding exceeds 1 % of the step, and all of it."""
    at, wide = _scaled(symbols, rate, seed), _wide(side, tuple(symbols))
    found = {}

    def effect(factor: float) -> float:
        return float(_effect(wide, at, factor))

    try:
        if not _moves(wide, at):
            return None
        for dtype in DTYPES:
            bound = _bounds(side, symbols, at, dtype, ranged)
            found[dtype] = tuple(_crossing(effect, bound, level) for level in (SHARE, 1.0))
    except (ZeroDivisionError, TypeError, ValueError, OverflowError, NameError):
        return None
    return found  # type: ignore[return-value]


def _scaled(symbols: Sequence[sympy.Symbol], rate: sympy.Symbol, seed: int) -> Any:
    """factor → the drawn numbers with η times the factor and λ divided by it."""
    draw = np.random.default_rng(seed)
    values = {s: _value(s, draw) for s in symbols}

    def at(factor: Any) -> list[Any]:
        moved = {s: factor if s == rate else 1 / factor if s.name == "lambda" else 1 for s in symbols}
        return [values[s] * moved[s] for s in symbols]

    return at


def _moves(wide: Any, at: Any) -> bool:
    """Whether a statement depends on its rate where ηλ stays. What twice the digits take away is rounding."""
    few, many = (_effect(wide, at, 1.0, digits) for digits in (DIGITS, 2 * DIGITS))
    return bool(0 < few < 2 * many)


def _effect(wide: Any, at: Any, factor: float, digits: int = DIGITS) -> Any:
    """By how much a statement differs from itself at no step; NaN where it is no real number."""
    with mpmath.workdps(digits):
        here, bare = (wide(*map(mpmath.mpf, at(mpmath.mpf(f)))) for f in (factor, factor * NONE))
        return abs(here - bare) if mpmath.im(here - bare) == 0 else mpmath.nan


def _bounds(side: sympy.Expr, symbols: list[sympy.Symbol], at: Any, dtype: str, ranged: bool) -> Any:
    precision = Precision.of(getattr(torch, dtype))
    precision = precision if ranged else replace(precision, tiny=0.0, largest=math.inf)
    function = _narrow(side, tuple(symbols))

    def bound(factor: float) -> float:
        numbers = [Tracked(value, 0.0, precision) for value in at(factor)]
        with np.errstate(all="ignore"):
            return float(tracked(function(*numbers)).error)

    return bound


@cache
def _wide(side: sympy.Expr, symbols: tuple[sympy.Symbol, ...]) -> Any:
    return sympy.lambdify(symbols, side, "mpmath")


@cache
def _narrow(side: sympy.Expr, symbols: tuple[sympy.Symbol, ...]) -> Any:
    functions = {"sqrt": lambda x: tracked(x).root(), "atan": lambda x: tracked(x).wave(np.arctan)}
    return sympy.lambdify(symbols, side, [functions])


def _crossing(effect: Any, bound: Any, level: float) -> float:
    """The factor below which the bound exceeds `level` of the effect: ∞ where it does at every one, 0 at none."""
    low, high = -30.0, 3.0
    if not bound(10**high) < level * effect(10**high):
        return math.inf
    if bound(10**low) < level * effect(10**low):
        return 0.0
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (low, middle) if bound(10**middle) < level * effect(10**middle) else (middle, high)
    return 10**low


def _value(symbol: sympy.Symbol, draw: np.random.Generator) -> float:
    """At norm 1: the settings of the other tables; squared norms 1, memories 0.9; drawn: cosines in [0.1, 0.9], what is
    left in [½, 1]."""
    name = symbol.name
    if name in RATES or name == "lambda":
        return SETTINGS["lambda" if name == "lambda" else "eta"]
    if pair := inner_names(symbol):
        return 1.0 if pair[0] == pair[1] else float(draw.uniform(0.1, 0.9))
    if name.startswith(("alpha", "beta")):
        return 0.9
    if symbol.is_integer:
        return 3.0
    return 1.0 if name in ("r", "rho") else float(draw.uniform(0.5, 1))
