"""What became of the mutants that once survived: from the records of before, as git keeps them."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import impl.optim
from verify.trust.mutants import sources
from verify.trust.mutants.battery_rounds import laws_of
from verify.trust.mutants.mutant import Fate, Mutant

RECORD = "reports/data/trust/mutants.json"
GONE = "its line is gone"


def once(root: Path) -> Iterator[Mapping[str, Any]]:
    """Every record of mutants that was ever committed, the earliest first. ValueError outside of a checkout."""
    for commit in _git(root, "log", "--reverse", "--format=%H", "--", RECORD).split():
        try:
            yield json.loads(_git(root, "show", f"{commit}:{RECORD}"))
        except ValueError:  # it was removed, or is no JSON
            continue


def traced(
    records: Iterator[Mapping[str, Any]],
    mutants: Mapping[str, Mutant],
    equivalent: Mapping[str, str],
    judge: Callable[[Mutant], Fate],
) -> list[dict[str, str]]:
    """Every mutant of `sources` that survived in one of the records, and its fate now: the law that kills it, why it is
    equivalent, or that the line that it changed is gone."""
    found: dict[str, dict[str, str]] = {}
    for record in records:
        for row in next((f for f in record["families"] if f["name"] == "sources"), {"survivors": ()})["survivors"]:
            found.setdefault(row["label"], {"target": row["target"], "label": row["label"]})
    for label, row in found.items():
        if label not in mutants:
            row |= {"fate": "gone", "by": GONE}
        elif label in equivalent:
            row |= {"fate": "equivalent", "by": equivalent[label]}
        else:
            fate = judge(mutants[label])
            row |= {"fate": str(fate.state), "by": fate.by}
    return list(found.values())


def laws() -> list[dict[str, str]]:
    """The laws that judge mutants of `impl.optim`, each with its file and what the file is about; several may have one
    name."""
    found = dict.fromkeys((name.partition(":")[0], law.func.__module__) for name, law in laws_of(impl.optim, ()))
    return [
        {
            "law": name,
            "file": module.rpartition(".")[2] + ".py",
            "about": (sys.modules[module].__doc__ or "").partition("\n")[0],
        }
        for name, module in found
    ]


def survey(root: Path) -> dict[str, Any]:
    """The record: survivors one by one, and the laws with their files."""
    mutants = {mutant.label: mutant for mutant in sources.mutants()}
    rows = traced(once(root), mutants, sources.EQUIVALENT, sources.judge)
    return {"survivors": rows, "battery": laws()}


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ValueError(f"git {arguments[0]} in {root}: {error}; what survived once is told by a checkout") from error
    return done.stdout
