"""What each rule shows: this relation and no other, of what is defined."""

from dataclasses import replace

import sympy

from corpus.notation import Q, R, T, U, W, X, Y, Z, as_written, case, i, k, quotient, steps, theorem
from corpus.vectors import DIFFERENTIATED, HOMOGENEOUS, NEARBY
from derivations.rules import Arccos, Arithmetic, ChainRule, Identity, Monotone, Nondegenerate, Positivity, Sign, Square
from derivations.space import Value, gradient
from derivations.statement import at_most, equal, less, nonnegative, positive, unequal

RANGE = nonnegative(X), at_most(X, sympy.pi)
COSINE = sympy.acos(sympy.cos(X))
UNDEFINED = as_written(sympy.acos, as_written(sympy.Mul, quotient(Y, Y), sympy.cos(X)))
SLOPE = Z**2 / (1 + Z**2)
ALONG = equal(Value("L", U + T * Q), Value("L", U))
RELATIONS = (
    case(
        "an identity taken for an order",
        "x + y is not below itself.",
        theorem(less(X + Y, Y + X), Identity()),
        "an identity is an equality",
        theorem(equal(X + Y, Y + X), Identity()),
    ),
    case(
        "an identity taken for a difference",
        "(x + y)² is what it is multiplied out.",
        theorem(unequal((X + Y) ** 2, X**2 + 2 * X * Y + Y**2), Identity()),
        "an identity is an equality",
        theorem(equal((X + Y) ** 2, X**2 + 2 * X * Y + Y**2), Identity()),
    ),
    case(
        "an identity of vectors taken for a difference",
        "x(u + w) is xu + xw.",
        theorem(unequal(X * (U + W), X * U + X * W), Identity()),
        "an identity is an equality",
        theorem(equal(X * (U + W), X * U + X * W), Identity()),
    ),
    case(
        "equal squares taken for an order",
        "√(x²) is not below |x|.",
        theorem(less(sympy.sqrt(X**2), sympy.Abs(X)), Square()),
        "shows an equality",
    ),
    case(
        "equal squares taken for a difference",
        "√(x²) is x where x ≥ 0.",
        theorem(unequal(sympy.sqrt(X**2), X), Square(), nonnegative(X)),
        "shows an equality",
        theorem(equal(sympy.sqrt(X**2), X), Square(), nonnegative(X)),
    ),
    case(
        "squares that are not equal",
        "x² and y² are both nonnegative, and need not be equal.",
        theorem(equal(X**2, Y**2), Square()),
        "the squares are not shown to be equal",
        theorem(equal(X**2, Y**2), Square(), equal(X, Y)),
    ),
    case(
        "squares of what is not defined",
        "y²/y² has no value at y = 0.",
        theorem(equal(quotient(Y**2, Y**2), 1), Square()),
        "division by y",
        theorem(equal(quotient(Y**2, Y**2), 1), Square(), unequal(Y, 0)),
    ),
    case(
        "an arccos taken for an order",
        "arccos(cos x) is not below x where 0 ≤ x ≤ π.",
        theorem(less(COSINE, X), Arccos(), *RANGE),
        "must be an arccos",
        theorem(equal(COSINE, X), Arccos(), *RANGE),
    ),
    case(
        "an arccos taken for a difference",
        "arccos(cos x) is x where 0 ≤ x ≤ π.",
        theorem(unequal(COSINE, X), Arccos(), *RANGE),
        "must be an arccos",
    ),
    case(
        "an arcsine taken for an arccos",
        "arcsin(cos x) = π/2 - x.",
        theorem(equal(sympy.asin(sympy.cos(X)), X), Arccos(), *RANGE),
        "must be an arccos",
    ),
    case(
        "an arccos of what is not defined",
        "y/y cos x has no value at y = 0.",
        theorem(equal(UNDEFINED, X), Arccos(), *RANGE),
        "division by y",
        theorem(equal(UNDEFINED, X), Arccos(), *RANGE, unequal(Y, 0)),
    ),
    case(
        "a sign taken for an equality",
        "That x² ≥ 0 does not make it 0.",
        theorem(equal(X**2, 0), Sign()),
        "not an equality",
    ),
    case(
        "monotone taken for strict",
        "arctan 0 = 0.",
        theorem(less(sympy.atan(Z), Z), Monotone(Z, SLOPE), nonnegative(Z)),
        "monotonicity shows",
        theorem(at_most(sympy.atan(Z), Z), Monotone(Z, SLOPE), nonnegative(Z)),
    ),
    case(
        "monotone taken for a difference",
        "arctan 0 = 0.",
        theorem(unequal(sympy.atan(Z), Z), Monotone(Z, SLOPE), nonnegative(Z)),
        "monotonicity shows",
    ),
    case(
        "chain rule taken for a difference",
        "Equal values have equal derivatives.",
        theorem(unequal(gradient("L", U).dot(Q), 0), ChainRule(T), ALONG),
        "exactly one equality",
        theorem(equal(gradient("L", U).dot(Q), 0), ChainRule(T), ALONG),
    ),
    case(
        "chain rule taken for an order",
        "Equal values have equal derivatives.",
        theorem(less(gradient("L", U).dot(Q), 0), ChainRule(T), ALONG),
        "exactly one equality",
    ),
    case(
        "chain rule from values that differ",
        "Values that differ along a ray may have any slope.",
        theorem(equal(gradient("L", U).dot(Q), 0), ChainRule(T), unequal(Value("L", U + T * Q), Value("L", U))),
        "exactly one equality",
    ),
    case(
        "nondegeneracy taken for a difference",
        "Vectors whose products with every direction agree are equal.",
        theorem(unequal(U, W), Nondegenerate(Q), equal(U.dot(Q), W.dot(Q))),
        "arbitrary",
    ),
    case(
        "nondegeneracy from an order",
        "⟨u, q⟩ ≤ ⟨w, q⟩ is no equality.",
        theorem(equal(U, W), Nondegenerate(Q), at_most(U.dot(Q), W.dot(Q))),
        "arbitrary",
    ),
    case(
        "positivity taken for strict",
        "‖0‖² = 0.",
        theorem(positive(U.dot(U)), Positivity(U)),
        "must read",
        theorem(nonnegative(U.dot(U)), Positivity(U)),
    ),
    case(
        "positivity of another vector",
        "⟨u, u⟩ - ⟨w, w⟩ may be negative.",
        theorem(nonnegative(U.dot(U) - W.dot(W)), Positivity(U)),
        "must read",
    ),
    case(
        "arithmetic from a fact",
        "Numbers need no facts, and 1 = 2 has none that helps.",
        theorem(less(1, 2), Arithmetic(), positive(R)),
        "numbers need no facts",
        theorem(less(1, 2), Arithmetic()),
    ),
    case(
        "powers of negative numbers of unlike parity",
        "One of k and k + 1 is odd: (x - 2)ᵏ (y - 2)ᵏ⁺¹ < 0 where x < 2 and y < 2.",
        theorem(positive((X - 2) ** k * (Y - 2) ** (k + 1)), Sign(), less(X, 2), less(Y, 2)),
        "cannot be read off",
        theorem(positive((2 - X) ** k * (2 - Y) ** (k + 1)), Sign(), less(X, 2), less(Y, 2)),
    ),
    case(
        "powers of one negative number",
        "(x - 2)ᵏ is negative at odd k.",
        theorem(positive((X - 2) ** k * (X - 3)), Sign(), less(X, 2)),
        "cannot be read off",
        theorem(positive((X - 2) * (X - 3)), Sign(), less(X, 2)),
    ),
    case(
        "the sign of something else",
        "xy = 1 says nothing on z.",
        theorem(positive(Z), Sign(), equal(X * Y, 1)),
        "cannot be read off",
        theorem(positive(X * Y), Sign(), equal(X * Y, 1)),
    ),
    case(
        "a sum that ends between integers",
        "Nothing is said on what a sum up to 1/2 is.",
        theorem(nonnegative(sympy.Sum(i, (i, 0, X))), Sign(), nonnegative(X)),
        "between integers",
        theorem(nonnegative(sympy.Sum(i, (i, 0, k))), Sign()),
    ),
    case(
        "the root of a negative number",
        "1 - √2 < 0 has no real root.",
        theorem(equal(sympy.sqrt(1 - sympy.sqrt(2)) + X, X + sympy.sqrt(1 - sympy.sqrt(2))), Identity()),
        "root of",
        theorem(equal(sympy.sqrt(sympy.sqrt(2) - 1) + X, X + sympy.sqrt(sympy.sqrt(2) - 1)), Identity()),
    ),
    case(
        "nondegeneracy in several steps taken for a difference",
        "Vectors whose products with every direction agree are equal.",
        steps(
            (NEARBY,),
            DIFFERENTIATED,
            replace(HOMOGENEOUS, relation=unequal(HOMOGENEOUS.relation.left, HOMOGENEOUS.relation.right)),
        ),
        "shows an equality of vectors",
        steps((NEARBY,), DIFFERENTIATED, HOMOGENEOUS),
    ),
)
