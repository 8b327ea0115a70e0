"""Speeds as ratios: subjects take turns, and a unit runs before and after each, so that what slows all slows no ratio.

A block is as many calls as fill `BLOCK` seconds. A round is a block of every subject, in an order that is rotated from
round to round; the ratio of a block is its time over the mean of the two blocks of the unit around it. Where these two
differ, or others used the processor meanwhile, the block is disturbed: it is run again, a bounded number of times.
"""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from benchmarks.load import REAL, Clock
from verify.speed import DRIFT, FOREIGN, ROUNDS, TRIES

BLOCK = 0.05
"""Seconds that a block takes at least."""

LONG = 10.0
"""Seconds from which a call is measured in the first round only, in one try, after one that warms up."""

Work = Callable[[], object]
T = TypeVar("T")


@dataclass(frozen=True)
class Timing:
    """A subject. seconds: of one call, the median over rounds. ratio: to the unit, median, with the least and largest.

    calls: in a block. repeated: blocks that were thrown away. disturbed: those that were kept after the last try.
    """

    seconds: float
    ratio: float
    low: float
    high: float
    rounds: int
    calls: int
    repeated: int
    disturbed: int


@dataclass
class _Kept:
    seconds: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    repeated: int = 0
    disturbed: int = 0


def measure(
    subjects: Mapping[str, Work],
    unit: str,
    *,
    rounds: int = ROUNDS,
    block: float = BLOCK,
    tries: int = TRIES,
    clock: Clock = REAL,
    progress: Callable[[], object] = lambda: None,
) -> dict[str, Timing]:
    """The timing of every subject, the unit among them; its own ratio is that of two of its blocks in a row.

    progress() is called after each block. ValueError when `unit` is no subject, or a number is below 1.
    """
    if unit not in subjects:
        raise ValueError(f"unit={unit!r}: it is measured beside the others; choose one of {', '.join(subjects)}")
    if rounds < 1 or tries < 1:
        raise ValueError(f"rounds={rounds}, tries={tries}: give at least 1 of each")
    calls = {name: _calls(work, block, clock) for name, work in subjects.items()}
    kept = {name: _Kept() for name in subjects}

    def timed(name: str) -> float:
        start = clock.now()
        for _ in range(times := max(1, calls[name])):
            subjects[name]()
        return (clock.now() - start) / times

    for number in range(rounds):
        before = timed(unit)
        for name in rotated(list(subjects), number):
            row, most = kept[name], tries if calls[name] else 1
            if row.seconds and not calls[name]:
                continue
            for attempt in range(most):
                start, others = clock.now(), clock.foreign()
                seconds, after = timed(name), timed(unit)
                quiet = _quiet(before, after, others, clock.foreign(), clock.now() - start)
                reference, before = (before + after) / 2, after
                if quiet or attempt == most - 1:
                    break
                row.repeated += 1
            row.disturbed += not quiet
            row.seconds.append(seconds)
            row.ratios.append(seconds / reference)
            progress()
    return {name: _timing(row, max(1, calls[name])) for name, row in kept.items()}


def rotated(items: Sequence[T], by: int) -> list[T]:
    """The items from another beginning on."""
    start = by % len(items)
    return [*items[start:], *items[:start]]


def _calls(work: Work, block: float, clock: Clock) -> int:
    """How many calls fill a block, from one after a first that warms up; 0 where one is too long for rounds."""
    start = clock.now()
    work()
    if clock.now() - start > LONG:
        return 0
    start = clock.now()
    work()
    once = clock.now() - start
    if once >= block:
        return 1
    few = max(1, math.ceil(block / 10 / max(once, 1e-9)))
    start = clock.now()
    for _ in range(few):
        work()
    return max(1, math.ceil(block * few / max(clock.now() - start, 1e-9)))


def _quiet(before: float, after: float, others: float | None, then: float | None, wall: float) -> bool:
    steady = max(before, after) <= DRIFT * min(before, after)
    return steady and (others is None or then is None or then - others <= FOREIGN * wall)


def _timing(row: _Kept, calls: int) -> Timing:
    return Timing(
        statistics.median(row.seconds),
        statistics.median(row.ratios),
        min(row.ratios),
        max(row.ratios),
        len(row.ratios),
        calls,
        row.repeated,
        row.disturbed,
    )
