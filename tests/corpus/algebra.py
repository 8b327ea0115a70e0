"""Identities."""

import sympy

from corpus.notation import BETA, ROOT, A, R, X, Y, Z, as_written, case, k, quotient, theorem
from derivations.rules import Arccos, Identity, Sign, Square
from derivations.statement import equal, nonnegative, positive, unequal

ALGEBRA = (
    case(
        "wrong sign",
        "The cross term of (x - y)² is -2xy.",
        theorem(equal((X - Y) ** 2, X**2 + 2 * X * Y + Y**2), Identity()),
        "does not reduce to 0",
        theorem(equal((X - Y) ** 2, X**2 - 2 * X * Y + Y**2), Identity()),
    ),
    case(
        "wrong power",
        "The effective learning rate of SGD goes with r⁻², not r⁻¹.",
        theorem(equal(A / (R * R), A / R), Identity(), unequal(R, 0)),
        "does not reduce to 0",
        theorem(equal(quotient(A, R * R) * R, A / R), Identity(), unequal(R, 0)),
    ),
    case(
        "y/y without y ≠ 0",
        "y/y has no value at y = 0.",
        theorem(equal(quotient(Y, Y), 1), Identity()),
        "division by y",
        theorem(equal(quotient(Y, Y), 1), Identity(), unequal(Y, 0)),
    ),
    case(
        "y/y for nonnegative y",
        "y ≥ 0 leaves y = 0.",
        theorem(equal(quotient(Y, Y), 1), Identity(), nonnegative(Y)),
        "division by y",
        theorem(equal(quotient(Y, Y), 1), Identity(), positive(Y)),
    ),
    case(
        "root of a square",
        "√(x²) = |x|, which is not x for x < 0.",
        theorem(equal(sympy.sqrt(X**2), X), Identity()),
        "does not reduce to 0",
        theorem(equal(sympy.sqrt(X**2), X), Identity(), nonnegative(X)),
    ),
    case(
        "root of something negative",
        "√x√x = x needs x ≥ 0.",
        theorem(equal(as_written(sympy.Mul, sympy.sqrt(X), sympy.sqrt(X)), X), Identity()),
        "root of x",
        theorem(equal(as_written(sympy.Mul, sympy.sqrt(X), sympy.sqrt(X)), X), Identity(), nonnegative(X)),
    ),
    case(
        "odd root of something negative",
        "SymPy's cube root of -8 is complex, not -2.",
        theorem(equal(sympy.cbrt(X) ** 2 * sympy.cbrt(X), sympy.cbrt(X**3)), Identity()),
        "root of x**3",
        theorem(equal(sympy.cbrt(X**3), X), Identity(), nonnegative(X)),
    ),
    case(
        "product of roots",
        "√x√y = √(xy) fails for x = y = -1.",
        theorem(equal(sympy.sqrt(X * Y), sympy.sqrt(X) * sympy.sqrt(Y)), Square()),
        "root of",
        theorem(equal(sympy.sqrt(X * Y), sympy.sqrt(X) * sympy.sqrt(Y)), Square(), nonnegative(X), nonnegative(Y)),
    ),
    case(
        "square rule with a side of unknown sign",
        "x² = |x|² does not give x = |x|.",
        theorem(equal(X, sympy.Abs(X)), Square()),
        "not known to be nonnegative",
        theorem(equal(X, sympy.Abs(X)), Square(), nonnegative(X)),
    ),
    case(
        "logarithm of something that may be negative",
        "log(x + y) has no real value at x + y = -1.",
        theorem(equal(sympy.log(X + Y) + X, X + sympy.log(Y + X)), Identity()),
        "not known to be positive",
        theorem(equal(sympy.log(X + Y) + X, X + sympy.log(Y + X)), Identity(), positive(X + Y)),
    ),
    case(
        "arccos of anything",
        "arccos x is not real for |x| > 1, where its square is negative.",
        theorem(nonnegative(sympy.acos(X) ** 2), Sign()),
        "not known to lie in [-1, 1]",
        theorem(nonnegative(sympy.acos(X) ** 2), Sign(), nonnegative(1 - X**2)),
    ),
    case(
        "true identity on too large a domain",
        "arccos(1/√(1+z²)) = |arctan z|, which is not arctan z for z < 0.",
        theorem(equal(sympy.acos(1 / ROOT), sympy.atan(Z)), Arccos()),
        "not known to lie in [0, π]",
        theorem(equal(sympy.acos(1 / ROOT), sympy.atan(Z)), Arccos(), nonnegative(Z)),
    ),
    case(
        "arccos of another number",
        "The cosine of arctan z is 1/√(1+z²), not 1/(1+z²).",
        theorem(equal(sympy.acos(1 / (1 + Z**2)), sympy.atan(Z)), Arccos(), nonnegative(Z)),
        "the cosine of the right side",
    ),
    case(
        "the root cancels in a power",
        "b may be 0 and k may be 1: then b^((k-1)²) = 0⁰ = 1, and x is free.",
        theorem(equal(BETA ** ((k - 1) ** 2) * X, 0), Identity(), equal(BETA * X, 0)),
        "division by beta",
        theorem(equal(BETA ** ((k - 1) ** 2) * X, 0), Identity(), equal(BETA * X, 0), unequal(BETA, 0)),
    ),
    case(
        "imaginary unit",
        "A statement about real numbers has no i in it: (x + i)² is not nonnegative.",
        theorem(nonnegative((X + sympy.I) ** 2), Sign()),
        "ImaginaryUnit has no domain",
        theorem(nonnegative((X + Y) ** 2), Sign()),
    ),
    case(
        "infinity",
        "∞ is not a real number, though it would be nonnegative.",
        theorem(nonnegative(as_written(sympy.Add, X**2, sympy.oo)), Sign()),
        "Infinity has no domain",
        theorem(nonnegative(X**2 + 1), Sign()),
    ),
    case(
        "a function without a domain",
        "tan has poles.",
        theorem(equal(sympy.tan(X) + Y, Y + sympy.tan(X)), Identity()),
        "tan has no domain",
        theorem(equal(sympy.atan(X) + Y, Y + sympy.atan(X)), Identity()),
    ),
)
