"""Derivatives: monotone functions, the chain rule."""

from dataclasses import dataclass

import sympy

from derivations.defined import undefined, undefined_parts
from derivations.rules.rule import PROVED, Facts, Outcome, Rule
from derivations.space import Value, gradient
from derivations.statement import Relation


@dataclass(frozen=True)
class Monotone(Rule):
    """monotonicity: right - left is nonnegative at 0 and its derivative has a nonnegative certificate on [0, ∞)."""

    variable: sympy.Symbol
    derivative: sympy.Expr

    def discharge(self, relation: Relation, facts: Facts) -> Outcome:
        z = self.variable
        if relation.operator != "<=":
            return Outcome.open("monotonicity shows `<=`")
        domain = [h for h in facts.mentioning(z)]
        if [(h.relation.operator, h.relation.left, h.relation.right) for h in domain] != [("<=", 0, z)]:
            return Outcome.open(f"the facts on {z} must be exactly 0 ≤ {z}")
        if relation.hides(z.name, sympy.latex(z)):
            return Outcome.open(f"a name hides {z}, which no differentiation reaches")
        context = facts.context()
        if missing := undefined(relation, context):
            return Outcome.open(missing)
        difference = relation.right - relation.left
        if difference.has(sympy.Abs, sympy.sign, sympy.Piecewise, sympy.floor, sympy.Max, sympy.Min):
            return Outcome.open("not a smooth expression")
        slope = sympy.diff(difference, z)
        for e in (slope, self.derivative):
            if parts := undefined_parts(e, context):
                return Outcome.open(f"the derivative is not defined everywhere: {parts}")
        if "nonnegative" not in context.sign(difference.subs(z, 0)):
            return Outcome.open("right - left is not known to be nonnegative at 0")
        if not context.vanishes(slope - self.derivative):
            return Outcome.open("the derivative is not the certificate")
        if "nonnegative" not in context.sign(self.derivative):
            return Outcome.open(f"the sign of {self.derivative} cannot be read off")
        return PROVED


@dataclass(frozen=True)
class ChainRule(Rule):
    """chain rule: both sides of an equality of function values differentiated in a parameter at 0."""

    parameter: sympy.Symbol

    @property
    def arbitrary(self) -> tuple:  # type: ignore[override]
        return (self.parameter.name, sympy.latex(self.parameter))

    def discharge(self, relation: Relation, facts: Facts) -> Outcome:
        t = self.parameter
        values = [r for r in facts.relations if isinstance(r.left, Value) and isinstance(r.right, Value)]
        if len(values) != 1 or values[0].operator != "=" or relation.operator != "=":
            return Outcome.open("needs exactly one equality of function values")
        rest = Facts(tuple(h for h in facts.hypotheses if h.relation is not values[0]))
        if rest.mentioning(t):
            return Outcome.open(f"a fact fixes the parameter {t}")
        if relation.hides(*self.arbitrary) or facts.hiding(t):
            return Outcome.open(f"a name hides {t}, which no differentiation reaches")
        if not all(_is_smooth(c, t) for side in (values[0].left, values[0].right) for _, c in side.at.terms):
            return Outcome.open(f"a path is not a polynomial in {t}, cos({t}), sin({t}) and exp({t})")
        left, right = (_derivative(side, t) for side in (values[0].left, values[0].right))
        context = rest.context()
        if missing := undefined(relation, context):
            return Outcome.open(missing)
        if not context.vanishes(left - right - (relation.left - relation.right)):
            return Outcome.open("the derivatives are not the two sides")
        return PROVED


def _is_smooth(path: sympy.Expr, t: sympy.Symbol) -> bool:
    elementary = {f(t): sympy.Dummy("e", real=True) for f in (sympy.cos, sympy.sin, sympy.exp)}
    return bool(path.xreplace(elementary).is_polynomial(t, *elementary.values()))


def _derivative(value: Value, t: sympy.Symbol) -> sympy.Expr:
    velocity = value.at.map(lambda c: sympy.diff(c, t)).subs({t: 0})
    return gradient(value.field, value.at.subs({t: 0})).dot(velocity)
