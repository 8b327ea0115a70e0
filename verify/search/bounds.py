"""How tight the bounds are: the largest left/right that a search reaches, of those that claims judge by.

Of a proved inequality the ratio stays at most 1; near 1 no constant in it could be smaller. Of a printed floor that is
judged loose, the left is the variance that our theorems have, so that the ratio is what the floor is off by.
"""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import sympy
import torch
from torch import Tensor

from derivations import CLAIMS
from derivations.claim import Verdict
from derivations.motion.norm_variance import VARIANCE, alpha, beta
from derivations.statement import Relation, at_most, less, positive
from verify.search.budget import Exhausted, Found, Purse
from verify.search.domain import NotNumeric
from verify.search.families import proved
from verify.search.generated import apart
from verify.search.methods import METHODS
from verify.search.relations import target
from verify.search.target import Target

BUDGET, SEEDS = 1000, 2
BY = ("evolution", "mixed", "spread")
FAR = 45.0
"""Scores beyond are of sides of opposite signs, or of points that break a hypothesis."""
L, LOW = sympy.symbols("L l", positive=True)
DIVIDED = sympy.Symbol("k", real=True)
SMALL = sympy.Rational(1, 20)
SPREAD = 3 * (1 + 4 * alpha**2 + alpha**4)
SLOW = (positive(alpha), less(alpha, 1), positive(beta), at_most(10 * beta, (1 - alpha) ** 2))
LEVELS = (positive(L), positive(LOW), at_most(LOW, L))


@dataclass(frozen=True)
class Bound:
    """left ≤ right under the facts. foretold: what the claim's finding says that the ratio comes to, 0 where nothing.

    `printed`: the paper's floor, and not an inequality of ours.
    """

    claim: str
    name: str
    relation: Relation
    facts: tuple[Relation, ...]
    foretold: str = ""
    printed: bool = False


@dataclass(frozen=True)
class Reached:
    """The largest left/right of a bound, and how many cases were spent. foretold: as `Bound` has it."""

    name: str
    claim: str
    printed: bool
    foretold: str
    ratio: float
    cases: int
    words: str


def _usual(e: sympy.Expr) -> sympy.Expr:
    """At α = 0.9 and 10⁻⁵ β: the numbers of a search lie within 2^±10, and the paper's ηλ is 2·10⁻⁵."""
    return e.subs({alpha: sympy.Rational(9, 10), beta: beta / 10**5})


# In units of η²V/L, with β = ηλ: the floors of 002 have V/l for V/L. VARIANCE is SMD-R12's, exact for the linearised
# map; each floor is printed in the claim that is named. Corollary 3.1: the printed time by SMD-C31's to within 10 %,
# both to first order in ηλ, for the rate divided by k.
NEAR = (positive(beta), at_most(beta, 1), *LEVELS)
FLOORS = (
    Bound("SMD-R1", "the floor of Remark 1", at_most(LOW / (4 * L * (1 - beta) ** 2), 1),
          (positive(beta), at_most(beta, SMALL), *LEVELS), "l/(4L) as ηλ → 0; with ηλ ≤ 1/20 at most 0.277", True),
    Bound("SMD-R5", "the floor of Remark 5", at_most(VARIANCE * LOW / L, SPREAD / (1 - alpha) ** 2),
          (*SLOW, *LEVELS), "1/12 at l = L as α, ηλ → 0; with ηλ ≤ 1/10 at most 0.1029", True),
    Bound("SMD-R5", "the floor of Remark 5 at α = 0.9",
          at_most(_usual(VARIANCE) * LOW / L, _usual(SPREAD / (1 - alpha) ** 2)), NEAR, "1/59 at l = L", True),
    Bound("SMD-T2", "the floor of Theorem 2", at_most(VARIANCE * LOW / L, SPREAD / (1 - alpha) ** 4),
          (*SLOW, *LEVELS), "1/12 at l = L as α, ηλ → 0; with ηλ ≤ 1/10 at most 0.1029", True),
    Bound("SMD-T2", "the floor of Theorem 2 at α = 0.9",
          at_most(_usual(VARIANCE) * LOW / L, _usual(SPREAD / (1 - alpha) ** 4)), NEAR, "1/5900 at l = L", True),
    Bound("SMD-T3-SGD", "the floor of (21)", at_most(beta * LOW / (2 * L), 1),
          (positive(beta), at_most(beta, SMALL), *LEVELS), "ηλ l/(2L); with ηλ ≤ 1/20 at most 0.025", True),
    Bound("SMD-C31", "the time of Corollary 3.1, k ≤ 10", at_most(sympy.log(DIVIDED), sympy.log(10 * (DIVIDED - 1))),
          (at_most(2, DIVIDED), at_most(DIVIDED, 10)), "log 10/log 90 = 0.512 at k = 10", True),
)  # fmt: skip


def bounds() -> Iterator[Bound]:
    """The printed floors, then the proved inequalities of the claims that hold to an order or loosely."""
    yield from FLOORS
    for claim in (c for c in CLAIMS if c.verdict in (Verdict.ORDER, Verdict.LOOSE)):
        for _, theorem in proved(claim.id):
            statement = apart(theorem.statement)
            if statement.operator in ("<", "<=") and statement.left != 0 != statement.right:
                yield Bound(claim.id, theorem.name, statement, tuple(h.relation for h in theorem.hypotheses))


def reached(bound: Bound, methods: Sequence[str] = BY, seeds: int = SEEDS) -> Reached | None:
    """Drive one; None where it says nothing of numbers, or where the two sides never have a sign in common."""
    name = f"{bound.claim}: {bound.name}"
    try:
        made = target(name, "bounds", bound.relation, [*bound.facts], false=False)
    except NotNumeric:
        return None
    best, cases = -math.inf, 0
    for method in methods:
        for seed in range(seeds):
            score, spent = highest(made, method, seed)
            best, cases = max(best, score), cases + spent
    if not math.isfinite(best):
        return None
    ratio = float(f"{math.exp(best):.4g}")
    return Reached(name, bound.claim, bound.printed, bound.foretold, ratio, cases, bound.relation.latex)


def highest(made: Target, method: str, seed: int) -> tuple[float, int]:
    """The largest log(left/right) that a method comes to where both are positive, and its cases."""
    seen = [-math.inf]

    def score(cube: Tensor) -> Tensor:
        scores = made.score(cube)
        real = scores[torch.isfinite(scores) & (scores.abs() < FAR)]
        if len(real):
            seen[0] = max(seen[0], float(real.max()))
        return scores

    purse = Purse(dataclasses.replace(made, score=score, confirm=lambda point: None), BUDGET)
    with suppress(Found, Exhausted):
        METHODS[method](purse, np.random.default_rng([seed, 0]))
    return seen[0], purse.cases
