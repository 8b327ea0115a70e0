"""A scheme's row of Table 1, read off its update rule: effective learning rate and effective direction.

A scheme is run for one step from x = r u, with ∇L(x) = ∇L(u)/r, from arbitrary buffers. Whatever the rule, u moves by
η^e c⊥ = -x'⊥/⟨x', u⟩, which is 001 (8) solved for it; only this product moves u, and how it is split is a convention:

- x - x' = r A c and η^e = A/(1 - A⟨c, u⟩), which are 001 (6), (7), with A = f/(r^{1+j} n). f is the learning rate where
  the whole step has it as a factor, else 1; n = d^{-1/2}‖b‖ of the division b;
- j = 1 as in (6), but for schemes without a division whose f is not of degree 2 in the scaling law: there j is what
  makes c a quantity of degree 0, one that does not see the scale of x;
- on the sphere, the η^e that the scheme states, else the factor that all of the step has in common.
"""

from dataclasses import dataclass
from functools import cache, reduce
from operator import and_
from types import SimpleNamespace
from typing import Any

import sympy

from derivations.degrees import scaling_law
from derivations.lettering import Lettering, shortest
from derivations.notation import g, k, r, u
from derivations.scheme import Scheme
from derivations.space import DIMENSION, inner
from derivations.terms import BRACKETED, LINEAR, ONES, Combination, Term, Terms, mean, name, one

U, G = Term("name", u.names), Term("name", g.names)
SIZE = sympy.Symbol("n", real=True)
TANGENT = inner(G.latex, U.latex)
SIMPLE = {inner(U.latex, U.latex): sympy.Integer(1), TANGENT: sympy.Integer(0), sympy.Abs(r): r}
"""‖u‖ = 1, Lemma 1, r > 0."""


class NoRow(ValueError):
    """The rule could not be run on combinations; the message says why."""


@dataclass(frozen=True)
class EffectiveRow:
    """One step from `radius` u: x' = `after`, 1 - A⟨c, u⟩ = `shrink`, η^e = `rate`, c⊥ = `direction`.

    prefactor: A; None on the sphere. c is `c` with the buffers after the step, c⊥ its tangent part. division: b, where
    its size n is in the row. scalars: what named scalars stand for. first: whether it is of the step k = 0 alone.
    """

    scheme: Scheme
    h: SimpleNamespace
    radius: sympy.Expr
    after: Combination
    shrink: sympy.Expr
    rate: sympy.Expr
    direction: Combination
    c: Combination
    prefactor: sympy.Expr | None
    division: Combination | None
    lettering: Lettering
    first: bool = False


@cache
def effective_rows(scheme: Scheme) -> tuple[EffectiveRow, ...]:
    """The row of a scheme, and that of its first step where the rule treats k = 0 otherwise. Raises NoRow."""
    try:
        same = _at_zero(_raw(scheme, k)) == _at_zero(_raw(scheme, sympy.Integer(0)))
        return tuple(_row(scheme, step) for step in (k, sympy.Integer(0))[: 1 if same else 2])
    except Exception as error:  # a rule of others may ask for anything
        raise NoRow(f"{type(error).__name__}: {error}") from error


def run(scheme: Scheme, step: Any) -> tuple[Terms, dict, Combination, dict, SimpleNamespace, Combination | None]:
    space, h, radius = Terms(U), scheme.symbols(), _radius(scheme)
    x = name(U.latex) * radius
    begun = scheme.initial_state(space, x, h)
    before = {n: _named(n, v, "k-1") for n, v in begun.items()}
    after, new = scheme.step(space, step, x, name(G.latex) / radius, before, h)
    return space, before, after, new, h, scheme.division(space, step, x, new, h)


def _raw(scheme: Scheme, step: Any) -> tuple[Combination, dict]:
    space, _, after, *_ = run(scheme, step)
    return after, space.scalars


