"""The test suite and the main job: how long each takes, and the slowest tests."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.load import foreign
from benchmarks.machine import machine
from benchmarks.request import Progress, Request
from verify.digest import ROOT
from verify.speed import save, short

SLOWEST = 25
"""Tests that are recorded."""

TEST = ("-m", "pytest", "-n", "2", "--dist", "worksteal", f"--durations={4 * SLOWEST}", "--durations-min=0.5")
"""`make test`, and how long each test took."""

DURATION = re.compile(r"^\s*([\d.]+)s (call|setup|teardown)\s+(\S+?::.+?)\s*$", re.MULTILINE)
COUNT = re.compile(r"(\d+) (passed|failed|error|skipped)")


def bench(request: Request, progress: Progress) -> Mapping[str, Any]:
    """The record. The job of `make report` writes into a copy of the pages."""
    progress("make test", 0, 2)
    told, tests = _timed([sys.executable, *TEST])
    progress("make report", 1, 2)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "reports"
        shutil.copytree(request.reports, copy)
        _, report = _timed([sys.executable, "-m", "verify.cli", "report", "--reports", str(copy)])
    progress("make report", 2, 2)
    record = {
        "machine": machine(request) | {"threads": 1},
        "rows": [{"job": "make test"} | tests, {"job": "make report"} | report],
        "counts": {word: int(number) for number, word in COUNT.findall(told.splitlines()[-1] if told else "")},
        "tests": slowest(told),
    }
    save(request.reports, "suite", record)
    return record


def _timed(command: list[str]) -> tuple[str, dict[str, Any]]:
    """What a command prints; its seconds, its exit status, and the cores that others used meanwhile."""
    others, start = foreign(), time.perf_counter()
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True, env=environment)
    wall, then = time.perf_counter() - start, foreign()
    beside = None if others is None or then is None else round(max(0.0, then - others) / wall, 2)
    return done.stdout, {"seconds": short(wall, 3), "status": done.returncode, "foreign": beside}


def slowest(told: str) -> list[dict[str, Any]]:
    """The slowest tests of what pytest says, the slowest first; the cases of one test together, with their number."""
    found: dict[str, tuple[float, int]] = {}
    for seconds, _, name in DURATION.findall(told):
        test = name.partition("[")[0]
        before, cases = found.get(test, (0.0, 0))
        found[test] = (before + float(seconds), cases + 1)
    order = sorted(found, key=lambda test: (-found[test][0], test))[:SLOWEST]
    return [{"test": test, "seconds": round(found[test][0], 1), "cases": found[test][1]} for test in order]


def lines(record: Mapping[str, Any]) -> Iterator[str]:
    """What was found, for a terminal."""
    for row in record["rows"]:
        yield f"{row['job']}: {row['seconds']} s, exit status {row['status']}, {row['foreign']} cores used by others"
    for row in record["tests"]:
        yield f"{row['seconds']:7} s  {row['test']} ({row['cases']})"
