"""Every recorded difference once more: its script is made anew, run by itself, and seen to show the same.

A script runs outside of orthodrome, in a folder of its own: it has torch, the audited package and the standard library.
"""

import ast
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def again(rows: Sequence[Answer], limit: float, workers: int, progress: Progress | None = None) -> list[Replayed]:
    """Make and run the scripts of all differences that these answers hold against their optimizers."""
    accused = [row for row in rows if failures(row)]
    requests = [
        Request(row["optimizer"], "", row["scheme"], row["seed"], tuple(f["law"] for f in failures(row)))
        for row in accused
    ]
    # options as they were asked for: of packages none are
    anew = audited_all(requests, limit, workers, progress)
    found = [
        (row["optimizer"], recorded, next((f for f in answer["findings"] if f["law"] == recorded["law"]), None))
        for row, answer in zip(accused, anew, strict=True)
        for recorded in failures(row)
    ]
    replayed = []
    with ThreadPoolExecutor(workers) as pool:
        for result in pool.map(lambda item: replay(item[0], item[1], item[2], limit), found):
            replayed.append(result)
            if progress:
                progress(f"{result.optimizer}: {result.law}", len(replayed), len(found))
    return replayed


def replay(optimizer: str, recorded: Answer, anew: Answer | None, limit: float) -> Replayed:
    """Run the script of a finding that is made anew, and compare it with what was recorded."""

    def said(words: str) -> Replayed:
        return Replayed(optimizer, recorded["law"], not words, words)

    if anew is None or anew["verdict"] != recorded["verdict"]:
        return said(f"it {anew['verdict'] if anew else 'was not asked'} now")
    if not anew["replay"]:
        return said("it has no script")
    code, out, errors = ran(anew["replay"], limit)
    if recorded["verdict"] == "error":
        raised = recorded["words"].removeprefix("raised ").removesuffix(" …")
        return said("" if code and raised in errors else f"the script ends with {code} and does not raise that")
    if code != 1:
        return said(f"the script ends with {code}")
    printed, expected = number(out), recorded["values"].get("difference", math.inf)
    same = printed == expected or math.isclose(printed, expected, rel_tol=SAME)
    return said("" if same else f"the script prints {printed:g}, not {expected:g}")


def ran(script: str, limit: float) -> tuple[int | None, str, str]:
    """Exit status, standard output, standard error as one line; the status is None after `limit` seconds."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "replay.py").write_text(script, encoding="utf-8")
        command = [sys.executable, "replay.py"]
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env=environment | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=limit,
            )
        except subprocess.TimeoutExpired:
            return None, "", ""
    return done.returncode, done.stdout, " ".join(done.stderr.split())


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
