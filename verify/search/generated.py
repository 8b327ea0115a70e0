"""False statements made from proved inequalities: a constant too short, < for ≤, a hypothesis relaxed, another power.

How far is 10⁻ᵏ, and k grows (`Entry.after`) until uniform points fail. Whether one is false is not known before it is
refuted: a bound that is never attained may be shortened.
"""

from collections.abc import Iterable, Iterator
from functools import partial

import sympy

from derivations.claim import Theorem
from derivations.statement import Relation, at_most, less
from verify.search.domain import NotNumeric
from verify.search.families import DROPPABLE, Entry
from verify.search.relations import of_theorem, target
from verify.search.target import Target

POWERS = (1, 3, 6)
"""k of 10⁻ᵏ."""
GROUP = "generated"


def entries(proved: Iterable[tuple[str, Theorem]]) -> Iterator[Entry]:
    """From the first inequality of each claim that has one in numbers."""
    seen = set()
    for claim, theorem in proved:
        if claim in seen or theorem.statement.operator not in ("<", "<="):
            continue
        try:
            of_theorem(claim, GROUP, theorem, false=False)
        except NotNumeric:
            continue
        seen.add(claim)
        yield from _of(f"{claim}: {theorem.name}", theorem)


def _of(base: str, theorem: Theorem) -> Iterator[Entry]:
    facts = [h.relation for h in theorem.hypotheses]
    statement = apart(theorem.statement)
    if theorem.statement.operator == "<=":
        strict = less(theorem.statement.left, theorem.statement.right)
        yield _entry(f"{base}; < for ≤", strict, facts)
    if (other := _other_power(statement)) is not None:
        yield _entry(f"{base}; another power", other, facts)
    if statement.left != 0 != statement.right:
        yield from _ladder(f"{base}; constant", [(shortened(statement, k), facts) for k in POWERS])
    for i, fact in enumerate(facts):
        if fact.operator in DROPPABLE[:2]:
            wider = [[*facts[:i], _relaxed(fact, k), *facts[i + 1 :]] for k in POWERS]
            name = next(h.name for h in theorem.hypotheses if h.relation is fact)
            yield from _ladder(f"{base}; {name} relaxed", [(theorem.statement, some) for some in wider])
            return


def _ladder(name: str, rungs: list[tuple[Relation, list[Relation]]]) -> Iterator[Entry]:
    before = ""
    for k, (statement, facts) in zip(POWERS, rungs, strict=True):
        yield _entry(f"{name} 10^-{k}", statement, facts, before)
        before = f"{name} 10^-{k}"


def _entry(name: str, statement: Relation, facts: list[Relation], after: str = "") -> Entry:
    return Entry(name, partial(_target, name, statement, facts), after)


def _target(name: str, statement: Relation, facts: list[Relation]) -> Target:
    return target(name, GROUP, statement, facts, false=None)


def apart(relation: Relation) -> Relation:
    """0 ≤ p - n as n ≤ p: the same, with two sides whose ratio says how near they come. Others as they are."""
    e = relation.right
    if relation.left != 0 or not isinstance(e, sympy.Add):
        return relation
    least = [-term for term in e.args if term.could_extract_minus_sign()]
    most = [term for term in e.args if not term.could_extract_minus_sign()]
    return Relation(sympy.Add(*least), relation.operator, sympy.Add(*most)) if least and most else relation


def shortened(relation: Relation, power: int) -> Relation:
    """The right side less the part 10⁻ᵏ of its size."""
    right = relation.right
    size = right if right.is_positive else sympy.Abs(right)
    return Relation(relation.left, relation.operator, right - size * sympy.Rational(1, 10**power))


def _relaxed(fact: Relation, power: int) -> Relation:
    """By 10⁻ᵏ of its right side, of its left one or of 1, the first that is not 0."""
    size = next(side for side in (fact.right, fact.left, sympy.S.One) if side.is_number and side != 0)
    make = less if fact.operator == "<" else at_most
    return make(fact.left - abs(size) * sympy.Rational(1, 10**power), fact.right)


def _other_power(relation: Relation) -> Relation | None:
    """The first whole power of a side, the right one first, one higher; None where there is none."""
    for side in ("right", "left"):
        e = getattr(relation, side)
        for power in sympy.preorder_traversal(e):
            if isinstance(power, sympy.Pow) and power.exp.is_Integer and power.exp > 1:
                changed = e.xreplace({power: power.base ** (power.exp + 1)})
                sides = {"left": relation.left, "right": relation.right, side: changed}
                return Relation(sides["left"], relation.operator, sides["right"])
    return None
