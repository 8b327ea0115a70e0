"""The record of a family: counts by target, operator and check, and the mutants that were not killed, one by one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from verify.trust.mutants.mutant import Family, Fate, Mutant, State

Counts = dict[str, dict[str, int]]


def entry_of(
    one: Family, results: Sequence[tuple[Mutant, Fate]], old: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """That of these results. old: an entry that is kept for the targets that are not among them.

    "again" names the targets whose results are later than those of the whole; "killed by" is empty where an old entry
    does not tell it of every target.
    """
    now = _targets(results)
    there = {mutant.target for mutant in one.mutants()} if old else set(now)
    kept = {target: counts for target, counts in (old["targets"] if old else {}).items() if target in there - set(now)}
    targets = {
        target: (now | kept)[target] for target in [*(old["targets"] if old else ()), *now] if target in now | kept
    }
    by = {target: counts for target, counts in ((old or {}).get("by", {}) | _by(results)).items() if target in targets}
    total = {str(state): _total(targets, state) for state in State}
    return {
        "name": one.FAMILY,
        "title": one.TITLE,
        "mutants": sum(total.values()),
        **total,
        "operators": [
            {"name": operator, "meaning": meaning} | {str(state): _total(targets, state, operator) for state in State}
            for operator, meaning in one.OPERATORS.items()
        ],
        "targets": targets,
        "by": by,
        "killed by": _ordered(by) if set(by) == set(targets) else {},
        "again": sorted({*(old["again"] if old and "again" in old else ()), *now} & set(targets)) if old else [],
        "survivors": [
            *(row for row in (old["survivors"] if old else ()) if row["target"] in kept),
            *({**_named(m), "note": fate.note} for m, fate in results if fate.state is State.SURVIVED),
        ],
        "equivalents": [
            *(row for row in (old["equivalents"] if old else ()) if row["target"] in kept),
            *(
                {**_named(m), "by": fate.by, "reason": fate.note}
                for m, fate in results
                if fate.state is State.EQUIVALENT
            ),
        ],
        "true": [
            *(row for row in (old.get("true", ()) if old else ()) if row["target"] in kept),
            *({**_named(m), "by": fate.by, "reason": fate.note} for m, fate in results if fate.state is State.ANOTHER),
        ],
    }


def _targets(results: Sequence[tuple[Mutant, Fate]]) -> dict[str, Counts]:
    found: dict[str, Counts] = {}
    for mutant, fate in results:
        counts = found.setdefault(mutant.target, {}).setdefault(mutant.operator, dict.fromkeys(map(str, State), 0))
        counts[fate.state] += 1
    return found


def _by(results: Sequence[tuple[Mutant, Fate]]) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {mutant.target: Counter() for mutant, _ in results}
    for mutant, fate in results:
        if fate.state is State.KILLED:
            found[mutant.target][fate.by] += 1
    return {target: dict(sorted(counts.items())) for target, counts in found.items()}


def _ordered(by: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    total = sum((Counter(counts) for counts in by.values()), Counter[str]())
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))


def _total(targets: Mapping[str, Counts], state: State, operator: str | None = None) -> int:
    return sum(
        counts.get(state, 0) for found in targets.values() for name, counts in found.items() if operator in (None, name)
    )


def _named(mutant: Mutant) -> dict[str, str]:
    return {"target": mutant.target, "operator": mutant.operator, "label": mutant.label}
