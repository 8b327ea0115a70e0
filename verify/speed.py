"""Where measured times are recorded, and in which order they stand on their page. Light: it measures nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.atomic import write_text
from verify.reading import RecordError, read_json

FOLDER = Path("data") / "speed"
"""Under the directory of the pages."""

ROUNDS = 7
"""In each of which every subject has its turn."""

TRIES = 3
"""How often a block is run at most; the last run counts as it is, and is named as disturbed if it was."""

DRIFT = 1.15
"""The ratio of the unit's two blocks above which the block between them is disturbed."""

FOREIGN = 0.2
"""Cores that others may use on average during a block and the unit's two: above the ticks in which it is told."""


@dataclass(frozen=True)
class Section:
    """A benchmark: `orthodrome bench NAME` writes the record of its name."""

    name: str
    title: str
    words: str

    @property
    def command(self) -> str:
        return f"orthodrome bench {self.name}"


SECTIONS = (
    Section("optimizers", "Optimizer steps", "a step of each optimizer, ours and others', beside torch's fused ones"),
    Section("bandwidth", "Memory", "how fast two threads move memory"),
    Section("training", "Training steps", "ResNet20, forward, backward and step"),
    Section("cases", "Verified cases", "checked cases a second"),
    Section("proofs", "Proofs", "every claim proved, anew and from the cache"),
    Section("start", "Start", "the commands that should answer at once"),
    Section("suite", "Tests and report", "the test suite and the main job"),
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


def short(value: float, digits: int = 4) -> float:
    """So many digits of what no clock tells more exactly."""
    return float(f"{value:.{digits}g}")
