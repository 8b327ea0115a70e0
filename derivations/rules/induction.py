"""Induction over an index."""

from dataclasses import dataclass, replace
from typing import Any

import sympy

from derivations.defined import undefined
from derivations.rules.identity import Identity
from derivations.rules.rule import Facts, Outcome, Rule
from derivations.space import Vector
from derivations.statement import Relation


@dataclass(frozen=True)
class Induction(Rule):
    """induction: the relation at the start, and at k+1 given at k; each by its own rule."""

    index: sympy.Symbol
    base: Rule = Identity()
    step: Rule = Identity()

    @property
    def generalises(self) -> tuple:  # type: ignore[override]
        return (self.index,)

    @property
    def arbitrary(self) -> tuple:  # type: ignore[override]
        return (*self.base.arbitrary, *self.step.arbitrary)

    def discharge(self, relation: Relation, facts: Facts) -> Outcome:
        k = self.index
        if k != sympy.Symbol(k.name, integer=True, nonnegative=True):
            return Outcome.open(f"{k} is not an index (an integer ≥ 0, of which nothing else is assumed)")
        if fixed := facts.mentioning(k):
            return Outcome.open(f"{[h.name for h in fixed]} hold at one {k} only, not at every one")
        if relation.hides(k.name, sympy.latex(k)) or facts.hiding(k):
            return Outcome.open(f"a name hides {k}, which no substitution reaches")
        # As written, because substitution rebuilds the sides, and SymPy then cancels what may be 0.
        if missing := undefined(relation, facts.context()):
            return Outcome.open(missing)
        at_zero = relation.substitute({k: 0}).map(_sums_written_out)
        base = self.base.apply(at_zero, facts.context(at={k: sympy.Integer(0)}))
        if not base.ok:
            return _with_detail(base, f"base {k}=0: {base.detail}")
        step = self.step.apply(relation.substitute({k: k + 1}), facts.context(extra=(relation,)))
        if not step.ok:
            return _with_detail(step, f"step {k} → {k}+1: {step.detail}")
        return min((base, step), key=lambda o: o.evidence.strength)

    def __str__(self) -> str:
        rules = dict.fromkeys((str(self.base), str(self.step)))
        return f"induction over {self.index} ({'; '.join(rules)})"


def _with_detail(outcome: Outcome, detail: str) -> Outcome:
    return replace(outcome, detail=detail)


def _sums_written_out(side: Any) -> Any:
    if isinstance(side, Vector):
        return side.map(_sums_written_out)
    return side.xreplace({s: _written_out(s) for s in side.atoms(sympy.Sum) if _is_finite(s)})


def _is_finite(total: sympy.Sum) -> bool:
    """Whether a sum has numbers for ends. Below an empty one (high = low - 1) SymPy's convention is unusual."""
    (_, low, high), *others = total.limits
    return not others and low.is_Integer and high.is_Integer and high >= low - 1


def _written_out(total: sympy.Sum) -> sympy.Expr:
    index, low, high = total.limits[0]
    return sympy.Add(*(total.function.xreplace({index: sympy.Integer(j)}) for j in range(int(low), int(high) + 1)))
