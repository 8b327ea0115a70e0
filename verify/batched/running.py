"""Many blocks of a law, in one process or several, in flat memory: counts, failures, the worst case."""

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import torch

from verify.batched.counter import CASES
from verify.batched.judging import judged
from verify.batched.law import Address, Law
from verify.batched.lists import by_name
from verify.checks.run import SEED

CHUNK = 4
"""Blocks handed to a process at a time."""
PAUSE = 0.02
"""Seconds."""
KEPT = 10
"""Failures whose addresses are kept."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Worst:
    """The case whose error is the largest part of what rounding allows; None where there was no case."""

    ratio: float = 0.0
    address: Address | None = None
    claim: str = ""


@dataclass(frozen=True)
class Result:
    """cases: drawn; checked: those of them that a statement counted; statements: claim → cases that it counted.

    seconds: of generation and checks together; the start of processes, and what a law derives once for a scheme, are
    left out. failures: the first of them; failed:
    how many.
    """

    law: str
    cases: int = 0
    checked: int = 0
    seconds: float = 0.0
    failed: int = 0
    failures: tuple[Address, ...] = ()
    worst: Worst = Worst()
    statements: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Fails closed: a law that looked at nothing, or was silent about a claim of its own, is not held."""
        return self.failed == 0 and self.checked > 0 and all(self.statements.get(c) for c in by_name(self.law).claims)

    @property
    def rate(self) -> float:
        """Checked cases a second."""
        return self.checked / self.seconds if self.seconds else 0.0


def run_block(law: Law, seed: int, block: int) -> Result:
    """One block, judged."""
    found, worst = judged(law, seed, block), Worst()
    for claim, spoken in found.spoken.items():
        if worst.address is None or spoken.worst > worst.ratio:
            worst = Worst(spoken.worst, Address(seed, law.name, block, spoken.row), claim)
    failures = tuple(Address(seed, law.name, block, row) for row in found.broken[:KEPT])
    statements = dict.fromkeys(law.claims, 0) | {claim: spoken.counted for claim, spoken in found.spoken.items()}
    return Result(law.name, CASES, found.checked, 0.0, len(found.broken), failures, worst, statements)


def merged(results: Sequence[Result]) -> Result:
    """Blocks of one law together, in their order; nobody has timed them."""
    statements: dict[str, int] = {}
    for result in results:
        for claim, count in result.statements.items():
            statements[claim] = statements.get(claim, 0) + count
    return Result(
        results[0].law,
        sum(r.cases for r in results),
        sum(r.checked for r in results),
        0.0,
        sum(r.failed for r in results),
        tuple(a for r in results for a in r.failures)[:KEPT],
        max((r.worst for r in results), key=lambda w: w.ratio),
        statements,
    )


def run(
    law: str | Law,
    cases: int = 100_000,
    seed: int = SEED,
    workers: int = 1,
    progress: Progress | None = None,
) -> Result:
    """About `cases` cases of one law. ValueError with the nearest names where no law is called that."""
    return run_all([law], cases, seed, workers, progress)[0]


def run_all(
    laws: Sequence[str | Law],
    cases: int = 100_000,
    seed: int = SEED,
    workers: int = 1,
    progress: Progress | None = None,
) -> list[Result]:
    """Each law in turn, its blocks shared among `workers` processes of one thread each."""
    names = [_listed(law) for law in laws]
    if cases < 1 or workers < 1:
        raise ValueError(f"cases={cases!r}, workers={workers!r}: required are positive numbers")
    blocks = -(-cases // CASES)
    chunks = [range(first, min(first + CHUNK, blocks)) for first in range(0, blocks, CHUNK)]
    results = []
    with _mapping(workers) as apply:
        for done, name in enumerate(names):
            if progress:
                progress(name, done, len(names))
            list(apply(_prepare, [name] * workers))
            started = time.perf_counter()
            found = None
            for part in apply(_starred, ((name, seed, chunk) for chunk in chunks)):
                found = part if found is None else merged([found, part])
            if found is not None:
                results.append(replace(found, seconds=time.perf_counter() - started))
    if progress:
        progress("", len(names), len(names))
    return results


def _listed(law: str | Law) -> str:
    found = by_name(law.name if isinstance(law, Law) else law)
    if isinstance(law, Law) and law != found:
        raise ValueError(f"{law.name} is not the law of that name in LAWS, which a process finds: use run_block for it")
    return found.name


def run_chunk(name: str, seed: int, blocks: range) -> Result:
    """Some blocks of one law, as one process takes them."""
    law = by_name(name)
    return merged([run_block(law, seed, block) for block in blocks])


def _prepare(name: str) -> None:
    """Long enough that every process of a pool takes one of these."""
    law = by_name(name)
    for subject in law.subjects:
        law.prepare(subject)
    time.sleep(PAUSE)


def _starred(given: tuple[str, int, range]) -> Result:
    return run_chunk(*given)


@contextmanager
def _mapping(workers: int) -> Iterator[Callable[..., Any]]:
    """An imap: here, with one thread, or in processes that have started and have loaded what they need."""
    if workers == 1:
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            warm()
            yield map
        finally:
            torch.set_num_threads(threads)
        return
    with multiprocessing.get_context("spawn").Pool(workers, warm) as pool:
        pool.map(_ready, range(workers), chunksize=1)
        yield pool.imap


def warm() -> None:
    """One thread, and a first step of an optimizer: torch loads much at its first use."""
    torch.set_num_threads(1)
    parameter = torch.nn.Parameter(torch.zeros(1))
    parameter.grad = torch.zeros(1)
    torch.optim.SGD([parameter], lr=1.0).step()


def _ready(_: int) -> None:
    time.sleep(PAUSE)
