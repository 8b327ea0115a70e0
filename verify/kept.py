"""Judgements kept on disk, each under the digest of all that it follows from, as JSON.

The key of a file of claims is made of its source, of all that it imports, of the kernel and of the renderer of proofs,
and of the versions of what they use. What is kept was therefore found by the very same code. It guards against
accidents, an old entry, half of one, one of another version; not against somebody who writes entries on purpose.
Only what holds is kept: what is open may be so because the machine was slow, and is tried again.
"""

import json
import os
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from verify.atomic import WriteError, write_text
from verify.digest import ROOT, digest, digest_of_files
from verify.sources import behind

VARIABLE = "ORTHODROME_CACHE"
"""The environment variable that names the directory, instead of orthodrome in the user's directory of caches."""

PACKAGES = ("sympy", "mpmath", "python-flint", "z3-solver")
FORMAT = "1"
SHOWN = ("verify/judging.py", "verify/report/collect.py", "verify/report/view.py")
"""What turns a proof into what is kept."""


def directory() -> Path:
    """Where judgements are kept."""
    if given := os.environ.get(VARIABLE):
        return Path(given) / "judgements"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "orthodrome" / "judgements"


def key(module: str) -> str:
    """The digest of all that the judgements on the claims of a module of `derivations` follow from."""
    files = (*behind((f"derivations.{module}", "derivations.proof")), *(ROOT / name for name in SHOWN))
    return digest(module, _versions(), *map(_source, files))


@cache
def _source(path: Path) -> str:
    """A file's digest, read once in a process, as Python imports it once."""
    return digest_of_files([path])


def load(module: str) -> Any:
    """What is kept about a module; None where nothing is, or nothing whole."""
    try:
        entry = json.loads(_path(module).read_bytes())
        whole = isinstance(entry, dict) and entry["digest"] == digest(json.dumps(entry["kept"], sort_keys=True))
        return entry["kept"] if whole and entry["module"] == module else None
    except (OSError, ValueError, KeyError, RecursionError):
        return None


def save(module: str, kept: Any) -> None:
    """Keep what was found; a directory that cannot be written to keeps nothing, and that is no failure."""
    entry = {"module": module, "digest": digest(json.dumps(kept, sort_keys=True)), "kept": kept}
    try:
        write_text(_path(module), json.dumps(entry))
    except WriteError:
        return


def _path(module: str) -> Path:
    return directory() / f"{key(module)}.json"


@cache
def _versions() -> str:
    """The versions of all that takes part in a proof, and by which integers SymPy computes."""
    found: Mapping[str, str] = {name: _version(name) for name in PACKAGES}
    return json.dumps([FORMAT, sys.version, found, os.environ.get("SYMPY_GROUND_TYPES", "")], sort_keys=True)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
