"""A campaign run: what is not in the store is computed somewhere, checked, and saved as it comes."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from verify.campaign.address import Unit
from verify.campaign.row import Answer, Row
from verify.campaign.store import Store

if TYPE_CHECKING:
    from verify.campaign.plan import Plan

HELD = 64
"""Blocks in one transaction at most."""

PAUSE = 0.5
"""Seconds after which what has come is saved, however little it is: what a kill can cost."""

Progress = Callable[[str, int, int], None]


class Task(NamedTuple):
    """A block, and of which code it is to be: what `work.measured` takes."""

    unit: Unit
    size: int
    version: str


class Executor(Protocol):
    """Answers to tasks in any order: each task once or more often, never silently left out.

    Tasks are drawn as there is room for them. What it raises ends the run; what came before is saved.
    """

    def __call__(self, tasks: Iterator[Task]) -> Iterator[Answer]: ...


@dataclass
class Tally:
    """Of one run. new: blocks saved; again: answers that were there already, and were not counted."""

    blocks: int = 0
    before: int = 0
    new: int = 0
    again: int = 0
    cases: int = 0
    failed: int = 0
    seconds: float = 0.0
    computing: float = 0.0
    answered: set[Unit] = field(default_factory=set, repr=False)


def run(plan: "Plan", store: Store, executor: Executor, progress: Progress | None = None) -> Tally:
    """Complete a campaign in a store, with the code that is here. As `complete`."""
    from verify.campaign.code import version
    from verify.campaign.plan import units

    return complete(units(plan), plan.size, {law: version(law) for law in plan.laws}, store, executor, progress)


def complete(
    units: Iterable[Unit],
    size: int,
    codes: Mapping[str, str],
    store: Store,
    executor: Executor,
    progress: Progress | None = None,
) -> Tally:
    """Compute what of one campaign is not in a store. Whatever ends it, Ctrl-C too: what was computed is saved first.

    codes: law → the version that is wanted. LookupError where the executor left blocks out.
    """
    wanted = list(units)
    name = wanted[0].campaign
    store.begin(name, size)
    done = {unit for unit, _ in store.done(name, codes.values())}
    tasks = [Task(unit, size, codes[unit.setting.law]) for unit in wanted if unit not in done]
    tally, started = Tally(blocks=len(wanted), before=len(wanted) - len(tasks)), time.perf_counter()
    held, last = list[Row](), time.perf_counter()
    try:
        for answer in executor(iter(tasks)) if tasks else ():
            row = accepted(answer, codes)
            held.append(row)
            if len(held) >= HELD or time.perf_counter() - last >= PAUSE:
                _save(store, held, tally)
                held, last = [], time.perf_counter()
                if progress:
                    progress(row.unit.setting.law, tally.before + tally.new, tally.blocks)
    finally:
        _save(store, held, tally)
        tally.seconds = time.perf_counter() - started
    missing = [task.unit for task in tasks if task.unit not in tally.answered]
    if missing:
        raise LookupError(f"{len(missing)} blocks were never answered, the first is {missing[0]}: run it again")
    return tally


def accepted(answer: Answer, codes: Mapping[str, str]) -> Row:
    """An answer as a row of the code that was asked for. ValueError for any other."""
    law = answer.unit.setting.law
    if not isinstance(answer, Row) or answer.version != codes.get(law):
        raise ValueError(
            f"{answer.unit}: a worker has the code {answer.version} for {law}, here it is {codes.get(law)}: "
            "nothing of it is counted; install the same orthodrome, torch and numpy there"
        )
    return answer


def _save(store: Store, held: Sequence[Row], tally: Tally) -> None:
    """The rows are saved, each once."""
    rows = {(row.unit, row.version): row for row in held}
    if rows:
        new = store.save(list(rows.values()))
        tally.new += new
        tally.again += len(held) - new
        for row in rows.values():
            tally.answered.add(row.unit)
            tally.cases += row.cases
            tally.failed += row.failed
            tally.computing += row.seconds
