"""The page of invariant groups, from the record that `orthodrome groups --zoo` writes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

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

    finders: ClassVar[Mapping[str, str]] = {
        "find_groups": "`find_groups`",
        "structure": "`invariant_parameters`, without a sample",
        "rule, in most steps": "AdamP's rule, in most steps",
        "rule, in some step": "AdamP's rule, in some step",
    }

    def share(self, kind: str, finder: str) -> str:
        """Of the parameters with ("invariant") or without ("other") a slice, on how many a finder is wrong."""
        counts = self.record["wrong_parameters"][kind]
        return f"{counts[finder]} of {counts['all']}, {100 * counts[finder] / max(counts['all'], 1):.1f} %"

    @property
    def missing_untraced(self) -> int:
        """Slices where torch.fx has no graph, so that structure alone says nothing."""
        return sum(row["missing_structure"] for row in self.record["rows"] if not row["traced"])

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
    if not isinstance(record, dict) or not {"totals", "rule", "rows", "wrong_parameters"} <= set(record):
        raise RecordError(f"{path} is not a record of the zoo: `{COMMAND}` writes it")
    return GroupsView(record)
