"""The processes that audits and scripts run in: one started for it, or one forked by a process kept for many."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Protocol

HOME = str(Path(__file__).resolve().parents[2])


class Runner(Protocol):
    """Where `verify.audit.worker` runs."""

    def run(self, arguments: list[str], limit: float) -> tuple[int | None, str]:
        """The exit status of the worker, None when it had to be ended, and the last line of its standard error."""


class Alone:
    """A process of its own for each."""

    def run(self, arguments: list[str], limit: float) -> tuple[int | None, str]:
        with tempfile.NamedTemporaryFile() as errors:
            process = _started(["-m", "verify.audit.worker", *arguments], subprocess.DEVNULL, errors.fileno(), True)
            try:
                code: int | None = process.wait(limit)
            except subprocess.TimeoutExpired:
                code = None
            finally:
                _end(process)
            return code, _last_line(Path(errors.name))


class Stage:
    """`verify.audit.stage`, started when it is needed, again where it was lost; one question at a time.

    program: what Python runs. home: whether it finds orthodrome.
    """

    def __init__(self, *program: str, home: bool) -> None:
        self.program, self.home = list(program), home
        self.process: subprocess.Popen[bytes] | None = None
        self.ended = False

    def ask(self, arguments: list[str], out: str, errors: str, limit: float) -> int | None:
        """The exit status, None when it had to be ended."""
        if self.ended:
            return -signal.SIGTERM
        if self.process is None or self.process.poll() is not None:
            self.process = _started(self.program, subprocess.PIPE, None, self.home)
        question = json.dumps({"arguments": arguments, "out": out, "errors": errors, "limit": limit})
        line = b""
        if self.process.stdin and self.process.stdout:
            with contextlib.suppress(OSError, ValueError):  # it has ended, or is being closed
                self.process.stdin.write(question.encode() + b"\n")
                self.process.stdin.flush()
                line = self.process.stdout.readline()
        return json.loads(line) if line else self.process.wait() or 1

    def end(self) -> None:
        """End it, and with it what it waits for."""
        self.ended = True
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()

    def close(self) -> None:
        """Let go of its pipes; nobody waits for it any more."""
        self.end()
        for pipe in (self.process.stdin, self.process.stdout) if self.process else ():
            if pipe:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


class Nursery(Stage):
    """Forks audits. package: that the optimizers are of, and that can be imported; empty: not known."""

    def __init__(self, package: str = "") -> None:
        super().__init__("-m", "verify.audit.nursery", *filter(None, [package]), home=True)

    def run(self, arguments: list[str], limit: float) -> tuple[int | None, str]:
        with tempfile.NamedTemporaryFile() as errors:
            return self.ask(arguments, os.devnull, errors.name, limit), _last_line(Path(errors.name))


class Scripts(Stage):
    """Forks scripts, with these modules loaded and without orthodrome."""

    def __init__(self, *modules: str) -> None:
        super().__init__(str(Path(__file__).with_name("stage.py")), *modules, home=False)

    def run(self, script: str, limit: float) -> tuple[int | None, str, str]:
        """Exit status, standard output, standard error as one line; the status is None after `limit` seconds."""
        with tempfile.TemporaryDirectory() as folder:
            path, out, errors = (Path(folder) / name for name in ("replay.py", "out", "errors"))
            path.write_text(script, encoding="utf-8")
            code = self.ask([str(path)], str(out), str(errors), limit)
            said = [f.read_text(encoding="utf-8", errors="replace") if f.is_file() else "" for f in (out, errors)]
        return code, said[0], " ".join(said[1].split())


def _started(program: list[str], pipe: int, errors: int | None, home: bool) -> "subprocess.Popen[bytes]":
    paths = os.pathsep.join([HOME, *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": paths, "CUDA_VISIBLE_DEVICES": ""}
    if not home:
        del environment["PYTHONPATH"]
    return subprocess.Popen(
        # -P: where a repository has packages of our names, `-m` alone would look in the folder of the caller first.
        [sys.executable, "-P", *program],
        stdin=pipe,
        stdout=pipe,
        stderr=errors,
        env=environment,
        start_new_session=True,  # so that what it starts ends with it
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _last_line(errors: Path) -> str:
    lines = errors.read_bytes().decode(errors="replace").strip().splitlines()
    return textwrap.shorten(lines[-1], 200, placeholder=" …") if lines else ""
