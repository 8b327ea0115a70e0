"""Audits as pages: of one optimizer, and of whole packages from the record that `orthodrome audit --all` writes."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.results import RecordError

RECORD = Path("data") / "ecosystem.json"
"""Under the directory of the pages."""

PAGE = "ecosystem.md"
FAULTS = ("differs", "error")
FOLLOWS = ("scheme", "identity")
STATUSES = {"not made": "cannot be made", "crashed": "crashed", "hung": "did not end"}
Answer = Mapping[str, Any]
Grouped = tuple[tuple[str, tuple[str, ...]], ...]
"""Words, and the optimizers of which they are said."""


@dataclass(frozen=True)
class PackageView:
    """One package. rows: its optimizers; faults, manners: each law with what is said of whom."""

    name: str
    version: str
    rows: tuple[Answer, ...]
    faults: tuple[tuple[str, Grouped], ...]
    manners: tuple[tuple[str, Grouped], ...]


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


def follows(answer: Answer) -> str:
    """What is said of its formula."""
    said = [finding["words"] for finding in answer["findings"] if finding["law"] in FOLLOWS]
    return said[0].partition(" (parameters")[0] if said else ""


def status(answer: Answer) -> str:
    """What became of the audit, in words; empty where it went to its end."""
    return "" if answer["status"] == "audited" else f"{STATUSES[answer['status']]}: {answer['reason']}"


def slug(words: str) -> str:
    """A file name of a name or of words."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", words.replace(":", ".").replace("/", ".")).strip("-.")


def merged(record: Answer | None, package: str, answers: Sequence[Answer]) -> dict[str, Any]:
    """The record with the optimizers of `package` in place of what it had of them; scripts are left out of it."""
    known = dict(record["packages"]) if record else {}
    rows = [{**answer, "findings": [_kept(finding) for finding in answer["findings"]]} for answer in answers]
    known[package] = rows
    torch = next((answer["torch"] for answer in answers if "torch" in answer), "")
    return {"torch": torch, "packages": {name: known[name] for name in sorted(known)}}


def text(record: Answer) -> str:
    """The record as JSON, the same for the same record."""
    return json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def loaded(reports: Path) -> Answer | None:
    """The record under `reports`; None where nothing is. RecordError where it is no JSON."""
    path = reports / RECORD
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    except ValueError as error:
        raise RecordError(f"{path} is no record of audits ({error}): `orthodrome audit --all` writes it") from error


def recorded_ecosystem(reports: Path) -> EcosystemView | None:
    """What is recorded under `reports`; None where nothing is. RecordError where it is not what was written."""
    record = loaded(reports)
    try:
        return None if record is None else view(record)
    except (KeyError, TypeError, AttributeError) as error:
        raise RecordError(
            f"{reports / RECORD} is no record of audits ({error!r}): `orthodrome audit --all` writes it"
        ) from error


def view(record: Answer) -> EcosystemView:
    """The record as the page shows it."""
    return EcosystemView(record["torch"], tuple(_package(name, rows) for name, rows in record["packages"].items()))


def short(answer: Answer) -> str:
    """The name of an optimizer without its module."""
    return str(answer["optimizer"]).rpartition(":")[2]


def _package(name: str, rows: Sequence[Answer]) -> PackageView:
    versions = (f"{row['package']} {row['version']}" for row in rows if row.get("package"))
    faults, manners = [], []
    titles = {f["law"]: f["title"] for row in rows for f in row["findings"] if f["law"] not in FOLLOWS}
    for law, title in titles.items():
        found = [(row, f) for row in rows for f in row["findings"] if f["law"] == law]
        binding = [(row, f) for row, f in found if f["binding"]]
        if differing := [(row, f) for row, f in binding if f["verdict"] in FAULTS]:
            faults.append((title, _grouped(differing)))
        if told := [(row, f) for row, f in found if not f["binding"] and f["verdict"] != "not applicable"]:
            manners.append((title, _grouped(told)))
    return PackageView(name, next(versions, ""), tuple(rows), tuple(faults), tuple(manners))


def _grouped(found: Sequence[tuple[Answer, Answer]]) -> Grouped:
    groups: dict[str, list[str]] = {}
    for row, finding in found:
        groups.setdefault(finding["words"], []).append(short(row))
    return tuple((words, tuple(names)) for words, names in groups.items())


def _kept(finding: Answer) -> dict[str, Any]:
    return {name: value for name, value in finding.items() if name != "replay"}
