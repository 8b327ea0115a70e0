"""Polynomial inequalities by z3: no real numbers satisfy the facts and the negation."""

from dataclasses import dataclass
from typing import Any

import sympy
import z3

from derivations.defined import undefined
from derivations.rules.rule import ENCLOSED, Facts, Outcome, Rule
from derivations.signs import structural_sign
from derivations.space import inner, inner_names
from derivations.statement import Relation, at_most


@dataclass(frozen=True)
class Smt(Rule):
    """z3: the facts and the negation of the relation have no common real solution."""

    timeout_ms: int = 20_000

    def discharge(self, relation: Relation, facts: Facts) -> Outcome:
        if missing := undefined(relation, facts.context()):
            return Outcome.open(missing)
        translation = Translation()
        constraints = [translation.relation(r) for r in facts.relations]
        constraints.append(z3.Not(translation.relation(relation)))
        answer = translation.check(constraints, self.timeout_ms)
        if answer == z3.unsat:
            return ENCLOSED
        return Outcome.open("z3 finds a counterexample" if answer == z3.sat else "z3 cannot tell")


def contradictory(relations: list[Relation], timeout_ms: int = 2000) -> bool:
    """Whether z3 shows that the (scalar) relations have no common real solution."""
    translation = Translation()
    scalar = [r for r in relations if r.is_scalar]
    constraints = [translation.relation(r) for r in scalar]
    constraints += [translation.relation(r) for r in _cauchy_schwarz(set().union(*(r.free_symbols for r in scalar)))]
    return translation.check(constraints, timeout_ms) == z3.unsat


def _cauchy_schwarz(symbols: set[sympy.Symbol]) -> list[Relation]:
    """⟨a, b⟩² ≤ ‖a‖²‖b‖² for the inner products among the symbols."""
    pairs = [inner_names(s) for s in symbols]
    return [at_most(inner(a, b) ** 2, inner(a, a) * inner(b, b)) for a, b in filter(None, pairs) if a != b]


class Translation:
    """SymPy to z3. What z3 has no theory for becomes a free real: more general, so `unsat` stays sound."""

    def __init__(self) -> None:
        self._atoms: dict[sympy.Expr, Any] = {}
        self._roots: list[Any] = []

    def check(self, constraints: list, timeout_ms: int) -> Any:
        solver = z3.Solver()
        solver.set("timeout", timeout_ms)
        solver.add(*constraints, *self._roots)
        for symbol, variable in self._atoms.items():
            if "nonnegative" in (sign := structural_sign(symbol)):
                solver.add(variable > 0 if "nonzero" in sign else variable >= 0)
            if isinstance(symbol, sympy.cos | sympy.sin):
                solver.add(variable >= -1, variable <= 1)
        return solver.check()

    def relation(self, r: Relation) -> Any:
        if not r.is_scalar:
            raise TypeError(f"{r.latex} is about vectors, and z3 knows only numbers")
        left, right = self.term(r.left), self.term(r.right)
        return {"=": left == right, "!=": left != right, "<=": left <= right, "<": left < right}[r.operator]

    def term(self, e: sympy.Expr) -> Any:
        if e.is_Rational:
            return z3.Q(int(e.p), int(e.q))
        if e.is_Add:
            return z3.Sum([self.term(a) for a in e.args])
        if e.is_Mul:
            return z3.Product([self.term(a) for a in e.args])
        if e.is_Pow and e.exp.is_Integer:
            base = self.term(e.base)
            power = z3.Product([base] * abs(int(e.exp))) if e.exp != 0 else z3.RealVal(1)
            return power if e.exp > 0 else 1 / power
        if e.is_Pow and e.exp.is_Rational and e.exp.q == 2:
            return self._root(e)
        return self._atom(e)

    def _atom(self, e: sympy.Expr) -> Any:
        if e not in self._atoms:
            self._atoms[e] = z3.Real(f"v{len(self._atoms)}")
        return self._atoms[e]

    def _root(self, e: sympy.Expr) -> Any:
        """√b as a real y ≥ 0 with y² = b, where b ≥ 0 (an obligation checked before)."""
        key = sympy.sqrt(e.base)
        known = key in self._atoms
        y = self._atom(key)
        if not known:
            b = self.term(e.base)
            self._roots.append(z3.Implies(b >= 0, z3.And(y >= 0, y * y == b)))
        power = z3.Product([y] * abs(int(e.exp.p)))
        return power if e.exp > 0 else 1 / power
