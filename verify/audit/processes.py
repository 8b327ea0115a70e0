"""The processes that audits run in: one started for it, or one forked by a process that is kept for many."""

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
            process = _started("verify.audit.worker", arguments, subprocess.DEVNULL, errors.fileno())
            try:
                code: int | None = process.wait(limit)
            except subprocess.TimeoutExpired:
                code = None
            finally:
                _end(process)
            return code, _last_line(Path(errors.name))


class Nursery:
    """`verify.audit.nursery`, started when it is needed, again where it was lost; one question at a time.

    package: that the optimizers are of, and that can be imported; empty: not known.
    """

    def __init__(self, package: str = "") -> None:
        self.package = package
        self.process: subprocess.Popen[bytes] | None = None
        self.ended = False

    def run(self, arguments: list[str], limit: float) -> tuple[int | None, str]:
        if self.ended:
            return -signal.SIGTERM, "ended by whoever asked"
        if self.process is None or self.process.poll() is not None:
            self.process = _started(
                "verify.audit.nursery", [self.package] if self.package else [], subprocess.PIPE, None
            )
        with tempfile.NamedTemporaryFile() as errors:
            question = json.dumps({"arguments": arguments, "errors": errors.name, "limit": limit})
            line = b""
            if self.process.stdin and self.process.stdout:
                try:
                    self.process.stdin.write(question.encode() + b"\n")
                    self.process.stdin.flush()
                    line = self.process.stdout.readline()
                except (OSError, ValueError):  # it has ended, or is being closed
                    line = b""
            if not line:
                return self.process.wait(), "what was to start it has ended"
            return json.loads(line), _last_line(Path(errors.name))

    def end(self) -> None:
        """End it, and with it the audit that it waits for."""
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


def _started(module: str, arguments: list[str], pipe: int, errors: int | None) -> "subprocess.Popen[bytes]":
    paths = os.pathsep.join([HOME, *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": paths, "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.Popen(
        # -P: where a repository has packages of our names, `-m` alone would look in the folder of the caller first.
        [sys.executable, "-P", "-m", module, *arguments],
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
