"""How long pages take to load from loopback, one at a time with nothing else going on: as a first page, and again."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from verify.site.browser import tab

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TOOK = """() => {
  const t = performance.getEntriesByType("navigation")[0];
  return t.loadEventEnd - t.startTime;
}"""


@dataclass(frozen=True)
class Loads:
    """Milliseconds from the request to the load event, a page each.

    cold: by a reader who has nothing of the site; warm: by one who has just read that page.
    """

    cold: tuple[float, ...]
    warm: tuple[float, ...]


def loads(
    browser: "Browser", base: str, pages: Sequence[str], progress: Callable[[str, int, int], None] | None = None
) -> Loads:
    """Load every page in a window that has seen nothing, then once more in the same."""
    found = []
    for at, page in enumerate(pages, 1):
        with tab(browser) as window:
            found.append((_load(window, base + page), _load(window, base + page)))
        if progress:
            progress("loads", at, len(pages))
    return Loads(tuple(cold for cold, _ in found), tuple(warm for _, warm in found))


def _load(window: "Page", address: str) -> float:
    window.goto("about:blank")
    window.goto(address, wait_until="load")
    return float(window.evaluate(TOOK))


def quantiles(times: Sequence[float]) -> dict[str, int]:
    """The half, nine tenths, and the longest of them."""
    tenths = statistics.quantiles(times, n=10, method="inclusive") if len(times) > 1 else [times[0]] * 9
    return {"half": round(tenths[4]), "nine_tenths": round(tenths[8]), "longest": round(max(times))}
