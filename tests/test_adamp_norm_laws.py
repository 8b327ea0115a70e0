"""The norm laws of 003 are proved as they stand, and not with another power of β, another rate or a larger constant."""

from dataclasses import replace

import pytest
import sympy

from derivations.adamp import effective_step, momentum_growth, nesterov_norm, norm_sums
from derivations.claim import Theorem
from derivations.notation import beta, i, k
from derivations.proof import prove


def altered(theorem: Theorem, old: sympy.Expr, new: sympy.Expr) -> Theorem:
    """The theorem with `old` replaced by `new` in its statement, and in no hypothesis or earlier step."""
    statement = theorem.statement.map(lambda side: side.xreplace({old: new}))
    last = replace(theorem.steps[-1], relation=statement)
    return replace(theorem, statement=statement, steps=(*theorem.steps[:-1], last))


rate = norm_sums.rate
FALSE = {
    "one power of β less": (norm_sums.printed, beta ** (k - i), beta ** (k - i - 1)),
    "this step's rate twice": (norm_sums.coupled, rate(i), rate(k)),
    "decay that counts as growth": (norm_sums.coupled, norm_sums.lam, -norm_sums.lam),
    "decoupled decay that only shrinks": (norm_sums.decoupled, (beta * norm_sums.q) ** (k - i), beta ** (k - i)),
    "Nesterov with ‖p‖²": (nesterov_norm.sums, nesterov_norm.N(i), norm_sums.P(i)),
    "momentum that grows by more": (momentum_growth.least, beta + 1, beta),
    "more than (1+β)/(1-β)": (momentum_growth.total, beta + 1, beta + 2),
    "a third-order error that is a second-order one": (
        effective_step.below,
        effective_step.z**4,
        effective_step.z**4 / 2,
    ),
}


@pytest.mark.parametrize("theorem", {name: row[0] for name, row in FALSE.items()}.values(), ids=lambda t: t.name)
def test_the_law_is_proved(theorem):
    assert prove(theorem).ok, prove(theorem).reason


@pytest.mark.parametrize("name", FALSE)
def test_what_differs_from_the_law_is_not_proved(name):
    theorem, old, new = FALSE[name]
    false = altered(theorem, old, new)
    assert false.statement != theorem.statement
    assert not prove(false).ok
