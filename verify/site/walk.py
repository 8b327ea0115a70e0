"""Every page of a built site in a browser, and the site as a whole: what was looked at, and what was found."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from verify.site import anchors
from verify.site.browser import chromium, tab, visit
from verify.site.findings import Finding, Visit
from verify.site.loading import Loads, loads
from verify.site.plan import Plan
from verify.site.serve import served
from verify.site.use import used

if TYPE_CHECKING:
    from playwright.sync_api import Page

Progress = Callable[[str, int, int], None]
Seen = Visit | list[Finding]
Job = Callable[["Page", str], Seen]

WORKERS = 2
PORTION = 20
"""Jobs of a window before the next: what pages leave in memory slows those that follow."""


@dataclass(frozen=True)
class Walk:
    """What was looked at: pages, links and anchors, formulas with a box, names in the search.

    axe: pages that it was asked about; without_formulas: those of them that it saw without their formulas.
    """

    pages: int
    links: int
    formulas: int
    searches: int
    axe: int
    without_formulas: tuple[str, ...]
    loads: Loads | None
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return self.pages > 0 and not self.findings


def walk(site: Path, plan: Plan, progress: Progress | None = None, workers: int = WORKERS) -> Walk:
    """Look at a site on disk. NoBrowser where there is no Chromium."""
    links, wrong = anchors.checked(site, plan.pages)
    found, visits, timed = list(wrong), list[Visit](), None
    with served(site) as base:
        if plan.loads:
            with ThreadPoolExecutor(1) as alone:  # before all else, so that nothing else takes its time
                timed = alone.submit(_timed, base, plan.pages, progress).result()
        for seen in _done(base, _jobs(site, plan), workers):
            if isinstance(seen, list):
                found += seen
                continue
            visits.append(seen)
            if progress:
                progress("pages", len(visits), len(plan.pages))
    found += [finding for seen in visits for finding in seen.findings]
    return Walk(
        len(visits),
        links,
        sum(seen.formulas for seen in visits),
        len(plan.sought) if plan.way else 0,
        sum(seen.axe for seen in visits),
        tuple(sorted(seen.page for seen in visits if seen.without_formulas)),
        timed,
        tuple(sorted(found, key=lambda finding: (finding.page, finding.kind, finding.what))),
    )


def _timed(base: str, pages: Sequence[str], progress: Progress | None) -> Loads:
    with chromium() as browser:
        return loads(browser, base, pages, progress)


def _jobs(site: Path, plan: Plan) -> Iterator[Job]:
    """The longest first, so that no browser waits for another at the end."""
    if plan.way:
        yield lambda window, base: used(window, base, plan.sought, plan.way)
    for page in sorted(plan.pages, key=lambda page: (-(site / page).stat().st_size, page)):
        yield _visiting(page, plan)


def _visiting(page: str, plan: Plan) -> Job:
    return lambda window, base: visit(window, base, page, plan.formulas.get(page), page in plan.axe)


def _done(base: str, jobs: Iterator[Job], workers: int) -> Iterator[Seen]:
    """What each job has seen, as it is done. Each worker has one browser, in a thread of its own, for all its jobs."""
    waiting, done = SimpleQueue[Job](), SimpleQueue[Seen | Future[None]]()
    for job in jobs:
        waiting.put(job)
    many = min(workers, waiting.qsize())
    with ThreadPoolExecutor(max(1, many)) as pool:
        running = {pool.submit(_work, base, waiting, done) for _ in range(many)}
        for worker in running:
            worker.add_done_callback(done.put)
        try:
            while running:
                seen = done.get()
                if isinstance(seen, Future):
                    running.remove(seen)
                    seen.result()  # what ended it ends the walk
                else:
                    yield seen
        finally:
            _drained(waiting)


def _work(base: str, waiting: "SimpleQueue[Job]", done: "SimpleQueue[Seen | Future[None]]") -> None:
    with chromium() as browser:
        while not waiting.empty():
            with tab(browser) as window:
                for job in islice(iter(lambda: _next(waiting), None), PORTION):
                    done.put(job(window, base))


def _next(waiting: "SimpleQueue[Job]") -> Job | None:
    try:
        return waiting.get_nowait()
    except Empty:
        return None


def _drained(waiting: "SimpleQueue[Job]") -> None:
    """Nothing more is begun."""
    while _next(waiting) is not None:
        pass
