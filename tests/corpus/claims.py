"""Claims whose verdict is not earned, and witnesses that do not replay."""

from dataclasses import replace

import sympy

from corpus.notation import U, W, X, Y, as_written, case, root_of_two, theorem
from derivations.claim import Claim, Verdict, Witness
from derivations.rules import Identity
from derivations.statement import Relation, at_most, equal, less, unequal

TRUE = theorem(equal((X - Y) ** 2, X**2 - 2 * X * Y + Y**2), Identity())
UNPROVED = theorem(equal((X - Y) ** 2, X**2 + Y**2), Identity())
TWO = sympy.Integer(2)
COUNTEREXAMPLE = Witness("x = 2, y = 1", (less(1, TWO),), equal((TWO - 1) ** 2, TWO**2 + 1))
HOLDS = Claim("X", "none", "nowhere", r"(x-y)^2", Verdict.HOLDS, "It is true.", theorems=(TRUE,))
FALSE = replace(HOLDS, verdict=Verdict.FALSE, theorems=(), witnesses=(COUNTEREXAMPLE,), corrected=(TRUE,))


def witness(printed: Relation, *facts: Relation) -> Witness:
    return Witness("a counterexample", facts, printed)


WITNESSES = (
    case(
        "witness that does not replay",
        "2² - 1² = 3 is true, so it refutes nothing.",
        witness(equal(TWO**2 - 1, 3)),
        "not shown to be false",
        witness(equal(TWO**2 - 1, 4)),
    ),
    case(
        "witness whose given is false",
        "A counterexample must satisfy the hypotheses.",
        witness(equal(TWO, 3), less(TWO, 1)),
        "not shown to be true",
        witness(equal(TWO, 3), less(1, TWO)),
    ),
    case(
        "witness with a free symbol",
        "A counterexample is made of numbers.",
        witness(equal(X, 3)),
        "has free symbols",
        witness(equal(TWO, 3)),
    ),
    case(
        "witness with an undefined side",
        "1/0 differs from nothing.",
        witness(equal(as_written(sympy.Pow, 0, -1), 3)),
        "not shown to be false",
        witness(equal(as_written(sympy.Pow, 2, -1), 3)),
    ),
    case(
        "witness with a complex given",
        "√-1 ≤ √-1 compares what has no order.",
        witness(equal(TWO, 3), at_most(sympy.sqrt(-1), sympy.sqrt(-1))),
        "ImaginaryUnit",
    ),
    case(
        "witness that is nearly an equality",
        "Equal at every precision tried is not equal, and not unequal either.",
        witness(unequal(sympy.sqrt(2), root_of_two(1400))),
        "not shown to be false",
        witness(unequal(sympy.sqrt(2) * sympy.sqrt(3), sympy.sqrt(6))),
    ),
    case(
        "witness of names that mean the same",
        "That u ⊙ w and its quotient by w are written differently does not make them different.",
        witness(equal((U * W) / W, U)),
        "not shown to be false",
        witness(equal(U + W, U)),
    ),
)
CLAIMS = (
    case(
        "holds without a proof",
        "A verdict needs something behind it.",
        replace(HOLDS, theorems=()),
        "needs a proof",
        HOLDS,
    ),
    case(
        "holds with a proof that fails",
        "The proof is open.",
        replace(HOLDS, theorems=(UNPROVED,)),
        "does not reduce to 0",
        HOLDS,
    ),
    case(
        "holds with one proof of two",
        "Half proved is not proved.",
        replace(HOLDS, theorems=(TRUE, UNPROVED)),
        "does not reduce to 0",
        HOLDS,
    ),
    case(
        "holds with a witness against it",
        "What has a counterexample does not hold.",
        replace(HOLDS, witnesses=(COUNTEREXAMPLE,)),
        "no witness against it",
        HOLDS,
    ),
    case(
        "false without a witness",
        "A failed proof refutes nothing.",
        replace(FALSE, witnesses=()),
        "needs a witness",
        FALSE,
    ),
    case(
        "false with a witness that does not replay",
        "The witness satisfies the statement.",
        replace(FALSE, witnesses=(witness(equal(TWO, 2)),)),
        "not shown to be false",
        FALSE,
    ),
    case(
        "misprint without a correction",
        "Whoever finds a misprint says what should stand there.",
        replace(FALSE, verdict=Verdict.MISPRINT, corrected=()),
        "needs a corrected statement",
        replace(FALSE, verdict=Verdict.MISPRINT),
    ),
    case(
        "order without a theorem",
        "An order has a constant, and a proof of it.",
        replace(HOLDS, verdict=Verdict.ORDER, theorems=()),
        "needs a corrected statement",
        replace(HOLDS, verdict=Verdict.ORDER),
    ),
    case(
        "unverifiable without saying why",
        "It must be said which data are missing.",
        replace(HOLDS, verdict=Verdict.UNVERIFIABLE, theorems=()),
        "says what data",
        replace(HOLDS, verdict=Verdict.UNVERIFIABLE, theorems=(), needs="the weights of the trained network"),
    ),
    case("no finding", "A verdict is told in a sentence.", replace(HOLDS, finding=""), "states its finding", HOLDS),
)
