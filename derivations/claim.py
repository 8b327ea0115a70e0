"""What is claimed: hypotheses, steps, theorems, witnesses, claims. Plain frozen data; `proof.py` judges it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from derivations.statement import Relation
from derivations.verdict import Evidence as Evidence
from derivations.verdict import Verdict

if TYPE_CHECKING:
    from derivations.rules.rule import Rule


@dataclass(frozen=True)
class Hypothesis:
    """A named assumption. `forall` lists the integer indices for which it is assumed to hold (all values ≥ 0).

    An equality of values L(x + t h) = L(y + t h) is assumed for every t and h that no other hypothesis mentions.
    """

    name: str
    relation: Relation
    forall: tuple = ()
    meaning: str = ""


@dataclass(frozen=True)
class Step:
    """One line of a proof: a relation, the rule that discharges it, and the only facts that the rule may use."""

    name: str
    relation: Relation
    by: "Rule"
    uses: tuple[str, ...] = ()
    because: str = ""


@dataclass(frozen=True)
class Theorem:
    """Hypotheses ⊢ statement, by steps. The last step must be the statement, and every step must lead to it."""

    name: str
    hypotheses: tuple[Hypothesis, ...]
    statement: Relation
    steps: tuple[Step, ...]
    words: str = ""
    """The statement in a sentence, for readers; LaTeX between dollar signs."""


@dataclass(frozen=True)
class Derived(Sequence[Theorem]):
    """Theorems that a program derives, when they are first asked for: listing the claims need not wait for them."""

    derive: Callable[[], tuple[Theorem, ...]]

    def __len__(self) -> int:
        return len(_derived(self.derive))

    def __getitem__(self, index: Any) -> Any:
        return _derived(self.derive)[index]


@cache
def _derived(derive: Callable[[], tuple[Theorem, ...]]) -> tuple[Theorem, ...]:
    return derive()


@dataclass(frozen=True)
class Witness:
    """A counterexample in exact numbers: every `given` is true and `printed` is false, decided by exact arithmetic."""

    description: str
    given: tuple[Relation, ...]
    printed: Relation


@dataclass(frozen=True)
class Claim:
    """A printed statement with our verdict on it, and what the verdict rests on.

    theorems: proofs of what is true of the printed statement. corrected: proofs of what should have been printed.
    witnesses: counterexamples to the statement as printed. `sampled` names the numeric checks that the evidence
    rests on where nothing can be proved (training runs); `needs` says what data an unverifiable claim would need.
    """

    id: str
    paper: str
    where: str
    printed: str
    verdict: Verdict
    finding: str
    theorems: Sequence[Theorem] = ()
    witnesses: tuple[Witness, ...] = ()
    corrected: tuple[Theorem, ...] = ()
    corrected_latex: str = ""
    notes: tuple[str, ...] = ()
    sampled: bool = False
    needs: str = ""
    versions: str = ""
    """Where 000 and 001 differ on this statement."""
    hypotheses: tuple[str, ...] = field(default=())
    """Hypotheses in words, for claims whose evidence is sampled; those of theorems are listed by themselves."""
