"""The page of trust, from the records that the commands under `orthodrome trust` write."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.trust.record import SECTIONS, Section, load

PAGE = "trust.md"


@dataclass(frozen=True)
class TrustView:
    """The page: each section with its record, None where nothing is recorded."""

    sections: tuple[tuple[Section, Mapping[str, Any] | None], ...]

    def record(self, name: str) -> Mapping[str, Any] | None:
        """The record of a section, for a page of its own."""
        return next(record for section, record in self.sections if section.name == name)


def recorded_trust(reports: Path) -> TrustView:
    """What is recorded under `reports`."""
    return TrustView(tuple((section, load(reports, section.name)) for section in SECTIONS))
