"""Files that are either the old ones or the new ones, never half of each."""

import os
import tempfile
from pathlib import Path


class WriteError(OSError):
    """A file that could not be written; the message names it, and it is what it was before."""


def write_bytes(path: Path, content: bytes) -> bool:
    """Replace the file at `path` by `content` in one step; returns False, touching nothing, when it is that already.

    Whatever ends the process, and whenever, the file is the old one or the new one; a loss of power too, as the content
    is on the disk before its name is. WriteError where it cannot be written: then it is the old one.
    """
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, content)
    except OSError as error:
        reason = error.strerror or error
        raise WriteError(
            f"{path} cannot be written ({reason}), and is what it was: make room, or choose another place"
        ) from error
    return True


def _replace(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_text(path: Path, content: str) -> bool:
    """`write_bytes` of UTF-8 text with `\\n` line ends on every system."""
    return write_bytes(path, content.encode())
