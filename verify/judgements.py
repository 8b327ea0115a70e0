"""All claims of ours, judged: what is kept is taken over, the rest is proved, in several processes where it is much."""

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from queue import SimpleQueue
from subprocess import PIPE
from threading import Thread
from typing import Any

import derivations
from verify import judging, kept
from verify.digest import ROOT
from verify.judging import DROPPED
from verify.report.view import ClaimView, DroppedView

Progress = Callable[[str, int, int], None]

WORKERS = 2
FEW = 3
"""So many modules are judged here: processes cost more than they save."""

SERVE = "from verify.judging import serve; serve()"
"""What a process runs that proves."""

LONGEST = ("ours.effective_table", "ours.equilibria", "ours.psi_image", "motion.theorem_1", "motion.theorem_2")
"""These are begun first, so that no process ends long after the other."""


def claims(progress: Progress | None = None, *, keep: bool = True, workers: int = WORKERS) -> tuple[ClaimView, ...]:
    """Every claim, in the order of the papers, before any number is looked at. keep: whether what is kept counts."""
    if (replaced := _replaced()) is not None:
        return tuple(_each(replaced, progress))
    found = _found(derivations.MODULES, progress, keep, workers)
    return tuple(judging.claim(item) for module in derivations.MODULES for item in found[module])


def dropped(*, keep: bool = True) -> tuple[DroppedView, ...]:
    """What becomes of the statements without each hypothesis."""
    return tuple(map(judging.dropped, _found((DROPPED,), None, keep, 1)[DROPPED]))


def known(id: str) -> ClaimView | None:
    """The claim with an ID, if it is among what is kept; None says nothing."""
    if _replaced() is not None:
        return None
    entries = (item for module in derivations.MODULES for item in _kept(module) or ())
    return next((judging.claim(item) for item in entries if item["id"] == id), None)


def judged(id: str, progress: Progress | None = None, *, keep: bool = True) -> ClaimView | None:
    """The claim of ours with an ID, kept or proved now; None where there is none. Imports the claims."""
    if (replaced := _replaced()) is not None:
        return next(_each([claim for claim in replaced if claim.id == id], progress), None)
    module = next((m for m in derivations.MODULES if any(c.id == id for c in derivations.claims_of(m))), None)
    if module is None:
        return None
    return next(judging.claim(item) for item in _found((module,), progress, keep, 1)[module] if item["id"] == id)


def _found(
    modules: Sequence[str], progress: Progress | None, keep: bool, workers: int
) -> dict[str, list[dict[str, Any]]]:
    found = {module: entry for module in modules if keep and (entry := _kept(module)) is not None}
    missing = sorted((m for m in modules if m not in found), key=lambda m: (m not in LONGEST, _rank(m)))
    for done, (module, new) in enumerate(_now(missing, workers), 1):
        if progress:
            progress(module.rpartition(".")[2], done, len(missing))
        found[module] = new
        if keep and judging.holds(new):
            kept.save(module, new)
    return found


def _rank(module: str) -> int:
    return LONGEST.index(module) if module in LONGEST else 0


def _now(modules: Sequence[str], workers: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each module with its claims, proved now, as they are done."""
    if len(modules) <= FEW or workers < 2 or (os.cpu_count() or 1) < 2:
        yield from ((module, judging.judged(module)) for module in modules)
        return
    todo, done = deque(modules), SimpleQueue[tuple[str, Any]]()
    command = [sys.executable, "-c", SERVE]
    processes = [subprocess.Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True) for _ in range(workers)]
    try:
        for process in processes:
            Thread(target=_ask, args=(process, todo, done), daemon=True).start()
        for _ in modules:
            module, answer = done.get()
            if answer is None:
                raise RuntimeError(f"the process that was to prove the claims of derivations.{module} ended")
            yield module, answer
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def _ask(process: "subprocess.Popen[str]", todo: "deque[str]", done: "SimpleQueue[tuple[str, Any]]") -> None:
    """One module after the other, as long as there are any, from one process."""
    while todo:
        try:
            module = todo.popleft()
        except IndexError:  # the other one took it
            return
        try:
            process.stdin.write(f"{module}\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            done.put((module, json.loads(process.stdout.readline())))  # type: ignore[union-attr]
        except (OSError, ValueError):
            done.put((module, None))
            return


def _kept(module: str) -> list[dict[str, Any]] | None:
    """What is kept about a module, if it can be shown."""
    entry = kept.load(module)
    try:
        show = judging.dropped if module == DROPPED else judging.claim
        return entry if entry and all(show(item) for item in entry) else None
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _replaced() -> Sequence[Any] | None:
    """Claims that somebody put in the place of ours: they have no source by which they could be known again."""
    given = vars(derivations).get("CLAIMS")
    return None if given is None or given is derivations.listed() else given


def _each(claims: Iterable[Any], progress: Progress | None) -> Iterator[ClaimView]:
    from derivations.proof import judge
    from verify.report.collect import told

    listed = list(claims)
    for done, claim in enumerate(listed):
        if progress:
            progress(claim.id, done, len(listed))
        yield told(judge(claim))
