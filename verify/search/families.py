"""The families of targets, by name, made when they are asked for."""

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from derivations.claim import Theorem
from verify.search import printed, steps, thin
from verify.search.domain import NotNumeric
from verify.search.relations import of_theorem, target
from verify.search.target import Target

TESTS = Path(__file__).parents[2] / "tests"
CORPUS = ("algebra", "structure", "vectors", "inequalities", "induction", "cases", "homogeneity")
DROPPABLE = ("<", "<=", "!=")


def corpus() -> Iterator[Target]:
    """The false theorems of the kernel's corpus that say something of numbers. LookupError outside of a checkout."""
    if not (TESTS / "corpus").is_dir():
        raise LookupError(f"the corpus of false claims is in a checkout's tests/, and {TESTS} has none")
    if str(TESTS) not in sys.path:
        sys.path.insert(0, str(TESTS))
    for name in CORPUS:
        for case in getattr(import_module(f"corpus.{name}"), name.upper()):
            try:
                yield of_theorem(case.name, "corpus", case.claim, false=True)
            except NotNumeric:
                continue


def proved() -> Iterator[tuple[str, Theorem]]:
    """Every theorem of the claims, once, with the claim's ID."""
    from derivations import CLAIMS

    seen = set()
    for claim in CLAIMS:
        for theorem in (*claim.theorems, *claim.corrected):
            key = (theorem.statement, tuple(h.relation for h in theorem.hypotheses))
            if key not in seen and not any(h.forall for h in theorem.hypotheses):
                seen.add(key)
                yield claim.id, theorem


def dropped() -> Iterator[Target]:
    """Proved theorems, each without one inequality: false where the statement, not only its proof, needs it."""
    for claim, theorem in proved():
        for hypothesis in theorem.hypotheses:
            if hypothesis.relation.operator in DROPPABLE:
                name = f"{claim}: {theorem.name}, without {hypothesis.name}"
                facts = [h.relation for h in theorem.hypotheses if h is not hypothesis]
                try:
                    yield target(name, "dropped", theorem.statement, facts, false=True)
                except NotNumeric:
                    continue


def theorems() -> Iterator[Target]:
    """Proved inequalities as they are: nobody may report a violation."""
    for claim, theorem in proved():
        if theorem.statement.operator in ("<", "<="):
            try:
                yield of_theorem(f"{claim}: {theorem.name}", "theorems", theorem, false=False)
            except NotNumeric:
                continue


FAMILIES: dict[str, Callable[[], Iterator[Target]]] = {
    "printed": printed.targets,
    "steps": steps.targets,
    "thin": thin.targets,
    "corpus": corpus,
    "dropped": dropped,
    "theorems": theorems,
}
THEOREMS = ("dropped", "theorems")
"""The families whose targets are called CLAIM: THEOREM."""
