"""The rules that discharge a step. Each decides its case exactly or reports that it cannot; none guesses."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import sympy

from derivations.claim import Evidence, Hypothesis
from derivations.normal import NONNEGATIVE, NONZERO, POSITIVE, Context
from derivations.space import Value, Vector, gradient
from derivations.statement import Relation


@dataclass(frozen=True)
class Outcome:
    """Whether a rule discharged its relation, at which level of evidence, and if not, why."""

    ok: bool
    evidence: Evidence
    detail: str = ""

    @classmethod
    def open(cls, detail: str) -> "Outcome":
        return cls(False, Evidence.OPEN, detail)


PROVED = Outcome(True, Evidence.PROVED)
ENCLOSED = Outcome(True, Evidence.ENCLOSED)


@dataclass(frozen=True)
class Facts:
    """The hypotheses and earlier steps that a step names."""

    hypotheses: tuple[Hypothesis, ...] = ()

    @property
    def relations(self) -> tuple[Relation, ...]:
        return tuple(h.relation for h in self.hypotheses)

    def context(self, extra: Iterable[Relation] = (), at: dict | None = None) -> Context:
        """The facts as a context. Those that hold for every index are taken at the index values `at` (default: as written)."""
        at = at or {}
        instances = []
        for h in self.hypotheses:
            instance = {index: at[index] for index in h.forall if index in at}
            instances.append(h.relation.substitute(instance) if instance else h.relation)
        universal = [h.relation for h in self.hypotheses if h.forall]
        return Context([*instances, *extra], universal)

    def mentioning(self, symbol: sympy.Symbol) -> list[Hypothesis]:
        """The facts in which the symbol is free (not quantified)."""
        return [h for h in self.hypotheses if symbol not in h.forall and symbol in _free(h.relation)]


class Rule:
    """A way to discharge a relation from facts."""

    generalises: ClassVar[Any] = ()
    """The indices for which the relation then holds at every value."""

    def discharge(self, relation: Relation, facts: Facts) -> Outcome:
        return self.apply(relation, facts.context())

    def apply(self, relation: Relation, context: Context) -> Outcome:
        raise NotImplementedError

    def __str__(self) -> str:
        return (type(self).__doc__ or "").split(":")[0].strip()


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
class Sign(Rule):
    """sign: right - left is a certificate whose sign can be read off: products, sums, squares of what has a sign."""

    certificate: sympy.Expr | None = None

    def apply(self, relation: Relation, context: Context) -> Outcome:
        needed = {"<": POSITIVE, "<=": NONNEGATIVE, "!=": NONZERO}.get(relation.operator)
        if needed is None:
            return Outcome.open("a sign shows an inequality, not an equality")
        if missing := undefined(relation, context):
            return Outcome.open(missing)
        difference = relation.right - relation.left
        if self.certificate is not None:
            if parts := context.undefined_parts(self.certificate):
                return Outcome.open(f"the certificate is not defined: {parts}")
            if not context.vanishes(difference - self.certificate):
                return Outcome.open("right - left is not the certificate")
            difference = self.certificate
        if not context.sign(difference) >= needed:
            return Outcome.open(f"the sign of {difference} cannot be read off")
        return PROVED


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


@dataclass(frozen=True)
class Arccos(Rule):
    """inverse cosine: arccos(e) = t because cos t = e and 0 ≤ t ≤ π."""

    def apply(self, relation: Relation, context: Context) -> Outcome:
        inverse, angle = relation.left, relation.right
        if relation.operator != "=" or not isinstance(inverse, sympy.acos):
            return Outcome.open("the left side must be an arccos")
        if missing := undefined(relation, context):
            return Outcome.open(missing)
        if "nonnegative" not in context.sign(angle) or "nonnegative" not in context.sign(sympy.pi - angle):
            return Outcome.open(f"{angle} is not known to lie in [0, π]")
        if not context.vanishes(sympy.cos(angle) - inverse.args[0]):
            return Outcome.open("the cosine of the right side is not the argument")
        return PROVED


@dataclass(frozen=True)
class Induction(Rule):
    """induction: the relation at the start, and at k+1 given at k; each by its own rule."""

    index: sympy.Symbol
    base: Rule = Identity()
    step: Rule = Identity()

    @property
    def generalises(self) -> tuple:  # type: ignore[override]
        return (self.index,)

    def discharge(self, relation: Relation, facts: Facts) -> Outcome:
        k = self.index
        if not (k.is_integer and k.is_nonnegative):
            return Outcome.open(f"{k} is not an index (integer, nonnegative)")
        if fixed := facts.mentioning(k):
            return Outcome.open(f"{[h.name for h in fixed]} hold at one {k} only, not at every one")
        at_zero = relation.substitute({k: 0}).map(_empty_sums)
        base = self.base.apply(at_zero, facts.context(at={k: sympy.Integer(0)}))
        if not base.ok:
            return replace_detail(base, f"base {k}=0: {base.detail}")
        step = self.step.apply(relation.substitute({k: k + 1}), facts.context(extra=(relation,)))
        if not step.ok:
            return replace_detail(step, f"step {k} → {k}+1: {step.detail}")
        return min((base, step), key=lambda o: o.evidence.strength)

    def __str__(self) -> str:
        return f"induction over {self.index} ({self.base}; {self.step})".replace(f"({self.base}; {self.base})", f"({self.base})")


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
        context = facts.context()
        if missing := undefined(relation, context):
            return Outcome.open(missing)
        difference = relation.right - relation.left
        if difference.has(sympy.Abs, sympy.sign, sympy.Piecewise, sympy.floor, sympy.Max, sympy.Min):
            return Outcome.open("not a smooth expression")
        slope = sympy.diff(difference, z)
        for e in (slope, self.derivative):
            if parts := context.undefined_parts(e):
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

    def discharge(self, relation: Relation, facts: Facts) -> Outcome:
        t = self.parameter
        values = [r for r in facts.relations if isinstance(r.left, Value) and isinstance(r.right, Value)]
        if len(values) != 1 or values[0].operator != "=" or relation.operator != "=":
            return Outcome.open("needs exactly one equality of function values")
        rest = Facts(tuple(h for h in facts.hypotheses if h.relation is not values[0]))
        if rest.mentioning(t):
            return Outcome.open(f"a fact fixes the parameter {t}")
        left, right = (_derivative(side, t) for side in (values[0].left, values[0].right))
        context = rest.context()
        if missing := undefined(relation, context):
            return Outcome.open(missing)
        if not context.vanishes(left - right - (relation.left - relation.right)):
            return Outcome.open("the derivatives are not the two sides")
        return PROVED


@dataclass(frozen=True)
class Nondegenerate(Rule):
    """nondegeneracy: two vectors whose inner products with an arbitrary direction agree are equal."""

    direction: Vector

    def discharge(self, relation: Relation, facts: Facts) -> Outcome:
        (name, _), = self.direction.terms
        if len(facts.hypotheses) != 1 or not isinstance(relation.left, Vector) or relation.operator != "=":
            return Outcome.open("needs one fact, on inner products, and shows an equality of vectors")
        if any(name in v.coefficients for v in (relation.left, relation.right)):
            return Outcome.open(f"{name} occurs in the vectors: it is not arbitrary")
        fact = facts.relations[0]
        tested = (relation.left - relation.right).dot(self.direction)
        if fact.operator != "=" or not Context().vanishes(tested - (fact.left - fact.right)):
            return Outcome.open("the fact is not the inner product of the two sides with the direction")
        return PROVED


def undefined(relation: Relation, context: Context) -> str:
    """Which part of the relation, as written, is not known to be defined; empty when all of it is."""
    parts = []
    for side in (relation.left, relation.right):
        for expression in (c for _, c in side.terms) if isinstance(side, Vector) else (side,):
            if isinstance(expression, sympy.Basic):
                parts += context.undefined_parts(expression)
    return "; ".join(dict.fromkeys(parts))


def replace_detail(outcome: Outcome, detail: str) -> Outcome:
    return Outcome(outcome.ok, outcome.evidence, detail)


def _derivative(value: Value, t: sympy.Symbol) -> sympy.Expr:
    velocity = value.at.map(lambda c: sympy.diff(c, t)).subs({t: 0})
    return gradient(value.field, value.at.subs({t: 0})).dot(velocity)


def _empty_sums(side: Any) -> Any:
    if not isinstance(side, sympy.Basic):
        return side
    return side.xreplace({s: sympy.Integer(0) for s in side.atoms(sympy.Sum) if s.limits[0][2] == s.limits[0][1] - 1})


def _free(relation: Relation) -> set:
    symbols: set = set()
    for side in (relation.left, relation.right):
        if isinstance(side, Value):
            side = side.at
        parts = [c for _, c in side.terms] if isinstance(side, Vector) else [side]
        for part in parts:
            symbols |= part.free_symbols
    return symbols
