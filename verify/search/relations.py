"""A theorem's statement as a target: searched in float64, decided at rational numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import sympy
import torch
from torch import Tensor

from derivations.claim import Theorem
from derivations.statement import Relation
from verify.search.domain import Kind, NotNumeric, obligations
from verify.search.exact import lost, refuted
from verify.search.expressions import compiled
from verify.search.target import Counterexample, Score, Target
from verify.search.unknowns import Unknowns, replaced, scalars, unknowns

SLACK = 1e-12
"""Relative: below it float64 does not tell; the exact decision does."""
MARGIN = 1e-6
"""Of a score: below minus that, float64 tells well enough that nothing is refuted."""
EQUAL = 1e-9
"""Relative: sides that differ by less are not proposed as different."""
DENOMINATORS = (1, 2, 5, 10, 100, 10**4)
"""Of the simple numbers that are tried in the place of the ones found, the simplest first."""
TINY, FAR = 1e-300, 50.0
"""Added to what has a logarithm; the score of sides of opposite signs starts here."""
LEAN = 1e-3
"""How much the score leans to where a side has no value, beside what the statement gives."""
OUTSIDE, UNDEFINED = -2000.0, 1000.0
"""Scores of points that break a hypothesis start here; how far out a point is where one has no value."""


@dataclass(frozen=True)
class _Statement:
    statement: Relation
    facts: tuple[Relation, ...]
    needs: tuple[tuple[Kind, sympy.Expr], ...]
    unknowns: Unknowns
    solving: tuple[tuple[Kind, sympy.Expr], ...]


def target(name: str, group: str, statement: Relation, facts: Sequence[Relation], false: bool | None) -> Target:
    """The statement under the facts. NotNumeric where nothing can be put in: sequences, losses."""
    printed, given = scalars(statement), tuple(scalars(f) for f in facts)
    found = unknowns(printed, given)
    inside = tuple(found.rewritten(f) for f in given)
    here = found.rewritten(printed)
    # As the statement has them: what was divided by to solve an equality is no part of it, and says nothing where 0.
    needs = dict.fromkeys((kind, replaced(e, found.solved)) for kind, e in _needs(printed))
    doubtful = [need for need in needs if not _granted(need[0], need[1], found)]
    solving = dict.fromkeys(need for e in found.solved.values() for need in obligations(e))
    whole = _Statement(here, inside, tuple(doubtful), found, tuple(solving))
    tuple(_needs(here))
    for fact in inside:
        tuple(_needs(fact))
    if not found.free:
        raise NotNumeric("a statement of numbers alone has nothing to search")
    words = ", ".join(f"${f.latex}$" for f in facts)
    words = f"${statement.latex}$" + (f" for {words}" if words else "")
    smooth = any(not s.is_integer for s in found.free)
    judged = _judged(whole)
    return Target(
        name,
        group,
        words,
        len(found.free),
        lambda cube: judged(found.values(cube)),
        lambda point: _confirmed(name, whole, judged, point),
        false,
        smooth,
    )


def of_theorem(name: str, group: str, theorem: Theorem, false: bool | None) -> Target:
    """Its statement under its hypotheses."""
    if any(h.forall for h in theorem.hypotheses):
        raise NotNumeric("sequences and sums")
    return target(name, group, theorem.statement, [h.relation for h in theorem.hypotheses], false)


def _needs(relation: Relation):  # type: ignore[no-untyped-def]
    for side in (relation.left, relation.right):
        yield from obligations(side)


def _granted(kind: Kind, e: sympy.Expr, found: Unknowns) -> bool:
    """Whether SymPy sees, from the signs of the unknowns, that nothing can go wrong."""
    signed = {
        s: sympy.Symbol(s.name, positive=True) if s in found.strict else sympy.Symbol(s.name, nonnegative=True)
        for s, sign in found.signs.items()
        if sign > 0
    }
    e = e.subs(signed)
    return bool({"nonzero": e.is_nonzero, "nonnegative": e.is_nonnegative, "positive": e.is_positive}[kind])


def _judged(whole: _Statement) -> Score:
    """The score as a function of the numbers themselves, (n, len(free)) → (n,)."""
    relations = [whole.statement, *(f for f in whole.facts if f.operator in ("<", "<="))]
    sides = [side for r in relations for side in (r.left, r.right)]
    function = compiled(whole.unknowns.free, [*sides, *(e for _, e in whole.needs)])

    def judged(numbers: Tensor) -> Tensor:
        values = function(numbers)
        pairs, needed = values[: len(sides)], values[len(sides) :]
        missed = [_violation(r, *pairs[2 * i : 2 * i + 2]) for i, r in enumerate(relations)]
        lost = [_lost(kind, value) for (kind, _), value in zip(whole.needs, needed, strict=True)]
        false = torch.nan_to_num(missed[0], nan=-UNDEFINED).clamp(-UNDEFINED, UNDEFINED)
        if lost:
            near = torch.stack([torch.nan_to_num(value, nan=-1.0) for value in lost]).amax(0)
            false = torch.where(near > 0, near, torch.where(false > 0, false, false + LEAN * near))
        out = torch.zeros_like(false)
        for value in missed[1:]:
            out = out + torch.nan_to_num(value, nan=UNDEFINED).clamp(0, UNDEFINED)
        return torch.where(out > 0, OUTSIDE - out, false)

    return judged


def _violation(relation: Relation, left: Tensor, right: Tensor) -> Tensor:
    """Above 0 where the relation is violated. Of an order of size it is the logarithm, which never goes flat."""
    difference = left - right
    zero = relation.left == 0 or relation.right == 0
    if relation.operator in ("=", "!="):
        size = 1 + difference.abs() if zero else left.abs() + right.abs() + TINY
        off = difference.abs() / size
        return off - EQUAL if relation.operator == "=" else SLACK - off
    alike = left.sign() * (torch.log(left.abs() + TINY) - torch.log(right.abs() + TINY))
    apart = difference.sign() * (FAR * (not zero) + torch.log1p(difference.abs()))
    off = apart if zero else torch.where(left * right > 0, alike, apart)
    return off - SLACK if relation.operator == "<=" else off + SLACK


def _lost(kind: Kind, value: Tensor) -> Tensor:
    size = value / (1 + value.abs())
    return {"nonzero": SLACK - size.abs(), "nonnegative": -size - SLACK, "positive": -size + SLACK}[kind]


def _confirmed(name: str, whole: _Statement, judged: Score, cube: Tensor) -> Counterexample | None:
    """The simplest of the numbers near a point at which the statement is false in exact arithmetic.

    Those where it holds by a margin are passed over: exact arithmetic is a thousand times slower.
    """
    numbers = tuple(sympy.Rational(v) for v in whole.unknowns.values(cube[None])[0].tolist())
    near = list(_near(numbers))
    with torch.no_grad():
        scores = judged(torch.tensor([[float(v) for v in values] for values in near], dtype=torch.float64))
    for values in (v for v, score in zip(near, scores.tolist(), strict=True) if score > -MARGIN):
        point = dict(zip(whole.unknowns.free, values, strict=True))
        if any(lost(kind, e, point) for kind, e in whole.solving):
            continue
        if words := refuted(whole.statement, whole.facts, whole.needs, point):
            return Counterexample(name, {str(s): str(v) for s, v in point.items()}, words)
    return None


def _near(numbers: tuple[sympy.Rational, ...]) -> dict[tuple[sympy.Rational, ...], None]:
    """Simple numbers in the place of all, the simplest first; an integer in the place of one; as they are."""
    simple = [tuple(n.limit_denominator(q) for n in numbers) for q in DENOMINATORS]
    one = [(*numbers[:i], n.limit_denominator(1), *numbers[i + 1 :]) for i, n in enumerate(numbers)]
    return dict.fromkeys((*simple, *one, numbers))
