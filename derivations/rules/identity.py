"""Equalities: of normal forms, of squares, of angles."""

from dataclasses import dataclass

import sympy

from derivations.defined import undefined, undefined_parts
from derivations.normal import Context
from derivations.rules.rule import PROVED, Outcome, Rule
from derivations.space import Vector
from derivations.statement import Relation


@dataclass(frozen=True)
class Identity(Rule):
    """exact identity: left - right has normal form 0; vectors coefficient by coefficient."""

    def apply(self, relation: Relation, context: Context) -> Outcome:
        if relation.operator != "=":
            return Outcome.open(f"an identity is an equality, not {relation.operator!r}")
        if missing := undefined(relation, context):
            return Outcome.open(missing)
        if isinstance(relation.left, Vector) or isinstance(relation.right, Vector):
            for name, coefficient in (relation.left - relation.right).terms:
                if not context.vanishes(coefficient):
                    return Outcome.open(f"the coefficient of {name} does not reduce to 0")
            return PROVED
        if not context.vanishes(relation.left - relation.right):
            return Outcome.open("left - right does not reduce to 0")
        return PROVED


@dataclass(frozen=True)
class Square(Rule):
    """equality of squares: both sides are nonnegative and their squares are equal."""

    def apply(self, relation: Relation, context: Context) -> Outcome:
        if relation.operator != "=":
            return Outcome.open(f"equality of squares shows an equality, not {relation.operator!r}")
        if missing := undefined(relation, context):
            return Outcome.open(missing)
        for side in (relation.left, relation.right):
            if "nonnegative" not in context.sign(side):
                return Outcome.open(f"{side} is not known to be nonnegative")
        if not context.vanishes(relation.left**2 - relation.right**2):
            return Outcome.open("the squares are not shown to be equal")
        return PROVED


@dataclass(frozen=True)
class Arccos(Rule):
    """inverse cosine: arccos(e) = t because cos t = e and 0 ≤ t ≤ π."""

    def apply(self, relation: Relation, context: Context) -> Outcome:
        inverse, angle = relation.left, relation.right
        if relation.operator != "=" or not isinstance(inverse, sympy.acos):
            return Outcome.open("the left side must be an arccos")
        if missing := undefined_parts(inverse.args[0], context) + undefined_parts(angle, context):
            return Outcome.open("; ".join(missing))
        if "nonnegative" not in context.sign(angle) or "nonnegative" not in context.sign(sympy.pi - angle):
            return Outcome.open(f"{angle} is not known to lie in [0, π]")
        if not context.vanishes(sympy.cos(angle) - inverse.args[0]):
            return Outcome.open("the cosine of the right side is not the argument")
        return PROVED
