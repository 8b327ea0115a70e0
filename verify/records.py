"""Records that commands write under the directory of the pages, a section of a page each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.atomic import write_text
from verify.reading import RecordError, read_json


@dataclass(frozen=True)
class Section:
    """A section: `command` measures it and writes the record called `name`; words: what it is about."""

    name: str
    title: str
    command: str
    words: str = ""


@dataclass(frozen=True)
class Recorded:
    """A page: each section with its record, None where nothing is recorded."""

    sections: tuple[tuple[Section, Mapping[str, Any] | None], ...]

    def record(self, name: str) -> Mapping[str, Any] | None:
        """The record of a section; None too where the page has no such section."""
        return next((record for section, record in self.sections if section.name == name), None)


@dataclass(frozen=True)
class Records:
    """The records of a page, in the order of its sections. folder: under the directory of the pages."""

    folder: Path
    sections: tuple[Section, ...]

    def path(self, reports: Path, name: str) -> Path:
        """The record of a section."""
        return reports / self.folder / f"{name}.json"

    def save(self, reports: Path, name: str, record: Mapping[str, Any]) -> bool:
        """Replace the record of a section in one step; returns whether the file changed."""
        return write_text(self.path(reports, name), text(record))

    def load(self, reports: Path, name: str) -> dict[str, Any] | None:
        """The record of a section; None where nothing is recorded. RecordError where the file is something else."""
        file = self.path(reports, name)
        if not file.exists():
            return None
        command = next(section.command for section in self.sections if section.name == name)
        record = read_json(file, "a record", command)
        if not isinstance(record, dict):
            raise RecordError(f"{file} is not a record (it is no JSON object): `{command}` writes it")
        return record

    def all(self, reports: Path) -> Recorded:
        """What is recorded under `reports`."""
        return Recorded(tuple((section, self.load(reports, section.name)) for section in self.sections))


def text(record: Mapping[str, Any]) -> str:
    """A record as JSON, the same for the same record; ValueError for NaN and infinities, which JSON has not."""
    return json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
