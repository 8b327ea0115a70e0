"""What `orthodrome audit` does, for the command line and for programs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from verify.audit import console
from verify.audit.options import TargetError, parse
from verify.audit.publish import recorded, with_scripts, written
from verify.audit.run import Request, audited, audited_all, listed
from verify.report.ecosystem import sound

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
) -> Done:
    """All of a package, recorded under `reports`. TargetError where it cannot be imported or has none."""
    requests = [Request(name, seed=seed) for name in listed(package, limit)]
    answers = audited_all(requests, limit, workers, progress)
    files = [str(reports / name) for name in recorded(package, answers, reports)]
    if output is not None:
        files += [str(output / name) for answer in answers for name in written(answer, output)]
    shown = [with_scripts(answer)[0] for answer in answers]
    ok = any(answer["status"] == "audited" for answer in answers)
    return Done(ok, shown, partial(console.show_all, answers, files))
