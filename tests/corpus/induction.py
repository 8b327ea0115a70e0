"""Induction, sums, facts that hold for every index."""

import sympy

from corpus.notation import BETA, F2, F, G, U, V, X, Y, as_written, case, every, i, j, k, quotient, theorem, total
from derivations.claim import Hypothesis, Theorem
from derivations.rules import Identity, Induction, Sign
from derivations.space import gradient
from derivations.statement import Relation, equal, nonnegative, positive, unequal

RECURSION = Hypothesis("recursion", equal(V(k + 1), BETA * V(k) + G(k)), (k,))
NONZERO = Hypothesis("beta", unequal(BETA, 0))
CLOSED = equal(V(k), BETA**k * V(0) + total(BETA ** (k - 1 - i) * G(i)))


def closed(relation: Relation, *facts: Hypothesis) -> Theorem:
    return theorem(relation, Induction(k), *(facts or (RECURSION, NONZERO)))


SOLVED = closed(CLOSED)
DOUBLING = Hypothesis("doubling", equal(V(k + 1), 2 * V(k)), (k,))
START = Hypothesis("start", equal(V(0), 1))
POWERS = theorem(equal(V(k), 2**k), Induction(k), DOUBLING, START)
COUNTED = sympy.Symbol("i", integer=True, positive=True)
INDUCTION = (
    case(
        "off-by-one sum",
        "The sum of k terms ends at k - 1.",
        closed(equal(V(k), BETA**k * V(0) + total(BETA ** (k - 1 - i) * G(i), high=k))),
        "base",
        SOLVED,
    ),
    case(
        "exponent k - i for k - 1 - i",
        "The last gradient has not decayed yet.",
        closed(equal(V(k), BETA**k * V(0) + total(BETA ** (k - i) * G(i)))),
        "step",
        SOLVED,
    ),
    case(
        "decay that may be 0",
        "β^(k-1-i) of the printed sum is split into powers, which needs β ≠ 0.",
        closed(CLOSED, RECURSION),
        "division by beta",
        SOLVED,
    ),
    case(
        "induction without base",
        "v(k+1) = 2v(k) holds for v = 0 as well.",
        theorem(equal(V(k), 2**k), Induction(k), DOUBLING),
        "base",
        POWERS,
    ),
    case(
        "induction with a wrong base",
        "v(0) = 1, not 3.",
        theorem(equal(V(k), 3 * 2**k), Induction(k), DOUBLING, START),
        "base",
        POWERS,
    ),
    case(
        "induction with a wrong step",
        "2k and 2^k agree at no k ≥ 3, though they do at 1 and 2.",
        theorem(equal(V(k), 2 * k + 1), Induction(k), DOUBLING, START),
        "step",
        POWERS,
    ),
    case(
        "induction by a fact at one index only",
        "The recursion is assumed for one k, not for every k.",
        theorem(equal(V(k), 2**k), Induction(k), Hypothesis("doubling", DOUBLING.relation), START),
        "hold at one k only",
        POWERS,
    ),
    case(
        "induction over an index that starts at 1",
        "The step from 0 to 1 is missing: v(1) is not 0.",
        theorem(
            equal(V(sympy.Symbol("k", integer=True, positive=True)), 0),
            Induction(sympy.Symbol("k", integer=True, positive=True)),
            Hypothesis("r", equal(V(k + 1), V(k) * V(1)), (k,)),
            equal(V(0), 0),
        ),
        "",
    ),
    case(
        "induction over even numbers",
        "k + 1 is not even.",
        theorem(
            equal((-1) ** sympy.Symbol("k", even=True, nonnegative=True), 1),
            Induction(sympy.Symbol("k", even=True, nonnegative=True)),
        ),
        "",
    ),
    case(
        "induction over a real number",
        "There are numbers between k and k + 1.",
        theorem(equal(V(X), 0), Induction(X), Hypothesis("r", equal(V(X + 1), V(X)), (X,)), equal(V(0), 0)),
        "must be indices",
        theorem(equal(V(k), 0), Induction(k), Hypothesis("r", equal(V(k + 1), V(k)), (k,)), equal(V(0), 0)),
    ),
    case(
        "index hidden in a name",
        "∇L(ku) is another vector at every k: what is assumed of it at one k does not hold at all.",
        theorem(
            equal(gradient("L", k * U).dot(U) + X, 1), Induction(k), equal(gradient("L", k * U).dot(U), 1), equal(X, 0)
        ),
        "a name hides k",
        theorem(
            equal(gradient("L", U).dot(U) + V(k), 1),
            Induction(k),
            equal(gradient("L", U).dot(U), 1),
            every(equal(V(k + 1), V(k))),
            equal(V(0), 0),
        ),
    ),
    case(
        "y/y under induction",
        "Substitution rebuilds y/y as 1; at y = 0 it is nothing.",
        theorem(equal(as_written(sympy.Mul, V(k), quotient(Y, Y)), 2**k), Induction(k), DOUBLING, START),
        "division by y",
        theorem(equal(as_written(sympy.Mul, V(k), quotient(Y, Y)), 2**k), Induction(k), DOUBLING, START, unequal(Y, 0)),
    ),
    case(
        "sign at even indices",
        "f(2k) > 0 for every k says nothing on f(1).",
        theorem(positive(F(1)), Sign(), every(positive(F(2 * k)))),
        "cannot be read off",
        theorem(positive(F(1)), Sign(), every(positive(F(k)))),
    ),
    case(
        "sign after the start",
        "f(k+1) > 0 for every k ≥ 0 says nothing on f(0).",
        theorem(positive(F(0)), Sign(), every(positive(F(k + 1)))),
        "cannot be read off",
        theorem(positive(F(0)), Sign(), every(positive(F(k)))),
    ),
    case(
        "sign before the start",
        "f(k) > 0 for every k ≥ 0 says nothing on f(-1), which f(k-1) is at k = 0.",
        theorem(positive(F(k - 1)), Sign(), every(positive(F(k)))),
        "cannot be read off",
        theorem(positive(F(k + 1)), Sign(), every(positive(F(k)))),
    ),
    case(
        "sign at another index",
        "f(j) > 0 is assumed for one j; that it is “for every k” does not help.",
        theorem(positive(F(0)), Sign(), every(positive(F(j)))),
        "cannot be read off",
        theorem(positive(F(0)), Sign(), every(positive(F(j)), j)),
    ),
    case(
        "power of the index pulled out of its sum",
        "Σ i^(i+1) is not i Σ i^i: no factor with i in it leaves a sum over i.",
        theorem(
            equal(total(i ** (i + 1)) * total(i ** (i + 2)), total(i ** (i + 3)) * total(i**i)),
            Identity(),
        ),
        "does not reduce to 0",
        theorem(equal(total(X**3 * F(i)) * total(F(i)), total(X * F(i)) * total(X**2 * F(i))), Identity()),
    ),
    case(
        "bound variable captured",
        "Σ F(i, i_) is a row, Σ F(i, i) the diagonal.",
        theorem(equal(total(F2(i, sympy.Symbol("i_", integer=True, nonnegative=True))), total(F2(i, i))), Identity()),
        "does not reduce to 0",
        theorem(equal(total(F2(j, j), j), total(F2(i, i))), Identity()),
    ),
    case(
        "bound variable captured by an inner sum",
        "ΣΣ F(i, j) is not k times the diagonal.",
        theorem(equal(total(total(F2(i, j), j)), total(total(F2(j, j), j))), Identity()),
        "does not reduce to 0",
        theorem(equal(total(total(F2(i, j), j)), total(total(F2(j, i), i), j)), Identity()),
    ),
    case(
        "bound variable taken for a free one",
        "i = j fixes the free i, not the i of the sum.",
        theorem(equal(total(F(i)), total(F(j))), Identity(), equal(i, j)),
        "does not reduce to 0",
        theorem(equal(total(F(i)), total(F(j), j)), Identity()),
    ),
    case(
        "bound variable with an assumption on the free one",
        "0^i is 1 at i = 0, whatever the free i is.",
        theorem(equal(total(sympy.Integer(0) ** i), 0), Identity(), positive(i)),
        "does not reduce to 0",
    ),
    case(
        "bound variable that assumes too much",
        "A sum from 0 does not range over positive integers, so 1/i has no value in it.",
        theorem(
            equal(*[total(quotient(COUNTED, COUNTED), COUNTED)] * 2),
            Identity(),
        ),
        "the index must be an integer",
        theorem(equal(*[total(quotient(i + 1, i + 1))] * 2), Identity()),
    ),
    case(
        "sum to a real number",
        "Σ to x is not a finite sum.",
        theorem(equal(total(F(i), high=X) * 2, total(2 * F(i), high=X)), Identity()),
        "between integers",
        theorem(equal(total(F(i), high=k) * 2, total(2 * F(i), high=k)), Identity()),
    ),
    case(
        "sum that ends before its start",
        "SymPy's Σ_{i=0}^{-3} 1 is -2.",
        theorem(nonnegative(total(sympy.Integer(1), high=k - 3)), Sign()),
        "may lie before its start",
        theorem(nonnegative(total(sympy.Integer(1), high=k - 1)), Sign()),
    ),
    case(
        "infinite sum",
        "Nobody has said that it converges.",
        theorem(nonnegative(sympy.Sum(F(i) ** 2, (i, 0, sympy.oo))), Sign()),
        "Infinity has no domain",
        theorem(nonnegative(total(F(i) ** 2)), Sign()),
    ),
    case(
        "sum of terms of unknown sign",
        "f may be negative.",
        theorem(nonnegative(total(F(i))), Sign()),
        "cannot be read off",
        theorem(nonnegative(total(F(i))), Sign(), every(nonnegative(F(k)))),
    ),
    case(
        "double sum written out in one index",
        "At k = 0 the double sum has four terms f(j), not one.",
        theorem(
            equal(sympy.Sum(F2(i, j), (i, 0, k), (j, 0, 3)), sympy.Sum(F2(0, j), (j, 0, 3)) + X * k),
            Induction(k),
            every(equal(F2(k + 1, j), 0)),
            equal(X, 0),
        ),
        "",
    ),
)
