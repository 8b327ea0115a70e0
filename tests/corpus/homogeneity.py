"""Homogeneity."""

import sympy

from corpus.notation import R, X, Y, Z, as_written, case, k, theorem
from derivations.rules import Homogeneous
from derivations.space import Choice, Vector
from derivations.statement import at_most, equal, positive, unequal

POSITIVE = positive(R)
INNER = sympy.Function("inner", real=True)


def degree(d, *weights):
    return Homogeneous(R, weights, (("", d),))


HOMOGENEITY = (
    case(
        "a sum of unequal degrees",
        "(ρx) + 1 is not ρ(x + 1).",
        theorem(equal(R * X + 1, R * (X + 1)), degree(1, (X, 1)), POSITIVE),
        "degrees",
        theorem(equal(R * X + R * Y, R * (X + Y)), degree(1, (X, 1), (Y, 1)), POSITIVE),
    ),
    case(
        "the wrong power",
        "(ρx)² is not ρ³x².",
        theorem(equal((R * X) ** 2, R**3 * X**2), degree(3, (X, 1)), POSITIVE),
        "the degree is 2",
        theorem(equal((R * X) ** 2, R**2 * X**2), degree(2, (X, 1)), POSITIVE),
    ),
    case(
        "a root for a factor of any sign",
        "√(ρ²x²) is |ρ| √(x²).",
        theorem(equal(sympy.sqrt(R**2 * (X**2 + Y**2)), R * sympy.sqrt(X**2 + Y**2)), degree(1, (X, 1), (Y, 1))),
        "positive",
        theorem(
            equal(sympy.sqrt(R**2 * X**2 + R**2 * Y**2), R * sympy.sqrt(X**2 + Y**2)),
            degree(1, (X, 1), (Y, 1)),
            POSITIVE,
        ),
    ),
    case(
        "a root of a sum that is not homogeneous",
        "An ε beside a second moment stays where it is.",
        theorem(equal(sympy.sqrt(R**2 * X + Y), R * sympy.sqrt(X + Y)), degree(1, (X, 2)), POSITIVE),
        "degrees",
        theorem(equal(sympy.sqrt(R**2 * X + R**2 * Y), R * sympy.sqrt(X + Y)), degree(1, (X, 2), (Y, 2)), POSITIVE),
    ),
    case(
        "the cosine of an angle that is scaled",
        "cos(ρx) is not cos x.",
        theorem(equal(sympy.cos(R * X), sympy.cos(X)), degree(0, (X, 1)), POSITIVE),
        "cos of the degree",
        theorem(equal(sympy.cos(as_written(sympy.Mul, X, Y)), sympy.cos(X * Y)), degree(0), POSITIVE),
    ),
    case(
        "a maximum of unequal degrees",
        "max(ρx, y) is not ρ max(x, y).",
        theorem(equal(sympy.Max(R * X, Y), R * sympy.Max(X, Y)), degree(1, (X, 1)), POSITIVE),
        "degrees",
        theorem(equal(sympy.Max(R * X, R * Y), R * sympy.Max(X, Y)), degree(1, (X, 1), (Y, 1)), POSITIVE),
    ),
    case(
        "a choice by what is not homogeneous",
        "x > 1 does not say that ρx > 1.",
        theorem(equal(Choice(R * X - 1, R * X, R * Y), R * Choice(X - 1, X, Y)), degree(1, (X, 1), (Y, 1)), POSITIVE),
        "degrees",
        theorem(
            equal(Choice(R**2 * X * Y, R * X, R * Y), R * Choice(X * Y, X, Y)), degree(1, (X, 1), (Y, 1)), POSITIVE
        ),
    ),
    case(
        "a choice between rules of unequal degrees",
        "RAdam: m or m/√v.",
        theorem(equal(Choice(Z, R * X, Y), R * Choice(Z, X, Y)), degree(1, (X, 1)), POSITIVE),
        "choice between the degrees",
        theorem(equal(Choice(Z, R * X, R * Y), R * Choice(Z, X, Y)), degree(1, (X, 1), (Y, 1)), POSITIVE),
    ),
    case(
        "a power that grows with the step",
        "(ρx)^k has another degree at every k.",
        theorem(equal((R * X) ** k, X**k), degree(0, (X, 1)), POSITIVE),
        "symbolic exponent",
        theorem(equal(R * Y * X**k, R * (Y * X**k)), degree(1, (Y, 1)), POSITIVE),
    ),
    case(
        "a symbol that was not scaled",
        "x y is not of degree 2 where y stays.",
        theorem(equal(R * X * Y, R**2 * X * Y), degree(2, (X, 1), (Y, 1)), POSITIVE),
        "symbols scaled",
        theorem(equal(R**2 * X * Y, R**2 * (X * Y)), degree(2, (X, 1), (Y, 1)), POSITIVE),
    ),
    case(
        "ρ inside the value that is scaled",
        "The value must not know ρ.",
        theorem(equal(R * X + R, R * (X + 1)), degree(0, (X, 1)), POSITIVE),
        "knows no",
    ),
    case(
        "an inequality by homogeneity",
        "Degrees show equalities only.",
        theorem(at_most(R * X, X), degree(1, (X, 1)), POSITIVE),
        "equality",
    ),
    case(
        "an exponential of what is scaled",
        "exp(ρx) has no degree.",
        theorem(equal(sympy.exp(R * X), R * sympy.exp(X)), degree(1, (X, 1)), POSITIVE),
        "exp",
    ),
    case(
        "one of two coefficients",
        "Each coefficient has its own degree.",
        theorem(
            equal(Vector.combine([("e", R * X), ("f", (R * X) ** 2)]), Vector.combine([("e", R * X), ("f", R * X**2)])),
            Homogeneous(R, ((X, 1),), (("e", 1), ("f", 1))),
            POSITIVE,
        ),
        "f: the degree is 2",
        theorem(
            equal(
                Vector.combine([("e", R * X), ("f", (R * X) ** 2)]), Vector.combine([("e", R * X), ("f", R**2 * X**2)])
            ),
            Homogeneous(R, ((X, 1),), (("e", 1), ("f", 2))),
            POSITIVE,
        ),
    ),
    case(
        "an inner product with one factor scaled",
        "<ρx, y> is ρ<x, y>, not ρ²<x, y>.",
        theorem(equal(INNER(R * X, Y), R**2 * INNER(X, Y)), degree(2, (X, 1)), POSITIVE),
        "the degree is 1",
        theorem(equal(INNER(R * X, R * Z), R**2 * INNER(X, Z)), degree(2, (X, 1), (Z, 1)), POSITIVE),
    ),
    case(
        "a function of one argument called inner",
        "Only the inner product, of two vectors, is bilinear: an f of that name may be any function.",
        theorem(equal(INNER(R * X), R * INNER(X)), degree(1, (X, 1)), POSITIVE),
        "inner of the degree",
    ),
    case(
        "a quotient that does not move",
        "ρx/(ρy) is x/y, not ρ²x/y.",
        theorem(equal(X / Y, R**2 * X / Y), degree(2, (X, 1), (Y, 1)), POSITIVE),
        "the degree is 0",
        theorem(equal(R**3 * X / Y, R**3 * (X / Y)), degree(3, (X, 2), (Y, -1)), POSITIVE),
    ),
    case(
        "a sign that does not move",
        "sign(ρx) = sign x, not ρ sign x.",
        theorem(equal(sympy.sign(X), R * sympy.sign(X)), degree(1), POSITIVE),
        "the degree is 0",
        theorem(equal(sympy.sign(as_written(sympy.Mul, R, X)), sympy.sign(X)), degree(0, (X, 1)), POSITIVE),
    ),
    case(
        "a number that does not move",
        "3 is not 3ρ.",
        theorem(equal(sympy.Integer(3), 3 * R), degree(1, (X, 1)), POSITIVE),
        "the degree is 0",
    ),
    case(
        "a symbol that does not move",
        "y, which stays, is not ρy.",
        theorem(equal(Y, R * Y), degree(1, (X, 1)), POSITIVE),
        "the degree is 0",
        theorem(equal(R * Y, R * as_written(sympy.Mul, Y)), degree(1, (Y, 1)), POSITIVE),
    ),
    case(
        "a cosine that does not move",
        "cos y, with y as it was, is not ρ cos y.",
        theorem(equal(sympy.cos(Y), R * sympy.cos(Y)), degree(1, (X, 1)), POSITIVE),
        "the degree is 0",
    ),
    case(
        "a coefficient that does not move",
        "(x/y) u is of degree 0.",
        theorem(
            equal(Vector.combine([("u", X / Y)]), Vector.combine([("u", R * X / Y)])),
            Homogeneous(R, ((X, 1), (Y, 1)), (("u", 1),)),
            POSITIVE,
        ),
        "u: the degree is 0",
        theorem(
            equal(Vector.combine([("u", R * X * Y)]), Vector.combine([("u", R * (X * Y))])),
            Homogeneous(R, ((X, 1),), (("u", 1),)),
            POSITIVE,
        ),
    ),
    case(
        "a root for a factor that is not 0",
        "√(ρ²x²) is |ρ| √(x²): that ρ ≠ 0 is not enough.",
        theorem(
            equal(sympy.sqrt(R**2 * X**2 + R**2 * Y**2), R * sympy.sqrt(X**2 + Y**2)),
            degree(1, (X, 1), (Y, 1)),
            unequal(R, 0),
        ),
        "positive",
    ),
    case(
        "a maximum for a factor that is not 0",
        "max(ρx, ρy) is ρ min(x, y) for ρ < 0.",
        theorem(equal(sympy.Max(R * X, R * Y), R * sympy.Max(X, Y)), degree(1, (X, 1), (Y, 1)), unequal(R, 0)),
        "positive",
    ),
    case(
        "a coefficient on one side only",
        "ρxe + yf is not ρxe.",
        theorem(
            equal(Vector.combine([("e", R * X), ("f", Y)]), Vector.combine([("e", R * X)])),
            Homogeneous(R, ((X, 1),), (("e", 1),)),
            POSITIVE,
        ),
        "of different things",
    ),
)
