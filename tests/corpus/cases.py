"""Case distinctions."""

import sympy

from corpus.notation import X, Y, case, theorem
from derivations.rules import Cases, Identity, Sign
from derivations.statement import at_most, equal, less, nonnegative

CASES = (
    case(
        "true where x is at most 1 only",
        "x ≤ 1 does not hold where x ≥ 1.",
        theorem(at_most(X, 1), Cases(X - 1, Sign(), Sign())),
        "where",
        theorem(at_most(-sympy.Abs(X), 1), Cases(X - 1, Sign(), Sign())),
    ),
    case(
        "true where x is at least 1 only",
        "1 ≤ x does not hold where x ≤ 1.",
        theorem(at_most(1, X), Cases(X - 1, Sign(), Sign())),
        "where",
    ),
    case(
        "strict in both cases",
        "At x = 1, which belongs to both, x² - 2x + 1 is 0.",
        theorem(less(0, (X - 1) ** 2), Cases(X - 1, Sign(), Sign())),
        "where",
        theorem(at_most(0, (X - 1) ** 2), Cases(X - 1, Sign(), Sign())),
    ),
    case(
        "cases of what is not defined",
        "1/x has no sign at x = 0.",
        theorem(nonnegative(Y**2), Cases(1 / X, Sign(), Sign())),
        "the cases are not defined",
        theorem(nonnegative(Y**2), Sign()),
    ),
    case(
        "cases of the root of what may be negative",
        "√x is no case where x < 0.",
        theorem(nonnegative(Y**2), Cases(sympy.sqrt(X), Sign(), Sign())),
        "the cases are not defined",
        theorem(nonnegative(Y**2), Sign()),
    ),
    case(
        "a case that divides",
        "Where x ≥ 0, x may still be 0.",
        theorem(nonnegative(1 / (X * sympy.Abs(X) + X**2)), Cases(X, Sign(), Sign())),
        "",
    ),
    case(
        "an identity in one case only",
        "|x| = x only where x ≥ 0.",
        theorem(equal(sympy.Abs(X), X), Cases(X, Identity(), Identity())),
        "where",
    ),
    case(
        "a case inside a case",
        "Where 0 ≤ x and y ≤ 0 the product is not positive.",
        theorem(nonnegative(X * Y), Cases(X, Cases(Y, Sign(), Sign()), Cases(Y, Sign(), Sign()))),
        "where",
        theorem(nonnegative(X**2 * Y**2), Sign()),
    ),
)
