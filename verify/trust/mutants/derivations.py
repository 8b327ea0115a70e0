"""Mutants of proofs: a relation, a hypothesis or a step changed or left out; the kernel must leave the theorem open."""

import random
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache

import derivations
from derivations.claim import Claim, Hypothesis, Step, Theorem
from derivations.proof import discharge, frame, replay
from derivations.statement import Relation
from verify.digest import ROOT, digest, digest_of_files, reached
from verify.trust.mutants.derivations_equivalent import EQUIVALENT, TRUE
from verify.trust.mutants.derivations_operators import OPERATORS as _RELATIONS
from verify.trust.mutants.derivations_operators import changed
from verify.trust.mutants.derivations_same import Change, proved
from verify.trust.mutants.derivations_truth import tried
from verify.trust.mutants.mutant import Fate, Mutant, State

__all__ = [
    "EQUIVALENT",
    "FAMILY",
    "OPERATORS",
    "TITLE",
    "TRUE",
    "UNANSWERED",
    "fingerprint",
    "judge",
    "make",
    "mutants",
    "quick",
]

FAMILY = "derivations"
A_STEP, A_LONG_STEP = 4, 1
"""How many relations are made of one."""
LONG = 150
"""Steps whose relation has more operations are long."""
TITLE = (
    "Proofs: the changed step, and then what uses it, is put to the kernel. A relation that is still proved is "
    "evaluated in numbers where its facts hold: an error of the kernel if it is false there. It is equivalent if it "
    "has the normal form of what it was made of, or a hypothesis and the changed one follow from each other; else it "
    f"is true, and says something else. Of the relation of every step, {A_STEP} mutants are drawn ({A_LONG_STEP} where "
    f"it has more than {LONG} operations), of the hypotheses of every theorem one is changed, and every one left out "
    "and weakened."
)
OPERATORS: Mapping[str, str] = {
    **{name: f"of a step: {words}" for name, words in _RELATIONS.items()},
    "hypothesis left out": "a hypothesis, from a theorem and from every step that names it",
    "hypothesis weakened": "< to ≤",
    "hypothesis changed": "as a step",
    "step left out": "a step, and its name from the steps that use it",
    "witness": "the refuted relation negated, a given one negated",
}
SLOW = ("OD-EQUIL", "OD-SCALE", "OD-TABLE1")
"""Claims whose theorems a program derives."""
UNANSWERED = Fate(State.SURVIVED, note="no answer in time: a kernel that is slow has noticed nothing; raise --limit")
FEW = 8
"""Claims that a sample is drawn from."""


Judged = Change | Callable[[], bool]


def mutants() -> Iterator[Mutant]:
    for claim in derivations.CLAIMS:
        yield from _listed(claim)


def quick(seed: int) -> Iterator[Mutant]:
    """Of a few claims, none of those whose theorems take long to derive."""
    claims = [claim for claim in derivations.CLAIMS if claim.id not in SLOW]
    for claim in random.Random(seed).sample(claims, FEW):
        yield from _listed(claim)


def _listed(claim: Claim) -> Iterator[Mutant]:
    for label, (operator, _) in _changes(claim).items():
        yield Mutant(FAMILY, claim.id, operator, label)


@cache
def _changes(claim: Claim) -> Mapping[str, tuple[str, Judged]]:
    """All mutants of a claim, by their labels."""
    found: dict[str, tuple[str, Judged]] = {}
    for theorem in (*claim.theorems, *claim.corrected):
        for words, change in _of_theorem(theorem):
            _add(found, f"{claim.id}: {theorem.name}: {words}", change.operator, change)
    for witness in claim.witnesses:
        for i, relation in enumerate((witness.printed, *witness.given)):
            where = f"given {i}" if i else "the refuted relation"
            new = witness.given[: i - 1] + (_negated(relation),) + witness.given[i:] if i else witness.given
            twin = replace(witness, given=new) if i else replace(witness, printed=_negated(relation))
            _add(
                found,
                f"{claim.id}: witness {witness.description}: {where} negated",
                "witness",
                lambda twin=twin: replay(twin).ok,  # type: ignore[misc]
            )
    return found


def _add(found: dict[str, tuple[str, Judged]], label: str, operator: str, judged: Judged) -> None:
    n = 2
    unique = label
    while unique in found:
        unique, n = f"{label} ({n})", n + 1
    found[unique] = (operator, judged)


def _negated(r: Relation) -> Relation:
    if r.operator in ("=", "!="):
        return Relation(r.left, "!=" if r.operator == "=" else "=", r.right)
    return Relation(r.right, "<" if r.operator == "<=" else "<=", r.left)


