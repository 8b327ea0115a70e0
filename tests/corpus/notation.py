"""What the false claims are written in."""

from dataclasses import dataclass
from typing import Any

import sympy

from derivations.claim import Hypothesis, Step, Theorem
from derivations.rules import Rule
from derivations.space import AbstractSpace, vector
from derivations.statement import Relation

A, B, C, E, R, T, X, Y, Z = sympy.symbols("A B C E R t x y z", real=True)
BETA = sympy.Symbol("beta", real=True)
i, j, k = sympy.symbols("i j k", integer=True, nonnegative=True)
F, G, V = (sympy.Function(name, real=True) for name in "fGv")
F2 = sympy.Function("F", real=True)
U, W, P, Q = vector("u"), vector("w"), vector("p"), vector("q")
SPACE = AbstractSpace()
ROOT = sympy.sqrt(1 + Z**2)


@dataclass(frozen=True)
class FalseClaim:
    """`claim` must be rejected, for a reason that contains `reason`; `neighbour` must be accepted."""

    name: str
    why: str
    claim: Any
    reason: str = ""
    neighbour: Any = None


def as_written(function: type, *arguments: Any) -> sympy.Expr:
    return function(*arguments, evaluate=False)


def quotient(a: sympy.Expr, b: sympy.Expr) -> sympy.Expr:
    """a/b, which SymPy may not cancel."""
    return as_written(sympy.Mul, a, as_written(sympy.Pow, b, -1))


def root_of_two(digits: int) -> sympy.Rational:
    """√2 rounded down to so many digits."""
    return sympy.Rational(sympy.integer_nthroot(2 * 100**digits, 2)[0], 10**digits)


def total(summand: sympy.Expr, index: sympy.Symbol = i, high: sympy.Expr = k - 1) -> sympy.Sum:
    return sympy.Sum(summand, (index, 0, high))


def given(*facts: Relation | Hypothesis) -> tuple[Hypothesis, ...]:
    return tuple(f if isinstance(f, Hypothesis) else Hypothesis(f"h{n}", f) for n, f in enumerate(facts))


def every(relation: Relation, index: sympy.Symbol = k) -> Hypothesis:
    return Hypothesis(f"for every {index}: {relation.latex}", relation, (index,))


def theorem(
    relation: Relation, rule: Rule, *facts: Relation | Hypothesis, uses: tuple[str, ...] | None = None
) -> Theorem:
    """One step from the facts to the relation, naming all of them unless `uses` says otherwise."""
    hypotheses = given(*facts)
    uses = tuple(h.name for h in hypotheses) if uses is None else uses
    return Theorem("one step", hypotheses, relation, (Step("last", relation, rule, uses),))


def steps(facts: tuple, *lines: Step) -> Theorem:
    return Theorem("several steps", given(*facts), lines[-1].relation, lines)


def case(name: str, why: str, claim: Any, reason: str = "", neighbour: Any = None) -> FalseClaim:
    return FalseClaim(name, why, claim, reason, neighbour)
