"""Vectors and derivatives along them."""

from dataclasses import replace

import sympy

from corpus.notation import SPACE, A, C, E, P, Q, R, T, U, W, X, Y, case, steps, theorem
from derivations.claim import Hypothesis, Step, Theorem
from derivations.rules import ChainRule, Identity, Nondegenerate, Positivity, Square
from derivations.space import ONES, Value, gradient, vector
from derivations.statement import Relation, equal, nonnegative, positive, unequal

SQUARED_STEP = (U - A * P).dot(U - A * P)
UNIT, TANGENT = Hypothesis("unit", equal(U.dot(U), 1)), Hypothesis("tangent", equal(U.dot(P), 0))
POSITIVE_R, H1 = Hypothesis("r", positive(R)), Hypothesis("H1", positive(1 - A * C))
RATE = Hypothesis("rate", equal(E, A / (1 - A * C)))
AFTER = R * (U - A * (C * U + P))
STRETCH = sympy.sqrt(1 + E**2 * P.dot(P))
SQUARED = Step(
    "squared", equal(AFTER.dot(AFTER), R**2 * ((1 - A * C) ** 2 + A**2 * P.dot(P))), Identity(), ("unit", "tangent")
)
RATIO = Step("ratio", equal(AFTER.norm() / R, (1 - A * C) * STRETCH), Square(), ("squared", "r", "H1", "rate"))
IMAGE = Step(
    "image", equal(AFTER / AFTER.norm(), (U - E * P) / STRETCH), Identity(), ("ratio", "squared", "r", "H1", "rate")
)
THEOREM_2 = steps((UNIT, TANGENT, POSITIVE_R, RATE, H1), SQUARED, RATIO, IMAGE)
NONZERO_FACTOR = Hypothesis("H1", unequal(1 - A * C, 0))


def theorem_2(image: Relation = IMAGE.relation, h1: Hypothesis = H1, uses: tuple[str, ...] = SQUARED.uses) -> Theorem:
    lines = (replace(SQUARED, uses=uses), RATIO, replace(IMAGE, relation=image))
    return steps((UNIT, TANGENT, POSITIVE_R, RATE, h1), *lines)


def along(direction) -> Step:
    return Step("in every direction", equal((A * U).dot(direction), W.dot(direction)), Identity(), ("h0",))


