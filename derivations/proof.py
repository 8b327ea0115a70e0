"""Discharging proofs, fail closed: a step that no rule can discharge is OPEN, and OPEN never counts as passed."""

from dataclasses import dataclass, replace
from functools import cache, lru_cache

from derivations.claim import Claim, Evidence, Hypothesis, Step, Theorem, Verdict, Witness
from derivations.enclose import decide
from derivations.generators import KEPT
from derivations.rules import Facts, Outcome, Rule
from derivations.smt import contradictory
from derivations.statement import Relation
from derivations.wellformed import defining, instances, malformed

_REFUTES = (Verdict.FALSE, Verdict.MISPRINT, Verdict.HYPOTHESIS, Verdict.LOOSE)


@dataclass(frozen=True)
class StepResult:
    """What became of one step."""

    step: Step
    ok: bool
    evidence: Evidence
    detail: str = ""


@dataclass(frozen=True)
class Proof:
    """What became of a theorem: PROVED or ENCLOSED if every step was discharged, OPEN with a reason otherwise."""

    theorem: Theorem
    steps: tuple[StepResult, ...]
    evidence: Evidence
    reason: str = ""

    @property
    def ok(self) -> bool:
        return self.evidence in (Evidence.PROVED, Evidence.ENCLOSED)


@dataclass(frozen=True)
class WitnessResult:
    """Whether a counterexample replays."""

    witness: Witness
    ok: bool
    detail: str = ""


@dataclass(frozen=True)
class Judgement:
    """The verdict that a claim has earned: its own if everything behind it was discharged, `open` otherwise."""

    claim: Claim
    verdict: Verdict
    evidence: Evidence
    proofs: tuple[Proof, ...]
    witnesses: tuple[WitnessResult, ...]
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems and self.verdict is not Verdict.OPEN


def discharge(step: Step, known: dict[str, Hypothesis]) -> Outcome:
    """Apply the step's rule to the facts that it names, and to no others."""
    missing = [name for name in step.uses if name not in known]
    if missing:
        return Outcome.open(f"uses {missing}, which no hypothesis or earlier step provides")
    if len(set(step.uses)) != len(step.uses):
        return Outcome.open(f"names a fact twice: {step.uses}")
    try:
        return _discharged(step.by, step.relation, Facts(tuple(known[name] for name in step.uses)))
    except Exception as error:  # whatever a rule trips over: the step is not proved
        return Outcome.open(f"{type(error).__name__}: {error}")


@lru_cache(maxsize=KEPT)
def _discharged(rule: Rule, relation: Relation, facts: Facts) -> Outcome:
    """What a program asked while it looked for the facts that a step needs, the proof need not ask again."""
    return rule.discharge(relation, facts)


@cache
def prove(theorem: Theorem) -> Proof:
    """Discharge every step of a theorem and check that the steps make a proof of its statement.

    Rejected besides a step that fails: no steps; a last step that is not the statement; a step or a hypothesis that
    does not lead to the statement; a fact that its step does not need; a name used twice; contradictory hypotheses.
    """
    known = {h.name: h for h in theorem.hypotheses}
    structure = frame(theorem)
    results = []
    for step in theorem.steps:
        outcome = discharge(step, known)
        if outcome.ok:
            superfluous = [
                name for name in step.uses if discharge(replace(step, uses=_without(step.uses, name)), known).ok
            ]
            if superfluous and not structure:
                superfluous = sorted(set(superfluous) - defining(theorem, superfluous))
                if superfluous:
                    outcome = Outcome.open(f"does not need {superfluous}: a proof names only what it uses")
        results.append(StepResult(step, outcome.ok, outcome.evidence, outcome.detail))
        known[step.name] = Hypothesis(step.name, step.relation, step.by.generalises)
    reason = structure or next((f"step {r.step.name!r}: {r.detail}" for r in results if not r.ok), "")
    weakest = min((r.evidence for r in results), key=lambda e: e.strength, default=Evidence.OPEN)
    return Proof(theorem, tuple(results), Evidence.OPEN if reason else weakest, reason)


