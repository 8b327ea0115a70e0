"""Work to be ended from outside, in the working directory: experiments in their tiny size, and a folder of pages."""

import errno
import os
import sys
from pathlib import Path

from verify.report.publish import publish

PAGES = 60
EXPERIMENTS = ("toy", "psi", "trajectories")


def pages(word: str) -> dict[str, str]:
    """Generated files, each of them of one word."""
    return {f"page-{i:02}.md": f"{word} {i}\n" * 2000 for i in range(PAGES)}


def work(what: str) -> None:
    """An experiment through the command line, or the pages, three times over."""
    if what == "pages":
        for word in ("new", "old", "new"):
            publish(pages(word), Path("reports"))
        return
    from verify import cli
    from verify.experiments import psi, toy, trajectories

    for module in (toy, psi, trajectories):
        vars(module)["Config"] = _tiny(module.Config)
    sys.argv = ["orthodrome", "experiment", what, "--workers", "1"]
    cli.main()


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


def _tiny(config):  # type: ignore[no-untyped-def]
    """The class, made small whatever it is asked for."""
    return getattr(config, "always", None) or _Always(config)


class _Always:
    def __init__(self, config) -> None:  # type: ignore[no-untyped-def]
        self.always = self
        self.config = config

    def __call__(self, *_: object, **__: object) -> object:
        return self.config.tiny()
