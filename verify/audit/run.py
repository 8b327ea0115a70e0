"""Audits, each in a process of its own with a time limit: whatever becomes of one is its row."""

import json
import queue
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

from verify.audit.kept import FOLDER, keep, kept
from verify.audit.options import TargetError
from verify.audit.processes import Alone, Nursery, Runner
from verify.audit.request import Request

LIMIT = 120.0
"""Seconds that one optimizer has."""

Progress = Callable[[str, int, int], None]


def audited(request: Request, limit: float = LIMIT, runner: Runner | None = None) -> dict[str, Any]:
    """The answer of `verify.audit.worker`; its status is "audited", "not made", "crashed" or "hung".

    A crash or the time limit leaves the findings so far, `at` the law where it ended, and a `reason`.
    """
    with tempfile.TemporaryDirectory() as folder:
        asked, told = Path(folder) / "request.json", Path(folder) / "answer.json"
        asked.write_text(json.dumps(asdict(request)), encoding="utf-8")
        code, last = (runner or Alone()).run([str(asked), str(told)], limit)
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
        _, last = Alone().run([str(asked), str(told)], limit)
        answer = json.loads(told.read_text(encoding="utf-8")) if told.is_file() else {"reason": f"{package!r}: {last}"}
    if "reason" in answer:
        raise TargetError(answer["reason"])
    return [f"{package}:{name}" for name in answer["optimizers"]]


def audited_all(
    requests: Sequence[Request],
    limit: float = LIMIT,
    workers: int = 2,
    progress: Progress | None = None,
    folder: Path | None = None,
    resume: bool = True,
    package: str = "",
) -> list[dict[str, Any]]:
    """The answers in the order of the requests, `workers` processes at a time. progress(name, done, total).

    folder: where answers are kept as they come, and with `resume` found again; None: nowhere. package: that all of
    them are of, and that can be imported.
    """
    found = [kept(request, folder) if folder and resume else None for request in requests]
    answers = {number: answer for number, answer in enumerate(found) if answer is not None}
    if progress and answers:
        progress(requests[max(answers)].optimizer, len(answers), len(requests))
    idle: queue.SimpleQueue[Nursery] = queue.SimpleQueue()

    def one(request: Request) -> dict[str, Any]:
        nursery = idle.get()
        try:
            answer = audited(request, limit, nursery)
        finally:
            idle.put(nursery)
        if folder:
            keep(request, answer, folder)
        return answer

    nurseries = [Nursery(package) for _ in range(min(workers, len(requests) - len(answers)))]
    pool = ThreadPoolExecutor(max(len(nurseries), 1))
    try:
        for nursery in nurseries:
            idle.put(nursery)
        pending = {pool.submit(one, r): number for number, r in enumerate(requests) if number not in answers}
        for future in as_completed(pending):
            answers[pending[future]] = future.result()
            if progress:
                progress(requests[pending[future]].optimizer, len(answers), len(requests))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for nursery in nurseries:
            nursery.end()
        pool.shutdown()
        for nursery in nurseries:
            nursery.close()
    return [answers[number] for number in range(len(requests))]


__all__ = ["FOLDER", "LIMIT", "Request", "audited", "audited_all", "listed"]
