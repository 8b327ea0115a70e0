"""Work to be ended from outside, in the working directory: long runs in their tiny size, and a folder of pages."""

import errno
import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from verify.report.publish import publish
from verify.trust.hostile import child_runs as runs

PAGES = 60
ROOMS = (0, 1, 2)
"""Files after which the disk is full."""


@dataclass(frozen=True)
class Work:
    """A run through the command line. commands: one after the other. prepare: makes it small, in the process that is
    to be ended. rooms: after how many files the disk is full. bytes: of works that append to one file, the sizes that
    it cannot exceed."""

    commands: tuple[tuple[str, ...], ...]
    prepare: Callable[[], object]
    rooms: tuple[int, ...] = ROOMS
    bytes: tuple[int, ...] = ()


def _experiment(name: str) -> Work:
    return Work((("experiment", name, "--workers", "1"),), runs.experiments)


STORE = ("--store", "runs/campaign.duckdb")
RUN = ("campaign", "run", "SP-L1", "--cases", str(runs.CASES), "--size", "1", "--workers", "0", *STORE)
WORKS: Mapping[str, Work] = {
    **{f"experiment {name}": _experiment(name) for name in runs.EXPERIMENTS},
    "campaign run, campaign record": Work(
        (RUN, ("campaign", "record", *STORE)), lambda: None, (), (16_384, 300_000, 600_000)
    ),
    "search --compare": Work(
        (("search", *runs.TARGETS, "--compare", "--seeds", "2", "--budget", "20"),), runs.searches
    ),
    "mutate": Work((("mutate", "--family", "schemes"),), runs.mutants, (), (300, 1000)),
    "trust alarms": Work((("trust", "alarms", "--seeds", "4", "--cases", "2"),), runs.alarms),
    "trust tolerances": Work((("trust", "tolerances", "--cases", "2"),), runs.tolerances),
    "trust bytes": Work((("trust", "bytes"),), runs.environments),
    "audit --all": Work((("audit", "--all", "torch.optim", "--workers", "1"),), runs.audits),
    "bench": Work((("bench", "optimizers", "--shape", "resnet20"),), runs.benches),
}
"""What keeps the state of a run that takes long; of ours that is all of it."""


def pages(word: str) -> dict[str, str]:
    """Generated files, each of them of one word."""
    return {f"page-{i:02}.md": f"{word} {i}\n" * 2000 for i in range(PAGES)}


def work(what: str) -> None:
    """A run through the command line, or the pages, three times over."""
    if what == "pages":
        for word in ("new", "old", "new"):
            publish(pages(word), Path("reports"))
        return
    from verify import cli

    WORKS[what].prepare()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for command in WORKS[what].commands:
        sys.argv = ["orthodrome", *command]
        try:
            cli.main()
        except SystemExit as end:
            if end.code:
                raise


def full_after(files: int) -> None:
    """In this process the disk is full once so many files are written: the next one fails when half of it is there."""
    left = [files]
    fsync = os.fsync

    def refuse(handle: int) -> None:
        if left[0] == 0:
            os.truncate(handle, os.fstat(handle).st_size // 2)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left[0] -= 1
        fsync(handle)

    vars(os)["fsync"] = refuse


def no_longer_than(size: int) -> None:
    """In this process no file has more bytes: the system writes what has room, and refuses the rest."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
