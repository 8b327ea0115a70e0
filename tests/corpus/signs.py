"""Signs, integers and angles: what a fact says and what is next to it."""

import sympy

from corpus.notation import SPACE, F, U, V, W, X, Y, Z, case, every, i, k, theorem
from derivations.rules import Arccos, Identity, Sign
from derivations.statement import at_most, equal, less, nonnegative, positive, unequal

INNER, SQUARE = SPACE.dot(U, W), SPACE.dot(U, U)
OPEN = "cannot be read off"


def sign(name, why, relation, *facts, neighbour=None):
    """`neighbour`: a relation, from the same facts; or a relation and its facts."""
    true = neighbour if isinstance(neighbour, tuple) or neighbour is None else (neighbour, *facts)
    return case(name, why, theorem(relation, Sign(), *facts), OPEN, true and theorem(true[0], Sign(), *true[1:]))


def arccos(name, why, relation, *facts, neighbour):
    return case(name, why, theorem(relation, Arccos(), *facts), "[0, π]", theorem(relation, Arccos(), *neighbour))


COSINE = equal(sympy.acos(sympy.cos(X)), X)
LOW, HIGH = nonnegative(X), at_most(X, sympy.pi)
SIGNS = (
    sign(
        "the negative of a positive", "x < 0 says that -x > 0, not x.", positive(X), less(X, 0), neighbour=positive(-X)
    ),
    sign(
        "the negative of a nonnegative",
        "x ≤ 0 says that -x ≥ 0, not x.",
        nonnegative(X),
        at_most(X, 0),
        neighbour=nonnegative(-X),
    ),
    sign("weakly the negative of a positive", "x < 0 does not give x ≥ 0.", nonnegative(X), less(X, 0)),
    sign(
        "an order turned round", "y < x is not x < y.", less(X, Y), less(Y, X), neighbour=(positive(X - Y), less(Y, X))
    ),
    sign("a sum turned round", "y < x + z is not x + z < y.", less(X + Z, Y), less(Y, X + Z)),
    sign(
        "squares turned round",
        "x² < y² leaves x² - y² below 0.",
        positive(X**2 - Y**2),
        less(X**2, Y**2),
        neighbour=positive(Y**2 - X**2),
    ),
    sign(
        "an inner product turned round",
        "⟨u, w⟩ < 0 is not ⟨u, w⟩ > 0.",
        positive(INNER),
        less(INNER, 0),
        neighbour=positive(-INNER),
    ),
    sign(
        "a sequence turned round",
        "v(k) < 0 at every k is not v(k) > 0.",
        positive(V(k)),
        every(less(V(k), 0)),
        neighbour=positive(-V(k)),
    ),
    sign(
        "one value of a sequence turned round", "v(k+1) < 0 is not v(k+1) > 0.", positive(V(k + 1)), less(V(k + 1), 0)
    ),
    sign(
        "nonzero taken for nonnegative in a sum",
        "x + y ≠ 0 leaves x + y = -1, hence no sign of x + y + z².",
        nonnegative(X + Y + Z**2),
        unequal(0, X + Y),
        neighbour=(nonnegative(X + Y + Z**2), nonnegative(X + Y)),
    ),
    sign(
        "nonzero taken for nonpositive in a sum",
        "x + y ≠ 0 leaves x + y = 1, hence no sign of z² - x - y.",
        nonnegative(Z**2 - X - Y),
        unequal(X + Y, 0),
        neighbour=(nonnegative(Z**2 - X - Y), at_most(X + Y, 0)),
    ),
    sign(
        "nonzero taken for positive beside 1",
        "x + y ≠ 0 leaves x + y = -2.",
        positive(1 + X + Y),
        unequal(0, X + Y),
        neighbour=(positive(1 + X + Y), nonnegative(X + Y)),
    ),
    sign("nonzero taken for negative beside 1", "x + y ≠ 0 leaves x + y = 2.", positive(1 - X - Y), unequal(X + Y, 0)),
    sign(
        "nonzero taken for nonnegative beside a squared norm",
        "⟨u, w⟩ + x ≠ 0 may be far below -‖u‖².",
        nonnegative(SQUARE + INNER + X),
        unequal(0, INNER + X),
        neighbour=(nonnegative(SQUARE + INNER + X), nonnegative(INNER + X)),
    ),
    sign(
        "a positive sum taken away",
        "z² - (x + y) has no sign where x + y > 0.",
        nonnegative(Z**2 - X - Y),
        positive(X + Y),
        neighbour=positive(Z**2 + X + Y),
    ),
    sign(
        "a sum strictly positive by what is not",
        "x + y + z² may be 0 where x + y ≥ 0.",
        positive(Z**2 + X + Y),
        nonnegative(X + Y),
        neighbour=nonnegative(Z**2 + X + Y),
    ),
    sign(
        "a real number taken for an integer",
        "0 < x does not give 1 ≤ x.",
        at_most(1, X),
        positive(X),
        neighbour=(at_most(1, k), positive(k)),
    ),
    sign("an index one too high", "0 < k does not give 2 ≤ k.", at_most(2, k), positive(k)),
    sign(
        "a value of a sequence taken for an integer",
        "0 < v(k) does not give 1 ≤ v(k).",
        at_most(1, V(k)),
        every(positive(V(k))),
        neighbour=(positive(1 + V(k)), every(positive(V(k)))),
    ),
    sign(
        "a squared norm taken for an integer", "0 < ‖u‖² does not give 1 ≤ ‖u‖².", at_most(1, SQUARE), positive(SQUARE)
    ),
    case(
        "π times a real number taken for an integer",
        "cos(πx)² = 1 at integers only.",
        theorem(equal(sympy.cos(sympy.pi * X) ** 2, 1), Identity(), positive(X)),
        "does not reduce to 0",
        theorem(equal(sympy.cos(sympy.pi * k) ** 2, 1), Identity()),
    ),
    case(
        "π times what is not 0",
        "sin(πx) = 0 at integers only.",
        theorem(equal(sympy.sin(sympy.pi * X), 0), Identity(), unequal(X, 0)),
        "does not reduce to 0",
        theorem(equal(sympy.sin(sympy.pi * k), 0), Identity()),
    ),
    sign(
        "1 above an arctangent",
        "arctan x exceeds 1 from tan 1 on.",
        positive(1 - sympy.atan(X)),
        neighbour=positive(sympy.pi / 2 - sympy.atan(X)),
    ),
    sign(
        "minus 11/10 below an arctangent",
        "arctan x comes near -π/2.",
        positive(sympy.Rational(11, 10) + sympy.atan(X)),
        neighbour=positive(2 + sympy.atan(X)),
    ),
    sign("3/2 weakly above an arctangent", "π/2 exceeds 3/2.", nonnegative(sympy.Rational(3, 2) + sympy.atan(X))),
    sign(
        "3 above twice an arctangent",
        "2 arctan x comes near π.",
        positive(3 - 2 * sympy.atan(X)),
        neighbour=positive(4 - 2 * sympy.atan(X)),
    ),
    sign(
        "2 above two arctangents",
        "Their sum comes near π.",
        positive(2 - sympy.atan(X) - sympy.atan(Y)),
        neighbour=positive(sympy.pi - sympy.atan(X) - sympy.atan(Y)),
    ),
    sign(
        "an arctangent and what has no bound",
        "y is as large as it likes.",
        positive(sympy.pi / 2 - sympy.atan(X) - Y),
        neighbour=positive(sympy.pi / 2 - sympy.atan(X)),
    ),
    sign(
        "an arctangent times what has no bound", "x arctan x is as large as it likes.", positive(2 - X * sympy.atan(X))
    ),
    sign(
        "an arcsine taken for an arctangent with another factor",
        "2 arcsin 1 = π exceeds 2.",
        positive(2 - 2 * sympy.asin(X)),
        nonnegative(1 - X**2),
    ),
    arccos(
        "an angle without an upper end",
        "arccos(cos x) = 2π - x where π ≤ x ≤ 2π.",
        COSINE,
        LOW,
        neighbour=(LOW, HIGH),
    ),
    arccos("an angle without a lower end", "arccos(cos x) = -x where -π ≤ x ≤ 0.", COSINE, HIGH, neighbour=(LOW, HIGH)),
    arccos(
        "an angle between vectors without an upper end",
        "cos x = ⟨u, w⟩ has more than one x ≥ 0.",
        equal(sympy.acos(INNER), X),
        equal(INNER, sympy.cos(X)),
        LOW,
        neighbour=(equal(INNER, sympy.cos(X)), LOW, HIGH),
    ),
    case(
        "three times an arctangent as an angle",
        "3 arctan z exceeds π from tan(π/3) on.",
        theorem(equal(sympy.acos(sympy.cos(3 * sympy.atan(Z))), 3 * sympy.atan(Z)), Arccos(), nonnegative(Z)),
        "[0, π]",
        theorem(equal(sympy.acos(sympy.cos(2 * sympy.atan(Z))), 2 * sympy.atan(Z)), Arccos(), nonnegative(Z)),
    ),
    sign(
        "a sum from below 0",
        "-3 - 2 - 1 is negative: an index that starts at -3 is no index.",
        nonnegative(sympy.Sum(sympy.Symbol("i", integer=True) ** 3, (sympy.Symbol("i", integer=True), -3, k))),
        neighbour=(nonnegative(sympy.Sum(i**3, (i, 0, k))),),
    ),
    sign(
        "a sum of a sequence of another sign",
        "f(i) ≤ 0 at every i makes no sum nonnegative.",
        nonnegative(sympy.Sum(F(i), (i, 0, k))),
        every(at_most(F(k), 0)),
        neighbour=(nonnegative(sympy.Sum(F(i), (i, 0, k))), every(nonnegative(F(k)))),
    ),
)
