"""The executor of a Dask cluster. A worker needs orthodrome installed and nothing else: it is sent an address.

Workers and schedulers may die at any time: what they owed is done again by others. A scheduler that stays away ends
the run after `patience` seconds, and what was saved stays. The client counts; so nothing is counted twice.
"""

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from functools import partial
from itertools import count, islice
from typing import Any

from verify.campaign.row import Answer, Refused
from verify.campaign.running import Executor, Task

AHEAD = 4
"""Tasks in flight for each thread of the cluster: enough that none waits for this client."""

LEAST = 64
"""Tasks in flight at least: while no worker has come yet."""

TRIES = 5
"""How often a block may be lost with its worker, or raise, before the run gives up on it."""

PATIENCE = 60.0
"""Seconds."""

POLL = 0.002
"""Seconds between looks at what has come."""

FRESH = 1.0
"""Seconds for which a list of workers is taken to be true."""

GONE = (OSError, TimeoutError, RuntimeError)
"""What a client raises whose scheduler is no more; a closed connection is an OSError."""

Measure = Callable[..., Answer]
Say = Callable[[str], None]


class ClusterLost(RuntimeError):
    """A cluster that cannot be reached, or that cannot do a block; the message says which, and what to do."""


def cluster(measure: Measure, address: str, patience: float = PATIENCE, say: Say = lambda words: None) -> Executor:
    """Blocks on the workers of the scheduler at `address`. say: what went wrong on the way and was mended."""
    return partial(_execute, measure, address, patience, say)


def reach(address: str, patience: float) -> Any:
    """A client of the scheduler, which may come up meanwhile. ClusterLost after `patience` seconds without."""
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterLost(
            "--scheduler needs Dask, which is not installed: pip install 'orthodrome[cluster]'"
        ) from error
    last = time.monotonic() + patience
    while True:
        try:
            return Client(address, timeout=max(1.0, min(10.0, last - time.monotonic())), set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            if isinstance(error, ValueError) or time.monotonic() >= last:
                raise ClusterLost(
                    f"no scheduler answers at {address} ({type(error).__name__}: {error}): what came is saved; start "
                    "one and run the same command again"
                ) from error
            time.sleep(0.2)


def _execute(measure: Measure, address: str, patience: float, say: Say, tasks: Iterator[Task]) -> Iterator[Answer]:
    waiting, tries, bad, numbers, alone = list[Task](), dict[Task, int](), set[str](), count(), False
    while True:
        with _Session(reach(address, patience), measure, bad, numbers) as session:
            while session.alive:
                waiting += session.stranded()
                waiting += islice(tasks, max(0, session.room - len(waiting)))
                session.submit(waiting)
                alone = _alone(session, alone, say)
                if not session.running:
                    return
                answers, lost = session.finished()
                for task, why in lost:
                    tries[task] = tries.get(task, 0) + 1
                    if tries[task] > TRIES:
                        raise ClusterLost(f"{task.unit} failed {TRIES + 1} times on the cluster, last: {why}")
                    say(f"{task.unit} again: {why}")
                    waiting.append(task)
                for answer, task, worker in answers:
                    if isinstance(answer, Refused):
                        if worker not in bad:
                            say(f"{worker.partition(' ')[0]} has other code, and is not asked until it starts anew")
                        bad.add(worker)
                        if not session.good():
                            yield answer
                            return
                        waiting.append(task)
                    else:
                        yield answer
                if not answers and not lost:
                    time.sleep(POLL)
            waiting += session.running.values()
        say(f"lost the scheduler at {address}, looking for it")


def _alone(session: "_Session", before: bool, say: Say) -> bool:
    """Whether there is no worker; said once, as a queue may hold them back for hours."""
    alone = not session.workers()
    if alone and not before:
        say("no worker is there; waiting for one")
    return alone


class _Session:
    """One connection: futures that run, and which workers may be asked. `alive` ends with the connection.

    bad: processes that refused, by address and folder, which each process has for itself: one that is started anew at
    the same address is asked again. among: the workers that a future was given to, where not all are good.
    """

    def __init__(self, client: Any, measure: Measure, bad: set[str], numbers: Iterator[int]) -> None:
        self.client, self.measure, self.bad, self.numbers = client, measure, bad, numbers
        self.running: dict[Any, Task] = {}
        self.among: dict[Any, frozenset[str]] = {}
        self.seen, self.at = dict[str, dict[str, Any]](), -math.inf

    def __enter__(self) -> "_Session":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(*GONE):
            self.client.close(timeout=2)

    @property
    def alive(self) -> bool:
        """Whether the scheduler is there; a client that begins anew by itself has lost what it asked for."""
        return self.client.status == "running" and not any(f.status in ("cancelled", "lost") for f in self.running)

    @property
    def room(self) -> int:
        """How many more tasks to hand out."""
        return max(LEAST, AHEAD * sum(worker["nthreads"] for worker in self.workers().values())) - len(self.running)

    def good(self) -> list[str]:
        """Workers that have not refused."""
        found = self.workers().items()
        return [address for address, worker in found if process(address, worker["local_directory"]) not in self.bad]

    def workers(self) -> dict[str, dict[str, Any]]:
        """What the scheduler knows of each worker, as of a moment ago."""
        if time.monotonic() - self.at > FRESH:
            with suppress(*GONE):
                self.seen = dict(self.client.scheduler_info(n_workers=-1)["workers"])
            self.at = time.monotonic()
        return self.seen

    def stranded(self) -> list[Task]:
        """Tasks of workers that are all gone, taken back: a scheduler would hold them for those for ever."""
        good = set(self.good()) if self.among else set[str]()
        lost = [f for f, workers in self.among.items() if f in self.running and not workers & good]
        for future in lost:
            del self.among[future]
            future.cancel()
        return [self.running.pop(future) for future in lost]

    def submit(self, waiting: list[Task]) -> None:
        """All that waits. A key of its own for each try: nothing of an earlier one is taken for it."""
        good = self.good() if self.bad else []
        only: dict[str, Any] = {"workers": good} if good else {}
        while waiting and self.alive:
            task = waiting.pop()
            key = f"{task.unit}#{next(self.numbers)}"
            future = self.client.submit(_located, self.measure, *task, key=key, pure=False, **only)
            self.running[future] = task
            if good:
                self.among[future] = frozenset(good)

    def finished(self) -> tuple[list[tuple[Answer, Task, str]], list[tuple[Task, str]]]:
        """(answer, task, worker) of what has come, and (task, why) of what failed; neither where the scheduler died."""
        ended = [(f, f.status) for f in self.running]
        good = [f for f, status in ended if status == "finished"]
        try:
            errors = [(f, repr(f.exception())[:200]) for f, status in ended if status == "error"]
            found = self.client.gather(good) if good else []
        except (*GONE, CancelledError, KeyError) as error:
            if not self.alive:
                return [], []
            # A result can be lost with its worker after it was announced.
            return [], [(self.running.pop(f), repr(error)[:200]) for f in good]
        self.among = {f: workers for f, workers in self.among.items() if f.status == "pending"} if self.among else {}
        lost = [(self.running.pop(f), why) for f, why in errors]
        return [(answer, self.running.pop(f), worker) for f, (answer, worker) in zip(good, found, strict=True)], lost


def process(address: str, folder: str) -> str:
    """What tells a worker from another that has its address after it: the folder that each makes for itself."""
    return f"{address} {folder}"


def _located(measure: Measure, *task: Any) -> tuple[Answer, str]:
    """On a worker: the answer, and whose it is."""
    from distributed import get_worker

    worker = get_worker()
    return measure(*task), process(worker.address, worker.local_directory)
