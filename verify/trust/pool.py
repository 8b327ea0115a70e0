"""Pieces of a long run side by side, each keeping what it found; none outlives the process that waits for them."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from multiprocessing import get_context
from typing import Any

import torch

from verify.orphans import end_with_parent

Progress = Callable[[str, int, int], None]


def in_processes(
    work: Callable[..., None],
    pieces: Sequence[tuple[Any, ...]],
    workers: int,
    what: str = "pieces",
    total: int | None = None,
    progress: Progress | None = None,
) -> None:
    """work(*piece) for every piece, in `workers` fresh processes of one thread each.

    total: the pieces that there are, those that were done before among them. The first exception is raised, and what
    was not begun is left.
    """
    total = len(pieces) if total is None else total
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_start) as pool:
        running = {pool.submit(work, *piece) for piece in pieces}
        try:
            while running:
                if progress:
                    progress(what, total - len(running), total)
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
        finally:
            pool.shutdown(wait=not running, cancel_futures=True)


def _start() -> None:
    end_with_parent()
    torch.set_num_threads(1)
