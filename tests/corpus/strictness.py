"""Weak for strict, nonzero for positive, a part for the whole."""

from dataclasses import replace

import sympy

from corpus.notation import F, R, U, W, X, Y, Z, case, every, i, k, steps, theorem, total
from corpus.vectors import DIFFERENTIATED, HOMOGENEOUS, NEARBY
from derivations.rules import Positivity, Sign
from derivations.space import gradient
from derivations.statement import at_most, equal, nonnegative, positive, unequal


def sign(name, why, relation, *facts, neighbour):
    """`neighbour`: a relation and its facts."""
    read = "cannot be read off"
    return case(name, why, theorem(relation, Sign(), *facts), read, theorem(neighbour[0], Sign(), *neighbour[1:]))


def in_every_direction(relation):
    return steps((NEARBY,), DIFFERENTIATED, replace(HOMOGENEOUS, relation=relation))


LOW, APART = nonnegative(X), unequal(X, 0)
STRICTNESS = (
    sign("a root strictly", "√0 = 0.", positive(sympy.sqrt(X)), LOW, neighbour=(nonnegative(sympy.sqrt(X)), LOW)),
    sign(
        "a root that is not 0",
        "√0 = 0.",
        unequal(sympy.sqrt(X), 0),
        LOW,
        neighbour=(positive(sympy.sqrt(X)), positive(X)),
    ),
    sign("a power strictly", "0ᵏ⁺¹ = 0.", positive(X ** (k + 1)), LOW, neighbour=(nonnegative(X ** (k + 1)), LOW)),
    sign("one over what is not 0", "1/x < 0 for x < 0.", positive(1 / X), APART, neighbour=(unequal(1 / X, 0), APART)),
    sign(
        "weakly one over what is not 0",
        "1/x < 0 for x < 0.",
        nonnegative(1 / X),
        APART,
        neighbour=(positive(X**-2), APART),
    ),
    sign("a cube of what is not 0", "x³ < 0 for x < 0.", nonnegative(X**3), APART, neighbour=(unequal(X**3, 0), APART)),
    sign(
        "a sum of nonnegatives strictly",
        "0 + 0 = 0.",
        positive(X + Y),
        LOW,
        nonnegative(Y),
        neighbour=(positive(X + Y), LOW, positive(Y)),
    ),
    sign("a sum of squares strictly", "0² + 0² = 0.", positive(X**2 + Y**2), neighbour=(positive(X**2 + Y**2 + 1),)),
    sign(
        "a fact and what has no sign",
        "z may be below -(x + y).",
        nonnegative(X + Y + Z),
        nonnegative(X + Y),
        neighbour=(nonnegative(X + Y + Z), nonnegative(X + Y), nonnegative(Z)),
    ),
    sign(
        "a positive fact and what has no sign",
        "z may be -(x + y).",
        positive(X + Y + Z),
        positive(X + Y),
        neighbour=(positive(X + Y + Z), positive(X + Y), nonnegative(Z)),
    ),
    sign(
        "the negative of what is at least 0",
        "x + y ≥ 0 leaves x + y = 0.",
        unequal(-X - Y, 0),
        nonnegative(X + Y),
        neighbour=(unequal(-X - Y, 0), positive(X + Y)),
    ),
    sign(
        "what is at most 0",
        "x ≤ 0 leaves x = 0.",
        unequal(X, 0),
        at_most(X, 0),
        neighbour=(unequal(X, 0), positive(X)),
    ),
    sign(
        "a product with what may be 0",
        "‖u‖² may be 0.",
        unequal(U.dot(U) * W.dot(W), 0),
        positive(W.dot(W)),
        neighbour=(nonnegative(U.dot(U) * W.dot(W)),),
    ),
    case(
        "other vectors than those of the fact",
        "ρ∇L(ρu) = ∇L(u) in every direction, not ρ²∇L(ρu).",
        in_every_direction(equal(R**2 * gradient("L", R * U), gradient("L", U))),
        "not the inner product",
        in_every_direction(HOMOGENEOUS.relation),
    ),
    case(
        "the square of a vector that is not defined",
        "(1/y) u is no vector at y = 0.",
        theorem(nonnegative((U / Y).dot(U / Y)), Positivity(U / Y)),
        "division by y",
        theorem(nonnegative((U / Y).dot(U / Y)), Positivity(U / Y), unequal(Y, 0)),
    ),
    sign(
        "an empty sum strictly",
        "A sum of positive numbers is 0 where there is none of them.",
        positive(total(F(i))),
        every(positive(F(k))),
        neighbour=(nonnegative(total(F(i))), every(nonnegative(F(k)))),
    ),
)
