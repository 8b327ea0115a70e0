"""Whether a changed relation that the kernel still proves is true: in numbers, at points where its facts hold.

Another route than the kernel's: the points are drawn, equations among the facts are solved numerically for one unknown
at a time, and both sides are evaluated in 50 digits, operation by operation. A relation that is proved and false at
such a point would be an error of the kernel.
"""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import mpmath
import sympy
from sympy.core.function import AppliedUndef

from derivations.claim import Hypothesis
from derivations.space import DIMENSION, Choice
from derivations.statement import Relation

DIGITS = 50
NEAR = mpmath.mpf(10) ** -25
ATTEMPTS, POINTS = 600, 12
LAST = 5
"""Facts for every index are put in up to this one."""


class NoValue(ArithmeticError):
    """An expression has no real value at a point, or none that is known here."""


@dataclass(frozen=True)
class Tried:
    """At how many points the facts held, and the first at which the relation did not; empty when it always did."""

    points: int
    false_at: str = ""


def tried(relation: Relation, facts: tuple[Hypothesis, ...], seed: str) -> Tried:
    """Evaluate a relation at points where the facts hold."""
    chance, found = random.Random(seed), 0
    with mpmath.workdps(DIGITS):
        for _ in range(ATTEMPTS):
            try:
                at, known = _point(relation, facts, chance)
            except (NoValue, ZeroDivisionError, OverflowError, ValueError):
                continue
            found += 1
            try:
                true = _holds(at, known, exactly=False)
            except (NoValue, ZeroDivisionError, OverflowError) as error:
                return Tried(found, f"{_shown(known)}, where it has no value ({error})")
            if not true:
                return Tried(found, _shown(known))
            if found == POINTS:
                break
    return Tried(found)


def _shown(known: dict[Any, Any]) -> str:
    return ", ".join(f"{atom} = {mpmath.nstr(value, 6)}" for atom, value in sorted(known.items(), key=str))[:300]


def _point(relation: Relation, facts: tuple[Hypothesis, ...], chance: random.Random) -> tuple[Relation, dict[Any, Any]]:
    """The relation with numbers for its indices, and numbers for all else, such that every fact holds."""
    bound = {i for h in facts for i in h.forall}
    relations = [relation, *(h.relation for h in facts)]
    indices = {s for r in relations for s in r.free_symbols if s.is_integer and s != DIMENSION}
    at = {s: sympy.Integer(chance.choice((0, 0, 1, 2, 3))) for s in sorted(indices | bound, key=str)}
    scalars = [_written_out(r) for r in _instances(facts, at, bound) if r.is_scalar]
    goal = _written_out(relation.substitute(at))
    known: dict[Any, Any] = {DIMENSION: mpmath.mpf(chance.choice((1, 2, 3, 7)))}
    equations = [r for r in scalars if r.operator == "="]
    while equations:
        equations.sort(key=lambda r: len(_unknown(r, known)))
        _solve(equations.pop(0), known, chance)
    for r in (goal, *scalars):
        for atom in _unknown(r, known):
            known[atom] = _drawn(atom, chance)
    if not all(_holds(r, known, exactly=True) for r in scalars):
        raise NoValue("a fact does not hold")
    return goal, known


def _instances(facts: tuple[Hypothesis, ...], at: dict, bound: set) -> Iterator[Relation]:
    for h in facts:
        fixed = {s: v for s, v in at.items() if s not in h.forall}
        for values in itertools.product(range(LAST + 1), repeat=len(h.forall)):
            every = dict(zip(h.forall, map(sympy.Integer, values), strict=True))
            yield h.relation.substitute(fixed | every)


def _written_out(r: Relation) -> Relation:
    return r.map(lambda side: side.doit() if isinstance(side, sympy.Expr) and side.has(sympy.Sum) else side)


def _unknown(r: Relation, known: dict[Any, Any]) -> list[Any]:
    atoms = {a for e in r.expressions for a in e.atoms(sympy.Symbol, AppliedUndef)}
    inside = {s for a in atoms if isinstance(a, AppliedUndef) for s in a.free_symbols}
    return sorted((a for a in atoms if a not in known and a not in inside), key=str)


def _drawn(atom: Any, chance: random.Random) -> Any:
    """Mostly positive, at times 0, negative, or 1."""
    size = mpmath.mpf(chance.randint(1, 40)) / chance.choice((1, 3, 7, 40, 41, 100))
    if atom.is_nonnegative:
        return size if chance.random() < 0.9 else mpmath.mpf(0)
    return chance.choice((size, size, size, size, size, -size, -size, mpmath.mpf(0), mpmath.mpf(1)))


