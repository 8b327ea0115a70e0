"""How fast memory is moved: copies and in-place sums of arrays that fit in no cache, beside each other."""

from collections.abc import Iterator, Mapping
from typing import Any

import torch

from benchmarks.machine import machine
from benchmarks.request import Progress, Request
from benchmarks.side_by_side import Work, measure
from verify.speed import save, short

NUMBERS = 64 * 2**20
"""float32 in an array: 256 MiB."""


def kernels(numbers: int = NUMBERS) -> dict[str, tuple[int, Work]]:
    """Name → words that the kernel moves a number, and the kernel.

    An array that is only written is read too by most processors, which the words do not count: the sums in place, where
    every line that is written was read, are the fair ones for an optimizer.
    """
    a, b, c = (torch.ones(numbers) for _ in range(3))
    return {
        "a *= s": (2, lambda: a.mul_(1.0)),
        "a += s b": (3, lambda: a.add_(b, alpha=1e-6)),
        "a = b": (2, lambda: c.copy_(b)),
        "a = b + s c": (3, lambda: torch.add(a, b, alpha=1e-6, out=c)),
    }


def bytes_per_second(words: int, numbers: int, seconds: float) -> float:
    """What a pass over float32 arrays moves."""
    return 4 * words * numbers / seconds


def bench(request: Request, progress: Progress) -> Mapping[str, Any]:
    """The record: bytes a second of each kernel, from the slowest round to the fastest."""
    torch.set_num_threads(request.threads)
    found = kernels()
    unit = "a += s b"
    timings = measure({name: work for name, (_, work) in found.items()}, unit, rounds=request.rounds)
    rows = []
    for name, timing in timings.items():
        words = found[name][0]
        rate = bytes_per_second(words, NUMBERS, timing.seconds)
        row = {"kernel": name, "words": words, "rate": short(rate), "ratio": short(timing.ratio)}
        rows.append(row | {"repeated": timing.repeated, "disturbed": timing.disturbed})
    record = {"machine": machine(request), "numbers": NUMBERS, "rows": rows}
    save(request.reports, "bandwidth", record)
    return record


def lines(record: Mapping[str, Any]) -> Iterator[str]:
    """What was found, for a terminal."""
    for row in record["rows"]:
        yield f"{row['kernel']:14} {row['rate'] / 1e9:6.1f} GB/s"