def _row(scheme: Scheme, step: Any) -> EffectiveRow:
    space, before, after, new, h, b = run(scheme, step)
    letters = {letter(n, "k"): v for n, v in new.items()}
    if scheme.on_sphere:  # there a new buffer is carried on to the new point: it is not what the step is made of
        letters = {n: v for n, v in letters.items() if not isinstance(v, Combination)}
    simple = SIMPLE | {inner(t.latex, U.latex): sympy.Integer(0) for t in tangent_buffers(scheme, before)}
    lettering = Lettering(space, simple, {letter(n, "k-1"): v for n, v in before.items()}, letters)
    after = lettering.inside(after)
    lettered = lettering.lettered(after)
    if len(lettered.terms) < len(after.terms) and not any(_opaque(c) for _, c in lettered.terms):
        after = lettered
    if scheme.on_sphere:
        return _on_sphere(scheme, h, after, step, before, lettering)
    return _flat(scheme, h, after, step, before, b, lettering)


def _flat(
    scheme: Scheme, h: Any, after: Combination, step: Any, before: dict, b: Combination | None, lettering: Lettering
) -> EffectiveRow:
    moved = (name(U.latex) * r - after).map(lettering.simplified)
    factor, degree = _factor(scheme, step, h, before, moved)
    divided = b is not None and b.terms != ()
    by_ones = b.terms[0][1] if b is not None and [t for t, _ in b.terms] == [ONES.terms[0][0]] else None
    size = lettering.number(by_ones) if by_ones is not None else SIZE if divided else sympy.Integer(1)
    j = sympy.Integer(1) if divided or degree is None else degree - 1
    prefactor = lettering.simplified(factor / (r ** (1 + j) * size))
    scale = size * r**j / factor
    c = (moved * scale).map(lettering.simplified)
    along = lettering.simplified(sympy.expand(_along(c), power_exp=False))
    shrink = 1 - prefactor * along
    shrink = lettering.simplified(shrink) if not _opaque(shrink) else shrink
    rate = prefactor / shrink
    direction = (c - name(U.latex) * along).map(lambda e: lettering.simplified(sympy.expand(e, power_exp=False)))
    division = lettering.whole(b) if b is not None and divided and by_ones is None else None
    c, first = lettering.lettered(c), step == 0
    return EffectiveRow(scheme, h, r, after, shrink, rate, direction, c, prefactor, division, lettering, first)


def _on_sphere(
    scheme: Scheme, h: Any, moved: Combination, step: Any, before: dict, lettering: Lettering
) -> EffectiveRow:
    shrink = lettering.simplified(_along(moved))
    tangent = (name(U.latex) * shrink - moved).map(lettering.simplified)
    stated = scheme.effective_learning_rate(lettering.space, step, before, h)
    rate = _common(tangent) / shrink if stated is None else lettering.number(stated)
    direction = tangent.map(lambda e: lettering.simplified(e / shrink / rate))
    if _negative(direction.coefficients.get(G)):
        rate, direction = -rate, -direction
    one, first = sympy.Integer(1), step == 0
    return EffectiveRow(scheme, h, one, moved, shrink, rate, direction, direction, None, None, lettering, first)


def tangent_buffers(scheme: Scheme, before: dict) -> tuple[Term, ...]:
    """On the sphere a buffer that is a vector is carried along with the point, and stays tangent."""
    if not scheme.on_sphere:
        return ()
    return tuple(v.terms[0][0] for v in before.values() if isinstance(v, Combination))


def letter(buffer: str, index: str) -> str:
    """The letter of a buffer; u is taken, the one of 004 is b then."""
    upright = {"u": "b"}.get(buffer, buffer) if len(buffer) == 1 else rf"\mathrm{{{buffer}}}"
    return f"{upright}_{{{index}}}"


def _named(buffer: str, value: Any, index: str) -> Any:
    text = letter(buffer, index)
    return name(text) if isinstance(value, Combination) else sympy.Symbol(text, real=True)


def _radius(scheme: Scheme) -> sympy.Expr:
    return sympy.Integer(1) if scheme.on_sphere else r


