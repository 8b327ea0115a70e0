"""Points of a theorem's hypotheses: least squares in double precision, then Newton's method to DIGITS digits."""

import math
import random
from collections.abc import Mapping
from typing import Any

import mpmath
import numpy as np
import sympy
from scipy.optimize import least_squares

from derivations.claim import Theorem
from verify.trust.routes.model import Model, NotNumeric, index_symbols

DIGITS = 90
SOLVED = mpmath.mpf(10) ** (10 - DIGITS)
"""What is left of an equation that counts as solved, ten digits short of the step of the quotients below."""
ATTEMPTS = 12
ROUNDS = 160
"""Of Newton's method: it halves the error only where an equation touches 0, as ‖g‖² = 0 does."""
MARGINS = (1e-2, 1e-3, 1e-6)
"""By how much an inequality among the hypotheses is to hold, where that can be had."""
INSIDE = mpmath.mpf(10) ** -9
"""By how much it has to: nearer to what it excludes, an equation can seem to be solved there."""


class Unsolved(ValueError):
    """No point was found."""


class Numbers:
    """The expressions of a model as functions of a mapping from symbols to numbers, in numpy or mpmath."""

    def __init__(self, module: str) -> None:
        self.modules = [{"Choice": lambda s, x, y: x if s > 0 else y}, module]
        self.compiled: dict[sympy.Expr, tuple[list, Any]] = {}

    def __call__(self, e: sympy.Expr, at: Mapping[sympy.Symbol, Any]) -> Any:
        if e not in self.compiled:
            symbols = sorted(e.free_symbols, key=lambda s: (str(s), getattr(s, "dummy_index", 0)))
            dummies = [sympy.Dummy() for _ in symbols]
            body = e.xreplace(dict(zip(symbols, dummies, strict=True)))
            self.compiled[e] = symbols, sympy.lambdify(dummies, body, modules=self.modules)
        symbols, function = self.compiled[e]
        return function(*(at[s] for s in symbols))


def point(theorem: Theorem, d: int, chance: random.Random) -> tuple[Model, dict[sympy.Symbol, Any]]:
    """A model and numbers for its symbols that satisfy every hypothesis. Raises Unsolved, NotNumeric."""
    indices = index_symbols(theorem)
    for attempt in range(ATTEMPTS):
        model = Model.of(theorem, d, {s: chance.randint(0, 1 + attempt % 3) for s in indices})
        for step in theorem.steps:
            _meet(model, step.relation)
        start = _start(model, chance, attempt)
        rough = _rough(model, start, MARGINS[attempt % len(MARGINS)])
        if rough is not None and (at := _polished(model, rough)) is not None:
            return model, at
    raise Unsolved(theorem.name)


def _meet(model: Model, relation: Any) -> None:
    """Let the model know the symbols of a relation, so that they get numbers."""
    try:
        for left, right in model.sides(relation):
            model.known |= left.free_symbols | right.free_symbols
    except NotNumeric:
        return


def _free(model: Model) -> list[sympy.Symbol]:
    expressions = [*model.assignments.values(), *model.equations, *(e for e, _ in model.inequalities)]
    symbols = set().union(model.known, *(e.free_symbols for e in expressions)) - set(model.assignments)
    return sorted(symbols, key=lambda s: (str(s), getattr(s, "dummy_index", 0)))


def _start(model: Model, chance: random.Random, attempt: int) -> dict[sympy.Symbol, float]:
    """Numbers of several sizes, of either sign, but positive where a hypothesis says so."""
    positive = {e for e, kind in model.inequalities if e.is_Symbol and kind in ("<", "<=")}
    scale = (1.0, 0.3, 0.03, 3.0)[attempt % 4]
    signed = {}
    for s in _free(model):
        size = scale * math.exp(chance.gauss(0, 0.7))
        signed[s] = size if s in positive or s.is_positive or chance.random() < 0.6 else -size
    return signed


def _values(model: Model, numbers: Numbers, free: Mapping[sympy.Symbol, Any]) -> dict[sympy.Symbol, Any]:
    at = dict(free)
    for s in model.order:
        at[s] = numbers(model.assignments[s], at)
    return at


def _rough(model: Model, start: dict[sympy.Symbol, float], margin: float) -> dict[sympy.Symbol, float] | None:
    """A point in double precision: least squares on the equations and on what the inequalities lack."""
    symbols, numbers = list(start), Numbers("numpy")

    def residuals(z: np.ndarray) -> np.ndarray:
        try:
            at = _values(model, numbers, dict(zip(symbols, z, strict=True)))
            lacks = [float(numbers(e, at)) for e in model.equations]
            for e, kind in model.inequalities:
                value = float(numbers(e, at))
                lacks.append(max(0.0, margin - (abs(value) if kind == "!=" else value)))
        except (TypeError, ValueError, ZeroDivisionError, OverflowError, AttributeError):
            return np.full(max(size, 1), 1e6)
        return np.nan_to_num(np.array(lacks or [0.0]), nan=1e6, posinf=1e6, neginf=1e6)

    size = len(model.equations) + len(model.inequalities)
    z = np.array(list(start.values()))
    with np.errstate(all="ignore"):
        if abs(residuals(z)).max() > 0:
            if not symbols:
                return None
            z = least_squares(residuals, z, max_nfev=300, xtol=1e-15, ftol=1e-15, gtol=1e-15).x
        left = abs(residuals(z)).max()
    return dict(zip(symbols, map(float, z), strict=True)) if left < max(1e-7, margin / 2) else None


def _polished(model: Model, rough: Mapping[sympy.Symbol, float]) -> dict[sympy.Symbol, Any] | None:
    """The same point to DIGITS digits: Newton's method, by the shortest step each time. None where it is none."""
    numbers, symbols = Numbers("mpmath"), list(rough)
    with mpmath.workdps(2 * DIGITS):
        z = [mpmath.mpf(v) for v in rough.values()]
        h = mpmath.mpf(10) ** (-DIGITS)

        def equations(z: list) -> list:
            at = _values(model, numbers, dict(zip(symbols, z, strict=True)))
            return [mpmath.mpf(numbers(e, at)) for e in model.equations]

        try:
            for _ in range(ROUNDS):
                value = equations(z)
                if not value or max(map(abs, value)) < SOLVED**2:
                    break
                columns = []
                for i in range(len(z)):
                    moved = equations([*z[:i], z[i] + h, *z[i + 1 :]])
                    columns.append([(b - a) / h for a, b in zip(value, moved, strict=True)])
                slopes = mpmath.matrix(columns).T
                normal = slopes * slopes.T + mpmath.eye(len(value)) * h  # equations may depend on each other
                step = slopes.T * mpmath.lu_solve(normal, mpmath.matrix(value))
                z = [a - step[i] for i, a in enumerate(z)]
            if any(abs(v) > SOLVED for v in equations(z)):
                return None
            at = _values(model, numbers, dict(zip(symbols, z, strict=True)))
            for e, kind in model.inequalities:
                value = mpmath.mpf(numbers(e, at))
                if (abs(value) if kind == "!=" else value) < (-SOLVED if kind == "<=" else INSIDE):
                    return None
            return {s: mpmath.mpf(v) for s, v in at.items()}
        except (TypeError, ValueError, ZeroDivisionError, OverflowError, AttributeError):
            return None