def _of_theorem(theorem: Theorem) -> Iterator[tuple[str, Change]]:
    for h in theorem.hypotheses:
        rest = tuple(o for o in theorem.hypotheses if o is not h)
        yield (
            f"without the hypothesis {h.name}",
            Change(
                "hypothesis left out",
                replace(theorem, hypotheses=rest, steps=_unused(theorem.steps, h.name)),
                _users(theorem, h.name),
            ),
        )
        if h.relation.operator == "<":
            weaker = Relation(h.relation.left, "<=", h.relation.right)
            twin = _with_hypothesis(theorem, h, weaker)
            change = Change("hypothesis weakened", twin, _users(theorem, h.name), h.relation, weaker, rest)
            yield f"{h.name}: < -> <=", change
    for h in random.Random(theorem.name).sample(theorem.hypotheses, min(1, len(theorem.hypotheses))):
        for _, words, relation in changed(h.relation, 1, f"{theorem.name} {h.name}"):
            rest = tuple(o for o in theorem.hypotheses if o is not h)
            twin = _with_hypothesis(theorem, h, relation)
            change = Change("hypothesis changed", twin, _users(theorem, h.name), h.relation, relation, rest)
            yield f"{h.name}: {words}", change
    for i, step in enumerate(theorem.steps):
        last = i == len(theorem.steps) - 1
        if not last:
            steps = theorem.steps[:i] + theorem.steps[i + 1 :]
            twin = replace(theorem, steps=_unused(steps, step.name))
            yield f"without the step {step.name}", Change("step left out", twin, _users(theorem, step.name), inner=True)
        count = A_LONG_STEP if sum(e.count_ops() for e in step.relation.expressions) > LONG else A_STEP
        for operator, words, relation in changed(step.relation, count, f"{theorem.name} {step.name}"):
            steps = (*theorem.steps[:i], replace(step, relation=relation), *theorem.steps[i + 1 :])
            twin = replace(theorem, steps=steps, statement=relation if last else theorem.statement)
            seen = (step.name, *_users(theorem, step.name))
            yield f"{step.name}: {words}", Change(operator, twin, seen, step.relation, relation, inner=not last)


def _users(theorem: Theorem, name: str) -> tuple[str, ...]:
    return tuple(s.name for s in theorem.steps if name in s.uses)


def _unused(steps: tuple[Step, ...], name: str) -> tuple[Step, ...]:
    return tuple(replace(s, uses=tuple(u for u in s.uses if u != name)) for s in steps)


def _with_hypothesis(theorem: Theorem, h: Hypothesis, relation: Relation) -> Theorem:
    new = tuple(replace(o, relation=relation) if o is h else o for o in theorem.hypotheses)
    return replace(theorem, hypotheses=new)


def make(mutant: Mutant) -> None:
    _changes(_claim(mutant))


def judge(mutant: Mutant) -> Fate:
    _, judged = _changes(_claim(mutant))[mutant.label]
    if not isinstance(judged, Change):
        return Fate(State.SURVIVED) if judged() else Fate(State.KILLED, "the witness does not replay")
    return _fate(judged, mutant.label)


def _fate(change: Change, seed: str) -> Fate:
    """Steps that see the change, in their order; what they prove, in numbers; then the frame of the proof."""
    theorem = change.theorem
    known = {h.name: h for h in theorem.hypotheses}
    unseen = False
    for step in theorem.steps:
        if step.name in change.seen:
            if not discharge(step, known).ok:
                first = step.name == change.seen[0]
                return Fate(State.KILLED, f"kernel: {type(step.by).__name__}" if first else "a step that uses it")
            outcome = tried(step.relation, tuple(known[name] for name in step.uses), seed)
            if outcome.false_at:
                return Fate(State.SURVIVED, note=f"PROVED, but false at {outcome.false_at}"[:400])
            unseen = unseen or not outcome.points
        known[step.name] = Hypothesis(step.name, step.relation, step.by.generalises)
    if reason := frame(theorem):
        return Fate(State.KILLED, f"frame: {_kind(reason)}")
    fate = proved(change)
    if unseen and fate.state is not State.EQUIVALENT:  # what says the same needs no numbers
        return Fate(State.SURVIVED, note="still proved; no point was found at which to evaluate it")
    return fate


def _kind(reason: str) -> str:
    for words in ("do not lead", "contradict", "may be undefined", "hypotheses", "statement"):
        if words in reason:
            return words
    return "malformed"


def fingerprint(mutant: Mutant) -> str:
    return digest(mutant.label, _kernel(), _behind(mutant.target))


@cache
def _kernel() -> str:
    """What judges: the kernel, and this family."""
    folder = ROOT / "derivations"
    kernel = [path for path in (*folder.glob("*.py"), *(folder / "rules").glob("*.py")) if path.name != "__init__.py"]
    ours = [ROOT / "verify/trust/mutants" / f"derivations{part}.py" for part in ("", "_operators", "_same", "_truth")]
    return digest_of_files([*kernel, *ours])


@cache
def _behind(claim: str) -> str:
    """Of the files that say what a claim says: its own, and those that it imports, and so on."""
    names = [name for name, module in list(sys.modules.items()) if _holds(module, _claims()[claim]) and "." in name]
    return digest_of_files(reached(names))


def _holds(module: object, claim: Claim) -> bool:
    listed = getattr(module, "CLAIMS", ())
    return getattr(module, "CLAIM", None) is claim or (isinstance(listed, tuple) and claim in listed)


@cache
def _claims() -> Mapping[str, Claim]:
    return {claim.id: claim for claim in derivations.CLAIMS}


def _claim(mutant: Mutant) -> Claim:
    return _claims()[mutant.target]
