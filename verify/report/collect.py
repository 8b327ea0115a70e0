"""Claims, judgements and numeric results joined into views. Whatever does not fit together becomes `open`."""

from collections.abc import Callable, Iterable, Sequence

from derivations.claim import Claim, Evidence, Hypothesis, Verdict
from derivations.contract import Entry, entries, papers
from derivations.dropped import Dropped
from derivations.proof import Judgement, Proof, WitnessResult, judge, prove, replay
from derivations.statement import Relation
from verify.report.view import ClaimView, DroppedView, HypothesisView, PaperView, StepView, TheoremView, WitnessView
from verify.results import CheckResult, about

NOT_ENCODED = "Not examined yet."


def collect(
    claims: Sequence[Claim],
    checks: Sequence[CheckResult],
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[PaperView, ...]:
    """Every paper with every claim of the contract, those in `claims` judged. progress(ID, done, total) per claim."""
    by_id = {claim.id: claim for claim in claims}
    if len(by_id) < len(claims):
        raise ValueError(f"two claims share an ID among {sorted(claim.id for claim in claims)}")
    views: dict[str, ClaimView] = {}
    for done, claim in enumerate(claims):
        if progress:
            progress(claim.id, done, len(claims))
        views[claim.id] = claim_view(claim, None, checks)
    if progress:
        progress("", len(claims), len(claims))
    return tuple(
        PaperView(
            paper,
            tuple(views.get(entry.id) or unexamined(entry) for entry in paper.entries)
            + tuple(view for id, view in views.items() if id not in entries() and home(by_id[id]) == paper.id),
        )
        for paper in papers()
    )


def home(claim: Claim) -> str:
    """The contract's paper on whose page a claim beyond the contract stands: that of its ID's family, else ours."""
    family = claim.id.partition("-")[0]
    return next((entry.paper for id, entry in entries().items() if id.partition("-")[0] == family), "ours")


def claim_view(
    claim: Claim | None,
    entry: Entry | None,
    checks: Sequence[CheckResult],
    progress: Callable[[str, int, int], None] | None = None,
) -> ClaimView:
    """One claim, judged; a row of the contract without a claim is open. One of the two must be given."""
    if claim is not None:
        if progress:
            progress(claim.id, 0, 1)
        return judged(judge(claim), about(checks, claim.id))
    if entry is None:
        raise ValueError("neither a claim nor a row of the contract was given")
    return unexamined(entry)


def unexamined(entry: Entry) -> ClaimView:
    """A row of the contract that no claim speaks about: open."""
    return ClaimView(
        entry.id, entry.paper, entry.where, entry.statement, Verdict.OPEN, Evidence.OPEN, NOT_ENCODED, encoded=False
    )


def judged(judgement: Judgement, checks: tuple[CheckResult, ...]) -> ClaimView:
    """A claim with the verdict that it has earned: open if a check failed, or if it is sampled and has none."""
    claim = judgement.claim
    problems = list(judgement.problems)
    problems += [f"{c.law} ({c.dtype}, {c.device}) failed: {c.note or c.worst}" for c in checks if not c.passed]
    if claim.sampled and not checks:
        problems.append("rests on numeric checks, of which none is recorded")
    theorems = judgement.proofs[: len(claim.theorems)]
    corrected = judgement.proofs[len(claim.theorems) :]
    return ClaimView(
        id=claim.id,
        paper=claim.paper,
        where=claim.where,
        statement=claim.printed,
        verdict=Verdict.OPEN if problems else judgement.verdict,
        evidence=Evidence.OPEN if problems else judgement.evidence,
        finding=claim.finding,
        hypotheses=claim.hypotheses,
        theorems=tuple(map(theorem, theorems)),
        corrected=tuple(map(theorem, corrected)),
        corrected_latex=claim.corrected_latex,
        witnesses=tuple(map(witness, judgement.witnesses)),
        checks=checks,
        notes=claim.notes,
        versions=claim.versions,
        needs=claim.needs,
        problems=tuple(problems),
    )


def dropped(items: Iterable[Dropped]) -> tuple[DroppedView, ...]:
    """The hypotheses that were dropped, with what shows the consequence."""
    return tuple(
        DroppedView(
            item.hypothesis,
            item.statements,
            item.consequence,
            tuple(theorem(prove(t)) for t in item.theorems),
            tuple(witness(replay(w)) for w in item.witnesses),
        )
        for item in items
    )


def theorem(proof: Proof) -> TheoremView:
    """A proof as the page shows it."""
    return TheoremView(
        name=proof.theorem.name,
        words=proof.theorem.words,
        hypotheses=tuple(map(hypothesis, proof.theorem.hypotheses)),
        statement=proof.theorem.statement.latex,
        steps=tuple(
            StepView(
                r.step.name,
                r.step.relation.latex,
                str(r.step.by),
                r.step.uses,
                r.step.because,
                r.evidence,
                r.ok,
                r.detail,
            )
            for r in proof.steps
        ),
        evidence=proof.evidence,
        reason=proof.reason,
    )


def hypothesis(assumed: Hypothesis) -> HypothesisView:
    """A hypothesis as the page shows it."""
    return HypothesisView(assumed.name, assumed.relation.latex, tuple(map(str, assumed.forall)), assumed.meaning)


def witness(result: WitnessResult) -> WitnessView:
    """A counterexample as the page shows it."""
    source = result.witness
    given = tuple(shown for relation in source.given if (shown := _told(relation)))
    return WitnessView(source.description, given, _told(source.printed), result.ok)


def _told(relation: Relation) -> str:
    """The relation in LaTeX; nothing where both sides have become the same number, which tells a reader nothing."""
    return "" if relation.left == relation.right else relation.latex


def all_claims(pages: Iterable[PaperView]) -> tuple[ClaimView, ...]:
    """The claims of all pages, in their order."""
    return tuple(claim for page in pages for claim in page.claims)
