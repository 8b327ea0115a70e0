"""Lettering: combinations written with the buffers after a step, as papers write them, where that is shorter.

An update rule is run on the buffers before the step, and ends in β m_{k-1} + ∇L(x_k) + λ x_k; papers write m_k. The new
buffers are known, so that a multiple of one can be split off, m_k put in its place, and the shorter form kept. Inside
what is kept whole too: m_k ⊘ √v_k. Norms and other scalars get the name of what they are of.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sympy

from derivations.fingerprint import may_be_equal
from derivations.space import inner
from derivations.terms import BRACKETED, Combination, Term, Terms, name, one, words

LARGE = 60
"""Expressions of more operations are left as they are, unless they seem to be 0."""


@dataclass
class Lettering:
    """before, after: the buffers, by the letter that stands for each. `scalars`: what the symbols written stand for."""

    space: Terms
    simple: Mapping[sympy.Expr, Any]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    scalars: dict[sympy.Symbol, tuple[str, tuple[Any, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        vectors = [(n, v) for n, v in self.after.items() if isinstance(v, Combination) and self._is_news(v)]
        self._numbers = [(n, sympy.sympify(v)) for n, v in self.after.items() if not isinstance(v, Combination)]
        self._vectors: list[tuple[Combination, Combination]] = []
        for letter, value in sorted(vectors, key=lambda pair: len(pair[1].latex)):  # what is made of others comes later
            self._vectors.append((name(letter), self.inside(value)))

    def _is_news(self, v: Combination) -> bool:
        terms = [t for t, _ in v.terms]
        return bool(terms) and terms != [self.space.u] and not any(v == b for b in self.before.values())

    def whole(self, v: Combination) -> Combination:
        """The combination with the new buffers, outside and inside."""
        return self.lettered(self.inside(v))

    def inside(self, v: Combination) -> Combination:
        """The same combination of the same things: letters only inside those that are kept whole."""
        total = Combination(())
        for term, coefficient in v.terms:
            total = total + self._term(term) * self.number(coefficient)
        return total.map(self.simplified)

    def number(self, e: Any) -> sympy.Expr:
        """A scalar with its norms, maxima, … named after what they are of."""
        e = sympy.sympify(e)
        return e.xreplace({s: self._scalar(s) for s in e.free_symbols if s in self.space.scalars})

    def simplified(self, e: sympy.Expr) -> sympy.Expr:
        e = sympy.sympify(e).xreplace(self.simple)
        return shortest(e) if sympy.count_ops(e) < LARGE or may_be_equal(e, sympy.Integer(0)) else e

    def _term(self, term: Term) -> Combination:
        if term.op == "name":
            return Combination(((term, sympy.Integer(1)),))
        args = [self.whole(a) if isinstance(a, Combination) else self._shorter(self.number(a)) for a in term.args]
        if term.op in BRACKETED:
            return args[0] * args[1] if term.op == "product" else args[0] / args[1]
        return one(term.op, *args)

    def _scalar(self, symbol: sympy.Symbol) -> sympy.Expr:
        op, args = self.space.scalars[symbol]
        written = tuple(
            self.whole(a) if isinstance(a, Combination) else self.simplified(self._shorter(self.number(a)))
            for a in args
        )
        if op == "dot" and written[1].latex == self.space.u.latex:
            return sympy.Add(*(c * inner(t.latex, self.space.u.latex) for t, c in written[0].terms))
        new = sympy.Symbol(f"{{{words(op, written)}}}", real=True)
        self.scalars[new] = (op, written)
        return new

    def _shorter(self, e: sympy.Expr) -> sympy.Expr:
        """A scalar with the new buffers that are scalars, where that is shorter."""
        for letter, value in self._numbers:
            old = next((s for s in value.free_symbols if s in self.before.values() and e.has(s)), None)
            if old is None or sympy.diff(value, old, 2) != 0:
                continue
            slope = sympy.diff(value, old)
            if slope != 0:
                rest = self.number(value - slope * old)
                other = shortest(e.subs(old, (sympy.Symbol(letter, real=True) - rest) / self.number(slope)))
                e = min(e, other, key=sympy.count_ops)
        return e

    def lettered(self, v: Combination) -> Combination:
        """What has its letters inside with those outside, too, where that is shorter."""
        for letter, value in self._vectors:
            known, shortest_yet = value.coefficients, v
            for pivot, coefficient in v.terms:
                if pivot in known and pivot != self.space.u:
                    ratio = coefficient / known[pivot]
                    # The pivot is gone by construction, whether SymPy sees it or not.
                    rest = Combination(tuple(t for t in (v - value * ratio).terms if t[0] != pivot))
                    other = (rest + letter * ratio).map(self.simplified)
                    shortest_yet = min(shortest_yet, other, key=_length)
            v = shortest_yet
        return v


@cache
def shortest(e: sympy.Expr) -> sympy.Expr:
    """The expression as it is, as a sum or in factors, whichever is shortest; β^{k+1} is one letter."""
    powers = sorted((p for p in e.atoms(sympy.Pow) if not p.exp.is_number), key=sympy.default_sort_key)
    names = {p: sympy.Dummy(real=True) for p in powers}
    inner_e = e.xreplace(names)
    factored = sympy.factor(inner_e)
    if factored == 0:
        return factored
    forms = (inner_e, inner_e.expand(deep=False), factored)
    best = min(forms, key=sympy.count_ops)
    return _upright(best).xreplace({letter: p for p, letter in names.items()})


def _upright(e: sympy.Expr) -> sympy.Expr:
    """1 - β for β - 1: factors that are sums made positive where hyper-parameters are small."""
    small = dict.fromkeys(e.free_symbols, sympy.Rational(1, 7))
    factors = []
    for factor in sympy.Mul.make_args(e):
        base, exponent = factor.as_base_exp()
        turn = base.is_Add and exponent.is_Integer and base.subs(small).is_negative
        factors.append((-1) ** exponent * (-base) ** exponent if turn else factor)
    return sympy.Mul(*factors)


def _length(v: Combination) -> tuple[int, int, int]:
    return len(v.terms), sum(sympy.count_ops(c) for _, c in v.terms), len(v.latex)