def replay(witness: Witness) -> WitnessResult:
    """Decide by exact arithmetic that everything given is true and the printed relation is false."""
    try:
        for relation in witness.given:
            if decide(relation) is not True:
                return WitnessResult(witness, False, f"{relation.latex} is not shown to be true")
        if decide(witness.printed) is not False:
            return WitnessResult(witness, False, f"{witness.printed.latex} is not shown to be false")
    except Exception as error:  # a witness that cannot be evaluated is none
        return WitnessResult(witness, False, f"{type(error).__name__}: {error}")
    return WitnessResult(witness, True)


@cache
def judge(claim: Claim) -> Judgement:
    """The verdict that the claim has earned. What does not discharge turns it into `open`."""
    proofs = tuple(prove(t) for t in (*claim.theorems, *claim.corrected))
    witnesses = tuple(replay(w) for w in claim.witnesses)
    problems = [f"{p.theorem.name}: {p.reason}" for p in proofs if not p.ok]
    problems += [f"witness {w.witness.description!r}: {w.detail}" for w in witnesses if not w.ok]
    problems += _unsupported(claim)
    evidence = min((p.evidence for p in proofs), key=lambda e: e.strength, default=Evidence.OPEN)
    if claim.sampled and (not proofs or claim.verdict in _REFUTES and not witnesses):
        evidence = Evidence.SAMPLED  # a refutation by measurement is no stronger than the measurement
    if not proofs and witnesses and not claim.sampled and not problems:
        evidence = Evidence.PROVED  # a refutation alone, in exact arithmetic
    if problems:
        return Judgement(claim, Verdict.OPEN, Evidence.OPEN, proofs, witnesses, tuple(problems))
    return Judgement(claim, claim.verdict, evidence, proofs, witnesses, ())


def _unsupported(claim: Claim) -> list[str]:
    """What the verdict would need and the claim does not have."""
    problems = []
    refutes = claim.verdict in _REFUTES
    if refutes and not claim.witnesses and not claim.sampled:
        problems.append(f"the verdict `{claim.verdict}` needs a witness")
    if (refutes or claim.verdict is Verdict.ORDER) and not (claim.corrected or claim.theorems):
        problems.append(f"the verdict `{claim.verdict}` needs a corrected statement with a proof")
    if claim.verdict is Verdict.HOLDS and not claim.theorems and not claim.sampled:
        problems.append("the verdict `holds` needs a proof or a sampled check")
    if claim.verdict is Verdict.HOLDS and claim.witnesses:
        problems.append("a statement that holds has no witness against it")
    if claim.verdict is Verdict.UNVERIFIABLE and not claim.needs:
        problems.append("an unverifiable claim says what data it would need")
    if not claim.finding:
        problems.append("a claim states its finding in a sentence")
    return problems


def frame(theorem: Theorem) -> str:
    """Why the steps do not make a proof of the statement, whatever the rules say; empty when they do."""
    if not theorem.steps:
        return "there are no steps"
    if not _same_relation(theorem.steps[-1].relation, theorem.statement):
        return "the last step is not the statement"
    if any(_same_relation(h.relation, theorem.statement) for h in theorem.hypotheses):
        return "the statement is one of the hypotheses"
    names = [h.name for h in theorem.hypotheses] + [s.name for s in theorem.steps]
    if len(set(names)) != len(names):
        return f"a name is used twice among {names}"
    try:
        if reason := malformed(theorem):
            return reason
    except Exception as error:  # fail closed, as `discharge` does
        return f"{type(error).__name__}: {error}"
    needed = {theorem.steps[-1].name}
    for step in reversed(theorem.steps):
        if step.name in needed:
            needed |= set(step.uses)
    idle = [name for name in names if name not in needed]
    if idle:
        defines = defining(theorem, idle)
        idle = [name for name in idle if name not in defines]
    if idle:
        return f"{idle} do not lead to the statement"
    if contradictory(instances(theorem.hypotheses)):
        return "the hypotheses contradict each other"
    return ""


def _same_relation(a: Relation, b: Relation) -> bool:
    return (a.operator, a.left, a.right) == (b.operator, b.left, b.right)


def _without(uses: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(u for u in uses if u != name)
