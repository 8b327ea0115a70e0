"""How many cases a second a campaign judges, here and on a cluster of this machine, and what its parts cost."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from verify.batched.counter import CASES
from verify.campaign.address import Unit
from verify.campaign.cluster import cluster, reach
from verify.campaign.local import here, local
from verify.campaign.loopback import Loopback
from verify.campaign.plan import SIZE, Plan, units
from verify.campaign.row import Answer, Row
from verify.campaign.running import HELD, Executor, Task, complete
from verify.campaign.store import opened
from verify.campaign.work import measured
from verify.speed import short

LAW = "image-step"
EMPTY = 2000
"""Blocks without cases that go through the scheduler."""

STORED = 2048
"""Rows that are written to a store."""

KINDS = 128
"""Different ones among them."""

HEAD, TAIL = 4, 1
"""Blocks of each worker at both ends of a round that are not timed: some have started and others have not, or have
ended and others have not."""

HERE = ("this process", 1)

Progress = Callable[[str, int, int], None]
Way = tuple[str, int]
"""What computes, and with how many workers."""


def bench(rounds: int, blocks: int = 30, progress: Progress | None = None, disturbed: bool = False) -> dict[str, Any]:
    """The record: every way in turn, round by round; a round judges `blocks` blocks of `SIZE` × `CASES` cases."""
    from distributed.protocol import dumps, to_serialize

    rates: dict[Way, list[float]] = {}
    with TemporaryDirectory(prefix="orthodrome-bench-") as folder, Loopback(2, Path(folder) / "cluster") as workers:
        ways: dict[Way, Executor] = {
            HERE: here(measured),
            ("local workers", 1): local(measured, 1),
            ("local workers", 2): local(measured, 2),
            ("a Dask cluster on loopback", 1): cluster(measured, workers.address),
            ("a Dask cluster on loopback", 2): cluster(measured, workers.address),
        }
        for number in range(rounds):
            for turn, (way, executor) in enumerate(ways.items()):
                if progress:
                    progress(f"{way[0]}, {way[1]}", number * len(ways) + turn, rounds * len(ways))
                _staffed(workers, way)
                store = Path(folder) / f"{number}-{turn}"
                rates.setdefault(way, []).append(_rate(executor, store, blocks, way[1], seed=number))
        _staffed(workers, ("", 2))
        empty = statistics.median(_empty(workers.address) for _ in range(rounds))
        rows = [_stored(Path(folder) / f"rows-{n}") for n in range(rounds)]
    # What a block costs its worker beside its cases: `measured` on one small block, less the cases alone.
    pairs = [(_measured_alone(), _bare()) for _ in range(rounds)]
    overhead = statistics.median(alone for alone, _ in pairs) - statistics.median(bare for _, bare in pairs)
    answer = dumps(to_serialize(measured(_tasks(1, 0)[0], 1, _version())))  # as a worker of Dask sends it
    figures = {
        "block_overhead": short(max(0.0, overhead), 2),
        "empty_rate": short(empty, 3),
        "insert_rate": short(statistics.median(rate for rate, _ in rows), 3),
        "row_bytes": round(statistics.median(size for _, size in rows)),
        "answer_bytes": sum(map(len, answer)),
    }
    said = {
        "law": LAW,
        "rounds": rounds,
        "blocks": blocks,
        "block": SIZE * CASES,
        "batch": HELD,
        "disturbed": disturbed,
    }
    return said | table(rates) | figures


def table(rates: Mapping[Way, Sequence[float]]) -> dict[str, Any]:
    """Rows, a way each, with the median of its rounds and their ends; and what one worker does, which a plan needs."""
    medians = {way: statistics.median(found) for way, found in rates.items()}
    rows = [
        {"way": way, "workers": n, "rate": short(medians[way, n]), "low": short(min(found)), "high": short(max(found))}
        | {"over": None if n == 1 else short(medians[way, n] / medians[way, 1], 3)}
        for (way, n), found in rates.items()
    ]
    return {"rows": rows, "case_rate": short(medians[HERE])}


def steady(times: Sequence[float], workers: int) -> float:
    """Blocks a second while all of so many workers are at work, from the times of all answers.

    From the first answer on it would be too much: when the first worker has answered, the others are as far.
    """
    first, last = HEAD * workers - 1, len(times) - 1 - TAIL * workers
    if last <= first:
        raise ValueError(f"{len(times)} answers of {workers} workers: required are more than {workers * (HEAD + TAIL)}")
    return (last - first) / (times[last] - times[first])


def _tasks(blocks: int, seed: int) -> list[Unit]:
    plan = Plan((LAW,), blocks * SIZE * CASES, seeds=(seed,))
    return list(units(plan))[:blocks]


def _rate(executor: Executor, path: Path, blocks: int, workers: int, seed: int) -> float:
    """Cases a second, with what it takes to save them: how long processes take to start is another matter."""
    times = list[float]()

    def timed(tasks: Any) -> Any:
        for answer in executor(tasks):
            times.append(time.perf_counter())
            yield answer

    with opened(path, create=True) as store:
        complete(_tasks(blocks + workers * (HEAD + TAIL), seed), SIZE, {LAW: _version()}, store, timed)
    return SIZE * CASES * steady(times, workers)


def _staffed(workers: Loopback, way: tuple[str, int]) -> None:
    """So many workers as the way has, warm; none of them does anything meanwhile for another way."""
    workers.hire(way[1])
    client = reach(workers.address, 60.0)
    try:
        client.wait_for_workers(way[1], timeout=120)
        client.run(_warm)
    finally:
        client.close(timeout=2)


def _warm() -> None:
    _measured_alone()


def _measured_alone() -> float:
    """Seconds of one smallest block, as a worker does it."""
    unit, code = _tasks(1, 0)[0], _version()
    started = time.perf_counter()
    measured(unit, 1, code)
    return time.perf_counter() - started


def _bare() -> float:
    """Seconds of the same cases, judged and not counted."""
    import torch

    from verify.batched.lists import by_name

    law, threads = by_name(LAW), torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        started = time.perf_counter()
        law.verdicts(0, 0)
        return time.perf_counter() - started
    finally:
        torch.set_num_threads(threads)


def nothing(unit: Unit, size: int, asked: str) -> Answer:
    """A block without cases."""
    return Row(unit, asked, 0, 0, 0, ())


def _empty(address: str) -> float:
    """Blocks a second through the scheduler, that cost nothing else."""
    unit = _tasks(1, 0)[0]
    tasks = [Task(replace(unit, block=number), 1, "") for number in range(EMPTY)]
    executor = cluster(nothing, address)
    list(executor(iter(tasks[:100])))
    started = time.perf_counter()
    found = sum(1 for _ in executor(iter(tasks)))
    return found / (time.perf_counter() - started)


def _stored(path: Path) -> tuple[float, float]:
    """Rows a second into a store, in transactions as a run makes them; bytes of the file a row."""
    kinds = [row for unit in _tasks(KINDS, 0) if isinstance(row := measured(unit, 1, _version()), Row)]
    if len(kinds) < KINDS:
        raise RuntimeError("the code of the law changed while it was measured: run it again")
    rows = [replace(kinds[n % KINDS], unit=replace(kinds[n % KINDS].unit, block=n)) for n in range(STORED)]
    with opened(path, create=True) as store:
        empty = path.stat().st_size
        started = time.perf_counter()
        for first in range(0, STORED, HELD):
            store.save(rows[first : first + HELD])
        seconds = time.perf_counter() - started
    return STORED / seconds, (path.stat().st_size - empty) / STORED


def _version() -> str:
    from verify.campaign.code import version

    return version(LAW)


def lines(record: Mapping[str, Any]) -> list[str]:
    """For a terminal."""
    rows = [f"{r['rate']:12,.0f} cases a second  {r['way']}, {r['workers']}" for r in record["rows"]]
    return [
        *rows,
        f"{1000 * record['block_overhead']:12.2g} ms a block beside its cases",
        f"{record['empty_rate']:12,.0f} empty blocks a second through the scheduler",
        f"{record['insert_rate']:12,.0f} blocks a second into the store, {record['row_bytes']} bytes each",
    ]
