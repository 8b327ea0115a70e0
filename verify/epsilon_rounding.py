"""From which norm on rounding takes the step out of a theorem's own statement.

At the norm r a step at the rate η is one at norm 1 at the rate η/r^p: p = 2, 1 where it is divided by √v, 0 where it
is multiplied by ‖w‖² (OD-SCALE, OD-PSI). The statement is evaluated there on tracked numbers, and its rounding is put
beside what it owes to the gradient: the difference to itself at η → 0, ηλ as it is, for λ goes with r^p.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
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
from verify.precision import Precision
from verify.tracked import Tracked, tracked

RATES = ("eta", r"\eta", r"\eta_t", r"\eta_{t}", "A", r"\eta^e")
"""Names of a rate; A and η^e are η over r²."""
DIVIDED = ("beta_2", r"\oslash", "eps1")
"""In the name of what is there only where a step is divided by √v."""
DTYPES = ("float32", "bfloat16")
DRAWS = 1
SHARE = 0.01
NONE = 1e-40
"""Times a rate: no step, while ηλ stays as it is."""


@dataclass(frozen=True)
class Loss:
    """At norm r the step enters with s = r^-power; dtype → the norms at which 1 % and all of it may be rounding."""

    theorem: str
    power: int
    norms: Mapping[str, tuple[float, float]]


def lost(theorem: Theorem, riemannian: bool = False) -> Loss | None:
    """None where the statement has no rate, is of no number, or does not depend on the rate."""
    side = _side(theorem)
    if side is None or (side.count_ops() > 150):
        return None
    power = 0 if riemannian else 1 if any(d in n for n in theorem.statement.names for d in DIVIDED) else 2
    symbols = sorted(side.free_symbols, key=lambda s: s.name)
    rate = next(s for s in symbols if s.name in RATES)
    found = [limits for seed in range(DRAWS) if (limits := _limits(side, symbols, rate, seed))]
    if not found or len(found) * 2 < DRAWS:
        return None
    # the median over the draws, in the rate at norm 1; a smaller rate is a larger norm
    middle = {d: tuple(sorted(limits[d][i] for limits in found)[len(found) // 2] for i in (0, 1)) for d in DTYPES}
    norms = {d: tuple(_norm(s, power) for s in pair) for d, pair in middle.items()}
    return Loss(theorem.name, power, norms)  # type: ignore[arg-type]


def has_rate(theorem: Theorem) -> bool:
    """Whether a rate stands in its statement, in more than one factor of it or not."""
    return _side(theorem) is not None


def _norm(factor: float, power: int) -> float:
    """From which norm on the rate is below the factor: 0 means at every norm, ∞ at none."""
    if factor == math.inf:
        return 0.0
    return math.inf if factor == 0.0 or power == 0 and factor < 1 else factor ** (-1 / power) if power else 0.0


def _side(theorem: Theorem) -> sympy.Expr | None:
    """The side that has the rate, with its orthogonal products 0, a coordinate for a vector, numbers for functions."""
    relation = theorem.statement
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
        if not isinstance(side, sympy.Expr) or not any(s.name in RATES for s in side.free_symbols):
            continue
        side = side.subs(flat)
        stand = [*side.atoms(sympy.Sum), *side.atoms(AppliedUndef)]
        side = side.xreplace({e: sympy.Symbol(f"number{i}", positive=True) for i, e in enumerate(stand)})
        if any(s.name in RATES for s in side.free_symbols):
            return side
    return None


def _limits(
    side: sympy.Expr, symbols: list[sympy.Symbol], rate: sympy.Symbol, seed: int
) -> dict[str, tuple[float, float]] | None:
    """dtype → the factors of η below which its rounding exceeds 1 % of the step, and all of it."""
    draw = np.random.default_rng(seed)
    values = {s: _value(s, draw) for s in symbols}
    wide = sympy.lambdify(symbols, side, "mpmath")
    found = {}

    def at(factor: Any) -> list[Any]:
        moved = {s: factor if s == rate else 1 / factor if s.name == "lambda" else 1 for s in symbols}
        return [values[s] * moved[s] for s in symbols]

    def effect(factor: float) -> float:
        with mpmath.workdps(DIGITS):
            here, bare = (wide(*map(mpmath.mpf, at(mpmath.mpf(f)))) for f in (factor, factor * NONE))
            return float(abs(here - bare)) if mpmath.im(here - bare) == 0 else math.nan

    try:
        if not effect(1.0) > 0:
            return None
        for dtype in DTYPES:
            bound = _bounds(side, symbols, at, dtype)
            found[dtype] = tuple(_crossing(effect, bound, level) for level in (SHARE, 1.0))
    except (ZeroDivisionError, TypeError, ValueError, OverflowError, NameError):
        return None
    return found  # type: ignore[return-value]


def _bounds(side: sympy.Expr, symbols: list[sympy.Symbol], at: Any, dtype: str) -> Any:
    precision = Precision.of(getattr(torch, dtype))
    function = _narrow(side, tuple(symbols))

    def bound(factor: float) -> float:
        numbers = [Tracked(value, 0.0, precision) for value in at(factor)]
        with np.errstate(all="ignore"):
            return float(tracked(function(*numbers)).error)

    return bound


@cache
def _narrow(side: sympy.Expr, symbols: tuple[sympy.Symbol, ...]) -> Any:
    return sympy.lambdify(symbols, side, [{"sqrt": lambda x: tracked(x).root()}])


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
    """At norm 1: the settings of the other tables; squared norms 1, cosines ½; memories 0.9; what is left in [½, 1]."""
    name = symbol.name
    if name in RATES or name == "lambda":
        return SETTINGS["lambda" if name == "lambda" else "eta"]
    if pair := inner_names(symbol):
        return 1.0 if pair[0] == pair[1] else 0.5
    if name.startswith(("alpha", "beta")):
        return 0.9
    if symbol.is_integer:
        return 3.0
    return 1.0 if name in ("r", "rho") else float(draw.uniform(0.5, 1))
