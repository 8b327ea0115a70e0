"""A process that has torch and SymPy loaded, and forks one for each audit: loading them takes as long as an audit.

A line of JSON on standard input, {"arguments", "errors", "limit"}, is answered by one on standard output: the exit
status of `verify.audit.worker`, null when it had to be ended. The package of the optimizers is loaded too, if it is
named as argument, and starts no thread: whoever forks has no other.
"""

import contextlib
import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path
from types import FrameType
from typing import NoReturn

import torch

from verify.audit import worker
from verify.audit.load import package
from verify.audit.options import TargetError

EVERY = 0.02
"""Seconds between two looks."""


def main() -> None:
    """Answer until there are no more questions."""
    torch.set_num_threads(1)
    if sys.argv[1:]:
        before = threads()
        with contextlib.suppress(TargetError):
            package(sys.argv[1])
        if threads() > before:
            os.execv(sys.executable, [sys.executable, "-P", "-m", "verify.audit.nursery"])
    signal.signal(signal.SIGTERM, _ended)
    for line in sys.stdin:
        asked = json.loads(line)
        code = awaited(born(asked["arguments"], asked["errors"]), asked["limit"])
        sys.stdout.write(f"{json.dumps(code)}\n")
        sys.stdout.flush()


def threads() -> int:
    """Of this process, as far as the system tells."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else 1


def born(arguments: list[str], errors: str) -> int:
    """The process id of a fork that audits, and writes its standard error to a file."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()  # so that what it starts ends with it
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        nothing, told = os.open(os.devnull, os.O_RDWR), os.open(errors, os.O_WRONLY | os.O_CREAT)
        for ours, theirs in ((nothing, 0), (nothing, 1), (told, 2)):
            os.dup2(ours, theirs)
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115  (what was read ahead is not for it)
        worker.main(*arguments)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(BaseException):
            sys.stderr.flush()
        os._exit(code)


def awaited(pid: int, limit: float) -> int | None:
    """Its exit status, negative for a signal; None where it is ended: after `limit` seconds, or when nobody asks."""
    end, parent = time.monotonic() + limit, os.getppid()
    try:
        while time.monotonic() < end and os.getppid() == parent:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            time.sleep(EVERY)
    except SystemExit:
        _kill(pid)
        raise
    _kill(pid)
    return None


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        try:
            os.killpg(pid, signal.SIGKILL)
        except PermissionError:  # its group is not its own yet
            os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _ended(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    main()
