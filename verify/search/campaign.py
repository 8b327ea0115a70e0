"""The whole search of `reports/search.md`, part by part, kept after every target: what is recorded is not run again."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from verify.search.compare import UNIFORM, compare, control
from verify.search.domain import NotNumeric
from verify.search.families import FAMILIES, Entry
from verify.search.methods import hunt
from verify.search.record import keep, load

Progress = Callable[[str, int, int], None]
Row = dict[str, Any]

COMPARED = ("corpus", "printed", "steps", "generated", "thin")
DROPPED_BUDGET = 300
DROPPED_BY = "spread"


def compared(
    entries: Iterable[Entry], seeds: int, budget: int, reports: Path, again: bool, progress: Progress
) -> Iterator[Row]:
    """Every target with every method; those that are known to be true, once a seed."""
    torch.set_num_threads(1)
    entries = list(entries)
    known = {row["name"]: row for row in load(reports)["targets"]}
    for number, entry in enumerate(entries):
        progress(entry.name, number, len(entries))
        if (entry.name in known and not again) or (entry.after and not _mostly_found(known.get(entry.after))):
            continue
        try:
            target = entry.make()
        except NotNumeric:
            continue
        row = control(target, seeds) if target.false is False else compare(target, seeds, budget)
        known[entry.name] = row
        keep(reports, "targets", [row], "name")
        yield row


def named() -> dict[str, str]:
    """The claims that `reports/hypotheses.md` speaks of, and the hypotheses that it drops of each."""
    from derivations.dropped import DROPPED

    claims = dict.fromkeys(claim for one in DROPPED for claim in one.statements)
    return {c: "; ".join(one.hypothesis for one in DROPPED if c in one.statements) for c in claims}


def without(claims: Mapping[str, str], reports: Path, again: bool, progress: Progress) -> Iterator[Row]:
    """The theorems of these claims, each without one inequality, searched once; what is said of a claim goes along."""
    entries = [entry for claim in claims for entry in FAMILIES["dropped"](claim)]
    known = {row["name"] for row in load(reports)["dropped"]}
    for number, entry in enumerate(entries):
        progress(entry.name, number, len(entries))
        if entry.name in known and not again:
            continue
        try:
            found = hunt(entry.make(), DROPPED_BY, DROPPED_BUDGET)
        except NotNumeric:
            continue
        claim = entry.name.split(":")[0]
        row: Row = {"name": entry.name, "claim": claim, "said": claims[claim], "cases": found.cases}
        row["example"] = asdict(found.found) if found.found else None
        keep(reports, "dropped", [row], "name")
        yield row


def tight(reports: Path, again: bool, progress: Progress) -> Iterator[Row]:
    """How tight the bounds are."""
    from verify.search.bounds import bounds, reached

    every = list(bounds())
    known = {row["name"] for row in load(reports)["bounds"]}
    for number, bound in enumerate(every):
        name = f"{bound.claim}: {bound.name}"
        progress(name, number, len(every))
        if (name not in known or again) and (found := reached(bound)):
            keep(reports, "bounds", [asdict(found)], "name")
            yield asdict(found)


def _mostly_found(row: Mapping[str, Any] | None) -> bool:
    """Whether half of random's hunts or more found one: then a harder one is made."""
    if row is None or not row["example"]:
        return False
    cases = next(race["cases"] for race in row["races"] if race["method"] == UNIFORM)
    return 2 * sum(c is not None for c in cases) >= len(cases)