def _along(v: Combination) -> sympy.Expr:
    return sympy.Add(*(c * inner(t.latex, U.latex) for t, c in v.terms)).subs(SIMPLE)


def _factor(scheme: Scheme, step: Any, h: SimpleNamespace, before: dict, moved: Combination) -> tuple[Any, Any]:
    """The learning rate, where the whole step has it as a factor, and its degree in the scaling law, if it has one."""
    try:
        law = scaling_law(scheme)
        free = dict.fromkeys(law.free, 0)
        degrees = {"lr": law.exponents.get("lr", 0), **law.buffers}
        degrees = {n: sympy.Integer(sympy.sympify(e).subs(free)) for n, e in degrees.items()}
    except ValueError:  # RAdam has none, and a scheme of others may have none
        degrees = {}
    rates = {"lr": (h.lr, scheme.learning_rate(step, h))} if hasattr(h, "lr") else {}
    rates |= {n: (v, v) for n, v in before.items() if not isinstance(v, Combination)}
    for buffer, (symbol, rate) in rates.items():
        if all(c.subs(symbol, 0) == 0 for _, c in moved.terms):
            return rate, degrees.get(buffer)
    return sympy.Integer(1), sympy.Integer(0) if degrees else None


def _common(v: Combination) -> sympy.Expr:
    """The factors that all coefficients share."""
    factors = [set(sympy.Mul.make_args(shortest(c))) for _, c in v.terms]
    return sympy.Mul(*sorted(reduce(and_, factors), key=str)) if factors else sympy.Integer(1)


def _negative(e: sympy.Expr | None) -> bool:
    """Whether a coefficient is negative where hyper-parameters are small and positive."""
    return e is not None and e.subs(dict.fromkeys(e.free_symbols, sympy.Rational(1, 7))).is_negative is True


def denominators(row: EffectiveRow) -> tuple[sympy.Expr, ...]:
    """What the row divides by and takes the root of, besides r, n and 1 - A⟨c, u⟩."""
    found: dict[sympy.Expr, None] = {}
    for e in (row.shrink, row.rate, *(c for v in (row.after, row.direction) for _, c in v.terms)):
        for power in sorted(e.atoms(sympy.Pow), key=sympy.default_sort_key):
            base = power.base
            if (power.exp.is_negative or not power.exp.is_integer) and power.exp.is_number and not base.is_number:
                found |= dict.fromkeys(f for f in sympy.Mul.make_args(base) if not f.is_Pow and not f.is_number)
    taken = {r, SIZE, row.shrink, -row.shrink, DIMENSION}
    return tuple(f for f in found if f not in taken and not f.is_nonnegative and not f.is_positive)


def _opaque(e: sympy.Expr) -> bool:
    return any(r"\langle" in s.name for s in e.free_symbols)


def _made(term: Term, args: tuple[Any, ...]) -> Combination:
    """The term with other arguments, their common factors outside as where it is made."""
    if term.op in BRACKETED:
        return args[0] * args[1] if term.op == "product" else args[0] / args[1]
    return mean(term.op, *args) if term.op in LINEAR else one(term.op, *args)


def _at_zero(value: Any) -> Any:
    """The same at k = 0, throughout; equal values are then equal objects."""
    if isinstance(value, Combination):
        total = Combination(())
        for term, coefficient in value.terms:
            total = total + _made(term, _at_zero(term.args)) * _at_zero(coefficient)
        return Combination(tuple(sorted(total.map(_cancelled).terms, key=lambda t: t[0].latex)))
    if isinstance(value, dict):
        return {n: _at_zero(v) for n, v in value.items()}
    if isinstance(value, tuple):
        return tuple(_at_zero(v) for v in value)
    return _cancelled(value.subs(k, 0)) if isinstance(value, sympy.Expr) else value


@cache
def _cancelled(e: sympy.Expr) -> sympy.Expr:
    return sympy.cancel(e)
