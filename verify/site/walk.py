"""Every page of a built site in a browser, and the site as a whole: what was looked at, and what was found."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from verify.site import anchors
from verify.site.browser import chromium, tab, visit
from verify.site.findings import Finding, Visit
from verify.site.serve import served
from verify.site.use import used

Progress = Callable[[str, int, int], None]

WORKERS = 2
PORTION = 6
"""Pages that a process visits at a time."""


@dataclass(frozen=True)
class Walk:
    """What was looked at: pages, links and anchors, formulas with a box; load: median over pages, in milliseconds."""

    pages: int
    links: int
    formulas: int
    searches: int
    load: float
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return self.pages > 0 and not self.findings


def walk(
    site: Path,
    pages: Sequence[str],
    sought: Sequence[tuple[str, str]] = (),
    way: Sequence[str] = (),
    progress: Progress | None = None,
    workers: int = WORKERS,
) -> Walk:
    """Visit these pages of a site on disk. sought, way: see `use.used`. NoBrowser where there is no Chromium."""
    links, wrong = anchors.checked(site, pages)
    found, visits = list(wrong), list[Visit]()
    with served(site) as base:
        if way:
            with chromium() as browser, tab(browser) as window:
                found += used(window, base, sought, way)
        for seen in _visits(base, pages, workers):
            visits += seen
            if progress:
                progress("pages", len(visits), len(pages))
    found += [finding for seen in visits for finding in seen.findings]
    return Walk(
        len(visits),
        links,
        sum(seen.formulas for seen in visits),
        len(sought) if way else 0,
        statistics.median(seen.load for seen in visits) if visits else 0.0,
        tuple(sorted(found, key=lambda finding: (finding.page, finding.kind, finding.what))),
    )


def _visits(base: str, pages: Sequence[str], workers: int) -> Iterator[tuple[Visit, ...]]:
    portions = [tuple(pages[at : at + PORTION]) for at in range(0, len(pages), PORTION)]
    if workers < 2 or len(portions) < 2:
        yield from (visited(base, portion) for portion in portions)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(visited, base, portion) for portion in portions]):
            yield done.result()


def visited(base: str, pages: Sequence[str]) -> tuple[Visit, ...]:
    """These pages, one after the other, in a browser of their own."""
    with chromium() as browser, tab(browser) as window:
        return tuple(visit(window, base, page) for page in pages)
