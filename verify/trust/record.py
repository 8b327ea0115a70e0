"""Where the figures of trust are recorded, and in which order they stand on their page."""

from pathlib import Path

from verify.records import Records, Section

RECORDS = Records(
    Path("data") / "trust",
    (
        Section("mutants", "Mutants", "orthodrome mutate"),
        Section("alarms", "False alarms", "orthodrome trust alarms"),
        Section("tolerances", "Tolerances", "orthodrome trust tolerances"),
        Section("hostile", "Hostile input", "orthodrome trust hostile"),
        Section("routes", "Independent routes", "orthodrome trust routes"),
        Section("bytes", "Determinism", "orthodrome trust bytes"),
    ),
)
path, save, load = RECORDS.path, RECORDS.save, RECORDS.load
