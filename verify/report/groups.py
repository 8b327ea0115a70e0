"""The page of invariant groups, from the record that `orthodrome groups --zoo` writes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.atomic import write_text
from verify.reading import RecordError, read_json
from verify.records import text

RECORD = Path("data") / "groups.json"
PAGE = "groups.md"
COMMAND = "orthodrome groups --zoo"


@dataclass(frozen=True)
class GroupsView:
    """What the page shows."""

    record: Mapping[str, Any]

    @property
    def by_luck(self) -> float:
        """How often |cos| < δ/√d for a gradient in a random direction, d large: P(|N(0, 1)| < δ)."""
        return math.erf(self.record["delta"] / math.sqrt(2))

    @property
    def false(self) -> float:
        """Of the decisions on parameters without an invariant slice, how many projected."""
        rule = self.record["rule"]
        return rule["other false"] / (rule["other false"] + rule["other right"])

    @property
    def missed(self) -> float:
        """Of the decisions on parameters with one, how many left them alone."""
        rule = self.record["rule"]
        return rule["invariant missed"] / self._invariant

    @property
    def wrong_view(self) -> float:
        """Of the same, how many projected a direction that is not invariant."""
        return self.record["rule"]["invariant false"] / self._invariant

    @property
    def _invariant(self) -> int:
        rule = self.record["rule"]
        return rule["invariant right"] + rule["invariant missed"] + rule["invariant false"]


def ok(record: Mapping[str, Any]) -> bool:
    """Whether every slice of the zoo was found, nothing else was, and every label stood."""
    counts = record["totals"]
    refuted = any(row["labels_refuted"] for row in record["rows"])
    return not refuted and not any(counts[f"{w}{mode}"] for w in ("extra", "missing") for mode in ("", "_eval"))


def write(record: Mapping[str, Any], reports: Path) -> Path:
    """Under the pages' directory; returns the file."""
    path = reports / RECORD
    write_text(path, text(record))
    return path


def recorded(reports: Path) -> GroupsView | None:
    """What is recorded, None where nothing is; RecordError where the file is something else."""
    path = reports / RECORD
    if not path.exists():
        return None
    record = read_json(path, "a record", COMMAND)
    if not isinstance(record, dict) or not {"totals", "rule", "rows"} <= set(record):
        raise RecordError(f"{path} is not a record of the zoo: `{COMMAND}` writes it")
    return GroupsView(record)
