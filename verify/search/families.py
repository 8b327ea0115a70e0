"""The families of targets by name. An entry knows its name, and makes its target when that one is asked for."""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

from derivations.claim import Theorem
from verify.search.domain import NotNumeric
from verify.search.target import Target

TESTS = Path(__file__).parents[2] / "tests"
CORPUS = ("algebra", "structure", "vectors", "inequalities", "induction", "cases", "homogeneity")
DROPPABLE = ("<", "<=", "!=")


@dataclass(frozen=True)
class Entry:
    """A target to be made: NotNumeric where it says nothing of numbers. after: an easier one, to be compared first."""

    name: str
    make: Callable[[], Target]
    after: str = ""


Family = Callable[[str], Iterator[Entry]]
"""Of the claim with an ID, where the family is of claims' theorems; of all where it is empty."""


def _listed(module: str) -> Family:
    """The targets of a module of this package, which costs nothing."""

    def entries(claim: str) -> Iterator[Entry]:
        for target in import_module(f"verify.search.{module}").targets():
            yield Entry(target.name, partial(_same, target))

    return entries


def _same(target: Target) -> Target:
    return target


def corpus(claim: str = "") -> Iterator[Entry]:
    """The false theorems of the kernel's corpus. LookupError outside of a checkout."""
    from verify.search.relations import of_theorem

    if not (TESTS / "corpus").is_dir():
        raise LookupError(f"the corpus of false claims is in a checkout's tests/, and {TESTS} has none")
    if str(TESTS) not in sys.path:
        sys.path.insert(0, str(TESTS))
    for name in CORPUS:
        for case in getattr(import_module(f"corpus.{name}"), name.upper()):
            yield Entry(case.name, partial(of_theorem, case.name, "corpus", case.claim, false=True))


def proved(claim: str = "") -> Iterator[tuple[str, Theorem]]:
    """Every theorem of the claims, or of one, once, with the claim's ID."""
    from derivations import CLAIMS

    seen = set()
    for one in (c for c in CLAIMS if claim in ("", c.id)):
        for theorem in (*one.theorems, *one.corrected):
            key = (theorem.statement, tuple(h.relation for h in theorem.hypotheses))
            if key not in seen and not any(h.forall for h in theorem.hypotheses):
                seen.add(key)
                yield one.id, theorem


def dropped(claim: str = "") -> Iterator[Entry]:
    """Proved theorems, each without one inequality: false where the statement, not only its proof, needs it."""
    from verify.search.relations import target

    for one, theorem in proved(claim):
        for hypothesis in theorem.hypotheses:
            if hypothesis.relation.operator in DROPPABLE:
                name = f"{one}: {theorem.name}, without {hypothesis.name}"
                facts = [h.relation for h in theorem.hypotheses if h is not hypothesis]
                yield Entry(name, partial(target, name, "dropped", theorem.statement, facts, false=None))


def theorems(claim: str = "") -> Iterator[Entry]:
    """Proved inequalities as they are: nobody may report a violation."""
    from verify.search.relations import of_theorem

    for one, theorem in proved(claim):
        if theorem.statement.operator in ("<", "<="):
            name = f"{one}: {theorem.name}"
            yield Entry(name, partial(of_theorem, name, "theorems", theorem, false=False))


def generated(claim: str = "") -> Iterator[Entry]:
    """False ones made from them."""
    from verify.search.generated import entries

    return entries(proved(claim))


FAMILIES: dict[str, Family] = {
    "printed": _listed("printed"),
    "steps": _listed("steps"),
    "thin": _listed("thin"),
    "corpus": corpus,
    "generated": generated,
    "dropped": dropped,
    "theorems": theorems,
}
OF_CLAIMS = ("generated", "dropped", "theorems")
"""The families whose targets are called CLAIM: THEOREM."""


def made(entries: Iterable[Entry]) -> Iterator[Target]:
    """Those that say something of numbers."""
    for entry in entries:
        try:
            yield entry.make()
        except NotNumeric:
            continue


def entry_named(name: str) -> Entry:
    """The entry of that name. KeyError, with the names that there are, where none is."""
    claim = name.split(":")[0] if ":" in name else ""
    known: list[str] = []
    for family in (f for f in FAMILIES if (f in OF_CLAIMS) is bool(claim)):
        for entry in FAMILIES[family](claim):
            if entry.name == name:
                return entry
            known.append(entry.name)
    raise KeyError(name, known)
