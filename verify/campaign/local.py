"""Executors of this machine: this process, or processes of one thread each; what a killed one owed is done again."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import islice

from verify.campaign.address import Unit
from verify.campaign.row import Answer
from verify.campaign.running import Executor, Task

Measure = Callable[[Unit, int, str], Answer]
AHEAD = 3
"""Tasks handed to each process at a time: one that it works on, and those that wait for it."""

FALLS = 3
"""How often in a row processes may die without any answer in between."""


class WorkersLost(RuntimeError):
    """Processes that die whenever they are given their work."""


def here(measure: Measure) -> Executor:
    """Block after block, in this process."""

    def execute(tasks: Iterator[Task]) -> Iterator[Answer]:
        for task in tasks:
            yield measure(task.unit, task.size, task.version)

    return execute


def local(measure: Measure, workers: int) -> Executor:
    """In `workers` processes, started anew when one of them is killed. WorkersLost where that helps no more."""
    return partial(_local, measure, workers)


def _local(measure: Measure, workers: int, tasks: Iterator[Task]) -> Iterator[Answer]:
    waiting, falls = list[Task](), 0
    while True:
        running: dict[Future[Answer], Task] = {}
        with _pool(workers) as pool:
            try:
                while True:
                    while len(running) < AHEAD * workers:
                        if not waiting:
                            waiting += islice(tasks, 1)
                        if not waiting:
                            break
                        running[pool.submit(measure, *waiting[-1])] = waiting[-1]
                        waiting.pop()  # only now: a pool that is broken refuses it
                    if not running:
                        return
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        answer = future.result()
                        del running[future]
                        falls = 0
                        yield answer
            except BrokenProcessPool as error:
                falls += 1
                waiting += running.values()
                if falls > FALLS:
                    raise WorkersLost(
                        f"worker processes died {falls} times without an answer; among their blocks was "
                        f"{waiting[0].unit}: look for a lack of memory, or run fewer --workers"
                    ) from error


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Left early, it does not wait for what it has begun."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=end_with_parent)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def end_with_parent() -> None:
    """Of a worker: to end when its parent does, however that ends; pipes alone would leave it waiting for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_outlive, args=(parent.join,), daemon=True).start()


def _outlive(join: Callable[[], None]) -> None:
    join()
    os._exit(1)
