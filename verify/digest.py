"""Short hashes of texts and of source files, by which what is kept of a long run is known to be of the same code."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The folder of the packages."""


def digest(*parts: str | bytes) -> str:
    """A short hash of texts, for fingerprints."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()[:16]


def digest_of_files(paths: Iterable[Path]) -> str:
    """A hash of files: their places under the root and their bytes."""
    return digest(
        *(part for p in sorted(set(paths)) for part in (p.resolve().relative_to(ROOT).as_posix(), p.read_bytes()))
    )
