"""What z3 is told: atoms with no more of a sign than they have."""

import sympy

from corpus.notation import SPACE, U, X, Y, case, k, theorem
from derivations.smt import Smt
from derivations.statement import at_most, equal, less, nonnegative, positive, unequal

SQUARE = SPACE.dot(U, U)


def z3(name, why, relation, *facts, neighbour=None):
    """`neighbour`: a relation from the same facts."""
    found = "z3 finds a counterexample"
    return case(name, why, theorem(relation, Smt(), *facts), found, neighbour and theorem(neighbour, Smt(), *facts))


SOLVER = (
    z3("z3 on a vector that may be 0", "‖0‖² = 0.", positive(SQUARE), neighbour=nonnegative(SQUARE)),
    z3("z3 on an index that may be 0", "k starts at 0.", positive(k), neighbour=nonnegative(k)),
    z3("z3 on a product with an index", "0 · x = 0.", positive(k * X), positive(X), neighbour=nonnegative(k * X)),
    z3("z3 on |0|", "|0| = 0.", positive(sympy.Abs(X)), neighbour=nonnegative(sympy.Abs(X))),
    z3(
        "z3 on the root of 0",
        "√0 = 0.",
        positive(sympy.sqrt(X)),
        nonnegative(X),
        neighbour=nonnegative(sympy.sqrt(X)),
    ),
    z3("z3 on the root of an index", "√0 = 0.", positive(sympy.sqrt(k)), neighbour=nonnegative(sympy.sqrt(k))),
    z3("z3 on -1 below a cosine", "cos π = -1.", less(-1, sympy.cos(X)), neighbour=at_most(-1, sympy.cos(X))),
    z3("z3 on 1 above a cosine", "cos 0 = 1.", less(sympy.cos(X), 1), neighbour=at_most(sympy.cos(X), 1)),
    z3("z3 on -1 below a sine", "sin(-π/2) = -1.", less(-1, sympy.sin(X)), neighbour=at_most(-1, sympy.sin(X))),
    z3("z3 on 1 above a sine", "sin(π/2) = 1.", less(sympy.sin(X), 1), neighbour=at_most(sympy.sin(X), 1)),
    z3("z3 on the sign of a sine", "sin(-1) < 0.", nonnegative(sympy.sin(X))),
    z3("z3 on an arctangent taken for a sine", "arctan 2 > 1.", at_most(sympy.atan(X), 1)),
    z3("z3 on cosh taken for a cosine", "cosh 1 > 1.", at_most(sympy.cosh(X), 1)),
    z3("z3 on the root of a square", "√(x²) = |x|.", equal(sympy.sqrt(X**2), X)),
    z3("z3 on a power of a root", "√x³ < x between 0 and 1.", at_most(X, sympy.sqrt(X) ** 3), nonnegative(X)),
    z3("z3 on one over what is small", "1/x > x between 0 and 1.", at_most(1 / X, X), positive(X)),
    z3("z3 on a real number taken for an integer", "0 < 1/2 < 1.", at_most(1, X), positive(X)),
    z3("z3 on a square taken for an integer", "(1/2)² < 1.", at_most(1, X**2), unequal(X, 0)),
    z3("z3 on strict from weak", "x = 1.", less(X, 1), at_most(X, 1), neighbour=at_most(X, 1 + Y**2)),
    z3("z3 on unequal from weak", "x = 0.", unequal(X, 0), nonnegative(X), neighbour=unequal(X, -1)),
    case(
        "z3 on one over 0",
        "1/x has no value at x = 0, though z3 gives it one.",
        theorem(equal(1 / X + Y, Y + 1 / X), Smt()),
        "division by x",
        theorem(equal(1 / X + Y, Y + 1 / X), Smt(), unequal(X, 0)),
    ),
    case(
        "z3 on the root of what is negative",
        "√x has no value at x = -1, though z3 gives it one.",
        theorem(equal(sympy.sqrt(X) + Y, Y + sympy.sqrt(X)), Smt()),
        "root of x",
        theorem(equal(sympy.sqrt(X) + Y, Y + sympy.sqrt(X)), Smt(), nonnegative(X)),
    ),
    z3("z3 on a cube root taken for a square root", "∛8² = 4.", equal(sympy.cbrt(X) ** 2, X), nonnegative(X)),
    z3("z3 on one over a root", "1/√x > √x between 0 and 1.", at_most(1 / sympy.sqrt(X), sympy.sqrt(X)), positive(X)),
)
