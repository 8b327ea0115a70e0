"""A process that has modules loaded, and forks one for each thing to run: loading them takes as long as running it.

A line of JSON on standard input, {"arguments", "out", "errors", "limit"}, is answered by one on standard output: the
exit status, null when it had to be ended. As a program, `stage.py MODULE ...`, it runs scripts with these modules
loaded, and nothing of orthodrome: it needs no more than the standard library. Whoever forks has no other thread.
"""

import contextlib
import importlib
import json
import os
import runpy
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import NoReturn

EVERY = 0.02
"""Seconds between two looks."""

Run = Callable[..., object]


def serve(run: Run) -> None:
    """Answer until there are no more questions; `run` is given the arguments of each, in a fork."""
    signal.signal(signal.SIGTERM, _ended)
    for line in sys.stdin:
        asked = json.loads(line)
        code = awaited(born(run, asked["arguments"], asked["out"], asked["errors"]), asked["limit"])
        sys.stdout.write(f"{json.dumps(code)}\n")
        sys.stdout.flush()


def loaded(load: Callable[[str], object], names: Iterable[str], again: list[str]) -> None:
    """Load modules; the process begins anew as `again`, without them, where they start threads."""
    for name in names:
        before = _threads()
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            load(name)
        if _threads() > before:
            os.execv(sys.executable, [sys.executable, "-P", *again])


def born(run: Run, arguments: list[str], out: str, errors: str) -> int:
    """The process id of a fork that runs, and writes what it says to two files."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()  # so that what it starts ends with it
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        files = [os.open(os.devnull, os.O_RDONLY), *(os.open(name, os.O_WRONLY | os.O_CREAT) for name in (out, errors))]
        for number, file in enumerate(files):
            os.dup2(file, number)
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115  (what was read ahead is not for it)
        run(*arguments)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(BaseException):
                stream.flush()
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


def _threads() -> int:
    """Of this process, as far as the system tells."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else 1


def _script(path: str) -> None:
    os.chdir(Path(path).parent)
    runpy.run_path(path, run_name="__main__")


if __name__ == "__main__":
    loaded(importlib.import_module, sys.argv[1:], [__file__])
    serve(_script)
