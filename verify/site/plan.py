"""What of a site is looked at: every page, and axe, the slowest of all that looks, on all of them or on a sample."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

EACH = 3
"""So many pages of each kind are in the sample, the largest of the kind among them."""


@dataclass(frozen=True)
class Plan:
    """Pages are paths in the site.

    formulas: how many the source of a page has; axe: pages that axe is asked about; sought: what is typed into the
    search, and the page that must come first; way: pages that follow one another in the book; loads: whether to measure
    how long each page takes.
    """

    pages: Sequence[str]
    axe: frozenset[str]
    formulas: Mapping[str, int] = field(default_factory=dict)
    sought: Sequence[tuple[str, str]] = ()
    way: Sequence[str] = ()
    loads: bool = False


def kind(page: str) -> str:
    """Pages of a kind are made from one template: those of a folder; the first of a folder is of another."""
    folder, slash, name = page.rpartition("/")
    return f"{folder.partition('/')[0]}/{'index' if name == 'index.html' else ''}" if slash else page


def sampled(sizes: Mapping[str, int]) -> frozenset[str]:
    """The largest page of each kind and others spread over its sizes. sizes: page → bytes."""
    kinds: dict[str, list[str]] = {}
    for page in sorted(sizes, key=lambda page: (-sizes[page], page)):
        kinds.setdefault(kind(page), []).append(page)
    return frozenset(page for pages in kinds.values() for page in _spread(pages))


def _spread(pages: Sequence[str]) -> list[str]:
    last = len(pages) - 1
    return [pages[round(at * last / (EACH - 1))] for at in range(EACH)]
