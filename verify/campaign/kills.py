"""Campaigns whose processes are killed at random moments, and what their stores then have: the record of the page.

The law is cheap and the blocks are small, so that a kill finds something to break; the commands are those of a user.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from verify.batched.counter import CASES
from verify.campaign import tables
from verify.campaign.killing import BLOCKS, LAW, WAYS
from verify.campaign.local import here
from verify.campaign.plan import Plan, units
from verify.campaign.running import run
from verify.campaign.store import opened
from verify.campaign.work import measured

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
