"""What a theorem may say, and a step may use."""

from dataclasses import replace

import sympy

from corpus.notation import F, U, V, W, X, Y, as_written, case, every, k, quotient, steps, theorem
from derivations.claim import Hypothesis, Step, Theorem
from derivations.rules import Identity, Sign
from derivations.smt import Smt
from derivations.statement import at_most, equal, less, nonnegative, positive, unequal

SUM_OF_SQUARES = equal((X + Y) ** 2 + (X - Y) ** 2, 2 * X**2 + 2 * Y**2)
TWO = Step("two", equal(X * Y, 2), Identity(), ("h0", "h1"))
FOUR = Step("four", equal(X**2 * Y**2, 4), Identity(), ("two",))
PRODUCT = (equal(X, 1), equal(Y, 2))
SUM = Step("sum", equal(X + Y, 3), Identity(), ("h0", "h1"))
FROM_SUM = Step("from the sum", equal(X * Y, 2), Identity(), ("sum", "h0"))
SIX = Step("six", equal((X + Y) * (X * Y), 6), Identity(), ("sum", "from the sum"))
STRUCTURE = (
    case(
        "no steps",
        "A statement is not its own proof.",
        Theorem("bare", (), SUM_OF_SQUARES, ()),
        "no steps",
        theorem(SUM_OF_SQUARES, Identity()),
    ),
    case(
        "hypothesis never used",
        "A hypothesis that no step names is not one of the theorem.",
        theorem(SUM_OF_SQUARES, Identity(), positive(X), uses=()),
        "do not lead to the statement",
        theorem(SUM_OF_SQUARES, Identity()),
    ),
    case(
        "hypothesis named but not needed",
        "A proof names only what it uses.",
        theorem(SUM_OF_SQUARES, Identity(), positive(X)),
        "does not need",
        theorem(SUM_OF_SQUARES, Identity()),
    ),
    case(
        "conclusion unrelated to the steps",
        "The steps show something else.",
        replace(steps(PRODUCT, TWO, FOUR), statement=equal(X, Y)),
        "the last step is not the statement",
        steps(PRODUCT, TWO, FOUR),
    ),
    case(
        "last step not the statement",
        "The statement is proved, but something else is proved after it.",
        replace(steps(PRODUCT, TWO, FOUR), statement=TWO.relation),
        "the last step is not the statement",
        steps(PRODUCT, TWO),
    ),
    case(
        "statement with another operator",
        "xy = 2 is not xy ≤ 2.",
        replace(steps(PRODUCT, TWO), statement=at_most(X * Y, 2)),
        "the last step is not the statement",
    ),
    case(
        "step that leads nowhere",
        "A step that the statement does not rest on is no part of its proof.",
        steps(PRODUCT, Step("aside", SUM_OF_SQUARES, Identity()), TWO),
        "do not lead to the statement",
        steps(PRODUCT, TWO),
    ),
    case(
        "fact not named",
        "x + y = 3 alone does not give xy = 2: the step needs x = 1 as well, and does not name it.",
        steps(PRODUCT, SUM, replace(FROM_SUM, uses=("sum",))),
        "does not reduce to 0",
        steps(PRODUCT, SUM, FROM_SUM),
    ),
    case(
        "fact that does not exist",
        "Nothing is called h2.",
        steps(PRODUCT, replace(TWO, uses=("h0", "h1", "h2"))),
        "no hypothesis or earlier step provides",
    ),
    case(
        "later step used",
        "A step rests on earlier ones only.",
        steps(PRODUCT, FROM_SUM, SUM, SIX),
        "no hypothesis or earlier step provides",
        steps(PRODUCT, SUM, FROM_SUM, SIX),
    ),
    case(
        "circular step",
        "A step does not prove itself.",
        steps((), Step("x is y", equal(X, Y), Identity(), ("x is y",))),
        "no hypothesis or earlier step provides",
    ),
    case(
        "statement assumed",
        "Whoever assumes the statement has proved nothing.",
        theorem(equal(X, Y), Identity(), equal(X, Y)),
        "one of the hypotheses",
    ),
    case(
        "two hypotheses of the same name",
        "The second would silently replace the first.",
        theorem(TWO.relation, Identity(), Hypothesis("h", PRODUCT[0]), Hypothesis("h", PRODUCT[1])),
        "a name is used twice",
        theorem(TWO.relation, Identity(), Hypothesis("h", PRODUCT[0]), Hypothesis("g", PRODUCT[1])),
    ),
    case(
        "step named like a hypothesis",
        "The step would replace the hypothesis.",
        steps(PRODUCT, replace(TWO, name="h0"), replace(FOUR, uses=("h0",))),
        "a name is used twice",
        steps(PRODUCT, TWO, FOUR),
    ),
    case(
        "contradictory hypotheses",
        "Nothing is both less than 0 and greater, so anything would follow.",
        theorem(less(X * Y, 0), Smt(), positive(X), less(X, 0)),
        "contradict each other",
        theorem(less(X * Y, 0), Smt(), positive(X), less(Y, 0)),
    ),
    case(
        "hypotheses against Cauchy and Schwarz",
        "No unit vectors have inner product 2.",
        theorem(equal((U + W).dot(U + W), 6), Identity(), equal(U.dot(U), 1), equal(W.dot(W), 1), equal(U.dot(W), 2)),
        "contradict each other",
        theorem(equal((U + W).dot(U + W), 4), Identity(), equal(U.dot(U), 1), equal(W.dot(W), 1), equal(U.dot(W), 1)),
    ),
    case(
        "hypotheses that contradict each other at one index",
        "v(k) > 0 for every k, and v(0) = -1.",
        theorem(equal(X + V(0), 5), Identity(), every(positive(V(k))), equal(V(0), -1), equal(X, 6)),
        "contradict each other",
    ),
    case(
        "hypotheses that no angle satisfies",
        "No cosine is 2.",
        theorem(equal(Y, 7), Identity(), equal(sympy.cos(X), 2), equal(Y, sympy.cos(X) + 5)),
        "contradict each other",
        theorem(equal(Y, 6), Identity(), equal(sympy.cos(X), 1), equal(Y, sympy.cos(X) + 5)),
    ),
    case(
        "the same said twice",
        "x = y and y = x say nothing on 1.",
        theorem(equal(X, 1), Identity(), equal(X, Y), equal(Y, X)),
        "does not reduce to 0",
        theorem(equal(X, 0), Identity(), equal(X, 2 * Y), equal(Y, 2 * X)),
    ),
    case(
        "division by zero hidden in a definition",
        "x = 1/y has no meaning at y = 0, so xy = 1 does not follow from it for every y.",
        theorem(equal(X * Y, 1), Identity(), equal(X, 1 / Y)),
        "may be undefined: division by y",
        theorem(equal(X * Y, 1), Identity(), equal(X, 1 / Y), unequal(Y, 0)),
    ),
    case(
        "root hidden in a definition",
        "x = √y has no meaning at y = -1.",
        theorem(equal(X**2, Y), Identity(), equal(X, sympy.sqrt(Y))),
        "may be undefined: root of y",
        theorem(equal(X**2, Y), Identity(), equal(X, sympy.sqrt(Y)), nonnegative(Y)),
    ),
    case(
        "hypothesis hidden in a symbol",
        "That y ≠ 0 is a hypothesis, which nobody who reads the theorem sees.",
        theorem(equal(quotient(*[sympy.Symbol("y", real=True, nonzero=True)] * 2), 1), Identity()),
        "belong in a hypothesis",
        theorem(equal(quotient(Y, Y), 1), Identity(), unequal(Y, 0)),
    ),
    case(
        "complex symbol",
        "The square of a complex number need not be nonnegative.",
        theorem(nonnegative(as_written(sympy.Pow, sympy.Symbol("w"), 2)), Sign()),
        "w assumes",
        theorem(nonnegative(X**2), Sign()),
    ),
    case(
        "hypothesis hidden in a function",
        "That f is positive is a hypothesis.",
        theorem(positive(sympy.Function("f", positive=True)(k)), Sign()),
        "only realness is assumed",
        theorem(positive(F(k) + 1), Sign(), every(positive(F(k)))),
    ),
    case(
        "two symbols written alike",
        "x¹ and x₁ would be told apart by nobody who reads β₁ - β₁ ≠ 0.",
        theorem(
            equal(sympy.Symbol("beta_1", real=True) - sympy.Symbol("beta1", real=True), 0), Identity(), positive(X)
        ),
        "two different symbols are both written",
    ),
    case(
        "a sign on vectors",
        "Vectors are not ordered.",
        theorem(at_most(U, W), Sign()),
        "vectors have no order",
    ),
    case(
        "a vector equality for z3",
        "z3 knows numbers only, and the tool must say so rather than fail.",
        theorem(positive(X), Smt(), equal(U, W)),
        "knows only numbers",
    ),
)
