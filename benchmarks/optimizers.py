"""One step of every optimizer on three networks' parameters, beside torch's fused optimizer with the same state."""

import gc
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

import torch

from benchmarks.bandwidth import NUMBERS, kernels
from benchmarks.machine import machine
from benchmarks.request import Progress, Request
from benchmarks.run import timing as terminal
from benchmarks.shapes import NETWORKS, Network
from benchmarks.side_by_side import Timing, Work, measure
from benchmarks.subjects import UNITS, Subject, subjects
from verify.digest import ROOT, digest, digest_of_files
from verify.peers.packages import version
from verify.speed import load, save, short

TOGETHER = 10**6
"""Parameters up to which all subjects are in memory at once; of larger ones one is, beside its unit."""

STREAM, KERNEL = "memory", "a += s b"
"""The subject that moves memory and computes next to nothing: the limit, measured in the same run."""

SOURCES = ("*.py", "*.cpp", "*.h", "*.cu")
Row = dict[str, Any]


def bench(request: Request, progress: Progress) -> Mapping[str, Any]:
    """The record, saved whenever a subject is done: a run that was cut off goes on where it was.

    A row is kept if it was measured in so many rounds of the same sources, and no block of it was disturbed.
    """
    torch.set_num_threads(request.threads)
    record = load(request.reports, "optimizers") or {}
    rows: dict[tuple[str, str], Row] = {(row["shape"], row["subject"]): row for row in record.get("rows", ())}
    networks = {key: make() for key, make in NETWORKS.items()}
    order = [(key, name) for key in networks for name in (STREAM, *(s.name for s in subjects()))]

    def saved() -> Row:
        shown = {key: _described(network) for key, network in networks.items()}
        found: Row = {"machine": machine(request), "stream": {"words": kernels(1)[KERNEL][0], "numbers": NUMBERS}}
        found |= {"shapes": shown, "rows": [rows[key] for key in order if key in rows]}
        save(request.reports, "optimizers", found)
        return found

    for key, network in networks.items():
        if request.shapes and key not in request.shapes:
            continue
        todo = [s for s in subjects() if _asked(s, request) and not _current(rows.get((key, s.name)), s, request)]
        for row in _measured(network, todo, request, progress):
            rows[key, row["subject"]] = {"shape": key} | row
            saved()
    return saved()


def _described(network: Network) -> Row:
    return {"name": network.name, "tensors": network.tensors, "numbers": network.numbers}


def _asked(subject: Subject, request: Request) -> bool:
    return not request.only or any(word.lower() in subject.name.lower() for word in request.only)


def _current(row: Row | None, subject: Subject, request: Request) -> bool:
    """Whether a row need not be measured again."""
    if request.anew or row is None or "missing" in row:
        return False
    return row["sources"] == sources(subject) and row["rounds"] >= request.rounds and not row["disturbed"]


def sources(subject: Subject) -> str:
    """A digest of what a subject's time depends on, this machine apart."""
    if subject.whose == "ours":
        return digest(_own_sources(), torch.__version__)
    return digest(subject.whose, version(subject.whose) or "", torch.__version__)


@cache
def _own_sources() -> str:
    return digest_of_files(path for pattern in SOURCES for path in (ROOT / "impl").rglob(pattern))


def _measured(network: Network, todo: Iterable[Subject], request: Request, progress: Progress) -> Iterator[Row]:
    """Rows: first the units and the memory, beside each other, then every subject beside its unit."""
    units = {s.name: s for s in subjects() if s.name in UNITS.values()}
    others = [s for s in todo if s.name not in units]
    if not others and not any(s.name in units for s in todo):
        return
    works = {name: _work(unit, network) for name, unit in units.items()}
    adam = UNITS[2]
    timings = measure(works | {STREAM: kernels()[KERNEL][1]}, adam, rounds=request.rounds)
    yield {"subject": STREAM, "unit": adam} | numbers(timings.pop(STREAM))
    for name, timing in timings.items():
        yield _row(units[name], timing, adam)
    del works
    together = network.numbers <= TOGETHER
    for unit in units.values():
        mine = [s for s in others if s.unit == unit.name]
        work = _work(unit, network) if mine else None
        for batch in [mine] if together else [[s] for s in mine]:
            if batch and work is not None:
                progress(f"{network.name}: {batch[0].name}", others.index(batch[0]), len(others))
                yield from _beside(unit.name, work, batch, network, request)
                gc.collect()


def _beside(unit: str, work: Work, batch: Iterable[Subject], network: Network, request: Request) -> Iterator[Row]:
    """The rows of some subjects beside one unit."""
    works: dict[str, Work] = {unit: work}
    made: list[Subject] = []
    first: dict[str, float] = {}
    for subject in batch:
        try:
            works[subject.name], first[subject.name] = _built(subject, network)
            made.append(subject)
        except Exception as error:  # whatever a package, a compiler or an option that is not there raises
            yield _described_subject(subject) | {"missing": _reason(error)}
    timings = measure(works, unit, rounds=request.rounds) if made else {}
    for subject in made:
        built = {"first": short(first[subject.name], 3)} if subject.path in ("native", "compiled") else {}
        yield _row(subject, timings[subject.name], unit) | built


def _work(subject: Subject, network: Network) -> Work:
    """A step, after two that make buffers and build what is built once. A native kernel that warns is another path."""
    return _built(subject, network)[0]


def _built(subject: Subject, network: Network) -> tuple[Work, float]:
    """The same, and the seconds to the end of the first step."""
    groups = network.groups()
    with warnings.catch_warnings():
        warnings.simplefilter("error" if subject.path == "native" else "ignore")
        start = time.perf_counter()
        optimizer = subject.make(groups)
        optimizer.step()
        first = time.perf_counter() - start
        optimizer.step()
    return optimizer.step, first


def _reason(error: Exception) -> str:
    """Why there is none, in a line that names no place of this machine."""
    line = next(iter(str(error).splitlines()), "")
    return type(error).__name__ if "/" in line or not line else f"{type(error).__name__}: {line[:200]}"


def _described_subject(subject: Subject) -> Row:
    fields = {"subject": subject.name, "rule": subject.rule, "path": subject.path, "whose": subject.whose}
    return fields | {"buffers": subject.buffers, "words": subject.words}


def _row(subject: Subject, timing: Timing, unit: str) -> Row:
    return _described_subject(subject) | {"unit": unit} | numbers(timing) | {"sources": sources(subject)}


def numbers(timing: Timing) -> Row:
    """A timing as a record keeps it."""
    return {name: short(value) if isinstance(value, float) else value for name, value in asdict(timing).items()}


def lines(record: Mapping[str, Any]) -> Iterator[str]:
    """What was found, for a terminal: each in its unit."""
    for row in record["rows"]:
        yield terminal(f"{row['shape']:9} {row['subject']}", row)
