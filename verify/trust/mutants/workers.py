"""Mutants judged in processes of their own: what hangs or takes its process down is ended there, and counts as noticed,
unless its family is one in which silence says nothing.

A mutant is given a limit of time. It is kept by an alarm inside the process, and by the one that waits for it where
the alarm cannot reach, as in a loop of compiled code.
"""

import gc
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from verify.trust.mutants.mutant import Fate, Mutant, State, family

LIMIT = 60.0
"""Seconds that a mutant has."""
GRACE = 300.0
"""Seconds more, to import the family and to make the mutant, before the process is ended."""
BROKEN = "the judge failed"
"""How the note of a mutant begins that was not judged: no reason makes it equivalent."""
HUNG = Fate(State.KILLED, "time limit")
ENDED = Fate(State.KILLED, "its process ended")


class _OutOfTime(BaseException):
    """Not an Exception, so that what is judged cannot swallow it."""


@dataclass
class _Worker:
    process: Any
    connection: Connection
    task: tuple[str, Mutant]
    since: float = 0.0


def judged(
    tasks: Iterable[tuple[str, Mutant]], workers: int = 2, limit: float = LIMIT
) -> Iterator[tuple[Mutant, Fate]]:
    """(mutant, fate) as they come, for tasks (module of the family, mutant)."""
    waiting = iter(tasks)
    busy: list[_Worker] = []
    try:
        for task in waiting:
            busy.append(_hired(task, limit))
            if len(busy) == max(workers, 1):
                break
        while busy:
            ready = set(wait([w.connection for w in busy], timeout=1.0))
            for worker in list(busy):
                fate = _answer(worker, worker.connection in ready, limit)
                if fate is None:
                    continue
                module, mutant = worker.task
                following = next(waiting, None)
                if following is not None and worker.process.is_alive():
                    _give(worker, following)
                else:
                    busy.remove(worker)
                    _dismiss(worker)
                    if following is not None:
                        busy.append(_hired(following, limit))
                yield mutant, _counted(fate, module)
    finally:
        for worker in busy:
            _dismiss(worker)


def _counted(fate: Fate, module: str) -> Fate:
    """What the family says of a mutant that got no answer."""
    return getattr(family(module), "UNANSWERED", fate) if fate in (HUNG, ENDED) else fate


def _hired(task: tuple[str, Mutant], limit: float) -> _Worker:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_work, args=(there, limit), daemon=True)
    process.start()
    there.close()
    worker = _Worker(process, here, task)
    _give(worker, task)
    return worker


def _give(worker: _Worker, task: tuple[str, Mutant]) -> None:
    worker.task, worker.since = task, time.monotonic()
    try:
        worker.connection.send(task)
    except OSError:  # it has ended: the next look at it says so
        return


def _answer(worker: _Worker, ready: bool, limit: float) -> Fate | None:
    """The fate that a worker sent, or that of one that has ended or has to be ended; None while it works."""
    if ready:
        try:
            return worker.connection.recv()
        except (EOFError, OSError):
            worker.process.join()
            return ENDED
    if time.monotonic() - worker.since > limit + GRACE:
        worker.process.kill()
        worker.process.join()
        return HUNG
    return None


def _dismiss(worker: _Worker) -> None:
    worker.connection.close()
    worker.process.kill()
    worker.process.join()


def _work(connection: Connection, limit: float) -> None:
    """Judge what comes until the other end is closed."""
    os.environ["OMP_NUM_THREADS"] = "1"  # read by torch when a family imports it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the process that waits, which ends this one
    sys.setrecursionlimit(10_000)
    while True:
        try:
            module, mutant = connection.recv()
        except (EOFError, OSError):
            return
        try:
            loaded = family(module)
            if not gc.get_freeze_count():
                gc.freeze()  # what was imported stays: to look through all of it again takes longer than most mutants
            if (make := getattr(loaded, "make", None)) is not None:
                make(mutant)  # what takes long, and is not to count against the limit
            connection.send(judge(loaded.judge, mutant, limit))
        except OSError:
            return


def judge(by: Callable[[Mutant], Fate], mutant: Mutant, limit: float) -> Fate:
    """The fate of a mutant. A judge that fails has noticed nothing: the mutant survives, and the note says why."""
    try:
        with _alarm(limit):
            return by(mutant)
    except _OutOfTime:
        return HUNG
    except Exception as error:
        return Fate(State.SURVIVED, "", f"{BROKEN}: {type(error).__name__}: {error}"[:300])


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(*_: Any) -> None:
        raise _OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
