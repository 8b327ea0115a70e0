"""Inequalities, series, numbers."""

import sympy

from corpus.notation import A, X, Y, Z, case, k, root_of_two, theorem
from derivations.claim import Theorem
from derivations.rules import Arithmetic, Monotone, Sign
from derivations.series import Series
from derivations.smt import Smt
from derivations.statement import at_most, equal, less, nonnegative, positive, unequal

FORWARD, SHORT = nonnegative(Z), at_most(Z, 1)
REMAINDER = sympy.Abs(sympy.atan(Z) - Z)


def series(order: int, constant: sympy.Expr, claimed: int | None = None) -> Theorem:
    return theorem(at_most(REMAINDER, constant * Z**order), Series(Z, claimed or order), FORWARD, SHORT)


THIRD_ORDER = series(3, sympy.Rational(1, 2))
ARCTAN = at_most(sympy.atan(Z), Z)
SLOPE = Z**2 / (1 + Z**2)
INEQUALITIES = (
    case(
        "order one too high",
        "arctan z - z is of third order, not of fourth.",
        series(4, sympy.Rational(1, 2)),
        "the order is not 4",
        THIRD_ORDER,
    ),
    case(
        "order one too low",
        "arctan z - z is of third order, not of second.",
        series(2, sympy.Rational(1, 2)),
        "the order is not 2",
        THIRD_ORDER,
    ),
    case(
        "too small a constant",
        "|arctan z - z| ≈ z³/3 near 0.",
        series(3, sympy.Rational(1, 4)),
        "the remainder exceeds",
        THIRD_ORDER,
    ),
    case(
        "order claimed of another power",
        "The rule is told 3, the relation says z².",
        series(2, sympy.Rational(1, 2), claimed=3),
        "the relation must read",
        THIRD_ORDER,
    ),
    case(
        "series across a pole",
        "z/(1 - 2z) has a pole at 1/2.",
        theorem(at_most(sympy.Abs(Z / (1 - 2 * Z)), 100 * Z), Series(Z, 1), FORWARD, SHORT),
        "",
        theorem(at_most(sympy.Abs(Z / (1 + 2 * Z)), 100 * Z), Series(Z, 1), FORWARD, SHORT),
    ),
    case(
        "series without an end",
        "The remainder is bounded on [0, Z], and no Z is given.",
        theorem(THIRD_ORDER.statement, Series(Z, 3), FORWARD),
        "the facts must be exactly",
        THIRD_ORDER,
    ),
    case(
        "strict inequality",
        "x² > 0 fails at x = 0.",
        theorem(positive(X**2), Sign()),
        "cannot be read off",
        theorem(nonnegative(X**2), Sign()),
    ),
    case(
        "arctangent of an index",
        "arctan k is 0 at k = 0, though SymPy takes it for positive.",
        theorem(positive(sympy.atan(k)), Sign()),
        "cannot be read off",
        theorem(nonnegative(sympy.atan(k)), Sign()),
    ),
    case(
        "strict from weak",
        "x ≥ 0 does not give x > 0.",
        theorem(positive(X * Y), Sign(), nonnegative(X), positive(Y)),
        "cannot be read off",
        theorem(nonnegative(X * Y), Sign(), nonnegative(X), nonnegative(Y)),
    ),
    case(
        "product of two unknown signs",
        "xy may be negative.",
        theorem(nonnegative(X * Y), Sign()),
        "cannot be read off",
        theorem(nonnegative(X**2 * Y**2), Sign()),
    ),
    case(
        "certificate of something else",
        "(x - y)² is not x² + y².",
        theorem(nonnegative(X**2 + Y**2 - 3 * X * Y), Sign((X - Y) ** 2)),
        "is not the certificate",
        theorem(nonnegative(X**2 + Y**2 - 2 * X * Y), Sign((X - Y) ** 2)),
    ),
    case(
        "float in a certificate",
        "0.333… is not 1/3.",
        theorem(nonnegative(X**2 / 3), Sign(sympy.Float(1) / 3 * X**2)),
        "Float has no domain",
        theorem(nonnegative(X**2 / 3), Sign(X**2 / 3)),
    ),
    case(
        "monotone with a wrong derivative",
        "The derivative of z - arctan z is z²/(1+z²).",
        theorem(ARCTAN, Monotone(Z, SLOPE * Z), FORWARD),
        "is not the certificate",
        theorem(ARCTAN, Monotone(Z, SLOPE), FORWARD),
    ),
    case(
        "monotone with a negative start",
        "z - arctan z grows, and starts at 0: it is not ≥ 1 there.",
        theorem(at_most(sympy.atan(Z) + 1, Z), Monotone(Z, SLOPE), FORWARD),
        "nonnegative at 0",
        theorem(at_most(sympy.atan(Z) - 1, Z), Monotone(Z, SLOPE), FORWARD),
    ),
    case(
        "monotone the wrong way",
        "arctan z ≤ z for z ≥ 0, not the reverse.",
        theorem(at_most(Z, sympy.atan(Z)), Monotone(Z, -SLOPE), FORWARD),
        "cannot be read off",
        theorem(ARCTAN, Monotone(Z, SLOPE), FORWARD),
    ),
    case(
        "monotone with extra facts on the variable",
        "With z = 5 the slope would be nonnegative only there.",
        theorem(at_most(sympy.atan(Z), Z), Monotone(Z, SLOPE), FORWARD, equal(Z, 5)),
        "must be exactly",
        theorem(ARCTAN, Monotone(Z, SLOPE), FORWARD),
    ),
    case(
        "monotone without a domain",
        "For z < 0, arctan z > z.",
        theorem(ARCTAN, Monotone(Z, SLOPE)),
        "must be exactly",
        theorem(ARCTAN, Monotone(Z, SLOPE), FORWARD),
    ),
    case(
        "monotone with a non-smooth function",
        "|z - 1| falls before it grows, and its slope sign(z - 1) is no certificate.",
        theorem(at_most(1 - sympy.Abs(Z - 1) / 1, 1), Monotone(Z, sympy.sign(Z - 1)), FORWARD),
        "not a smooth expression",
        theorem(at_most(1 - Z**2, 1), Monotone(Z, 2 * Z), FORWARD),
    ),
    case(
        "monotone across a pole",
        "-1/(z - 1) grows wherever it is defined and is negative beyond 1.",
        theorem(at_most(0, -1 / (Z - 1)), Monotone(Z, 1 / (Z - 1) ** 2), FORWARD),
        "division by z - 1",
        theorem(at_most(0, 1 - 1 / (Z + 1)), Monotone(Z, 1 / (Z + 1) ** 2), FORWARD),
    ),
    case(
        "z3 finds a counterexample",
        "x² ≥ x fails between 0 and 1.",
        theorem(at_most(X, X**2), Smt()),
        "z3 finds a counterexample",
        theorem(at_most(X, X**2), Smt(), at_most(1, X)),
    ),
    case(
        "z3 on something that it does not know",
        "The rule must not take an unknown function for a polynomial: exp x > 2 fails.",
        theorem(less(2, sympy.exp(X)), Smt()),
        "z3 finds a counterexample",
    ),
    case(
        "z3 cannot tell",
        "An answer that does not come in time is no proof.",
        theorem(unequal(X**3 + Y**3, Z**3 + 7 * A**5 - 3), Smt(timeout_ms=1), positive(X * Y * Z * A)),
        "z3",
    ),
    case(
        "z3 divides by zero",
        "1/x ≤ 1 fails for x < 1, and 1/0 is nothing.",
        theorem(at_most(1 / X, 1), Smt(), nonnegative(X)),
        "division by x",
        theorem(at_most(1 / X, 1), Smt(), at_most(1, X), positive(X), uses=("h0", "h1"))
        if False
        else theorem(at_most(1 / (1 + X), 1), Smt(), nonnegative(X)),
    ),
    case(
        "arithmetic",
        "√2 + √3 exceeds π, by 5/1000.",
        theorem(less(sympy.sqrt(2) + sympy.sqrt(3), sympy.pi), Arithmetic()),
        "not shown to be true",
        theorem(less(sympy.pi, sympy.sqrt(2) + sympy.sqrt(3)), Arithmetic()),
    ),
    case(
        "arithmetic nearly true",
        "√2 agrees with this fraction to 700 digits, and is irrational.",
        theorem(equal(sympy.sqrt(2), root_of_two(700)), Arithmetic()),
        "not shown to be true",
        theorem(equal(sympy.sqrt(5 + 2 * sympy.sqrt(6)), sympy.sqrt(2) + sympy.sqrt(3)), Arithmetic()),
    ),
    case(
        "arithmetic beyond every precision",
        "√2 agrees with this fraction to 1400 digits, more than the tool looks at.",
        theorem(equal(sympy.sqrt(2), root_of_two(1400)), Arithmetic()),
        "not shown to be true",
    ),
)
