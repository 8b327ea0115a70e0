"""Checked cases a second: every batched law, and the ways to check one that were tried before, beside each other."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchmarks.load import REAL, foreign
from benchmarks.machine import machine
from benchmarks.optimizers import numbers
from benchmarks.request import Progress, Request
from benchmarks.run import timing as terminal
from benchmarks.side_by_side import Work, measure
from verify.batched import LAWS, by_name, run_all
from verify.batched.counter import CASES
from verify.digest import ROOT
from verify.speed import FOREIGN, TRIES, save, short

EACH = 131_072
"""Cases of a law in a round: 64 blocks, eight times as many as a process is handed at once."""

WORKERS = 2
LAW = "image-step"
"""The law on which ways are compared: SP-T2-STEP and SP-T2-RADIUS, on every scheme."""

SIZES = (100_000, 200_000, 400_000, 800_000)
"""Cases of the runs whose time and memory are compared, in one process."""

FEW = 100
"""Cases of a call of the ways that take them one by one."""

GROW = """
import json, resource, sys
from verify.batched import run
found = run(sys.argv[1], int(sys.argv[2]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
print(json.dumps({"cases": found.cases, "seconds": found.seconds, "megabytes": peak}))
"""


def bench(request: Request, progress: Progress) -> Mapping[str, Any]:
    """The record."""
    torch.set_num_threads(1)
    total = request.rounds + 1 + len(SIZES)
    progress("cases, side by side", 0, total)
    found = ways()
    timings = measure({name: work for name, (_, work) in found.items()}, WITH, rounds=request.rounds)
    rows = [
        {"way": name, "rate": short(found[name][0] / timing.seconds)} | numbers(timing)
        for name, timing in timings.items()
    ]
    laws, repeated, disturbed = _laws(request.rounds, lambda done: progress("cases, every law", 1 + done, total))
    sizes = []
    for done, cases in enumerate(SIZES):
        progress("cases, by number", 1 + request.rounds + done, total)
        told = subprocess.run(
            [sys.executable, "-c", GROW, LAW, str(cases)], cwd=ROOT, capture_output=True, check=True, text=True
        )
        sizes.append({key: short(value, 3 if key != "cases" else 9) for key, value in json.loads(told.stdout).items()})
    record = {
        "machine": machine(request),
        "law": LAW,
        "workers": WORKERS,
        "each": EACH,
        "ways": rows,
        "laws": laws,
        "repeated": repeated,
        "disturbed": disturbed,
        "sizes": sizes,
    }
    save(request.reports, "cases", record)
    return record


def _laws(rounds: int, progress: Callable[[int], None]) -> tuple[list[dict[str, Any]], int, int]:
    """Every law in every round, generation included, with a new seed each; and how many rounds were disturbed.

    The work is done by other processes: what else runs is seen before and after a round, while this one waits.
    """
    rates: dict[str, list[float]] = {law.name: [] for law in LAWS}
    failed = dict.fromkeys(rates, 0)
    repeated = disturbed = 0
    for number in range(rounds):
        progress(number)
        for attempt in range(TRIES):
            before = _others()
            results = run_all(LAWS, EACH, seed=number, workers=WORKERS)
            quiet = max(before, _others()) <= FOREIGN
            if quiet or attempt == TRIES - 1:
                break
            repeated += 1
        disturbed += not quiet
        for result in results:
            rates[result.law].append(result.rate)
            failed[result.law] += result.failed
    rows = []
    for law in LAWS:
        found = rates[law.name]
        spread = {"low": short(min(found)), "high": short(max(found)), "failed": failed[law.name]}
        rows.append({"law": law.name, "claims": list(law.claims), "rate": short(statistics.median(found))} | spread)
    return rows, repeated, disturbed


def _others(seconds: float = 0.3) -> float:
    """Cores that others use while this process waits."""
    start, began = foreign(), REAL.now()
    time.sleep(seconds)
    end = foreign()
    return 0.0 if start is None or end is None else (end - start) / (REAL.now() - began)


WITH, READY = "batched, with generation", "batched, data ready"


def ways() -> dict[str, tuple[int, Work]]:
    """Name → cases of a call, and the call. One process of one thread."""
    law = by_name(LAW)
    blocks = iter(range(10**9))
    ready = law.step(0, 0)

    def single() -> None:
        for index in range(FEW):
            list(law.check(law.step(0, 0, index)))

    generator = numpy.random.default_rng(0)

    def plain() -> None:
        for _ in range(FEW):
            d = int(generator.integers(2, 65))
            by_hand(generator.normal(size=d), generator.normal(size=d), 0.1)

    return {
        WITH: (CASES, lambda: law.verdicts(0, next(blocks))),
        READY: (CASES, lambda: list(law.check(ready))),
        "the same, a case at a time": (FEW, single),
        "a plain loop": (FEW, plain),
        "hypothesis drawing every number": (FEW, _drawn),
    }


def by_hand(x: numpy.ndarray, a: numpy.ndarray, lr: float) -> bool:
    """One step of SGD on L(x) = ⟨a, x/‖x‖⟩² beside 001 (8): ‖x_{k+1}‖² = ‖x_k‖² + η²‖∇L(x_k)‖²."""
    point = torch.tensor(x, requires_grad=True)
    (torch.tensor(a) @ point / point.norm()).square().backward()
    gradient = point.grad.numpy() if point.grad is not None else numpy.zeros_like(x)
    following, expected = x - lr * gradient, x @ x + lr**2 * (gradient @ gradient)
    return bool(abs(following @ following - expected) <= 1e-9 * expected)


COORDINATES = st.floats(-10, 10, allow_nan=False).filter(lambda value: abs(value) > 1e-3)


def _drawn() -> None:
    @settings(
        max_examples=FEW, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(st.data())
    def law(data: st.DataObject) -> None:
        d = data.draw(st.integers(2, 64))
        x, a = (data.draw(arrays(numpy.float64, d, elements=COORDINATES)) for _ in range(2))
        by_hand(x, a, 0.1)

    law()


def lines(record: Mapping[str, Any]) -> Iterator[str]:
    """What was found, for a terminal."""
    for row in record["ways"]:
        yield f"{row['rate']:12,.0f} a second  " + terminal(row["way"], row)
    for row in record["laws"]:
        yield f"{row['rate']:12,.0f} a second  {row['law']} ({', '.join(row['claims'])}), {row['failed']} failed"
    for row in record["sizes"]:
        yield f"{row['cases']:12,.0f} cases  {row['seconds']} s, {row['megabytes']} MB"
