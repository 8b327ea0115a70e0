"""The process in which the laws run, as pytest sees it: asked one thing at a time, replaced when it is lost."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from typing import Any

START = 300.0
"""Seconds that it has to come up: torch and SymPy are imported."""

PROGRAM = """import sys
sys.path.insert(0, sys.argv[1])
import pytest_orthodrome
sys.path.remove(sys.argv[1])
pytest_orthodrome.ours("verify.plugin.serve").main(pytest_orthodrome.at_home)
"""


class Lost(Exception):
    """The process ended or was ended without an answer; the message says how."""


class Worker:
    """home: where orthodrome lies. paths: where the optimizers are looked for, a `sys.path`."""

    def __init__(self, home: str, paths: Sequence[str]) -> None:
        self.home, self.paths = home, list(paths)
        self.process: subprocess.Popen[str] | None = None
        self.lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def ask(self, question: Mapping[str, Any], limit: float) -> dict[str, Any]:
        """The answer of `verify.plugin.serve`; Lost where there is none within `limit` seconds."""
        if self.process is None:
            self._start()
            self._told({"paths": self.paths}, START)
        return self._told(question, limit)

    def close(self) -> None:
        """End the process and whatever it has started."""
        if self.process is not None:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.errors.close()
            with contextlib.suppress(BrokenPipeError):  # a question that it never read
                self.process.stdin.close()  # type: ignore[union-attr]  # a pipe
            self.reader.join(5)  # no longer: what it started may hold the other end
            self.process = None

    def _start(self) -> None:
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the process)
        # -P: the folder that pytest was started in is no place to look for orthodrome.
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM, self.home],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env=os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
            encoding="utf-8",
            start_new_session=True,  # so that what it starts ends with it
        )
        self.lines = queue.SimpleQueue()
        self.reader = threading.Thread(target=_read, args=(self.process.stdout, self.lines), daemon=True)
        self.reader.start()

    def _told(self, question: Mapping[str, Any], limit: float) -> dict[str, Any]:
        process = self.process
        if process is None or process.stdin is None:
            raise Lost("it was not started")
        try:
            process.stdin.write(json.dumps(question) + "\n")
            process.stdin.flush()
            line = self.lines.get(timeout=limit)
        except queue.Empty:
            self.close()
            raise Lost(f"no answer within {limit:g} s") from None
        except BrokenPipeError:
            line = None
        if line is None:
            raise Lost(self._end())
        found: dict[str, Any] = json.loads(line)
        return found

    def _end(self) -> str:
        """How it ended, with the last line that it wrote on standard error."""
        code = self.process.wait() if self.process else 0
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        self.close()
        how = f"by signal {-code}" if code < 0 else f"with exit status {code}"
        return f"its process ended {how}{f': {lines[-1][:200]}' if lines else ''}"


def _read(pipe: Any, lines: "queue.SimpleQueue[str | None]") -> None:
    with pipe:
        for line in pipe:
            lines.put(line)
    lines.put(None)
