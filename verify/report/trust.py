"""The page of trust, from the records that the commands under `orthodrome trust` write."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.report.view import ClaimView
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


@dataclass(frozen=True)
class Ratio:
    """The numeric laws of a claim in one dtype on one device. worst: the largest error over the allowed one."""

    claim: str
    dtype: str
    device: str
    laws: int
    cases: int
    worst: float


def ratios(claims: Sequence[ClaimView]) -> tuple[Ratio, ...]:
    """Observed over allowed errors by claim, dtype and device, from the recorded checks."""
    found = []
    for claim in claims:
        kinds = sorted({(check.dtype, check.device) for check in claim.checks})
        for dtype, device in kinds:
            checks = [check for check in claim.checks if (check.dtype, check.device) == (dtype, device)]
            worst = max(check.worst / check.allowed if check.allowed else check.worst for check in checks)
            found.append(Ratio(claim.id, dtype, device, len(checks), sum(check.cases for check in checks), worst))
    return tuple(found)
