"""Campaigns whose processes are killed at random moments, and what their stores then have: the record of the page.

The law is cheap and the blocks are small, so that a kill finds something to break; the commands are those of a user.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from verify.batched.counter import CASES
from verify.campaign import tables
from verify.campaign.local import here
from verify.campaign.loopback import Loopback, kill
from verify.campaign.plan import Plan, units
from verify.campaign.running import run
from verify.campaign.store import opened
from verify.campaign.work import measured

LAW = "tangent-gradient"
BLOCKS = 400
WAIT = 300.0
"""Seconds in which a run must begin to save, or end."""

ROOM = 1024
"""Bytes of a log in which there are blocks already."""

LATER = 2.0
"""Seconds after the first blocks in which a kill comes; a run lasts several times as long."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Row:
    """kept: blocks that were in the store when the last of the kills had been survived or not, in all rounds."""

    what: str
    rounds: int
    kills: int
    kept: int
    lost: int
    twice: int
    equal: bool


@dataclass(frozen=True)
class Seen:
    """A store beside that of a run that nobody disturbed. lost, twice: cases."""

    lost: int
    twice: int
    equal: bool


def plan() -> Plan:
    return Plan((LAW,), BLOCKS * CASES, size=1)


def survey(rounds: int, seed: int = 0, progress: Progress | None = None) -> dict[str, Any]:
    """Every way to kill, `rounds` times each; a record for JSON."""
    chance, rows, faults = random.Random(seed), [], list[str]()
    with TemporaryDirectory(prefix="orthodrome-kills-") as folder:
        whole = Path(folder) / "whole"
        with opened(whole, create=True) as store:
            run(plan(), store, here(measured))
            reference = store.query(tables.DUMP)
        for done, (name, way) in enumerate(WAYS.items()):
            found, kills, kept = [], 0, 0
            for number in range(rounds):
                if progress:
                    progress(name, done * rounds + number, len(WAYS) * rounds)
                place = Path(folder) / f"{done}-{number}"
                place.mkdir()
                try:
                    some, before = way(place, chance)
                    found.append(seen(place / "store", reference))
                except RuntimeError as error:  # a run that did not end is a round that failed, and the rest counts
                    some, before = 0, 0
                    found.append(Seen(0, 0, False))
                    faults.append(f"{name}, round {number}: {error}")
                kills, kept = kills + some, kept + before
            lost, twice = sum(s.lost for s in found), sum(s.twice for s in found)
            rows.append(asdict(Row(name, rounds, kills, kept, lost, twice, all(s.equal for s in found))))
    return {"law": LAW, "blocks": BLOCKS, "cases": CASES, "rows": rows, "control": control(), "faults": faults}


def seen(path: Path, reference: list[tuple[Any, ...]]) -> Seen:
    """What a finished store has, beside all numbers of the reference."""
    with opened(path) as store:
        found = store.query(tables.DUMP)
        twice = store.query(f"SELECT cases FROM blocks QUALIFY row_number() OVER (PARTITION BY {tables.ADDRESS}) > 1")
    here_, there = ({row[: len(tables.ADDRESS.split(", "))] for row in rows} for rows in (found, reference))
    lost = CASES * len(there - here_)
    return Seen(lost, sum(cases for (cases,) in twice), found == reference)


def sound(record: Mapping[str, Any]) -> bool:
    """Nothing was lost or counted twice, every way was tried, and the control was seen."""
    rows = record["rows"]
    held = all(row["equal"] and row["kills"] and not row["lost"] and not row["twice"] for row in rows)
    return bool(rows) and held and record["control"]["twice"] == CASES * record["control"]["again"] > 0


def control() -> dict[str, int]:
    """The same count of a store without a primary key, to which answers come again."""
    import duckdb

    rows = [measured(unit, 1, version_) for unit, version_ in _some(5)]
    keyless = tables.CREATE.replace(f"PRIMARY KEY ({tables.ADDRESS})", "CHECK (true)")
    keyless = keyless.replace(f"PRIMARY KEY ({tables.ADDRESS}, claim)", "CHECK (true)")
    with TemporaryDirectory(prefix="orthodrome-kills-") as folder:
        path = Path(folder) / "store"
        connection = duckdb.connect(str(path))
        connection.execute(keyless)
        connection.execute("INSERT INTO store VALUES (?, ?)", [tables.WHAT, tables.FORMAT])
        connection.close()
        with opened(path) as store:
            store.save(rows)  # type: ignore[arg-type]
            reference = store.query(tables.DUMP)
            store.save(rows[:2])  # type: ignore[arg-type]
        return {"again": 2, "twice": seen(path, reference).twice}


def _some(number: int) -> Iterator[tuple[Any, str]]:
    from verify.campaign.code import version

    return ((unit, version(LAW)) for unit, _ in zip(units(plan()), range(number), strict=False))


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
