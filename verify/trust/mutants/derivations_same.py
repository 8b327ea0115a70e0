"""Whether what is changed, proved and true says the same as what it was made of, or is true and says something else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from derivations.claim import Hypothesis, Theorem
from derivations.normal import Context
from derivations.rules import Facts, Identity, Rule, Sign
from derivations.space import Vector
from derivations.statement import Relation
from verify.trust.mutants.mutant import Fate, State

FORM, BOTH_WAYS = "normal form", "proof in both ways"
"""How two relations are shown to say the same."""
STEP, THEOREM = "another step", "another theorem"
"""What is true and says something else: a step whose theorem says the same, or the theorem."""


@dataclass(frozen=True)
class Change:
    """A theorem with one thing changed, and the names of the steps that see it, the changed one first if it is one.

    before, after: the relation that was changed, or None where something was left out; others: the other hypotheses,
    if it is one. inner: whether hypotheses and statement are as they were.
    """

    operator: str
    theorem: Theorem
    seen: tuple[str, ...]
    before: Relation | None = None
    after: Relation | None = None
    others: tuple[Hypothesis, ...] = ()
    inner: bool = False


def proved(change: Change) -> Fate:
    """The fate of what is proved, and true at every point that was tried."""
    if change.before is not None and change.after is not None:
        if says_the_same(change.before, change.after):
            return Fate(State.EQUIVALENT, FORM, "it has the normal form of what it was made of")
        if change.others and follow_from_each_other(change.before, change.after, change.others):
            reason = "it and what it was made of follow from each other, beside the other hypotheses of the theorem"
            return Fate(State.EQUIVALENT, BOTH_WAYS, reason)
    if change.inner:
        return Fate(State.ANOTHER, STEP, "proved, and true: another step, of a theorem that says the same")
    if change.operator == "hypothesis weakened":
        return Fate(State.ANOTHER, THEOREM, "proved, and true: a theorem of more, < was not needed")
    return Fate(State.ANOTHER, THEOREM, "proved, and true: another theorem")


def says_the_same(before: Relation, after: Relation) -> bool:
    """By normal forms, without a fact: right - left is the same up to a number (> 0 where there is an order), or, where
    it is said to be or not to be 0, up to the power that it stands in."""
    if before.operator != after.operator:
        return False
    one, other = _difference(before), _difference(after)
    if one is None or other is None or isinstance(one, Vector) is not isinstance(other, Vector):
        return before == after
    order = before.operator in ("<", "<=")
    if not isinstance(one, Vector) and not order:
        one, other = _base(one), _base(other)
    context = Context()
    return any(_vanishes(context, other - one * c) for c in _ratios(one, other) if c > 0 or (c != 0 and not order))


def follow_from_each_other(before: Relation, after: Relation, others: Sequence[Hypothesis]) -> bool:
    """Whether, beside the other hypotheses of its theorem, each of two hypotheses is proved from the other one."""
    return _follows(before, after, others) and _follows(after, before, others)


def _follows(goal: Relation, given: Relation, others: Sequence[Hypothesis]) -> bool:
    facts = Facts((*others, Hypothesis("the other", given)))
    rule: Rule = Identity() if goal.operator == "=" else Sign()
    try:
        return rule.discharge(goal, facts).ok
    except Exception:  # whatever a rule trips over: it is not proved
        return False


def _difference(r: Relation) -> Any:
    try:
        return r.right - r.left
    except TypeError:  # a value of a field, a vector beside a scalar
        return None


def _base(e: sympy.Expr) -> sympy.Expr:
    """What is 0 where a positive power of it is."""
    if e.free_symbols and e.could_extract_minus_sign():
        e = -e
    return e.base if e.is_Pow and e.exp.is_Rational and e.exp.is_positive else e


def _ratios(one: Any, other: Any) -> list[sympy.Rational]:
    """Numbers that the second may be of the first."""
    found = [sympy.Integer(1), sympy.Integer(-1)]
    if not isinstance(one, Vector):
        if not one.free_symbols:  # of two numbers, each is a multiple of the other
            return found[:1]
        ratio = sympy.cancel(other / one) if one.count_ops() < 40 else other / one
        found += [ratio] if ratio.is_Rational else []
    return found


def _vanishes(context: Context, e: Any) -> bool:
    return all(context.vanishes(c) for _, c in e.terms) if isinstance(e, Vector) else bool(context.vanishes(e))
