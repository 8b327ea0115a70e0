"""The walk through the site, and its numbers, kept for the pages."""

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.atomic import write_text
from verify.site.accessible import IMPACTS
from verify.site.build import Built
from verify.site.findings import KINDS
from verify.site.loading import quantiles
from verify.site.plan import Plan, sampled
from verify.site.walk import Walk, walk

RECORD = Path("data") / "site.json"
COMMAND = "orthodrome site --test --record"


@dataclass(frozen=True)
class Measured:
    """A site, and the walk through it."""

    built: Built
    walk: Walk

    @property
    def ok(self) -> bool:
        return self.walk.ok

    @property
    def object(self) -> dict[str, Any]:
        """For programs, and for the record: sizes, times, how much was looked at, and what was found."""
        at, site = self.walk, self.built
        load = at.loads and {"cold": quantiles(at.loads.cold), "warm": quantiles(at.loads.warm)}
        return {
            "pages": site.pages,
            "files": site.files,
            "bytes": site.bytes,
            "gzipped": gzipped(site.directory),
            "build_seconds": round(site.seconds, 1),
            "load_milliseconds": load,
            "visited": at.pages,
            "links": at.links,
            "formulas": at.formulas,
            "searches": at.searches,
            "axe_pages": at.axe,
            "axe_without_formulas": list(at.without_formulas),
            "axe": {impact: self._many("axe", impact) for impact in IMPACTS},
            "found": {kind: self._many(kind) for kind in KINDS},
            "findings": [str(finding) for finding in at.findings],
        }

    def _many(self, kind: str, begins: str = "") -> int:
        return sum(found.kind == kind and found.what.startswith(begins) for found in self.walk.findings)

    @property
    def lines(self) -> list[str]:
        """For a person."""
        at = self.walk
        seen = (
            f"{at.pages} pages, {at.links} links, {at.formulas} formulas, {at.searches} searches, axe on {at.axe} pages"
        )
        found = f"{len(at.findings)} found" if at.findings else "nothing found"
        return [*map(str, at.findings), f"{seen}: {found}"]


def gzipped(site: Path) -> int:
    """Bytes of all files as a server sends them that compresses; what is compressed by itself stays as it is."""
    contents = (path.read_bytes() for path in site.rglob("*") if path.is_file())
    return sum(min(len(content), len(gzip.compress(content, 6, mtime=0))) for content in contents)


def measured(
    built: Built, workers: int, whole: bool = False, progress: Callable[[str, int, int], None] | None = None
) -> Measured:
    """Look at every page of a site. NoBrowser where there is nothing to look with.

    whole: axe on every page, not on a sample, and the time that each page takes to load.
    """
    sizes = {p.relative_to(built.directory).as_posix(): p.stat().st_size for p in built.directory.rglob("*.html")}
    pages = sorted(sizes)
    axe = frozenset(pages) if whole else sampled(sizes)
    plan = Plan(pages, axe, built.formulas, sought(pages), built.way, whole)
    return Measured(built, walk(built.directory, plan, progress, workers))


def sought(pages: Sequence[str]) -> list[tuple[str, str]]:
    """What is typed into the search, and the page that must come first: every claim and every scheme by its name."""
    named = [page for page in pages if page.startswith(("claims/", "schemes/")) and not page.endswith("index.html")]
    return [(page.partition("/")[2].removesuffix(".html"), page) for page in named]


def save(result: Measured, reports: Path) -> Path:
    """Write the record; what is not the same at every run is in it as it was measured once."""
    path = reports / RECORD
    write_text(path, json.dumps(result.object, indent=1, ensure_ascii=False) + "\n")
    return path
