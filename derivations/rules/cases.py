"""A case distinction on the sign of an expression."""

from dataclasses import dataclass

import sympy

from derivations.defined import undefined_parts
from derivations.normal import Context
from derivations.rules.rule import Outcome, Rule
from derivations.statement import Relation, at_most


@dataclass(frozen=True)
class Cases(Rule):
    """cases: where the expression is ≤ 0 by one rule, where it is ≥ 0 by another."""

    expression: sympy.Expr
    below: Rule
    above: Rule

    @property
    def arbitrary(self) -> tuple:  # type: ignore[override]
        return (*self.below.arbitrary, *self.above.arbitrary)

    def apply(self, relation: Relation, context: Context) -> Outcome:
        if parts := undefined_parts(self.expression, context):
            return Outcome.open(f"the cases are not defined: {parts}")
        outcomes = []
        for rule, fact in ((self.below, at_most(self.expression, 0)), (self.above, at_most(0, self.expression))):
            outcome = rule.apply(relation, context.assuming(fact))
            if not outcome.ok:
                return Outcome.open(f"where {fact.latex}: {outcome.detail}")
            outcomes.append(outcome)
        return min(outcomes, key=lambda o: o.evidence.strength)

    def __str__(self) -> str:
        rules = dict.fromkeys((str(self.below), str(self.above)))
        return f"cases of the sign of {sympy.latex(self.expression)} ({'; '.join(rules)})"
