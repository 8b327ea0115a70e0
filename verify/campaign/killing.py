"""The ways to kill what takes part in a campaign, here and on a cluster of this machine, while a run saves."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from verify.batched.counter import CASES
from verify.campaign.loopback import Loopback, kill
from verify.campaign.store import opened

LAW = "tangent-gradient"
BLOCKS = 400
WAIT = 300.0
"""Seconds in which a run must begin to save, or end."""

ROOM = 1024
"""Bytes of a log in which there are blocks already."""

LATER = 2.0
"""Seconds after the first blocks in which a kill comes; a run lasts several times as long."""


def _begin(place: Path, *how: str) -> subprocess.Popen[bytes]:
    """The command of a user."""
    asked = (LAW, "--cases", str(BLOCKS * CASES), "--size", "1", "--store", str(place / "store"), *how)
    with (place / "said").open("ab") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "verify.cli", "campaign", "run", *asked],
            stdout=said,
            stderr=said,
            env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )


def _saving(place: Path, client: subprocess.Popen[bytes]) -> bool:
    """Wait until a run has saved blocks; False where it ended first."""
    log, last = place / "store.wal", time.monotonic() + WAIT
    while time.monotonic() < last and client.poll() is None:
        with suppress(FileNotFoundError):
            if log.stat().st_size > ROOM:
                return True
        time.sleep(0.01)
    return False


def _finish(place: Path, *how: str) -> None:
    """Run to the end what is left."""
    status = _begin(place, *how).wait()
    if status:
        raise RuntimeError(f"a run that nobody disturbed ended with {status}: {(place / 'said').read_text()[-500:]}")


def _kept(place: Path) -> int:
    with opened(place / "store") as store:
        return int(store.query("SELECT count(*) FROM blocks")[0][0])


def client_here(place: Path, chance: random.Random) -> tuple[int, int]:
    """The client, which with local workers is the parent of all."""
    return _client(place, chance, "--workers", "2")


def _client(place: Path, chance: random.Random, *how: str) -> tuple[int, int]:
    client = _begin(place, *how)
    _saving(place, client)
    time.sleep(chance.uniform(0, LATER))
    kills = int(client.poll() is None)
    kill(client)
    before = _kept(place)
    _finish(place, *how)
    return kills, before


def worker_here(place: Path, chance: random.Random) -> tuple[int, int]:
    """Local workers, one after the other, while the client goes on."""
    client, kills = _begin(place, "--workers", "2"), 0
    if _saving(place, client):
        for _ in range(2):
            children = _workers(client)
            if children:
                os.kill(chance.choice(children), signal.SIGKILL)
                kills += 1
            time.sleep(chance.uniform(0.1, 0.5))
    status = client.wait()
    before = _kept(place)
    if status:
        raise RuntimeError(f"the client ended with {status}: {(place / 'said').read_text()[-500:]}")
    return kills, before


def _workers(client: subprocess.Popen[bytes]) -> list[int]:
    """The local workers of a client that are alive: not those that were killed and that it has not waited for yet."""
    found = []
    with suppress(psutil.Error):
        for child in psutil.Process(client.pid).children():
            with suppress(psutil.Error):
                if "spawn_main" in str(child.cmdline()):
                    found.append(child.pid)
    return found


def worker_there(place: Path, chance: random.Random) -> tuple[int, int]:
    """A worker of a Dask cluster, which another replaces."""
    return _cluster(place, chance, lambda cluster: chance.choice(cluster.workers))


def scheduler_there(place: Path, chance: random.Random) -> tuple[int, int]:
    """The scheduler of a Dask cluster, which comes up again, and its workers after it."""
    return _cluster(place, chance, lambda cluster: cluster.scheduler)


def _cluster(place: Path, chance: random.Random, victim: Callable[[Loopback], Any]) -> tuple[int, int]:
    with Loopback(2, place / "cluster") as cluster:
        client, kills = _begin(place, "--scheduler", cluster.address), 0
        if _saving(place, client):
            time.sleep(chance.uniform(0, LATER))
            if client.poll() is None:
                kill(victim(cluster))
                kills = 1
        last = time.monotonic() + WAIT
        while client.poll() is None and time.monotonic() < last:
            cluster.mend()
            time.sleep(0.1)
        if client.poll() != 0:
            kill(client)
            raise RuntimeError(f"the client did not end well: {(place / 'said').read_text()[-500:]}")
        return kills, _kept(place)


def client_there(place: Path, chance: random.Random) -> tuple[int, int]:
    """The client of a Dask cluster, which keeps its workers."""
    with Loopback(2, place / "cluster") as cluster:
        return _client(place, chance, "--scheduler", cluster.address)


WAYS: dict[str, Callable[[Path, random.Random], tuple[int, int]]] = {
    "the client, with local workers": client_here,
    "local workers": worker_here,
    "the client of a cluster": client_there,
    "a worker of a cluster": worker_there,
    "the scheduler of a cluster": scheduler_there,
}
