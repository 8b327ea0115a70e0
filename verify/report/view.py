"""What a page shows: plain frozen data, joined from claims, judgements and numeric results by `collect.py`."""

from dataclasses import dataclass

from derivations.contract import Paper
from derivations.verdict import Evidence, Verdict
from verify.experiments.tables import Table
from verify.results import CheckResult


@dataclass(frozen=True)
class StepView:
    """One line of a proof. `relation` is LaTeX, `rule` and `because` are words."""

    name: str
    relation: str
    rule: str
    uses: tuple[str, ...]
    because: str
    evidence: Evidence
    ok: bool
    detail: str


@dataclass(frozen=True)
class HypothesisView:
    """A named assumption: LaTeX, the indices for which it is assumed, and what it means."""

    name: str
    relation: str
    forall: tuple[str, ...]
    meaning: str


@dataclass(frozen=True)
class TheoremView:
    """Hypotheses ⊢ statement, and what became of the steps."""

    name: str
    words: str
    hypotheses: tuple[HypothesisView, ...]
    statement: str
    steps: tuple[StepView, ...]
    evidence: Evidence
    reason: str


@dataclass(frozen=True)
class WitnessView:
    """A counterexample: what is given and true, and the printed relation, which is false."""

    description: str
    given: tuple[str, ...]
    printed: str
    ok: bool


@dataclass(frozen=True)
class ClaimView:
    """A printed statement and all that is known about it. `encoded` is False for a row of the contract only.

    sampled: its evidence rests on numeric checks, and it is open without any.
    """

    id: str
    paper: str
    where: str
    statement: str
    verdict: Verdict
    evidence: Evidence
    finding: str
    encoded: bool = True
    hypotheses: tuple[str, ...] = ()
    theorems: tuple[TheoremView, ...] = ()
    corrected: tuple[TheoremView, ...] = ()
    corrected_latex: str = ""
    witnesses: tuple[WitnessView, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    notes: tuple[str, ...] = ()
    versions: str = ""
    needs: str = ""
    problems: tuple[str, ...] = ()
    sampled: bool = False

    @property
    def anchor(self) -> str:
        """The fragment that GitHub gives the claim's heading."""
        return self.id.lower()


@dataclass(frozen=True)
class PaperView:
    """A page: a paper and its claims in the order of the contract, those beyond it last."""

    paper: Paper
    claims: tuple[ClaimView, ...]


@dataclass(frozen=True)
class DroppedView:
    """A hypothesis left out, what becomes of the statements, and what shows it."""

    hypothesis: str
    statements: tuple[str, ...]
    consequence: str
    theorems: tuple[TheoremView, ...]
    witnesses: tuple[WitnessView, ...]

    @property
    def ok(self) -> bool:
        """Whether everything that is to show the consequence does."""
        return all(not t.reason for t in self.theorems) and all(w.ok for w in self.witnesses)


@dataclass(frozen=True)
class Figure:
    """A figure on a page: its path relative to the page, its name, and what it shows."""

    path: str
    name: str
    caption: str


@dataclass(frozen=True)
class Experiment:
    """An experiment of a paper by its name on the command line; no figures where it is not recorded."""

    name: str
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...] = ()


def count(claims: tuple[ClaimView, ...], verdict: Verdict) -> int:
    """How many claims carry the verdict."""
    return sum(claim.verdict is verdict for claim in claims)
