"""What became of mutants, a line each in a file that only grows: a run that was killed goes on where it was."""

import json
import os
from pathlib import Path

from verify.atomic import WriteError
from verify.trust.mutants.mutant import Fate, State

FOLDER = Path("runs") / "mutants"


class Ledger:
    """The fates of one family under `folder`. A line that is half written, as after a kill, counts for nothing."""

    def __init__(self, folder: Path, family: str) -> None:
        self.path = folder / f"{family}.jsonl"

    def load(self) -> dict[tuple[str, str], Fate]:
        """{(label, fingerprint): fate}; of several, the last."""
        fates = {}
        try:
            lines = self.path.read_bytes().splitlines() if self.path.is_file() else ()
        except OSError as error:
            raise OSError(f"{self.path} cannot be read ({error.strerror or error}): allow it, or delete it") from error
        for line in lines:
            try:
                entry = json.loads(line)
                fate = Fate(State(entry["state"]), str(entry["by"]), str(entry["note"]))
                fates[str(entry["label"]), str(entry["fingerprint"])] = fate
            except (KeyError, TypeError, ValueError):
                continue
        return fates

    def add(self, label: str, fingerprint: str, fate: Fate) -> None:
        """Append a fate, in one write; WriteError where it cannot be: then what was there still counts."""
        entry = {"label": label, "fingerprint": fingerprint, "state": fate.state, "by": fate.by, "note": fate.note}
        line = json.dumps(entry, ensure_ascii=False).encode() + b"\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with open(self.path, "ab+") as file:
                if file.tell() and self._is_torn(file.fileno(), file.tell()):
                    line = b"\n" + line
                file.write(line)
        except OSError as error:
            raise WriteError(
                f"{self.path} cannot be written ({error.strerror or error}), and holds what it held: make room, or "
                "choose another place"
            ) from error

    @staticmethod
    def _is_torn(handle: int, size: int) -> bool:
        return os.pread(handle, 1, size - 1) != b"\n"

    def forget(self) -> None:
        """Begin anew."""
        self.path.unlink(missing_ok=True)
