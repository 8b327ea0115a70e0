"""Inequalities read off: from a certificate, from arithmetic, from the positivity of the inner product."""

from dataclasses import dataclass

import sympy

from derivations.defined import undefined, undefined_parts
from derivations.enclose import decide
from derivations.normal import Context
from derivations.rules.rule import ENCLOSED, PROVED, Facts, Outcome, Rule
from derivations.signs import NONNEGATIVE, NONZERO, POSITIVE
from derivations.space import Vector
from derivations.statement import Relation


@dataclass(frozen=True)
class Sign(Rule):
    """sign: right - left is a certificate whose sign can be read off: products, sums, squares of what has a sign."""

    certificate: sympy.Expr | None = None

    def apply(self, relation: Relation, context: Context) -> Outcome:
        needed = {"<": POSITIVE, "<=": NONNEGATIVE, "!=": NONZERO}.get(relation.operator)
        if needed is None:
            return Outcome.open("a sign shows an inequality, not an equality")
        if not relation.is_scalar:
            return Outcome.open("vectors have no order")
        if missing := undefined(relation, context):
            return Outcome.open(missing)
        difference = relation.right - relation.left
        if self.certificate is not None:
            if parts := undefined_parts(self.certificate, context):
                return Outcome.open(f"the certificate is not defined: {parts}")
            if not context.vanishes(difference - self.certificate):
                return Outcome.open("right - left is not the certificate")
            difference = self.certificate
        if not context.sign(difference) >= needed:
            return Outcome.open(f"the sign of {difference} cannot be read off")
        return PROVED


@dataclass(frozen=True)
class Arithmetic(Rule):
    """arithmetic: a relation between numbers, decided exactly; irrational ones in Arb balls."""

    def discharge(self, relation: Relation, facts: Facts) -> Outcome:
        if facts.hypotheses:
            return Outcome.open("numbers need no facts")
        if decide(relation) is not True:
            return Outcome.open("not shown to be true")
        rational = all(side.is_Rational for side in (relation.left, relation.right))
        return PROVED if rational else ENCLOSED


@dataclass(frozen=True)
class Positivity(Rule):
    """positivity: ⟨v, v⟩ ≥ 0 for every vector v of an inner-product space."""

    vector: Vector

    def apply(self, relation: Relation, context: Context) -> Outcome:
        if relation.operator != "<=" or relation.left != 0 or relation.right != self.vector.dot(self.vector):
            return Outcome.open("the relation must read 0 ≤ ⟨v, v⟩")
        if missing := undefined(relation, context):
            return Outcome.open(missing)
        return PROVED
