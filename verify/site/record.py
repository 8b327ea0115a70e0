"""The walk through the whole site, and its numbers, kept for the pages."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.atomic import write_text
from verify.site.build import Built
from verify.site.findings import Finding
from verify.site.walk import Walk, walk

RECORD = Path("data") / "site.json"
COMMAND = "orthodrome site --test --record"

WAY = ("claims/sp-t4-eta.html", "claims/sp-t4.html", "claims/sp-t4-small.html")
"""Pages that follow one another in the book."""


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
        return {
            "pages": self.built.pages,
            "files": self.built.files,
            "bytes": self.built.bytes,
            "build_seconds": round(self.built.seconds, 1),
            "load_milliseconds": round(self.walk.load),
            "links": self.walk.links,
            "formulas": self.walk.formulas,
            "searches": self.walk.searches,
            "findings": [str(finding) for finding in self.walk.findings],
        }

    @property
    def lines(self) -> list[str]:
        """For a person."""
        at = self.walk
        seen = f"{at.pages} pages, {at.links} links, {at.formulas} formulas, {at.searches} searches"
        return [
            *map(str, self.walk.findings),
            f"{seen}, {_many(self.walk.findings)}; loaded in {self.walk.load:.0f} ms",
        ]


def _many(findings: tuple[Finding, ...]) -> str:
    return "nothing found" if not findings else f"{len(findings)} found"


def measured(built: Built, workers: int, progress: Callable[[str, int, int], None] | None = None) -> Measured:
    """Look at every page of a site. NoBrowser where there is nothing to look with."""
    pages = sorted(path.relative_to(built.directory).as_posix() for path in built.directory.rglob("*.html"))
    return Measured(built, walk(built.directory, pages, sought(pages), WAY, progress, workers))


def sought(pages: Sequence[str]) -> list[tuple[str, str]]:
    """What is typed into the search, and the page that must come first: every claim and every scheme by its name."""
    named = [page for page in pages if page.startswith(("claims/", "schemes/")) and not page.endswith("index.html")]
    return [(page.partition("/")[2].removesuffix(".html"), page) for page in named]


def save(result: Measured, reports: Path) -> Path:
    """Write the record; what is not the same at every run is in it as it was measured once."""
    path = reports / RECORD
    write_text(path, json.dumps(result.object, indent=1, ensure_ascii=False) + "\n")
    return path
