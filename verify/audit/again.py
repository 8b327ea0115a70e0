"""Every recorded difference once more: its script is made anew, run by itself, and seen to show the same.

A script runs outside of orthodrome, in a folder of its own: it has torch, the audited package and the standard library.
"""

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verify.audit.processes import Scripts
from verify.audit.request import Request
from verify.audit.run import audited_all
from verify.report.ecosystem import failures

Progress = Callable[[str, int, int], None]
Answer = Mapping[str, Any]
SAME = 1e-6
"""Relative, of the number that a script prints and the recorded one: another machine rounds otherwise."""


@dataclass(frozen=True)
class Replayed:
    """One recorded difference. shown: its script shows it again. said: what the script did otherwise."""

    optimizer: str
    law: str
    shown: bool
    said: str


def again(
    package: str, rows: Sequence[Answer], limit: float, workers: int, progress: Progress | None = None
) -> list[Replayed]:
    """Make and run the scripts of all differences that the answers about a package hold against its optimizers."""
    accused = [row for row in rows if failures(row)]
    requests = [
        Request(row["optimizer"], "", row["scheme"], row["seed"], tuple(f["law"] for f in failures(row)))
        for row in accused
    ]
    # options as they were asked for: of packages none are
    anew = audited_all(requests, limit, workers, progress, package=package)
    found = [
        (row["optimizer"], recorded, next((f for f in answer["findings"] if f["law"] == recorded["law"]), None))
        for row, answer in zip(accused, anew, strict=True)
        for recorded in failures(row)
    ]
    replayed: list[Replayed] = []
    scripts = Scripts("torch", *([package] if package and package != "timm.optim" else []))
    try:
        for optimizer, recorded, made in found:
            replayed.append(replay(optimizer, recorded, made, scripts, limit))
            if progress:
                progress(f"{optimizer}: {recorded['law']}", len(replayed), len(found))
    finally:
        scripts.close()
    return replayed


def replay(optimizer: str, recorded: Answer, anew: Answer | None, scripts: Scripts, limit: float) -> Replayed:
    """Run the script of a finding that is made anew, and compare it with what was recorded."""

    def said(words: str) -> Replayed:
        return Replayed(optimizer, recorded["law"], not words, words)

    if anew is None or anew["verdict"] != recorded["verdict"]:
        return said(f"it {anew['verdict'] if anew else 'was not asked'} now")
    if not anew["replay"]:
        return said("it has no script")
    code, out, errors = scripts.run(anew["replay"], limit)
    if recorded["verdict"] == "error":
        raised = recorded["words"].removeprefix("raised ").removesuffix(" …")
        return said("" if code and raised in errors else f"the script ends with {code} and does not raise that")
    if code != 1:
        return said(f"the script ends with {code}")
    printed, expected = number(out), recorded["values"].get("difference", math.inf)
    same = printed == expected or math.isclose(printed, expected, rel_tol=SAME)
    return said("" if same else f"the script prints {printed:g}, not {expected:g}")


def number(out: str) -> float:
    """The difference that a script prints, in a dictionary or after words; nan where there is none."""
    for line in reversed(out.strip().splitlines()):
        if line.startswith("{"):
            names = line.replace(": inf", ": 1e999").replace(": nan", ": None")
            value = ast.literal_eval(names).get("difference")
            return math.nan if value is None else float(value)
    return math.nan


def counted(replayed: Sequence[Replayed]) -> dict[str, Any]:
    """For the record: how many scripts there are, how many show what was recorded, and the others."""
    others = [f"{r.optimizer}, {r.law}: {r.said}" for r in replayed if not r.shown]
    return {"scripts": len(replayed), "shown": len(replayed) - len(others), "others": others}
