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
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache, partial
from importlib import import_module
from pathlib import Path

from verify.experiments import checkpoint
from verify.trust.code import digest_now
from verify.trust.hostile.child import WORKS, full_after, no_longer_than, pages, work
from verify.trust.hostile.child_runs import few_mutants
from verify.trust.hostile.outcome import Outcome
from verify.trust.mutants import FAMILIES

PATIENCE = 300.0
"""Seconds after which a run that should end is a fault."""
ONE_LINE = "orthodrome: interrupted"
FULL = "no room on the disk"
READERS: Mapping[str, Callable[[bytes], object]] = {".pt": checkpoint.whole, ".json": json.loads}
"""{end of a name: what reads a whole file of it}."""
MODULES = (
    "verify.cli", "verify.console", "verify.recording", "verify.epsilon_claims", "verify.trust.alarms",
    "verify.trust.tolerances.survey", "verify.trust.determinism", "verify.trust.mutants.gate", "verify.audit.command",
    "verify.campaign.running", "verify.campaign.store", "verify.campaign.figures", "verify.campaign.work",
    "verify.campaign.local", "verify.campaign.cluster", "verify.campaign.printing", "verify.report.campaign", "duckdb",
    "verify.search.campaign", "verify.search.printed", "matplotlib.figure",
)  # fmt: skip
"""What the works import."""


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


def fork(what: str, folder: Path, refuse: Callable[[], object] | None = None) -> int:
    """Begin the work in a process of its own, with what it says of errors in `said`; returns its id.

    refuse: what the process does to its disk before.
    """
    folder.mkdir(parents=True, exist_ok=True)
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        os.setsid()
        os.chdir(folder)
        for handle, name in ((1, os.devnull), (2, "said")):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), handle)
        sys.stdout, sys.stderr = (os.fdopen(handle, "w", buffering=1, closefd=False) for handle in (1, 2))
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # until the command line begins
        if refuse is not None:
            refuse()
        work(what)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException as error:
        os.write(2, f"Traceback: {error!r}\n".encode())
    finally:
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


@dataclass(frozen=True)
class Whole:
    """A run that nothing ended: what it left, and how many seconds it took. words: why it did not come to its end."""

    left: Mapping[str, bytes]
    seconds: float
    words: str = ""


@cache
def whole(what: str) -> Whole:
    """What every other run of the work is compared with."""
    with tempfile.TemporaryDirectory() as place:
        begin = time.monotonic()
        status = ended(fork(what, Path(place)), PATIENCE)
        seconds, left = time.monotonic() - begin, result(Path(place))
        words = f"ends with {status}: {_said(Path(place))}" if status != 0 else "" if left else "leaves nothing"
    return Whole(left, seconds, words)


def killed(what: str, how: signal.Signals, times: int, chance: random.Random) -> Row:
    """The work ended at `times` moments, each drawn from the length of a run; after each, it goes on."""
    faults: list[str] = []
    reference = whole(what)
    if reference.words:
        return Row(what, how.name, 0, False, (reference.words,))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "0"
        count = run = 0
        equal = True
        while count < times:
            child = fork(what, folder)
            status = ended(child, chance.uniform(0.02, 0.9) * reference.seconds)
            if status is None:
                os.kill(child, how)
                status = ended(child, PATIENCE)
                count += status != 0
                faults += _unclean(what, folder, how, status)
            if status == 0:
                equal &= result(folder) == reference.left
                run += 1
                folder = Path(place) / str(run)
        equal &= ended(fork(what, folder), PATIENCE) == 0 and result(folder) == reference.left
    return Row(what, how.name, times, equal, tuple(faults[:5]))


def refused(what: str) -> Row:
    """The disk is full at each of some moments: a line and a failure, or room enough for the end; then, with room, the
    same end to the bit. times: the failures."""
    faults, times = list[str](), 0
    limits = [(f"after {n} files", partial(full_after, n)) for n in WORKS[what].rooms]
    limits += [(f"beyond {n} bytes of a file", partial(no_longer_than, n)) for n in WORKS[what].bytes]
    reference = whole(what)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for where, refuse in limits:
            status = ended(fork(what, folder, refuse), PATIENCE)
            said = _said(folder)
            clear = said.startswith("orthodrome: ") and said.count("\n") == 1 and "make room" in said
            times += status != 0
            if not (status == 1 and clear) and not (status == 0 and result(folder) == reference.left):
                faults.append(f"no room {where}: ends with {status}: {said[-200:]}")
            faults += _unclean(what, folder, signal.SIGKILL, None)
            faults += [f"{path.name} is left behind" for path in folder.rglob(".*") if path.is_file()]
        equal = ended(fork(what, folder), PATIENCE) == 0 and result(folder) == reference.left
    faults += [] if times else ["there was always room"]
    return Row(what, FULL, times, equal and not reference.words, tuple(faults[:5]))


def result(folder: Path) -> dict[str, bytes]:
    """The files that the work leaves for the reader."""
    found = (path for path in (folder / "reports").rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def _unclean(what: str, folder: Path, how: signal.Signals, status: int | None) -> list[str]:
    """What is not as it should be after an end from outside: every file under its own name is whole."""
    found = []
    if how == signal.SIGINT and status not in (0, None):
        said = _said(folder)
        if status != 130 or said.count("\n") != 1 or not said.startswith(ONE_LINE):
            found.append(f"after Ctrl-C it ends with {status}: {said[-300:]}")
    for ending, read in READERS.items():
        for path in sorted(folder.rglob(f"*{ending}")):
            if not path.name.startswith("."):
                found += _broken(path.name, read, path.read_bytes())
    for name, content in result(folder).items() if what == "pages" else ():
        known = {pages(word)[Path(name).name].encode() for word in ("old", "new")}
        found += [] if content in known else [f"{name} is neither the old one nor the new one"]
    return found


def _broken(name: str, read: Callable[[bytes], object], content: bytes) -> list[str]:
    try:
        read(content)
    except ValueError as error:
        return [f"{name} is half written: {error}"]
    return []


def _said(folder: Path) -> str:
    return (folder / "said").read_text(encoding="utf-8", errors="replace")


def load() -> None:
    """Everything once, before the forks; no thread is begun. What stands for the sources stays as it is from now on."""
    for name in MODULES:
        import_module(name)
    for name in ("alarms", "tolerances", "bytes"):
        digest_now(name, "")
    for name in ("schemes", "derivations", "sources"):
        digest_now("mutants", name)
    for family in FAMILIES.values():
        import_module(family)
    few_mutants()


def main(seed: str, kills: str) -> None:
    """Print the rows."""
    load()
    count, chance = int(kills), random.Random(seed)
    rows = []
    ends: list[Callable[[], Row]] = [partial(killed, "pages", signal.SIGKILL, 2 * count, chance)]
    ends += [partial(killed, what, signal.SIGKILL, count, chance) for what in WORKS]
    ends += [partial(killed, what, signal.SIGINT, max(2, count // 2), chance) for what in WORKS]
    ends += [partial(refused, what) for what in WORKS]
    for number, end in enumerate(ends):
        rows.append(end())
        sys.stderr.write(f"{number + 1} of {len(ends)}: {rows[-1]}\n")
    sys.stdout.write(json.dumps([{**asdict(row), "outcome": str(row.outcome)} for row in rows]))


if __name__ == "__main__":
    main(*sys.argv[1:])
