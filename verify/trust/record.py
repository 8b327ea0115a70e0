"""Where the figures of trust are recorded, and in which order they stand on their page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from verify.records import Records, Section
from verify.trust.code import stamped

RECORDS = Records(
    Path("data") / "trust",
    (
        Section("mutants", "Mutants", "orthodrome mutate"),
        Section("survivors", "Survivors and their fate", "orthodrome trust survivors"),
        Section("properties", "Property-based tests of the core", "orthodrome trust properties"),
        Section("alarms", "False alarms", "orthodrome trust alarms"),
        Section("tolerances", "Tolerances", "orthodrome trust tolerances"),
        Section("hostile", "Hostile input", "orthodrome trust hostile"),
        Section("routes", "Independent routes", "orthodrome trust routes"),
        Section("bytes", "Determinism", "orthodrome trust bytes"),
    ),
)
path, load = RECORDS.path, RECORDS.load


def save(reports: Path, name: str, record: Mapping[str, Any], parts: tuple[str, ...] | None = None) -> bool:
    """Replace a record, with the digests of the code that its parts are of; returns whether the file changed.

    parts: those that were measured now; the others keep the digest that they have. None: all.
    """
    before = load(reports, name) if parts is not None else None
    return RECORDS.save(reports, name, stamped(name, record, before, parts))
