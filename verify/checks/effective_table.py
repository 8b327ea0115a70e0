"""OD-TABLE1 on real trajectories: the derived row of every scheme, evaluated in numbers, against its steps."""

from functools import reduce
from typing import Any

import numpy as np
import sympy

from derivations.effective import SIZE, EffectiveRow, NoRow, effective_rows, letter
from derivations.notation import g, k, r, u
from derivations.scheme import Scheme
from derivations.schemes import SCHEMES, by_name
from derivations.space import DIMENSION, ONES_NAME, SIDES, inner_names
from derivations.sphere import tangent_projection
from derivations.terms import Combination, Term
from verify.checks import table_1
from verify.checks.tally import Tally
from verify.checks.walks import SPACE, Taken, walks
from verify.results import CheckResult
from verify.tolerance import Tracked

Row = tuple[Tracked, Tracked]
"""η^e and c⊥."""


class Numbers:
    """The row of a step in numbers: its letters by what they stand for, everything else from its own operations."""

    def __init__(self, row: EffectiveRow, t: Taken) -> None:
        self.row, self.t, self.radius = row, t, SPACE.norm(t.x)
        self.vectors = {u.names[0]: t.x / self.radius, g.names[0]: t.on_sphere, ONES_NAME: SPACE.ones_like(t.x)}
        self.symbols: dict[str, Any] = {r.name: self.radius, DIMENSION.name: Tracked(float(t.x.value.shape[-1]))}
        self.symbols |= {side.name: n for side, n in zip(SIDES, SPACE.sides(t.x), strict=True)}
        for index, state in (("k-1", t.before), ("k", t.after)):
            for buffer, value in state.items():
                self.vectors[letter(buffer, index)] = self.symbols[letter(buffer, index)] = value
        self.symbols |= {symbol.name: getattr(t.h, n) for n, symbol in vars(row.h).items()}
        self.made = {term.latex: term for v in (row.c, row.after) for term in _terms(v)}

    def vector(self, v: Combination) -> Any:
        parts = [self.number(c) * self.term(term) for term, c in v.terms]
        return reduce(lambda x, y: x + y, parts) if parts else SPACE.zeros_like(self.t.x)

    def term(self, term: Term) -> Any:
        if term.op == "name":
            return self.vectors[term.args[0]]
        args = [self.vector(a) if isinstance(a, Combination) else self.number(a) for a in term.args]
        return self.operation(term.op, args)

    def operation(self, op: str, args: list[Any]) -> Any:
        if op == "product":
            return args[0] * args[1]
        if op == "quotient":
            return args[0] / args[1]
        operations: dict[str, Any] = {
            "root": SPACE.sqrt,
            "sign": SPACE.sign,
            "max": SPACE.maximum,
            "choose": SPACE.choose,
            "norm": SPACE.norm,
            "dot": SPACE.dot,
            "rows": SPACE.row_mean,
            "columns": SPACE.column_mean,
            "quintic": lambda x, a, b, c, times: SPACE.quintic(x, a, b, c, int(times.value)),
        }
        return operations[op](*args)

    def number(self, e: sympy.Expr) -> Any:
        return self._number(sympy.sympify(e).subs(k, self.t.k))

    def _number(self, e: sympy.Expr) -> Any:
        if e.is_Rational:
            return Tracked(float(e.p)) if e.q == 1 else SPACE.number(int(e.p), int(e.q))
        if e.is_Symbol:
            return self._symbol(e)
        if e.is_Pow and e.exp.is_Rational and e.exp.q <= 2:
            root = self._number(e.base) if e.exp.q == 1 else SPACE.sqrt(self._number(e.base))
            power = reduce(lambda x, y: x * y, [root] * abs(int(e.exp.p)))
            return power if e.exp > 0 else 1 / power
        args = [self._number(a) for a in e.args]
        if e.is_Pow:
            return args[0] ** args[1]
        if e.is_Add or e.is_Mul:
            return reduce((lambda x, y: x + y) if e.is_Add else (lambda x, y: x * y), args)
        return {sympy.cos: SPACE.cos, sympy.sin: SPACE.sin}[e.func](*args)

    def _symbol(self, symbol: sympy.Symbol) -> Any:
        if symbol == SIZE and self.row.division is not None:
            return table_1.root_mean_square(self.vector(self.row.division))
        if symbol in self.row.lettering.scalars:
            op, args = self.row.lettering.scalars[symbol]
            return self.operation(op, [self.vector(a) if isinstance(a, Combination) else self.number(a) for a in args])
        if symbol.name in self.symbols:
            return self.symbols[symbol.name]
        return SPACE.dot(*(self._named(n) for n in inner_names(symbol) or ()))

    def _named(self, latex: str) -> Any:
        return self.vectors[latex] if latex in self.vectors else self.term(self.made[latex])


def _terms(v: Combination) -> set[Term]:
    """Every term of a combination, those inside others included."""
    inside = [t for term, _ in v.terms for a in term.args if isinstance(a, Combination) for t in _terms(a)]
    return {term for term, _ in v.terms} | set(inside)


def row_of(scheme: Scheme, step: int) -> EffectiveRow:
    rows = effective_rows(scheme)
    return rows[-1] if step == 0 else rows[0]


def in_numbers(t: Taken, scheme: Scheme) -> Row:
    """The derived η^e and c⊥ of a step that was taken: 1 - A⟨c, u⟩ and the tangent part are formed in numbers."""
    row = row_of(scheme, t.k)
    at = Numbers(row, t)
    c, direction = at.vector(row.c), at.vectors[u.names[0]]
    if row.prefactor is None:
        return at.number(row.rate), c
    rate = at.number(row.prefactor)
    return rate / (1 - rate * SPACE.dot(c, direction)), tangent_projection(SPACE, c, direction)


def every_derived_row_is_what_the_steps_do(cases: int, seed: int) -> list[CheckResult]:
    """η^e c⊥ of each derived row against u_k - u_{k+1}/⟨u_k, u_{k+1}⟩."""
    results = []
    for scheme in SCHEMES:
        tally = Tally("OD-TABLE1", f"the derived row of {scheme.name}")
        try:
            effective_rows(scheme)
        except NoRow:
            continue
        for taken in walks(scheme, cases, seed):
            for t in taken:
                with np.errstate(all="ignore"):
                    rate, c_tangent = in_numbers(t, scheme)
                    tally.equal(table_1.central_projection(t), rate * c_tangent)
        results.append(tally.result())
    return results


def derived_rows_are_split_as_in_table_1(cases: int, seed: int) -> list[CheckResult]:
    """Where the papers print a row, η^e and c⊥ each are theirs, not their product alone."""
    results = []
    for scheme, printed in table_1.ROWS.values():
        rate = Tally("OD-TABLE1", f"{scheme}: the derived rate is the printed one")
        direction = Tally("OD-TABLE1", f"{scheme}: the derived direction is the printed one")
        for taken in walks(by_name(scheme), cases, seed):
            for t in taken:
                with np.errstate(all="ignore"):
                    mine, theirs = in_numbers(t, by_name(scheme)), printed(t)
                    rate.equal(mine[0], theirs[0])
                    direction.equal(mine[1], theirs[1])
        results += [rate.result(), direction.result()]
    return results
