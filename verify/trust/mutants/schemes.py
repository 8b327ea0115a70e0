"""Mutants of the update rules: `derivations/schemes`, and the geometry of the sphere that they share."""

from collections.abc import Iterator, Mapping
from functools import cache

from derivations.scheme import Scheme
from derivations.schemes import SCHEMES
from verify.digest import ROOT, digest, digest_of_files
from verify.trust.mutants import schemes_laws
from verify.trust.mutants.mutant import Fate, Mutant, State
from verify.trust.mutants.schemes_equivalent import EQUIVALENT
from verify.trust.mutants.schemes_meaning import Meaning, meaning, same
from verify.trust.mutants.schemes_operators import OPERATORS as _OPERATORS
from verify.trust.mutants.schemes_sources import GEOMETRY, Change, changes, file, in_force, modules

__all__ = ["EQUIVALENT", "FAMILY", "OPERATORS", "TITLE", "fingerprint", "judge", "mutants", "sound"]

FAMILY = "schemes"
TITLE = (
    "Update rules. The changed rule is compared with torch's and our optimizers in parameters and buffers, with second "
    "writings of rules, divisions and Theorem 4 by hand, and run on abstract vectors. Changed is what the functions of "
    "the files compute, not names, defaults and domains of hyper-parameters."
)
OPERATORS: Mapping[str, str] = {name: meaning for name, (_, meaning) in _OPERATORS.items()}
SAME = "the same step, division and rate in a generic coordinate at every k, and the same first two steps of a run"


def mutants() -> Iterator[Mutant]:
    for module in modules():
        for label, change in changes(module).items():
            yield Mutant(FAMILY, module.rpartition(".")[2], change.operator, label)


def judge(mutant: Mutant) -> Fate:
    change = _change(mutant)
    schemes = _touched(change.module)
    with in_force(change):
        if found := schemes_laws.noticed(schemes):
            return Fate(State.KILLED, found)
        after = {scheme: meaning(scheme) for scheme in schemes}
    before = {scheme: _meaning(scheme) for scheme in schemes}  # as it is, so outside of the change
    if any(_narrower(before[scheme], after[scheme]) for scheme in schemes):
        return Fate(State.KILLED, "runs on abstract vectors")
    if all(same(before[scheme], after[scheme]) for scheme in schemes):
        return Fate(State.EQUIVALENT, "normal form", SAME)
    return Fate(State.SURVIVED)


def _narrower(before: Meaning | None, after: Meaning | None) -> bool:
    """Whether a rule no longer runs on vectors on which it ran."""
    return before is not None and (after is None or after.abstract != before.abstract)


@cache
def _meaning(scheme: Scheme) -> Meaning | None:
    return meaning(scheme)


def sound() -> str:
    found = {scheme.name: schemes_laws.noticed([scheme]) for scheme in SCHEMES}
    return ", ".join(f"{name} by {law}" for name, law in found.items() if law)


def fingerprint(mutant: Mutant) -> str:
    change = _change(mutant)
    return digest(file(change.module).read_text(encoding="utf-8"), mutant.label, _judges())


@cache
def _judges() -> str:
    """What decides the fate of a mutant besides its own file."""
    ours = [ROOT / "verify/trust/mutants" / f"{name}.py" for name in ("schemes_laws", "schemes_meaning", "by_hand")]
    theirs = [ROOT / "verify" / f"{name}.py" for name in ("trace", "cases", "shipped", "shipped_torch")]
    return digest_of_files([*ours, *theirs, ROOT / "derivations/scheme.py", ROOT / "derivations/sphere.py"])


def _change(mutant: Mutant) -> Change:
    module = GEOMETRY if GEOMETRY.endswith(f".{mutant.target}") else f"derivations.schemes.{mutant.target}"
    return changes(module)[mutant.label]


@cache
def _touched(module: str) -> tuple[Scheme, ...]:
    """The schemes that a change of a module changes, its own first."""
    if module == GEOMETRY:
        uses = [s for s in SCHEMES if "derivations.sphere" in file(type(s).__module__).read_text(encoding="utf-8")]
        return tuple(uses)
    return tuple(
        sorted(
            (s for s in SCHEMES if any(c.__module__ == module for c in type(s).__mro__)),
            key=lambda s: type(s).__module__ != module,
        )
    )
