"""A Dask cluster on loopback, real processes: its workers and its scheduler are killed, and every block counts once."""

import math
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import psutil
import pytest
from campaign_blocks import CODES, cheap, other_code, units

from verify.campaign import tables
from verify.campaign.cluster import ClusterLost, _Session, cluster, process
from verify.campaign.local import here
from verify.campaign.loopback import Loopback, free_port, kill
from verify.campaign.running import Task, complete
from verify.campaign.store import opened

pytest.importorskip("distributed")
COUNT = 300


@pytest.fixture(scope="module")
def workers(tmp_path_factory):
    with Loopback(2, tmp_path_factory.mktemp("cluster")) as found:
        yield found


def finished(path, executor, count=COUNT):
    with opened(path, create=True) as store:
        tally = complete(units(count), 1, CODES, store, executor)
        return tally, store.query(tables.DUMP)


@contextmanager
def mending(found):
    """What is dead is started again, as SLURM and Kubernetes do."""
    over = threading.Event()

    def mend():
        while not over.wait(0.1):
            found.mend()

    thread = threading.Thread(target=mend)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_killed_workers_and_a_killed_scheduler_lose_nothing_and_nothing_counts_twice(workers, tmp_path):
    said = []

    def killing(tasks):
        for number, answer in enumerate(cluster(cheap, workers.address, 60.0, said.append)(tasks)):
            if number == 60:
                kill(workers.workers[0])
            if number == 140:
                kill(workers.scheduler)
            yield answer

    with mending(workers):
        tally, found = finished(tmp_path / "s", killing)
    assert tally.new == COUNT
    assert found == finished(tmp_path / "whole", here(cheap))[1]
    assert any("lost the scheduler" in words for words in said)


def test_workers_with_other_code_are_asked_once_and_not_counted(workers, tmp_path):
    said = []
    with mending(workers), pytest.raises(ValueError, match="nothing of it is counted"):
        finished(tmp_path / "s", cluster(other_code, workers.address, 30.0, said.append), 5)
    assert any("other code" in words for words in said)
    assert finished(tmp_path / "s", here(cheap), 5)[0].before == 0


class Scheduler:
    """A client that knows these workers, and gives nothing away."""

    def __init__(self, **folders):
        self.status, self.asked = "running", []
        self.known = {address: {"nthreads": 1, "local_directory": folder} for address, folder in folders.items()}

    def scheduler_info(self, n_workers):
        return {"workers": self.known}

    def submit(self, *task, workers=None, **options):
        self.asked.append(workers)
        return Pending()


class Pending:
    """A future that has no answer yet."""

    status = "pending"

    def cancel(self):
        self.status = "cancelled"


def session(scheduler, bad):
    found = _Session(scheduler, cheap, bad, iter(range(99)))
    found.at, found.seen = math.inf, scheduler.known
    return found


def test_a_worker_that_starts_anew_where_one_refused_is_asked_again():
    scheduler = Scheduler(a="folder-1", b="folder-2")
    found = session(scheduler, {process("a", "folder-1")})
    assert found.good() == ["b"]
    scheduler.known["a"]["local_directory"] = "folder-3"
    assert found.good() == ["a", "b"]


def test_blocks_for_workers_that_are_gone_are_handed_out_again():
    """Of three workers one has other code; the two that were asked die, and the one that comes is another."""
    scheduler = Scheduler(a="folder-1", b="folder-2", c="folder-3")
    found, waiting = session(scheduler, {process("a", "folder-1")}), [Task(u, 1, "v1") for u in units(3)]
    found.submit(waiting)
    assert scheduler.asked == [["b", "c"]] * 3 and not found.stranded()
    del scheduler.known["b"]
    assert not found.stranded()  # c is there
    del scheduler.known["c"]
    scheduler.known["d"] = {"nthreads": 1, "local_directory": "folder-4"}
    waiting = found.stranded()
    assert sorted(task.unit.block for task in waiting) == [0, 1, 2] and not found.running
    found.submit(waiting)
    assert scheduler.asked[3:] == [["d"]] * 3 and found.alive


def test_a_cluster_ends_with_the_process_that_started_it(tmp_path):
    program = (
        "import os, sys; from pathlib import Path; from verify.campaign.loopback import Loopback\n"
        "found = Loopback(0, Path(sys.argv[1])); found.mend(); print(found.scheduler.pid, flush=True); os._exit(1)"
    )
    told = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False)
    last = time.monotonic() + 60
    while psutil.pid_exists(int(told.stdout)) and time.monotonic() < last:
        time.sleep(0.05)
    assert not psutil.pid_exists(int(told.stdout))


def test_a_scheduler_that_is_not_there_ends_the_run_and_says_so(tmp_path):
    with pytest.raises(ClusterLost, match="no scheduler answers .* run the same command again"):
        finished(tmp_path / "s", cluster(cheap, f"tcp://127.0.0.1:{free_port()}", 0.5), 3)
