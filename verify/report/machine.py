"""The claims for programs: the array that `orthodrome claims --json` prints and `reports/claims.json` holds."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from verify.report.markdown import as_text
from verify.report.view import ClaimView, TheoremView
from verify.results import CheckResult, rounded_up

if TYPE_CHECKING:
    from verify.equilibria import Formulas, Prediction, Without  # imports SymPy

CAUSES = ("per_relative_variance_of_unit_gradient_squared", "per_inverse_of_dimension_minus_1")
"""What the two parts of a spread are per unit of."""


def claims_json(claims: Iterable[ClaimView]) -> str:
    """The array as text, one key a line."""
    return json.dumps([claim_object(claim) for claim in claims], indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def claim_object(claim: ClaimView) -> dict:
    """One claim. `corrected` and `hypotheses` are lists of LaTeX or text, `witness` and `checked` null without any."""
    return {
        "id": claim.id,
        "paper": claim.paper,
        "where": claim.where,
        "statement": as_text(claim.statement),
        "verdict": str(claim.verdict),
        "evidence": str(claim.evidence),
        "finding": claim.finding,
        "hypotheses": _hypotheses(claim),
        "witness": _witness(claim),
        "corrected": _corrected(claim),
        "checked": checked(claim.checks),
    }


def whole_object(claim: ClaimView) -> dict:
    """One claim with all that its page shows: the keys of `claim_object`, and notes, versions and theorems."""
    return claim_object(claim) | {
        "notes": list(claim.notes),
        "versions": claim.versions,
        "needs": claim.needs,
        "problems": list(claim.problems),
        "theorems": [_stated(theorem) for theorem in claim.theorems],
        "corrected_theorems": [_stated(theorem) for theorem in claim.corrected],
    }


def _stated(theorem: TheoremView) -> dict:
    return {
        "name": theorem.name,
        "words": theorem.words,
        "hypotheses": [asdict(hypothesis) for hypothesis in theorem.hypotheses],
        "statement": theorem.statement,
        "evidence": str(theorem.evidence),
    }


def proof_object(claim: ClaimView) -> dict:
    """A claim's proofs step by step, and its counterexamples."""
    return {
        "id": claim.id,
        "verdict": str(claim.verdict),
        "evidence": str(claim.evidence),
        "problems": list(claim.problems),
        "theorems": [asdict(theorem) for theorem in claim.theorems],
        "corrected": [asdict(theorem) for theorem in claim.corrected],
        "witnesses": [asdict(witness) for witness in claim.witnesses],
    }


def equilibrium_object(row: "Formulas | Without") -> dict[str, Any]:
    """A scheme for programs: its formulas in LaTeX, or the reason why it has no equilibrium."""
    from derivations.equilibrium.formulas import latex
    from derivations.equilibrium.one_step import X

    if row.reason is not None:
        return {"scheme": row.scheme.name, "ok": False, "reason": row.reason}
    left, right = row.norm
    power, small = row.norm_small
    return {
        "scheme": row.scheme.name,
        "ok": True,
        "exact": row.exact,
        "assumptions": list(row.assumptions),
        "formulas": {
            "x": r"\|w^*\|^2",
            "norm": f"{latex(left)}={latex(right)}",
            "cos_angle": latex(row.cosine),
            "roots": {str(s): latex(square) for s, square in row.roots},
            "norm_leading": f"{latex(X**power)}={latex(small)}",
            "angle_squared_leading": latex(row.angle_small),
            "rate_leading": latex(row.rate_small),
        },
    }


def prediction_object(found: "Prediction") -> dict[str, Any]:
    """A prediction for programs. Angles in radians; `spread` are variances per unit of their cause, null
    where single coordinates add to them."""
    at = found.numbers
    return equilibrium_object(found.formulas) | {
        "hyperparameters": dict(found.hyperparameters),
        "second_moment": found.second_moment,
        "dimension": found.dimension,
        "norm": at.norm,
        "angular_update": at.angle,
        "angular_update_degrees": math.degrees(at.angle),
        "contraction": at.contraction,
        "oscillates": at.oscillates,
        "half_life": at.half_life,
        "spread": None
        if at.assumed
        else {
            "norm_squared": dict(zip(CAUSES, at.norm_squared_variance, strict=True)),
            "angular_update": dict(zip(CAUSES, at.angle_variance, strict=True)),
        },
        "after_division": None if found.division is None else asdict(found.division),
    }


def checked(checks: Sequence[CheckResult]) -> dict | None:
    """Cases in all, the worst error of each law, dtypes, devices; None where nothing was checked."""
    if not checks:
        return None
    return {
        "cases": sum(check.cases for check in checks),
        "worst_error": {
            law: rounded_up(max(check.worst for check in checks if check.law == law and check.passed))
            for law in sorted({check.law for check in checks if check.passed})
        },
        "dtypes": sorted({check.dtype for check in checks}),
        "devices": sorted({check.device for check in checks}),
        "failed": sorted({check.law for check in checks if not check.passed}),
    }


def _hypotheses(claim: ClaimView) -> list[str]:
    assumed = [f"{h.name}: ${h.relation}$" for theorem in claim.theorems for h in theorem.hypotheses]
    return list(dict.fromkeys([*claim.hypotheses, *assumed]))


def _witness(claim: ClaimView) -> list[dict] | None:
    return [
        {"description": w.description, "given": list(w.given), "printed": w.printed} for w in claim.witnesses if w.ok
    ] or None


def _corrected(claim: ClaimView) -> list[str]:
    printed = [as_text(claim.corrected_latex)] if claim.corrected_latex else []
    return printed + [f"${theorem.statement}$" for theorem in claim.corrected]
