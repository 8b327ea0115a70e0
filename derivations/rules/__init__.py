"""The rules that discharge a step. Each decides its case exactly or reports that it cannot; none guesses."""

from derivations.rules.calculus import ChainRule, Monotone
from derivations.rules.cases import Cases
from derivations.rules.homogeneous import Homogeneous
from derivations.rules.identity import Arccos, Identity, Square
from derivations.rules.induction import Induction
from derivations.rules.nondegenerate import Nondegenerate
from derivations.rules.rule import ENCLOSED, PROVED, Facts, Outcome, Rule
from derivations.rules.sign import Arithmetic, Positivity, Sign

__all__ = [
    "ENCLOSED",
    "PROVED",
    "Arccos",
    "Arithmetic",
    "Cases",
    "ChainRule",
    "Facts",
    "Homogeneous",
    "Identity",
    "Induction",
    "Monotone",
    "Nondegenerate",
    "Outcome",
    "Positivity",
    "Rule",
    "Sign",
    "Square",
]
