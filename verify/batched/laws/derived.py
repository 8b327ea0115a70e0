"""What is derived from a scheme's rule: its row of the effective table, OD-TABLE1; its scaling law, OD-SCALE."""

from functools import cache, reduce
from typing import Any

import sympy

from derivations.effective import SIZE, EffectiveRow, effective_rows, letter
from derivations.notation import g, k, r, u
from derivations.schemes import by_name
from derivations.space import DIMENSION, ONES_NAME, inner_names
from derivations.terms import Combination, Term
from verify.batched.bounds import Scalar, Vector
from verify.batched.generate import Step, along_the_tangent
from verify.batched.law import Found
from verify.batched.laws.rows import central_projection
from verify.batched.space import SPACE
from verify.batched.verdict import equal
from verify.checks.scaling import exponents
from verify.shipped import SUBJECTS

POWERS = (-9, 4)
_exponents = cache(exponents)


class Numbers:
    """The row of a step in numbers: its letters by what they stand for, everything else from its own operations."""

    def __init__(self, row: EffectiveRow, t: Step) -> None:
        radius = SPACE.norm(t.x)
        self.row, self.k = row, t.k
        self.vectors: dict[str, Any] = {u.names[0]: t.x / radius, g.names[0]: t.on_sphere}
        self.vectors[ONES_NAME] = SPACE.ones_like(t.x)
        self.symbols: dict[str, Any] = {r.name: radius, DIMENSION.name: Scalar(float(t.x.value.shape[-1]))}
        for index, state in (("k-1", t.before), ("k", t.after)):
            for buffer, value in state.items():
                self.vectors[letter(buffer, index)] = self.symbols[letter(buffer, index)] = value
        self.symbols |= {symbol.name: getattr(t.h, n) for n, symbol in vars(row.h).items()}
        self.made = {term.latex: term for v in (row.c, row.after) for term in _terms(v)}

    def vector(self, v: Combination) -> Any:
        parts = [self.number(c) * self.term(term) for term, c in v.terms]
        return reduce(lambda x, y: x + y, parts) if parts else SPACE.zeros_like(self.vectors[u.names[0]])

    def term(self, term: Term) -> Any:
        if term.op == "name":
            return self.vectors[term.args[0]]
        return self.operation(term.op, [self.any(a) for a in term.args])

    def any(self, a: Any) -> Any:
        return self.vector(a) if isinstance(a, Combination) else self.number(a)

    def operation(self, op: str, args: list[Any]) -> Any:
        known: dict[str, Any] = {
            "product": lambda x, y: x * y,
            "quotient": lambda x, y: x / y,
            "root": SPACE.sqrt,
            "sign": SPACE.sign,
            "max": SPACE.maximum,
            "norm": SPACE.norm,
            "dot": SPACE.dot,
        }
        return known[op](*args)

    def number(self, e: Any) -> Any:
        return self._number(_at(sympy.sympify(e), self.k))

    def _number(self, e: sympy.Expr) -> Any:
        if e.is_Rational:
            return Scalar(float(e.p)) if e.q == 1 else SPACE.number(int(e.p), int(e.q))
        if e.is_Symbol:
            return self._symbol(e)
        if e.is_Pow and e.exp.is_Rational and e.exp.q <= 2:
            root = self._number(e.base) if e.exp.q == 1 else SPACE.sqrt(self._number(e.base))
            power = root ** abs(int(e.exp.p))
            return power if e.exp > 0 else 1 / power
        args = [self._number(a) for a in e.args]
        if not (e.is_Add or e.is_Mul):
            raise LookupError(f"{self.row.scheme}: no number for {e.func.__name__} in its derived row")
        return reduce((lambda x, y: x + y) if e.is_Add else (lambda x, y: x * y), args)

    def _symbol(self, symbol: sympy.Symbol) -> Any:
        if symbol == SIZE and self.row.division is not None:
            b = self.vector(self.row.division)
            return SPACE.norm(b) / b.value.shape[-1] ** 0.5
        if symbol in self.row.lettering.scalars:
            op, args = self.row.lettering.scalars[symbol]
            return self.operation(op, [self.any(a) for a in args])
        if symbol.name in self.symbols:
            return self.symbols[symbol.name]
        return SPACE.dot(*(self._named(n) for n in inner_names(symbol) or ()))

    def _named(self, latex: str) -> Any:
        return self.vectors[latex] if latex in self.vectors else self.term(self.made[latex])


def _terms(v: Combination) -> set[Term]:
    inside = [t for term, _ in v.terms for a in term.args if isinstance(a, Combination) for t in _terms(a)]
    return {term for term, _ in v.terms} | set(inside)


@cache
def _at(e: sympy.Expr, step: int) -> sympy.Expr:
    return e.subs(k, step)


@cache
def _row(scheme: str, step: int) -> EffectiveRow:
    rows = effective_rows(by_name(scheme))
    return rows[-1] if step == 0 else rows[0]


def prepare(subject: str) -> None:
    """The rows and the powers of the subject's scheme."""
    scheme = next((s.scheme for s in SUBJECTS if s.name == subject), None) or by_name(subject)
    _exponents(scheme)
    for step in (0, 1):
        _row(scheme.name, step)


def derived_row(t: Step) -> Found:
    """η^e c⊥ of the derived row is u - u'/⟨u, u'⟩."""
    t = along_the_tangent(t)
    row = _row(t.scheme.name, t.k)
    at = Numbers(row, t)
    c: Vector = at.vector(row.c)
    if row.prefactor is None:
        velocity = at.number(row.rate) * c
    else:
        rate, direction = at.number(row.prefactor), at.vectors[u.names[0]]
        along = SPACE.dot(c, direction)
        velocity = rate / (1 - rate * along) * (c - along * direction)
    yield "OD-TABLE1", equal(central_projection(t), velocity)


def scaled_step(t: Step) -> Found:
    """From 2^j x_0, with hyper-parameters times their powers of 2^j, points and buffers are the same bits, scaled."""
    powers, held, at = _exponents(t.scheme)
    for j in POWERS:
        there = t.again(j, powers)
        yield "OD-SCALE", equal(_scaled(t.following, j * at), _scaled(there.following, 0))
        for name, value in t.after.items():
            yield "OD-SCALE", equal(_scaled(value, j * held[name]), _scaled(there.after[name], 0))


def _scaled(value: Any, power: int) -> Any:
    """Times 2^power, exact: any difference is an error."""
    return type(value)(value.value * 2.0**power)
