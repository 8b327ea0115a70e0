"""Printed statements that are judged false or short of a hypothesis, as they stand, in numbers: what has to be found.

Each is written from the claim's printed statement, for the smallest case that it speaks of, and not from its witness.
"""

from collections.abc import Iterator

import sympy

from derivations.statement import Relation, at_most, equal, less, positive
from verify.search.relations import target
from verify.search.target import Target

LR, DECAY, ALPHA, LEVEL, LOW, VARIANCE, R, G, X, Y, S = sympy.symbols("eta lambda alpha L l V r g x y s", real=True)
RISE, T = sympy.symbols("rise t", real=True)
K = sympy.Symbol("k", integer=True, nonnegative=True)
BELOW_ONE = (positive(ALPHA), less(ALPHA, 1), positive(LEVEL), positive(X))
SMALL = (positive(LR), positive(DECAY), at_most(LR * DECAY, sympy.Rational(1, 10)))
NOISE = (positive(LEVEL), positive(LOW), less(LOW, LEVEL), positive(VARIANCE))


def _third(decayed: sympy.Expr) -> Relation:
    """Condition 3 of Theorem 1: l is not too small; `decayed`: λη."""
    return less(2 * (2 * decayed / (1 - 2 * decayed)) ** 2 * LEVEL, LOW)


def _root(e: sympy.Expr) -> sympy.Expr:
    return sympy.sqrt(e)


def _smd_l2() -> tuple[Relation, tuple[Relation, ...]]:
    """(35) at t = 3, after a step that (34) allows and one that it fixes."""
    second = ALPHA * X + LEVEL / X + RISE
    third, fixed = ALPHA * second + LEVEL / second, _root(LEVEL / (1 - ALPHA))
    return at_most(fixed - ALPHA**2 * sympy.Abs(fixed - X), third), (*BELOW_ONE, at_most(0, RISE))


def _smd_t1() -> tuple[Relation, tuple[Relation, ...]]:
    """At rest, without noise: the printed fixed point is off, and the floor Vη²/l is to cover it."""
    exact, printed = _root(LR * LEVEL / (DECAY * (2 - LR * DECAY))), _root(LR * LEVEL / (2 * DECAY))
    return at_most((exact - printed) ** 2, VARIANCE * LR**2 / LOW), (*SMALL, *NOISE, _third(LR * DECAY))


def _smd_t3_sgd() -> tuple[Relation, tuple[Relation, ...]]:
    """At rest, without noise, the angle is arccos(1 - ηλ); V/(Ll) is to cover its distance from √(2ηλ)."""
    off = sympy.acos(1 - S) - _root(2 * S)
    return less(off**2, VARIANCE / (LEVEL * LOW)), (positive(S), at_most(S, sympy.Rational(1, 20)), *NOISE, _third(S))


def _sp_t4_small() -> tuple[Relation, tuple[Relation, ...]]:
    """(52), with > for ≫."""
    q = 1 - S
    return less(1, (1 - q ** (4 * K)) / (q**-4 - 1)), (positive(S), less(S, 1), less(1, K))


def _psi_t4() -> tuple[Relation, tuple[Relation, ...]]:
    """T = 1 for ℒ = y²/2‖w‖², whose constant on the circle is 1: ‖∇ℒ(w_0)‖² ≤ 2ℒ(w_0)."""
    square = X**2 + Y**2
    return at_most(X**2 * Y**2 / square**3, Y**2 / square), (positive(square),)


def _psi_e17() -> tuple[Relation, tuple[Relation, ...]]:
    """One block: with x, y the squares of ∇_v ℒ and ∇_g ℒ, x/r² + (1 + 1/r²)y ≤ x + y if r ≥ 1."""
    return at_most(X / R**2 + (1 + 1 / R**2) * Y, X + Y), (at_most(1, R), at_most(0, X), at_most(0, Y))


PRINTED = {
    "SMD-L2": _smd_l2,
    "SMD-T1": _smd_t1,
    "SMD-T3-SGD": _smd_t3_sgd,
    "SMD-E13": lambda: (less(R**2, R**2 + (LR * G) ** 2), (positive(LR), positive(R))),
    "SMD-ETA": lambda: (
        equal(LR / _root(LR * LEVEL / (DECAY * (2 - LR * DECAY))), _root(LR * DECAY)),
        (*SMALL, NOISE[0]),
    ),
    "SP-T4-SMALL": _sp_t4_small,
    "SP-T4-R": lambda: (equal(R**2 + G**2 / R**2, _root(2 * G**2 + R**4)), (positive(R), positive(G))),
    "PSI-T4": _psi_t4,
    "PSI-E17": _psi_e17,
}
"""By claim: the statement, and the hypotheses that are printed with it."""


def targets() -> Iterator[Target]:
    """Each as a target."""
    for claim, made in PRINTED.items():
        statement, facts = made()
        yield target(claim, "printed", statement, facts, false=True)
