"""Every step that z3 decided, decided again by cells (`cells`), where it has at most two unknowns."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from derivations import CLAIMS
from derivations.claim import Step, Theorem
from derivations.rules import Rule
from derivations.smt import Smt
from derivations.statement import Relation
from verify.trust.routes.cells import Undecided, holds

Progress = Callable[[str, int, int], None]


def by_z3(rule: Rule) -> bool:
    """Whether a rule is z3, or leaves a part to it."""
    if isinstance(rule, Smt):
        return True
    parts: list[object] = [getattr(rule, f.name) for f in fields(rule)] if is_dataclass(rule) else []
    return any(isinstance(part, Rule) and by_z3(part) for part in parts)


def steps() -> Iterator[tuple[str, Theorem, Step, tuple[Relation, ...]]]:
    """Claim, theorem, step and the facts that it uses; the same step of two claims once."""
    seen = []
    for claim in CLAIMS:
        for theorem in (*claim.theorems, *claim.corrected):
            known = {h.name: h.relation for h in theorem.hypotheses}
            known |= {step.name: step.relation for step in theorem.steps}
            for step in theorem.steps:
                facts = tuple(known[name] for name in step.uses)
                if by_z3(step.by) and (step.relation, facts) not in seen:
                    seen.append((step.relation, facts))
                    yield claim.id, theorem, step, facts


def compare(progress: Progress | None = None) -> dict[str, Any]:
    """Each step with what the cells say of it: "holds", "fails", or why they do not decide."""
    rows = []
    found = tuple(steps())
    for done, (claim, theorem, step, facts) in enumerate(found):
        if progress:
            progress(f"{claim}: {step.name}", done, len(found))
        unknowns = len(set().union(step.relation.free_symbols, *(fact.free_symbols for fact in facts)))
        try:
            answer = "holds" if holds(step.relation, facts) else "fails"
        except Undecided as error:
            answer = f"undecided: {error}"
        row = {"claim": claim, "theorem": theorem.name, "step": step.name}
        rows.append(row | {"unknowns": unknowns, "answer": answer})
    return {"steps": rows}


def ok(record: Mapping[str, Any]) -> bool:
    """Whether there were steps and none fails; one that is undecided has one method only, and is named."""
    return bool(record["steps"]) and all(row["answer"] != "fails" for row in record["steps"])