NEARBY = equal(Value("L", R * (U + T * Q)), Value("L", U + T * Q))
DIFFERENTIATED = Step(
    "differentiated",
    equal((R * gradient("L", R * U)).dot(Q), gradient("L", U).dot(Q)),
    ChainRule(T),
    ("h0",),
)
HOMOGENEOUS = Step(
    "as vectors", equal(R * gradient("L", R * U), gradient("L", U)), Nondegenerate(Q), ("differentiated",)
)
RAY = equal(Value("L", (1 + T) * U), Value("L", U))
VECTORS = (
    case(
        "H1 dropped",
        "Without 1 - A⟨c,u⟩ > 0 the image may be the antipode.",
        theorem_2(h1=NONZERO_FACTOR),
        "not known to be nonnegative",
        THEOREM_2,
    ),
    case(
        "wrong sign in Theorem 2",
        "The step goes along -c⊥.",
        theorem_2(image=equal(AFTER / AFTER.norm(), (U + E * P) / STRETCH)),
        "does not reduce to 0",
        THEOREM_2,
    ),
    case(
        "orthogonality used without the hypothesis",
        "‖u - Ap‖² has the term -2A⟨u,p⟩.",
        theorem(equal(SQUARED_STEP, 1 + A**2 * P.dot(P)), Identity(), UNIT),
        "does not reduce to 0",
        theorem(equal(SQUARED_STEP, 1 + A**2 * P.dot(P)), Identity(), UNIT, TANGENT),
    ),
    case(
        "Gram entry of a vector that is not a unit vector",
        "‖u‖² is 1 only if that is assumed.",
        theorem(equal(SQUARED_STEP, 1 + A**2 * P.dot(P)), Identity(), TANGENT),
        "does not reduce to 0",
        theorem(equal(SQUARED_STEP, U.dot(U) + A**2 * P.dot(P)), Identity(), TANGENT),
    ),
    case(
        "vectors equal in one coefficient only",
        "The coefficients of u agree, those of p do not.",
        theorem(equal((X + Y) * U + X * P, Y * U + X * U + Y * P), Identity()),
        "the coefficient of p",
        theorem(equal((X + Y) * U + X * P, Y * U + X * U + X * P), Identity()),
    ),
    case(
        "elementwise products and quotients in another order",
        "√p ⊘ (√q ⊙ b) is not (√p ⊘ √q) ⊙ b, though brackets left out would print them alike.",
        theorem(
            equal(
                SPACE.sqrt(P) / (SPACE.sqrt(Q) * vector("b")),
                (SPACE.sqrt(P) / SPACE.sqrt(Q)) * vector("b"),
            ),
            Identity(),
        ),
        "does not reduce to 0",
        theorem(equal((SPACE.sqrt(P) * vector("b")) * ONES, vector("b") * SPACE.sqrt(P)), Identity()),
    ),
    case(
        "positivity of an inner product",
        "⟨u, w⟩ may be negative; only ⟨u, u⟩ is not.",
        theorem(nonnegative(U.dot(W)), Positivity(U)),
        "must read",
        theorem(nonnegative((U - A * W).dot(U - A * W)), Positivity(U - A * W)),
    ),
    case(
        "direction that occurs in the vectors",
        "⟨Aw, w⟩ = ⟨w, w⟩ says nothing on other directions than w.",
        steps(
            (equal(A, 1),),
            Step("d", equal((A * W).dot(W), W.dot(W)), Identity(), ("h0",)),
            Step("v", equal(A * W, W), Nondegenerate(W), ("d",)),
        ),
        "occurs in the vectors",
        steps((NEARBY,), DIFFERENTIATED, HOMOGENEOUS),
    ),
    case(
        "direction fixed by a hypothesis",
        "Both are orthogonal to the one vector q, and need not be equal.",
        steps(
            (equal(Q.dot(U), 0), equal(Q.dot(W), 0)),
            Step("d", equal(U.dot(Q), W.dot(Q)), Identity(), ("h0", "h1")),
            Step("v", equal(U, W), Nondegenerate(Q), ("d",)),
        ),
        "takes q to be arbitrary",
        steps((NEARBY,), DIFFERENTIATED, HOMOGENEOUS),
    ),
    case(
        "direction given by the hypothesis itself",
        "Equal inner products with one vector do not make two vectors equal.",
        theorem(equal(U, W), Nondegenerate(Q), equal(U.dot(Q), W.dot(Q))),
        "takes q to be arbitrary",
    ),
    case(
        "gradient as the arbitrary direction",
        "A loss that is as steep along u as along w does not make them equal.",
        steps(
            (equal(Value("L", P + T * U), Value("L", P + T * W)),),
            Step("d", equal(gradient("L", P).dot(U), gradient("L", P).dot(W)), ChainRule(T), ("h0",)),
            Step("v", equal(U, W), Nondegenerate(gradient("L", P)), ("d",)),
        ),
        "not the name of an arbitrary vector",
    ),
    case(
        "direction times 0",
        "⟨u, xq⟩ = ⟨w, xq⟩ holds for x = 0, whatever u and w are.",
        steps(
            (equal(X, 0),),
            Step("d", equal(U.dot(X * Q), W.dot(X * Q)), Identity(), ("h0",)),
            Step("v", equal(U, W), Nondegenerate(X * Q), ("d",)),
        ),
        "not the name of an arbitrary vector",
    ),
    case(
        "chain rule with a wrong factor",
        "The derivative of L(ρ(u + tq)) in t is ρ⟨∇L(ρu), q⟩.",
        theorem(equal(gradient("L", R * U).dot(Q), gradient("L", U).dot(Q)), ChainRule(T), NEARBY),
        "not the two sides",
        theorem(DIFFERENTIATED.relation, ChainRule(T), NEARBY),
    ),
    case(
        "chain rule applied to an unrelated value",
        "The hypothesis is about L, the statement about M.",
        theorem(equal(gradient("M", U).dot(U), 0), ChainRule(T), RAY),
        "not the two sides",
        theorem(equal(gradient("L", U).dot(U), 0), ChainRule(T), RAY),
    ),
    case(
        "chain rule at one value of the parameter",
        "L(u + tq) = L(u) at t = 0 is always true.",
        steps(
            (equal(Value("L", U + T * Q), Value("L", U)), equal(T, 0)),
            Step("d", equal(gradient("L", U).dot(Q), 0), ChainRule(T), ("h0",)),
            Step("e", equal(gradient("L", U).dot(Q), T), Identity(), ("d", "h1")),
        ),
        "takes t to be arbitrary",
        theorem(equal(gradient("L", U).dot(Q), 0), ChainRule(T), equal(Value("L", U + T * Q), Value("L", U))),
    ),
    case(
        "chain rule along a path with a corner",
        "u + |t|q has no derivative at t = 0.",
        theorem(
            equal(gradient("L", U).dot(Q), 0),
            ChainRule(T),
            equal(Value("L", U + T * Q), Value("L", U + sympy.Abs(T) * W)),
        ),
        "not a polynomial",
        theorem(
            equal(gradient("L", U).dot(Q), gradient("L", U).dot(W)),
            ChainRule(T),
            equal(Value("L", U + T * Q), Value("L", U + sympy.sin(T) * W)),
        ),
    ),
    case(
        "chain rule with the parameter inside a name",
        "∇L(tu) moves with t, which its derivative must not forget.",
        theorem(
            equal(gradient("L", U).dot(gradient("L", T * U)), 0),
            ChainRule(T),
            equal(Value("L", U + T * gradient("L", T * U)), Value("L", U)),
        ),
        "a name hides t",
    ),
)
