"""What `orthodrome trust hostile` does: the campaigns, part by part, into one record."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from verify.trust import record
from verify.trust.hostile.outcome import MEANING, Outcome, Trial

PARTS = ("optimizers", "endurance", "files", "ends", "fuzz")
NAME = "hostile"
TYPED = "typed"
"""The list of what was typed."""
RIGHT = (
    "the right answer: after every step weights and buffers where the rule leads from what was held before it, within "
    "the rounding of that step; or the property that the input asks for"
)
KILLS = 4
"""Ends of each kind, for each kind of work."""
CASES = 2400
SEED = 0

Progress = Callable[[str, int, int], None]


def survey(reports: Path, chosen: Iterable[str] = (), progress: Progress | None = None) -> dict[str, Any]:
    """Run the parts, each recorded when it is done beside what was recorded of the others; returns the record."""
    parts = tuple(chosen) or PARTS
    if unknown := [part for part in parts if part not in PARTS]:
        raise ValueError(f"no part is called {unknown[0]!r}: choose of {', '.join(PARTS)}")
    for i, part in enumerate(parts):
        if progress:
            progress(part, i, len(parts))
        found = {"optimizers": _optimizers, "endurance": _endurance, "files": _files, "ends": _ends, "fuzz": _fuzz}
        keep(reports, part, found[part](reports))
    return record.load(reports, NAME) or {}


def keep(reports: Path, part: str, rows: Any) -> None:
    """Record one part."""
    known = record.load(reports, NAME) or {}
    parts = {name: rows if name == part else known.get("parts", {}).get(name) for name in PARTS}
    meaning = {str(outcome): words for outcome, words in (MEANING | {Outcome.RIGHT: RIGHT}).items()}
    record.save(reports, NAME, {"meaning": meaning, "parts": parts}, (part,))


def faults(found: Mapping[str, Any]) -> list[str]:
    """Everything in a record that is not as it should be."""
    parts = found["parts"]
    lines = [f"{row['input']}: {fault}" for row in parts["optimizers"] or () for fault in row["faults"]]
    for row in (*(parts["endurance"] or ()), *(parts["ends"] or ())):
        lines += [f"{row.get('optimizer', row.get('work'))}: {fault}" for fault in row["faults"]]
        lines += [f"{row}: {row['outcome']}"] if row["outcome"] == Outcome.FAULT and not row["faults"] else []
    lines += [fault for row in (*(parts["files"] or ()), *(parts["fuzz"] or ())) for fault in row["faults"]]
    return lines


def table(trials: Iterable[Trial]) -> list[dict[str, Any]]:
    """A row an input: how many trials, of which outcome, whose outcome is not the one of most."""
    rows = []
    for name, group in groupby(trials, key=lambda trial: trial.input):
        found = list(group)
        outcomes = {str(o): sum(trial.outcome is o for trial in found) for o in Outcome}
        most = max(outcomes, key=lambda outcome: outcomes[outcome])
        whose: dict[str, list[str]] = {}
        for trial in found:
            if trial.outcome != most and trial.optimizer not in whose.setdefault(str(trial.outcome), []):
                whose[str(trial.outcome)].append(trial.optimizer)
        wrong = [trial for trial in found if trial.outcome is Outcome.FAULT]
        told = [f"{t.optimizer}, {t.way}: {t.words}" for t in wrong[:3]]
        rows.append({"input": name, "trials": len(found), **outcomes, "most": most, "others": whose, "faults": told})
    return rows


def _optimizers(reports: Path) -> list[dict[str, Any]]:
    from verify.trust.hostile import optimizers, structures

    return table(optimizers.trials()) + table(structures.trials())


def _endurance(reports: Path) -> list[dict[str, Any]]:
    from verify.trust.hostile import endurance

    return [
        {**asdict(row), "steps": endurance.STEPS, "every": endurance.EVERY, "outcome": str(row.outcome)}
        for row in endurance.runs()
    ]


def _files(reports: Path) -> list[dict[str, Any]]:
    from verify.trust.hostile.files import survey as damaged
    from verify.trust.hostile.loaders import loaders

    return [asdict(row) for row in damaged(loaders(reports), SEED)]


def _ends(reports: Path) -> list[dict[str, Any]]:
    """In a process of its own, which forks: this one may have threads."""
    command = [sys.executable, "-P", "-m", "verify.trust.hostile.kill", str(SEED), str(KILLS)]
    home = str(Path(__file__).resolve().parents[3])
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": home}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the runs could not be ended: {done.stderr.strip().splitlines()[-1:]}")
    return json.loads(done.stdout)


def _fuzz(reports: Path) -> list[dict[str, Any]]:
    """The counts, for the page; every case and its end goes into a list of its own beside the record."""
    from verify.trust.hostile import fuzz, fuzz_text

    rows: list[dict[str, Any]] = [
        {"what": f"orthodrome {row.command}"} | asdict(row) for row in fuzz.survey(CASES, SEED)
    ]
    rows += [
        {"what": row.reader, "ends": [row.read, 0, row.refused]} | asdict(row) for row in fuzz_text.survey(CASES, SEED)
    ]
    cases = {row["what"]: [f"{end} {shown(text)}" for text, end in row["cases"]] for row in rows}
    record.save(reports, TYPED, cases)
    return [{name: row[name] for name in ("what", "tried", "ends", "faults")} for row in rows]


def shown(text: str) -> str:
    """A text that any editor shows, in its first 200 characters."""
    plain = text[:200].encode("unicode_escape").decode("ascii")
    return plain if len(text) <= 200 else f"{plain}… ({len(text)} characters)"
