"""The page of released optimizers, from the record that `orthodrome peers` writes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.reading import NOT_THAT, RecordError, read_json

RECORD = Path("data") / "peers.json"
"""Under the directory of the pages."""

PAGE = "peers.md"
OURS = "orthodrome."
"""Our own optimizers are rows of the tables; what they leave out of the released code is no departure."""

ALGORITHMS = ("Algorithm 1", "Algorithm 2")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Departure:
    """One thing in which released code departs from an algorithm, with the optimizers that do it alike."""

    peers: tuple[str, ...]
    row: Row


@dataclass(frozen=True)
class PeersView:
    """The page. `against`: a row each optimizer; departures: of each algorithm, in the order of the code."""

    record: Row
    departures: tuple[tuple[str, tuple[Departure, ...]], ...]
    """Of each algorithm of 003."""
    spherical: tuple[Departure, ...]
    manners: tuple[tuple[str, tuple[tuple[tuple[str, ...], str], ...]], ...]
    """Each question with those that answer it with no: (peers, note)."""


def recorded_peers(reports: Path) -> PeersView | None:
    """What is recorded under `reports`; None where nothing is. RecordError where it is not what was written."""
    path = reports / RECORD
    if not path.exists():
        return None
    record = read_json(path, "a record of peers", "orthodrome peers")
    try:
        return view(record)
    except NOT_THAT as error:
        raise RecordError(f"{path} is not a record of peers ({error!r}): `orthodrome peers` writes it") from error


def view(record: Row) -> PeersView:
    """The record as the page shows it."""
    algorithms = [row for row in record["algorithms"] if "printed" in row and not row["peer"].startswith(OURS)]
    of = [(name, tuple(_grouped([r for r in algorithms if r["against"] == name]))) for name in ALGORITHMS]
    sphere = [row for row in record["sphere"] if "printed" in row]
    return PeersView(record, tuple(of), tuple(_grouped(sphere, beside=True)), tuple(_refusals(record["manners"])))


def text(record: Row) -> str:
    """The record as JSON, the same for the same record."""
    return json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def difference(found: Row | None) -> str:
    """Where something differs, in words: step, quantities, sizes, setting."""
    if found is None:
        return ""
    sizes = ", ".join(
        f"{name} by {'more than can be written' if size is None else format(size, '.2g')}"
        for name, size in found["sizes"].items()
    )
    return f"step {found['step']}: {sizes} ({found['setting']})"


def _grouped(rows: Sequence[Row], beside: bool = False) -> list[Departure]:
    """Equal departures together, by their first appearance."""
    groups: dict[str, tuple[list[str], Row]] = {}
    for row in rows:
        for departure in row["departures"]:
            name = f"{row['peer']}, beside {row['against']}" if beside else row["peer"]
            key = json.dumps([departure["name"], departure["runs"] if beside else 0, _seen(departure)])
            groups.setdefault(key, ([], departure))[0].append(name)
    found = [Departure(tuple(peers), row) for peers, row in groups.values()]
    order = list(dict.fromkeys(d["name"] for row in rows for d in row["departures"]))
    return sorted(found, key=lambda departure: order.index(departure.row["name"]))


def _seen(departure: Row) -> list[Any]:
    return [departure["differ"], departure["first"], departure["largest"]]


def _refusals(manners: Sequence[Row]) -> list[tuple[str, tuple[tuple[tuple[str, ...], str], ...]]]:
    """Each question, and those that answer it with no, by their note."""
    questions = dict.fromkeys(answer["question"] for row in manners for answer in row["answers"])
    found = []
    for question in questions:
        notes: dict[str, list[str]] = {}
        for row in manners:
            for answer in row["answers"]:
                if answer["question"] == question and not answer["yes"]:
                    notes.setdefault(answer["note"], []).append(row["peer"])
        found.append((question, tuple((tuple(peers), note) for note, peers in notes.items())))
    return found
