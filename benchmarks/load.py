"""What else a machine does while something is measured."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BUSY = (0, 1, 2, 5, 6, 7)
"""Columns of /proc/stat that count work: user, nice, system, irq, softirq, steal (time that a host took away)."""


@dataclass(frozen=True)
class Clock:
    """now: seconds; foreign: CPU seconds that others have used so far, None where a system does not tell."""

    now: Callable[[], float]
    foreign: Callable[[], float | None]


def foreign() -> float | None:
    """CPU seconds of all processes but this one and its ended children, since the machine started; None off Linux.

    Its grain is a tick of the kernel, 10 ms a core as a rule.
    """
    try:
        return busy(Path("/proc/stat").read_text(encoding="ascii"), os.sysconf("SC_CLK_TCK")) - sum(os.times()[:4])
    except (OSError, ValueError, IndexError):
        return None


def busy(stat: str, ticks: int) -> float:
    """CPU seconds of all processes, from the first line of /proc/stat, in so many ticks a second."""
    columns = stat.splitlines()[0].split()[1:]
    return sum(int(columns[column]) for column in BUSY) / ticks


REAL = Clock(time.perf_counter, foreign)
