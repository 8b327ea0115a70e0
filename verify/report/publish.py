"""The generated files on disk: written where they changed, compared where they must not have."""

from collections.abc import Mapping
from pathlib import Path

from verify.atomic import write_bytes
from verify.results import SAMPLED, TRAINING

GENERATED = ("*.md", "claims.json", "figures/*.svg", TRAINING.as_posix(), SAMPLED.as_posix())
"""What of `reports/` is generated here, so that anything more of it is left over."""

Files = Mapping[str, str | bytes]


def publish(files: Files, directory: Path) -> list[str]:
    """Write the files that changed, remove what is left over; returns the names of both."""
    changed = [name for name in sorted(files) if write_bytes(directory / name, _bytes(files[name]))]
    for name in (surplus := left_over(files, directory)):
        (directory / name).unlink()
    return changed + surplus


def stale(files: Files, directory: Path) -> list[str]:
    """Names whose committed bytes are not what the generator gives: different, missing, or left over."""
    different = [name for name in sorted(files) if _read(directory / name) != _bytes(files[name])]
    return different + left_over(files, directory)


def left_over(files: Files, directory: Path) -> list[str]:
    """Generated files on disk that the generator does not make any more."""
    found = {path.relative_to(directory).as_posix() for pattern in GENERATED for path in directory.glob(pattern)}
    return sorted(found - set(files))


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
