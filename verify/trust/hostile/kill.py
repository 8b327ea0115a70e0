"""kill -9 and Ctrl-C in the middle of long runs: nothing saved is lost or half, and the end is the same to the bit.

`python -m verify.trust.hostile.kill SEED KILLS` prints the rows as JSON. It is a process of its own, which loads
everything once and forks the runs that it ends.
"""

import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from verify.experiments import checkpoint
from verify.trust.hostile.child import EXPERIMENTS, full_after, pages, work
from verify.trust.hostile.outcome import Outcome

PATIENCE = 300.0
"""Seconds after which a run that should end is a fault."""
ONE_LINE = "orthodrome: interrupted"


@dataclass(frozen=True)
class Row:
    """One kind of work, ended so many times in one way; equal: what then went on ended with the same bytes."""

    work: str
    how: str
    times: int
    equal: bool
    faults: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        return Outcome.RIGHT if self.equal and not self.faults else Outcome.FAULT


def fork(what: str, folder: Path, room: int | None = None) -> int:
    """Begin the work in a process of its own, with what it says in `said`; returns its id."""
    folder.mkdir(parents=True, exist_ok=True)
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        os.setsid()
        os.chdir(folder)
        said = os.open("said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if room is not None:
            full_after(room)
        work(what)
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException as error:
        os.write(2, f"Traceback: {error!r}\n".encode())
    finally:
        sys.stdout.flush()
        os._exit(code)


def ended(child: int, patience: float) -> int | None:
    """The exit status, once the process ends; None where it does not in time. Negative: the signal that ended it."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    return None


def killed(what: str, how: signal.Signals, times: int, chance: random.Random) -> Row:
    """The work ended at `times` moments, each drawn from the length of a run; after each, it goes on."""
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        begin = time.monotonic()
        whole = ended(fork(what, Path(place) / "whole"), PATIENCE)
        length = time.monotonic() - begin
        if whole != 0:
            return Row(what, how.name, 0, False, (f"ends with {whole}: {_said(Path(place) / 'whole')}",))
        reference, folder = result(what, Path(place) / "whole"), Path(place) / "0"
        count = run = 0
        equal = True
        while count < times:
            child = fork(what, folder)
            status = ended(child, chance.uniform(0.02, 0.9) * length)
            if status is None:
                os.kill(child, how)
                status = ended(child, PATIENCE)
                count += status != 0
                faults += _unclean(what, folder, how, status)
            if status == 0:
                equal &= result(what, folder) == reference
                run += 1
                folder = Path(place) / str(run)
        equal &= ended(fork(what, folder), PATIENCE) == 0 and result(what, folder) == reference
    return Row(what, how.name, times, equal, tuple(faults[:5]))


def refused(what: str, rooms: tuple[int, ...]) -> Row:
    """The disk is full after each number of files: a line and a failure; then, with room, the same end to the bit."""
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as place:
        ended(fork(what, Path(place) / "whole"), PATIENCE)
        reference, folder = result(what, Path(place) / "whole"), Path(place) / "0"
        for room in rooms:
            status = ended(fork(what, folder, room), PATIENCE)
            said = _said(folder)
            if status != 1 or "Traceback" in said or "cannot be written" not in said:
                faults.append(f"no room after {room} files: ends with {status}: {said[-200:]}")
            faults += _unclean(what, folder, signal.SIGKILL, None)
            faults += [f"{path.name} is left behind" for path in folder.rglob(".*") if path.is_file()]
        equal = ended(fork(what, folder), PATIENCE) == 0 and result(what, folder) == reference
    return Row(what, "no room on the disk", len(rooms), equal, tuple(faults[:5]))


def result(what: str, folder: Path) -> dict[str, bytes]:
    """The files that the work leaves for the reader."""
    found = (path for path in (folder / "reports").rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def _unclean(what: str, folder: Path, how: signal.Signals, status: int | None) -> list[str]:
    """What is not as it should be after an end from outside."""
    found = []
    if how == signal.SIGINT and status not in (0, None):
        said = _said(folder)
        if status != 130 or said.count("\n") != 1 or not said.startswith(ONE_LINE):
            found.append(f"after Ctrl-C it ends with {status}: {said[-300:]}")
    for path in folder.rglob("*.pt"):
        if not path.name.startswith("."):
            found += _broken(path.name, checkpoint.whole, path.read_bytes())
    for name, content in result(what, folder).items():
        if what == "pages":
            known = {pages(word)[Path(name).name].encode() for word in ("old", "new")}
            found += [] if content in known else [f"{name} is neither the old one nor the new one"]
        else:
            found += _broken(name, json.loads, content)
    return found


def _broken(name: str, read: Callable[[bytes], object], content: bytes) -> list[str]:
    try:
        read(content)
    except ValueError as error:
        return [f"{name} is half written: {error}"]
    return []


def _said(folder: Path) -> str:
    return (folder / "said").read_text(encoding="utf-8", errors="replace")


def main(seed: str, kills: str) -> None:
    """Print the rows."""
    import verify.recording  # noqa: F401  (loaded once, before the forks)
    from verify import console  # noqa: F401

    count, chance = int(kills), random.Random(seed)
    rows = [killed("pages", signal.SIGKILL, 2 * count, chance)]
    rows += [killed(what, signal.SIGKILL, count, chance) for what in EXPERIMENTS]
    rows += [killed(what, signal.SIGINT, max(2, count // 2), chance) for what in EXPERIMENTS]
    rows += [refused(what, (0, 1, 2)) for what in EXPERIMENTS]
    sys.stdout.write(json.dumps([{**asdict(row), "outcome": str(row.outcome)} for row in rows]))


if __name__ == "__main__":
    main(*sys.argv[1:])
