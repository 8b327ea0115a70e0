"""The proof checker rejects every false claim of the corpus, and accepts its true neighbour."""

from dataclasses import replace

import numpy as np
import pytest
import sympy
from corpus.algebra import ALGEBRA
from corpus.cases import CASES
from corpus.claims import CLAIMS, HOLDS, WITNESSES
from corpus.homogeneity import HOMOGENEITY
from corpus.induction import INDUCTION
from corpus.inequalities import INEQUALITIES
from corpus.notation import FalseClaim, U, X
from corpus.relations import RELATIONS
from corpus.signs import SIGNS
from corpus.solver import SOLVER
from corpus.strictness import STRICTNESS
from corpus.structure import STRUCTURE
from corpus.vectors import VECTORS

from derivations.claim import Evidence, Verdict
from derivations.proof import judge, prove, replay
from derivations.statement import equal

THEOREMS = (
    ALGEBRA
    + STRUCTURE
    + VECTORS
    + INEQUALITIES
    + INDUCTION
    + CASES
    + HOMOGENEITY
    + SIGNS
    + SOLVER
    + RELATIONS
    + STRICTNESS
)
CORPUS = THEOREMS + WITNESSES + CLAIMS


def ids(case: FalseClaim) -> str:
    return case.name.replace(" ", "-")


@pytest.mark.parametrize("case", THEOREMS, ids=ids)
def test_a_false_theorem_is_not_proved(case):
    proof = prove(case.claim)
    assert proof.evidence is Evidence.OPEN, f"accepted: {case.why}"
    assert case.reason in proof.reason


@pytest.mark.parametrize("case", [c for c in THEOREMS if c.neighbour], ids=ids)
def test_its_true_neighbour_is_proved(case):
    proof = prove(case.neighbour)
    assert proof.ok, proof.reason


@pytest.mark.parametrize("case", WITNESSES, ids=ids)
def test_a_false_witness_does_not_replay(case):
    result = replay(case.claim)
    assert not result.ok, f"accepted: {case.why}"
    assert case.reason in result.detail


@pytest.mark.parametrize("case", [c for c in WITNESSES if c.neighbour], ids=ids)
def test_its_true_neighbour_replays(case):
    result = replay(case.neighbour)
    assert result.ok, result.detail


@pytest.mark.parametrize("case", CLAIMS, ids=ids)
def test_an_unearned_verdict_is_open(case):
    judgement = judge(case.claim)
    assert judgement.verdict is Verdict.OPEN and judgement.evidence is Evidence.OPEN, f"accepted: {case.why}"
    assert any(case.reason in problem for problem in judgement.problems)


@pytest.mark.parametrize("case", [c for c in CLAIMS if c.neighbour], ids=ids)
def test_an_earned_verdict_stands(case):
    judgement = judge(case.neighbour)
    assert judgement.ok, judgement.problems
    assert judgement.verdict is case.neighbour.verdict


def test_a_sampled_claim_is_not_proved():

    judgement = judge(replace(HOLDS, theorems=(), sampled=True))
    assert judgement.ok and judgement.evidence is Evidence.SAMPLED


def test_an_open_claim_is_not_passed():

    assert not judge(replace(HOLDS, verdict=Verdict.OPEN)).ok


@pytest.mark.parametrize(
    "side",
    [0.5, np.float32(0.5), np.float64(0.5), sympy.Float("0.5") * X, 0.5 * U, X > 0, "x", None],
    ids=["float", "float32", "float64", "Float", "vector", "boolean", "text", "nothing"],
)
def test_a_statement_is_exact(side):
    with pytest.raises(TypeError):
        equal(side, 1)


def test_the_corpus_is_large_and_every_case_has_its_name_and_reason():
    assert len(CORPUS) >= 80
    assert len({c.name for c in CORPUS}) == len(CORPUS)
    assert all(c.why.endswith(".") for c in CORPUS)
