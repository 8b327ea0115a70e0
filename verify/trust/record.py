"""Where the figures of trust are recorded, and in which order they stand on their page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.atomic import write_text
from verify.reading import RecordError, read_json

FOLDER = Path("data") / "trust"
"""Under the directory of the pages."""


@dataclass(frozen=True)
class Section:
    """A question of trust. `command` answers it and writes the record called `name`."""

    name: str
    title: str
    command: str


SECTIONS = (
    Section("mutants", "Mutants", "orthodrome mutate"),
    Section("alarms", "False alarms", "orthodrome trust alarms"),
    Section("tolerances", "Tolerances", "orthodrome trust tolerances"),
    Section("hostile", "Hostile input", "orthodrome trust hostile"),
    Section("routes", "Independent routes", "orthodrome trust routes"),
    Section("bytes", "Determinism", "orthodrome trust bytes"),
)


def path(reports: Path, name: str) -> Path:
    """The record of a section."""
    return reports / FOLDER / f"{name}.json"


def text(record: Mapping[str, Any]) -> str:
    """A record as JSON, the same for the same record; ValueError for NaN and infinities, which JSON has not."""
    return json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def save(reports: Path, name: str, record: Mapping[str, Any]) -> bool:
    """Replace the record of a section in one step; returns whether the file changed."""
    return write_text(path(reports, name), text(record))


def load(reports: Path, name: str) -> dict[str, Any] | None:
    """The record of a section; None where nothing is recorded. RecordError where the file is something else."""
    file = path(reports, name)
    if not file.exists():
        return None
    command = next(section.command for section in SECTIONS if section.name == name)
    record = read_json(file, "a record", command)
    if not isinstance(record, dict):
        raise RecordError(f"{file} is not a record (it is no JSON object): `{command}` writes it")
    return record
