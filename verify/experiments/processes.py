"""Independent pieces of work shared among processes, with their progress in one place."""

import multiprocessing
import queue
import signal
from collections.abc import Callable, Sequence
from multiprocessing.managers import SyncManager
from typing import Any

import torch

from verify.orphans import end_with_parent

Progress = Callable[[str, int, int], None]
WAIT = 0.2
"""Seconds between looks at whether the work is done."""


def run_in_processes(
    work: Callable[..., None], arguments: Sequence[tuple[Any, ...]], workers: int, progress: Progress | None = None
) -> None:
    """work(*arguments[i], progress) for every i, in `workers` fresh processes of one thread each.

    `progress` is called here with what the pieces report. The first exception of a piece is raised here.
    """
    context = multiprocessing.get_context("spawn")
    # Leaving the pool, also by an exception, ends its processes: what they had done is in their checkpoints.
    manager = SyncManager(ctx=context)
    manager.start(end_with_parent)
    with manager, context.Pool(workers, _start) as pool:
        reports = manager.Queue()
        running = [pool.apply_async(_piece, (work, given, reports)) for given in arguments]
        while running or not reports.empty():
            try:
                report = reports.get(timeout=WAIT)
                if progress:
                    progress(*report)
            except queue.Empty:
                for piece in [p for p in running if p.ready()]:
                    piece.get()
                    running.remove(piece)


def _start() -> None:
    """One thread; Ctrl-C is left to the process that waits, which ends this one, or is gone."""
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)


def _piece(work: Callable[..., None], given: tuple[Any, ...], reports: Any) -> None:
    work(*given, lambda *report: reports.put(report))
