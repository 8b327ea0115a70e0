"""A Dask cluster on this machine, process by process, so that each of them can be killed and started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

HOST = "127.0.0.1"
WAIT = 60.0
"""Seconds for a process to come up."""

CHILD = """
import os, runpy, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(1)), daemon=True).start()
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
"""A module that is run, and ends when this process does, however that ends: its standard input is then closed."""


class Loopback:
    """A scheduler and `workers` workers of one thread each, without nannies; `address` is the same all along.

    folder: where they write what they say. A `with` ends them all.
    """

    def __init__(self, workers: int, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes] | None] = [None] * workers

    @property
    def address(self) -> str:
        return f"tcp://{HOST}:{self.port}"

    def __enter__(self) -> "Loopback":
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self.mend()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for process in (*self.workers, self.scheduler):
            if process is not None:
                kill(process)

    def hire(self, workers: int) -> None:
        """So many workers from now on."""
        while len(self.workers) > workers:
            if (process := self.workers.pop()) is not None:
                kill(process)
        self.workers += [None] * (workers - len(self.workers))
        self.mend()

    def mend(self) -> None:
        """Start what is not running, as SLURM with --requeue and Kubernetes do."""
        if self.scheduler is None or self.scheduler.poll() is not None:
            if self.scheduler is not None:
                kill(self.scheduler)
            command = "distributed.cli.dask_scheduler", "--host", HOST, "--port", str(self.port), "--no-dashboard"
            self.scheduler = self._start("scheduler", *command)
            self._listening()
        for number, process in enumerate(self.workers):
            if process is None or process.poll() is not None:
                if process is not None:
                    kill(process)
                command = "distributed.cli.dask_worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard"
                self.workers[number] = self._start(f"worker-{number}", *command, "--local-directory", str(self.folder))

    def _start(self, name: str, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        quiet = {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-c", CHILD, module, *arguments],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=os.environ | quiet,
            )

    def _listening(self) -> None:
        last = time.monotonic() + WAIT
        while time.monotonic() < last:
            with suppress(OSError), socket.create_connection((HOST, self.port), timeout=1):
                return
            time.sleep(0.05)
        raise TimeoutError(f"no scheduler came up at {self.address} in {WAIT:g} s: see {self.folder}/scheduler.log")


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9, and wait for the end."""
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


def free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])
