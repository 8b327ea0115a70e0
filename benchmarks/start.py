"""How long a command takes from its call to its end, beside an interpreter that does nothing, and what it imports."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.machine import machine
from benchmarks.optimizers import numbers
from benchmarks.request import Progress, Request
from benchmarks.run import timing as terminal
from benchmarks.side_by_side import Work, measure
from verify.digest import ROOT
from verify.speed import save

UNIT = "python -c pass"
COMMANDS = ("--help", "claims", "show SP-T2-STEP")
"""After `orthodrome`."""

LOADED = ("import torch", "import sympy")
"""What a command takes at least that needs them."""

SLOWEST = 12
"""Imports of a command that are recorded."""

IMPORT = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \| ( *)(\S+)$")


def bench(request: Request, progress: Progress) -> Mapping[str, Any]:
    """The record. The first run of each command, which may fill a cache, is not timed."""
    works: dict[str, Work] = {UNIT: _run(["-c", "pass"])}
    works |= {f"orthodrome {command}": _run(["-m", "verify.cli", *command.split()]) for command in COMMANDS}
    works |= {statement: _run(["-c", statement]) for statement in LOADED}
    for work in works.values():
        work()
    blocks, done = len(works) * request.rounds, 0

    def moved() -> None:
        nonlocal done
        done += 1
        progress("start", done, blocks)

    timings = measure(works, UNIT, rounds=request.rounds, progress=moved)
    rows = [{"subject": name} | numbers(timing) for name, timing in timings.items()]
    imports = {f"orthodrome {command}": imported(command) for command in COMMANDS}
    record = {"machine": machine(request), "unit": UNIT, "rows": rows, "imports": imports}
    save(request.reports, "start", record)
    return record


def _run(arguments: list[str]) -> Work:
    """A process of this interpreter, in the checkout; what it says is thrown away, what it answers too."""
    return lambda: subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, check=False)


def imported(command: str) -> dict[str, Any]:
    """The modules that a command loads: how many, in how many milliseconds, and the slowest packages."""
    arguments = [sys.executable, "-X", "importtime", "-m", "verify.cli", *command.split()]
    told = subprocess.run(arguments, cwd=ROOT, capture_output=True, check=False, text=True, encoding="utf-8").stderr
    return summary(told)


def summary(told: str) -> dict[str, Any]:
    """What `-X importtime` says, by package: milliseconds of its own modules, the slowest first."""
    packages: dict[str, float] = {}
    found = [match for line in told.splitlines() if (match := IMPORT.match(line))]
    for match in found:
        package = match[4].partition(".")[0]
        packages[package] = packages.get(package, 0.0) + int(match[1]) / 1000
    slowest = sorted(packages, key=packages.__getitem__, reverse=True)[:SLOWEST]
    return {
        "modules": len(found),
        "milliseconds": round(sum(packages.values()), 1),
        "packages": {name: round(packages[name], 1) for name in slowest},
    }


def lines(record: Mapping[str, Any]) -> Iterator[str]:
    """What was found, for a terminal."""
    for row in record["rows"]:
        yield terminal(row["subject"], row)
    for command, found in record["imports"].items():
        slowest = ", ".join(f"{name} {took} ms" for name, took in list(found["packages"].items())[:4])
        yield f"{command}: {found['modules']} modules in {found['milliseconds']} ms: {slowest}"
