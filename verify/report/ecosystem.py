"""Audits as pages: of one optimizer, and of whole packages from the record that `orthodrome audit --all` writes."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.reading import NOT_THAT, RecordError, read_json
from verify.report.manners import faults, formula

RECORD = Path("data") / "ecosystem.json"
"""Under the directory of the pages."""

PAGE = "ecosystem.md"
FAULTS = ("differs", "error")
STATUSES = {"not made": "cannot be made", "crashed": "crashed", "hung": "did not end"}
Answer = Mapping[str, Any]


@dataclass(frozen=True)
class PackageView:
    """One package. rows: its optimizers; faults: laws, words and the optimizers of which they are said.

    counts: how many were audited, are sound, follow a scheme. replays: how many scripts were run, and showed the same.
    """

    name: str
    version: str
    rows: tuple[Answer, ...]
    faults: tuple[tuple[str, str, tuple[str, ...]], ...]
    counts: Mapping[str, int]
    replays: Answer | None


@dataclass(frozen=True)
class EcosystemView:
    """The page."""

    torch: str
    packages: tuple[PackageView, ...]


def failures(answer: Answer) -> list[Answer]:
    """The findings that are held against the optimizer: a difference or an error in a law that binds."""
    return [finding for finding in answer["findings"] if finding["binding"] and finding["verdict"] in FAULTS]


def sound(answer: Answer) -> bool:
    """Whether it was audited to the end, and nothing is held against it."""
    return answer["status"] == "audited" and not failures(answer)


def status(answer: Answer) -> str:
    """What became of the audit, in words; empty where it went to its end."""
    if answer["status"] == "audited":
        return ""
    said = STATUSES[answer["status"]]
    reason = answer["reason"].removeprefix(f"{answer['optimizer']} {said}: ")
    return f"{said}: {reason}"


def differs(answer: Answer) -> str:
    """The laws that are held against it, by name, or how many where they are most."""
    names = [finding["law"] for finding in failures(answer)]
    binding = sum(finding["binding"] and finding["verdict"] != "not applicable" for finding in answer["findings"])
    return ", ".join(names) if len(names) <= binding / 2 else f"{len(names)} laws"


def held(answer: Answer) -> str:
    """How many of the laws that bind and apply hold."""
    binding = [f for f in answer["findings"] if f["binding"] and f["verdict"] != "not applicable"]
    return f"{sum(f['verdict'] == 'holds' for f in binding)} of {len(binding)}" if binding else ""


def slug(words: str) -> str:
    """A file name of a name or of words."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", words.replace(":", ".").replace("/", ".")).strip("-.")


def merged(record: Answer | None, package: str, answers: Sequence[Answer]) -> dict[str, Any]:
    """The record with the optimizers of `package` in place of what it had of them; scripts are left out of it."""
    known = dict(record["packages"]) if record else {}
    rows = [{**answer, "findings": [_kept(finding) for finding in answer["findings"]]} for answer in answers]
    known[package] = rows
    torch = next((answer["torch"] for answer in answers if "torch" in answer), "")
    replays = {name: its for name, its in record.get("replays", {}).items() if name != package} if record else {}
    return {"torch": torch, "packages": {name: known[name] for name in sorted(known)}, "replays": replays}


def text(record: Answer) -> str:
    """The record as JSON, the same for the same record."""
    return json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def loaded(reports: Path) -> Answer | None:
    """The record under `reports`; None where nothing is. RecordError where it is no JSON."""
    path = reports / RECORD
    return read_json(path, "a record of audits", "orthodrome audit --all") if path.exists() else None


def recorded_ecosystem(reports: Path) -> EcosystemView | None:
    """What is recorded under `reports`; None where nothing is. RecordError where it is not what was written."""
    record = loaded(reports)
    try:
        return None if record is None else view(record)
    except NOT_THAT as error:
        raise RecordError(
            f"{reports / RECORD} is no record of audits ({error!r}): `orthodrome audit --all` writes it"
        ) from error


def view(record: Answer) -> EcosystemView:
    """The record as the page shows it."""
    replays = record.get("replays", {})
    return EcosystemView(
        record["torch"], tuple(_package(name, rows, replays.get(name)) for name, rows in record["packages"].items())
    )


def short(answer: Answer) -> str:
    """The name of an optimizer without its module."""
    return str(answer["optimizer"]).rpartition(":")[2]


def _package(name: str, rows: Sequence[Answer], replays: Answer | None) -> PackageView:
    versions = (f"{row['package']} {row['version']}" for row in rows if row.get("package"))
    found = [(short(row), finding) for row in rows for finding in failures(row)]
    counts = {
        "audited": sum(row["status"] == "audited" for row in rows),
        "sound": sum(map(sound, rows)),
        "following": sum(formula(row) != "—" and not formula(row).startswith("none") for row in rows),
    }
    return PackageView(name, next(versions, ""), tuple(rows), tuple(faults(found)), counts, replays)


def _kept(finding: Answer) -> dict[str, Any]:
    return {name: value for name, value in finding.items() if name != "replay"}
