"""Equality of vectors from their inner products."""

from dataclasses import dataclass

from derivations.defined import undefined
from derivations.rules.rule import PROVED, Facts, Outcome, Rule
from derivations.space import Vector, is_compound
from derivations.statement import Relation


@dataclass(frozen=True)
class Nondegenerate(Rule):
    """nondegeneracy: two vectors whose inner products with an arbitrary direction agree are equal."""

    direction: Vector

    @property
    def arbitrary(self) -> tuple:  # type: ignore[override]
        return self.direction.names

    def discharge(self, relation: Relation, facts: Facts) -> Outcome:
        name = self.direction.names[0]
        if self.direction != Vector.named(name) or is_compound(name):
            return Outcome.open(f"{self.direction} is not the name of an arbitrary vector")
        if not isinstance(relation.left, Vector) or not isinstance(relation.right, Vector) or relation.operator != "=":
            return Outcome.open("nondegeneracy shows an equality of vectors")
        if relation.mentions(name):
            return Outcome.open(f"{name} occurs in the vectors: it is not arbitrary")
        tests = [h for h in facts.hypotheses if h.relation.mentions(name)]
        if len(tests) != 1 or not tests[0].relation.is_scalar or tests[0].relation.operator != "=":
            return Outcome.open(f"needs exactly one fact on {name}, an equality of inner products")
        context = Facts(tuple(h for h in facts.hypotheses if h is not tests[0])).context()
        if missing := undefined(relation, context):
            return Outcome.open(missing)
        fact = tests[0].relation
        tested = (relation.left - relation.right).dot(self.direction)
        if not context.vanishes(tested - (fact.left - fact.right)):
            return Outcome.open("the fact is not the inner product of the two sides with the direction")
        return PROVED
