"""Answers of audits, kept under runs/audit as they come, so that an audit of a package goes on where it was stopped.

An answer is found again while the request, the versions of torch and of the audited package, and the code that audits
are what they were. What hung or crashed is tried again; so is a package that is not installed, or only as a folder.
"""

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from verify.atomic import write_text
from verify.audit.installed import distribution, settled
from verify.audit.request import Request
from verify.digest import ROOT, digest, digest_of_files
from verify.report.ecosystem import slug

FOLDER = Path("runs") / "audit"
CODE = (
    "verify/audit/**/*.py",
    "verify/*.py",
    "derivations/*.py",
    "derivations/schemes/**/*.py",
    "derivations/equilibrium/**/*.py",
    "impl/models/losses.py",
)
"""What decides what an audit says."""
INDEX = "derivations/__init__.py"
"""The list of claims, which does not."""


def kept(request: Request, folder: Path = FOLDER) -> dict[str, Any] | None:
    """The answer that is kept for this request; None where there is none, or none that is whole."""
    path = _path(request, folder)
    if path is None:
        return None
    try:
        found = json.loads(path.read_bytes())
        whole = isinstance(found, dict) and found["digest"] == digest(json.dumps(found["answer"], sort_keys=True))
        return found["answer"] if whole else None
    except (OSError, ValueError, KeyError, RecursionError):
        return None


def keep(request: Request, answer: dict[str, Any], folder: Path = FOLDER) -> None:
    """Keep an answer that another run would give again."""
    path = _path(request, folder)
    if path is not None and answer["status"] in ("audited", "not made"):
        entry = {"digest": digest(json.dumps(answer, sort_keys=True)), "answer": answer}
        write_text(path, json.dumps(entry, ensure_ascii=False, allow_nan=False))


def _path(request: Request, folder: Path) -> Path | None:
    where = request.optimizer.rpartition(":")[0]
    top = where.partition(".")[0]
    if where.endswith(".py") or not settled(top):
        return None
    versions = [distribution(top), distribution("torch")]
    what = json.dumps([asdict(request), versions, fingerprint()], sort_keys=True)
    return folder / f"{slug(request.optimizer)}-{digest(what)}.json"


@cache
def fingerprint() -> str:
    """Of the sources that decide what an audit says."""
    return digest_of_files(path for pattern in CODE for path in ROOT.glob(pattern) if path != ROOT / INDEX)
