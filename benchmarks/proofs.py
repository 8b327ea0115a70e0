"""How long the proofs take: all claims by the command, anew and from its cache; each claim and rule in one process."""

import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.machine import machine
from benchmarks.request import Progress, Request
from verify.digest import ROOT
from verify.kept import VARIABLE
from verify.speed import save, short

COMMAND = ("-m", "verify.cli", "claims", "--json")

LONG = 30.0
"""Seconds from which proving anew is timed once."""


def bench(request: Request, progress: Progress) -> Mapping[str, Any]:
    """The record: seconds of whole processes, each anew in an empty cache; then of claims and rules, one by one."""
    cold, cached = [], []
    for number in range(request.rounds):
        progress("proofs, anew and cached", number, request.rounds + 1)
        with tempfile.TemporaryDirectory() as folder:
            cold.append(_wall(folder))
            cached.append(_wall(folder))
        if cold[0] > LONG:
            break
    progress("proofs, one by one", request.rounds, request.rounds + 1)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found = pool.apply(profile)
    record = {
        "machine": machine(request) | {"rounds": len(cold)},
        "cold_seconds": short(statistics.median(cold), 3),
        "cold_spread": [short(min(cold), 3), short(max(cold), 3)],
        "cached_seconds": short(statistics.median(cached), 3),
        "cached_spread": [short(min(cached), 3), short(max(cached), 3)],
    } | found
    save(request.reports, "proofs", record)
    return record


def _wall(cache: str) -> float:
    start = time.perf_counter()
    environment = os.environ | {VARIABLE: cache}
    subprocess.run([sys.executable, *COMMAND], cwd=ROOT, env=environment, capture_output=True, check=False)
    return time.perf_counter() - start


def profile() -> dict[str, list[dict[str, Any]]]:
    """Seconds of every claim, in the order of the list, and of every rule; needs a process in which nothing is proved.

    What claims share is paid by the first that needs it. The time of a rule is that of its steps, tried without each of
    their facts too.
    """
    from derivations import CLAIMS, proof

    rules: dict[str, tuple[int, float]] = {}
    discharge = proof.discharge

    def timed(step: Any, known: Any) -> Any:
        start = time.perf_counter()
        try:
            return discharge(step, known)
        finally:
            name = type(step.by).__name__
            steps, seconds = rules.get(name, (0, 0.0))
            rules[name] = (steps + 1, seconds + time.perf_counter() - start)

    proof.discharge = timed
    claims = []
    try:
        for claim in CLAIMS:
            start = time.perf_counter()
            judgement = proof.judge(claim)
            seconds = short(time.perf_counter() - start, 3)
            claims.append({"id": claim.id, "seconds": seconds, "steps": sum(len(p.steps) for p in judgement.proofs)})
    finally:
        proof.discharge = discharge
    told = [{"rule": name, "seconds": short(seconds, 3), "steps": steps} for name, (steps, seconds) in rules.items()]
    return {"claims": claims, "rules": sorted(told, key=lambda row: (-row["seconds"], row["rule"]))}


def lines(record: Mapping[str, Any]) -> Iterator[str]:
    """What was found, for a terminal."""
    yield f"all claims anew {record['cold_seconds']} s, from the cache {record['cached_seconds']} s"
    for row in sorted(record["claims"], key=lambda row: -row["seconds"])[:10]:
        yield f"{row['seconds']:8} s  {row['id']} ({row['steps']} steps)"
    for row in record["rules"][:10]:
        yield f"{row['seconds']:8} s  {row['rule']} ({row['steps']} times)"