def _solve(r: Relation, known: dict[Any, Any], chance: random.Random) -> None:
    """Numbers for the unknowns of an equation such that it holds."""
    unknown = _unknown(r, known)
    if not unknown:
        return
    target = next((s for s in (r.left, r.right) if s in unknown), None) or chance.choice(unknown)
    for atom in unknown:
        if atom != target:
            known[atom] = _drawn(atom, chance)
    for side, other in ((r.left, r.right), (r.right, r.left)):
        if side == target and not other.has(target):
            known[target] = _allowed(target, value(other, known))
            return

    def difference(x: Any) -> Any:
        here = {**known, target: x}
        return value(r.left, here) - value(r.right, here)

    start = _drawn(target, chance)
    root = mpmath.findroot(difference, (start, start + mpmath.mpf("0.1")), tol=mpmath.mpf(10) ** -60)
    known[target] = _allowed(target, root)


def _allowed(atom: Any, number: Any) -> Any:
    """The number, if the atom may be it: squares of norms are not negative."""
    if number < 0 and atom.is_nonnegative:
        raise NoValue(f"{atom} would be negative")
    return _real(number)


def _holds(r: Relation, known: dict[Any, Any], exactly: bool) -> bool:
    """Whether a relation holds at a point. Within rounding, a fact must hold, and what is tested may."""
    if not r.is_scalar:
        difference = r.left - r.right
        zero = [abs(value(c, known)) <= NEAR for _, c in difference.terms]
        return all(zero) if r.operator == "=" else not all(zero)
    left, right = value(r.left, known), value(r.right, known)
    room = NEAR * (1 + abs(left) + abs(right))
    if r.operator == "=":
        return abs(left - right) <= room
    if r.operator == "!=":
        return abs(left - right) > room
    if r.operator == "<":
        return right - left > (room if exactly else 0)
    return right - left >= -room


_FUNCTIONS = {
    sympy.cos: mpmath.cos,
    sympy.sin: mpmath.sin,
    sympy.tan: mpmath.tan,
    sympy.atan: mpmath.atan,
    sympy.acos: mpmath.acos,
    sympy.asin: mpmath.asin,
    sympy.exp: mpmath.exp,
    sympy.log: mpmath.log,
    sympy.cosh: mpmath.cosh,
    sympy.sinh: mpmath.sinh,
    sympy.tanh: mpmath.tanh,
    sympy.sign: mpmath.sign,
    sympy.Abs: abs,
    sympy.floor: mpmath.floor,
    sympy.ceiling: mpmath.ceil,
}


def value(e: Any, known: dict[Any, Any]) -> Any:
    """The value of an expression as written. NoValue where it has none that is real."""
    if e in known:
        return known[e]
    if e.is_Rational:
        return mpmath.mpf(int(e.p)) / int(e.q)
    if e is sympy.pi:
        return +mpmath.pi
    if e is sympy.E:
        return +mpmath.e
    args = [value(a, known) for a in e.args]
    if e.is_Add:
        return mpmath.fsum(args)
    if e.is_Mul:
        return mpmath.fprod(args)
    if e.is_Pow:
        return _power(*args)
    if isinstance(e, sympy.Max | sympy.Min):
        return max(args) if isinstance(e, sympy.Max) else min(args)
    if isinstance(e, Choice):
        return args[1] if args[0] > 0 else args[2]
    if isinstance(e, sympy.acos | sympy.asin) and 1 < abs(args[0]) <= 1 + NEAR:
        args = [mpmath.sign(args[0])]  # ±1 up to rounding
    for kind, function in _FUNCTIONS.items():
        if isinstance(e, kind):
            return _real(function(*args))
    raise NoValue(f"{type(e).__name__} is not evaluated")


def _power(base: Any, exponent: Any) -> Any:
    if exponent == mpmath.floor(exponent):
        if base == 0 and exponent < 0:
            raise NoValue("division by 0")
        return base ** int(exponent)
    if base < 0 or (base == 0 and exponent < 0):
        raise NoValue("a power of a negative number")
    return base**exponent


def _real(x: Any) -> Any:
    if isinstance(x, mpmath.mpc) or not mpmath.isfinite(x):
        raise NoValue("no real value")
    return x
