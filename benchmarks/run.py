"""The benchmarks by name, and what each says on a terminal."""

import importlib
import time
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.request import Progress, Request

Record = Mapping[str, Any]


def timed(name: str, request: Request, progress: Progress) -> tuple[Record, float]:
    """The record of a benchmark, and the seconds that it took to measure."""
    start = time.perf_counter()
    return importlib.import_module(f"benchmarks.{name}").bench(request, progress), time.perf_counter() - start


def lines(name: str, record: Record) -> Iterator[str]:
    """What was found, a line each."""
    module: Any = importlib.import_module(f"benchmarks.{name}")
    yield from (f"  {line}" for line in module.lines(record))


def timing(label: str, row: Record) -> str:
    """A row of `side_by_side`: ratio, range, seconds, and whether it was quiet."""
    if "missing" in row:
        return f"{label:52} {row['missing']}"
    noise = f"  {row['repeated']} repeated, {row['disturbed']} disturbed" if row["repeated"] else ""
    spread = f"({row['low']:.3g}–{row['high']:.3g})"
    return f"{label:52} {row['ratio']:8.3g} {spread:16} {1e3 * row['seconds']:9.4g} ms{noise}"
