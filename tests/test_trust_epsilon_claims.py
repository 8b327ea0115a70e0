"""OD-EPS for every claim: rules that read the claims, their record, and what rounding takes from a statement."""

import json
from pathlib import Path

import pytest
import sympy
import torch

from derivations import CLAIMS
from derivations.claim import Claim, Hypothesis, Theorem
from derivations.contract import entries
from derivations.space import vector
from derivations.statement import equal
from derivations.verdict import Verdict
from verify import epsilon_claims
from verify.epsilon import SETTINGS
from verify.epsilon_claims import adam, assumes_invariance, layer
from verify.epsilon_rounding import lost
from verify.experiments.epsilon_every import every_claim
from verify.precision import Precision

RECORDED = json.loads((Path(__file__).parents[1] / "reports" / "data" / "epsilon.json").read_text(encoding="utf-8"))
ROWS = {row["claim"]: row for row in RECORDED["claims"]}
BY_ID = {claim.id: claim for claim in CLAIMS}
PARTS = ("layer", "adam", "rounding")


def missing(rows):
    """Claims of the contract without norms or a reason in some part."""
    wanted = set(entries()) | set(BY_ID)
    return sorted(name for name in wanted if not all(rows.get(name, {}).get(part) for part in PARTS))


def test_every_claim_has_norms_or_a_reason():
    assert not missing(ROWS) and len(every_claim(RECORDED["claims"])[0].rows) == len(CLAIMS)


@pytest.mark.parametrize("part", PARTS)
def test_a_claim_without_a_row_or_without_a_reason_is_seen(part):
    assert missing({name: row for name, row in ROWS.items() if name != "SMD-T2"}) == ["SMD-T2"]
    assert missing(ROWS | {"PSI-ACC": ROWS["PSI-ACC"] | {part: ""}}) == ["PSI-ACC"]


def test_the_record_says_what_the_rules_give():
    for name in ("SP-L1", "SP-SGD-L2", "SMD-T1", "SMD-T2-FIX", "AP-TABS", "AP-GROW", "SP-NU", "OD-EPS"):
        for part, rule in (("layer", layer), ("adam", adam)):
            assert ROWS[name][part] == epsilon_claims._plain(rule(BY_ID[name])), (name, part)


def test_lemma_1_is_seen_by_its_relation_and_not_in_what_is_tangent_by_definition():
    w, g = vector("w"), vector("g")
    assert assumes_invariance(Hypothesis("any", equal(w.dot(g), 0)))
    assert not assumes_invariance(Hypothesis("tangent", equal(w.dot(g), 0), meaning="by its definition"))
    assert not assumes_invariance(Hypothesis("any", equal(w.dot(g), 1)))


def test_a_claim_without_lemma_1_holds_with_every_epsilon_and_with_it_does_not():
    w, g, x = vector("w"), vector("g"), sympy.Symbol("x")
    plain = Theorem("plain", (), equal(x, x), ())
    tangent = Theorem("tangent", (Hypothesis("any", equal(w.dot(g), 0)),), equal(x, x), ())
    claims = [Claim("X", "003", "", "", Verdict.HOLDS, "", theorems=(t,)) for t in (plain, tangent)]
    assert layer(claims[0]) == epsilon_claims.ALGEBRA and layer(claims[1]) == layer(BY_ID["SP-L1"])


def test_a_growth_is_lost_where_it_is_one_rounding_of_the_norm():
    eta, size, length = sympy.Symbol("eta"), vector("w").norm() ** 2, vector("g").norm() ** 2
    found = lost(Theorem("growth", (), equal(sympy.Symbol("y"), size + eta**2 * length), ()))
    for dtype in ("float32", "bfloat16"):
        unit = Precision.of(getattr(torch, dtype)).unit
        bound = (SETTINGS["eta"] ** 2 / unit) ** 0.25
        # the step's own roundings, a few of `unit` of it, move the norm by less than these
        assert found.norms[dtype][1].middle == pytest.approx(bound, rel=4 * unit + 1e-5)


def test_a_step_in_one_factor_is_lost_at_no_norm():
    eta, x = sympy.Symbol("eta"), sympy.Symbol("x")
    found = lost(Theorem("factor", (), equal(sympy.Symbol("y"), eta * x), ()))
    assert found.norms["float32"][1].middle == float("inf")
    assert lost(Theorem("none", (), equal(sympy.Symbol("y"), x), ())) is None
