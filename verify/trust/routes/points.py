"""Theorems at points: hypotheses solved in numbers (`solve`), and every step evaluated there.

A point satisfies the equations to 10⁻⁸⁰ and the inequalities; each relation that the kernel has derived must then be
true of it, an equality to 10⁻⁴⁰. A theorem at which no point is found is named: its hypotheses might have none.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import sympy

from derivations.claim import Theorem
from derivations.rules import Homogeneous
from verify.trust.routes.model import Model, NotNumeric, has_vectors
from verify.trust.routes.solve import DIGITS, SOLVED, Numbers, Unsolved, point

DIMENSIONS = (1, 2, 3, 7)
AGREE = mpmath.sqrt(SOLVED)
"""What a point leaves of an equality at worst: of ‖g‖² = 0, solved to SOLVED, ‖g‖ is known to its root."""
TRIES = 20


@dataclass(frozen=True)
class Failure:
    """A relation that is not true at a point of the hypotheses."""

    step: str
    dimension: int
    words: str


@dataclass(frozen=True)
class AtPoints:
    """points: the dimensions in which there was one; relations: how many were evaluated; reason: why none, if none."""

    theorem: str
    points: tuple[int, ...]
    relations: int
    failures: tuple[Failure, ...]
    reason: str = ""


def evaluate(theorem: Theorem, seed: int = 0, dimensions: Sequence[int] = DIMENSIONS) -> AtPoints:
    """Every step of a theorem at a point of its hypotheses, in each dimension that has one."""
    found: list[int] = []
    failures: list[Failure] = []
    reason, relations = "no point was found", 0
    for d in dimensions if has_vectors(theorem) else (0,):
        try:
            model, at = _defined(theorem, d, random.Random(f"{seed} {d} {theorem.name}"))
        except NotNumeric as error:
            return AtPoints(theorem.name, (), 0, (), f"not numeric: {error}")
        except Unsolved:
            continue
        found.append(d)
        for step in theorem.steps:
            try:
                sides = model.sides(step.relation)
            except NotNumeric as error:
                reason = f"not numeric: {error}"
                continue
            relations += 1
            failures += [Failure(step.name, d, words) for words in _false(sides, step.relation.operator, model, at)][:1]
    if not relations:
        return AtPoints(theorem.name, (), 0, (), reason)
    return AtPoints(theorem.name, tuple(found), relations, tuple(failures))


def _defined(theorem: Theorem, d: int, chance: random.Random) -> tuple[Model, dict[sympy.Symbol, Any]]:
    """A point of the hypotheses; for homogeneity, which is stated "wherever f is defined", one where f is."""
    for _ in range(TRIES):
        model, at = point(theorem, d, chance)
        stated = [s.relation for s in theorem.steps if isinstance(s.by, Homogeneous)]
        if not any("undefined" in words for r in stated for words in _false(model.sides(r), r.operator, model, at)):
            return model, at
    raise Unsolved(theorem.name)


def _false(sides: list, operator: str, model: Model, at: Mapping[sympy.Symbol, Any]) -> Iterator[str]:
    """Why a relation is not true at a point."""
    numbers = Numbers("mpmath")
    with mpmath.workdps(2 * DIGITS):
        for left, right in sides:
            try:
                a, b = (mpmath.mpf(numbers(side, at)) for side in (left, right))
            except (TypeError, ValueError, ZeroDivisionError) as error:
                yield f"undefined: {type(error).__name__}"
                continue
            allowed = AGREE * (1 + abs(a) + abs(b))
            true = {
                "=": abs(a - b) <= allowed,
                "!=": abs(a - b) > allowed,
                "<=": a <= b + allowed,
                "<": a < b,
            }[operator]
            if not true:
                yield f"{mpmath.nstr(a, 8)} {operator} {mpmath.nstr(b, 8)}, off by {mpmath.nstr(abs(a - b), 3)}"


def compare(progress: Any = None, seed: int = 0) -> dict[str, Any]:
    """Every theorem of every claim."""
    from derivations import CLAIMS

    theorems = {id(t): (claim.id, t) for claim in CLAIMS for t in (*claim.theorems, *claim.corrected)}
    counts = {"theorems": len(theorems), "evaluated": 0, "points": 0, "relations": 0}
    false, without = [], []
    for done, (claim, theorem) in enumerate(theorems.values()):
        if progress:
            progress(claim, done, len(theorems))
        found = evaluate(theorem, seed)
        counts["evaluated"] += bool(found.points)
        counts["points"] += len(found.points)
        counts["relations"] += found.relations
        name = {"claim": claim, "theorem": theorem.name}
        false += [name | {"step": f.step, "dimension": f.dimension, "found": f.words} for f in found.failures]
        if not found.points:
            without.append(name | {"reason": "functions of unknowns" if "numeric" in found.reason else found.reason})
    return {"digits": DIGITS, "agree": f"{float(AGREE):.0e}", "dimensions": list(DIMENSIONS), **counts} | {
        "false": false,
        "without": without,
    }


def ok(record: Mapping[str, Any]) -> bool:
    """Whether points were found and nothing derived is false at any."""
    return record["evaluated"] > 0 and not record["false"]
