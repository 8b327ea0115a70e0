"""Judged claims joined with numbers and put on the pages of their papers. Light: it imports no proof."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from derivations.contract import Entry, entries, papers
from derivations.verdict import Evidence, Verdict
from verify.report.view import ClaimView, PaperView
from verify.results import CheckResult, about

NOT_ENCODED = "Not examined yet."


def arranged(claims: Sequence[ClaimView]) -> tuple[PaperView, ...]:
    """Every paper with every claim of the contract; one that is not among `claims` is open."""
    views = {claim.id: claim for claim in claims}
    if len(views) < len(claims):
        raise ValueError(f"two claims share an ID among {sorted(claim.id for claim in claims)}")
    return tuple(
        PaperView(
            paper,
            tuple(views.get(entry.id) or unexamined(entry) for entry in paper.entries)
            + tuple(view for id, view in views.items() if id not in entries() and home(id) == paper.id),
        )
        for paper in papers()
    )


def home(id: str) -> str:
    """The contract's paper on whose page a claim beyond the contract stands: that of its ID's family, else ours."""
    family = id.partition("-")[0]
    return next((entry.paper for other, entry in entries().items() if other.partition("-")[0] == family), "ours")


def unexamined(entry: Entry) -> ClaimView:
    """A row of the contract that no claim speaks about: open."""
    return ClaimView(
        entry.id, entry.paper, entry.where, entry.statement, Verdict.OPEN, Evidence.OPEN, NOT_ENCODED, encoded=False
    )


def measured(claim: ClaimView, results: Iterable[CheckResult]) -> ClaimView:
    """A judged claim with the numbers about it: open if a check failed, or if it is sampled and has none."""
    checks = about(results, claim.id)
    problems = list(claim.problems)
    problems += [f"{c.law} ({c.dtype}, {c.device}) failed: {c.note or c.worst}" for c in checks if not c.passed]
    if claim.sampled and not checks:
        problems.append("rests on numeric checks, of which none is recorded")
    return replace(
        claim,
        verdict=Verdict.OPEN if problems else claim.verdict,
        evidence=Evidence.OPEN if problems else claim.evidence,
        checks=checks,
        problems=tuple(problems),
    )


def all_claims(pages: Iterable[PaperView]) -> tuple[ClaimView, ...]:
    """The claims of all pages, in their order."""
    return tuple(claim for page in pages for claim in page.claims)
