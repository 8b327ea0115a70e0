"""What `orthodrome audit` does, for the command line and for programs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from verify.audit import console
from verify.audit.again import again, counted
from verify.audit.options import TargetError, parse
from verify.audit.publish import recorded, with_replays, with_scripts, written
from verify.audit.run import FOLDER, Request, audited, audited_all, listed
from verify.report.ecosystem import loaded, sound

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Done:
    """ok: nothing is held against it. shown: what --json prints. show: prints it for a person."""

    ok: bool
    shown: Any
    show: Callable[[], None]


def one(
    optimizer: str,
    options: str,
    scheme: str | None,
    seed: int,
    limit: float,
    output: Path | None,
    progress: Progress | None = None,
    laws: Sequence[str] = (),
) -> Done:
    """One optimizer. TargetError where there is no such optimizer, option, scheme or law."""
    parse(options)
    if progress:
        progress(optimizer, 0, 1)
    answer = audited(Request(optimizer, options, scheme, seed, tuple(laws)), limit)
    if answer["status"] == "not made":
        raise TargetError(answer["reason"])
    files = [] if output is None else [str(output / name) for name in written(answer, output)]
    return Done(sound(answer), with_scripts(answer)[0], partial(console.show, answer, files))


def every(
    package: str,
    seed: int,
    limit: float,
    workers: int,
    output: Path | None,
    reports: Path,
    progress: Progress | None = None,
    resume: bool = True,
) -> Done:
    """All of a package, recorded under `reports`. TargetError where it cannot be imported or has none.

    Answers are kept as they come; with `resume` those that are kept from a run before are taken.
    """
    requests = [Request(name, seed=seed) for name in listed(package, limit)]
    answers = audited_all(requests, limit, workers, progress, FOLDER, resume, package)
    files = [str(reports / name) for name in recorded(package, answers, reports)]
    if output is not None:
        files += [str(output / name) for answer in answers for name in written(answer, output)]
    shown = [with_scripts(answer)[0] for answer in answers]
    ok = any(answer["status"] == "audited" for answer in answers)
    return Done(ok, shown, partial(console.show_all, answers, files))


def replay(package: str | None, limit: float, workers: int, reports: Path, progress: Progress | None = None) -> Done:
    """The scripts of all recorded differences, of one package or of all. TargetError where none is recorded."""
    record = loaded(reports)
    known = record["packages"] if record else {}
    if package is not None and package not in known or not known:
        raise TargetError(f"no audit of {package or 'a package'} is recorded: orthodrome audit --all PACKAGE does that")
    counts = {
        name: counted(again(name, rows, limit, workers, progress))
        for name, rows in known.items()
        if package in (None, name)
    }
    files = [str(reports / name) for name in with_replays(counts, reports)]
    ok = all(count["shown"] == count["scripts"] for count in counts.values())
    return Done(ok, counts, partial(console.show_replays, counts, files))
