"""Claims, judgements and numeric results joined into views. Whatever does not fit together becomes `open`."""

from collections.abc import Callable, Iterable, Sequence

from derivations.claim import Claim, Hypothesis
from derivations.contract import Entry
from derivations.dropped import Dropped
from derivations.proof import Judgement, Proof, WitnessResult, judge, prove, replay
from derivations.statement import Relation
from verify.report.arrange import all_claims as all_claims
from verify.report.arrange import arranged, measured, unexamined
from verify.report.view import ClaimView, DroppedView, HypothesisView, PaperView, StepView, TheoremView, WitnessView
from verify.results import CheckResult, about


def collect(
    claims: Sequence[Claim],
    checks: Sequence[CheckResult],
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[PaperView, ...]:
    """Every paper with every claim of the contract, those in `claims` judged. progress(ID, done, total) per claim."""
    views: list[ClaimView] = []
    for done, claim in enumerate(claims):
        if progress:
            progress(claim.id, done, len(claims))
        views.append(claim_view(claim, None, checks))
    if progress:
        progress("", len(claims), len(claims))
    return arranged(views)


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


def judged(judgement: Judgement, checks: tuple[CheckResult, ...]) -> ClaimView:
    """A claim with the verdict that it has earned: open if a check failed, or if it is sampled and has none."""
    return measured(told(judgement), checks)


def told(judgement: Judgement) -> ClaimView:
    """A claim with the verdict that its proofs have earned, before any number is looked at."""
    claim = judgement.claim
    theorems = judgement.proofs[: len(claim.theorems)]
    corrected = judgement.proofs[len(claim.theorems) :]
    return ClaimView(
        id=claim.id,
        paper=claim.paper,
        where=claim.where,
        statement=claim.printed,
        verdict=judgement.verdict,
        evidence=judgement.evidence,
        finding=claim.finding,
        sampled=claim.sampled,
        hypotheses=claim.hypotheses,
        theorems=tuple(map(theorem, theorems)),
        corrected=tuple(map(theorem, corrected)),
        corrected_latex=claim.corrected_latex,
        witnesses=tuple(map(witness, judgement.witnesses)),
        notes=claim.notes,
        versions=claim.versions,
        needs=claim.needs,
        problems=judgement.problems,
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
