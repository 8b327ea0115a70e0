"""Audits, each in a process of its own with a time limit: whatever becomes of one is its row."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from verify.audit.options import TargetError

LIMIT = 120.0
"""Seconds that one optimizer has."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Request:
    """What to audit: the optimizer's name, its options as typed, the scheme it is said to follow; laws: () for all."""

    optimizer: str
    options: str = ""
    scheme: str | None = None
    seed: int = 0
    laws: tuple[str, ...] = ()


def audited(request: Request, limit: float = LIMIT) -> dict[str, Any]:
    """The answer of `verify.audit.worker`; its status is "audited", "not made", "crashed" or "hung".

    A crash or the time limit leaves the findings so far, `at` the law where it ended, and a `reason`.
    """
    with tempfile.TemporaryDirectory() as folder:
        asked, told = Path(folder) / "request.json", Path(folder) / "answer.json"
        asked.write_text(json.dumps(asdict(request)), encoding="utf-8")
        code, last = _worker([str(asked), str(told)], limit)
        answer = {**asdict(request), "status": "crashed", "at": "import", "findings": []}
        if told.is_file():
            answer = json.loads(told.read_text(encoding="utf-8"))
    if answer["status"] == "crashed":
        if code is None:
            return {**answer, "status": "hung", "reason": f"no answer within {limit:g} s, in {answer['at']!r}"}
        how = f"by signal {-code}" if code < 0 else f"with exit status {code}"
        return {**answer, "reason": f"the process ended {how}, in {answer['at']!r}{f': {last}' if last else ''}"}
    return answer


def listed(package: str, limit: float = LIMIT) -> list[str]:
    """The public optimizer classes of a package, as `package:Class`; TargetError where it cannot be imported."""
    with tempfile.TemporaryDirectory() as folder:
        asked, told = Path(folder) / "request.json", Path(folder) / "answer.json"
        asked.write_text(json.dumps({"package": package}), encoding="utf-8")
        _, last = _worker([str(asked), str(told)], limit)
        answer = json.loads(told.read_text(encoding="utf-8")) if told.is_file() else {"reason": f"{package!r}: {last}"}
    if "reason" in answer:
        raise TargetError(answer["reason"])
    return [f"{package}:{name}" for name in answer["optimizers"]]


def audited_all(
    requests: Sequence[Request], limit: float = LIMIT, workers: int = 2, progress: Progress | None = None
) -> list[dict[str, Any]]:
    """The answers in the order of the requests, `workers` processes at a time. progress(name, done, total)."""
    answers: dict[int, dict[str, Any]] = {}
    with ThreadPoolExecutor(workers) as pool:
        pending = {pool.submit(audited, request, limit): number for number, request in enumerate(requests)}
        for done, future in enumerate(as_completed(pending)):
            answers[pending[future]] = future.result()
            if progress:
                progress(requests[pending[future]].optimizer, done + 1, len(requests))
    return [answers[number] for number in range(len(requests))]


def _worker(arguments: list[str], limit: float) -> tuple[int | None, str]:
    """The exit status of the worker, None when it had to be ended, and the last line of its standard error."""
    home = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join([home, *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": paths, "CUDA_VISIBLE_DEVICES": ""}
    # -P: where a repository has packages of our names, `-m` alone would look in the folder of the caller first.
    command = [sys.executable, "-P", "-m", "verify.audit.worker", *arguments]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=environment,
            start_new_session=True,  # so that what it starts ends with it
        )
        try:
            code: int | None = process.wait(limit)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        errors.seek(0)
        lines = errors.read().decode(errors="replace").strip().splitlines()
    return code, lines[-1][:200] if lines else ""
