"""Every link of every page leads to a file of the site, and to an element of it that is there."""

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from verify.site.findings import Finding

ADDRESSES = {"a": "href", "link": "href", "img": "src", "script": "src", "source": "src"}


@dataclass
class _Page(HTMLParser):
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if name := given.get("id"):
            self.ids.add(name)
        if (to := given.get(ADDRESSES.get(tag, ""))) is not None:
            self.links.append(to)


def checked(site: Path, pages: Iterable[str] | None = None) -> tuple[int, tuple[Finding, ...]]:
    """How many links there are, and those that lead nowhere. pages: only the links of these; default: of all."""
    parsed: dict[str, _Page] = {}
    found: list[Finding] = []
    count = 0
    for page in sorted(pages if pages is not None else (p.relative_to(site).as_posix() for p in site.rglob("*.html"))):
        for link in _parsed(site, page, parsed).links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            count += 1
            if (wrong := _wrong(site, page, unquote(parts.path), unquote(parts.fragment), parsed)) is not None:
                found.append(Finding(page, "anchor", f"{link} {wrong}"))
    return count, tuple(found)


def _wrong(site: Path, page: str, path: str, fragment: str, parsed: dict[str, _Page]) -> str | None:
    folder = "" if path.startswith("/") else posixpath.dirname(page)  # 404.html has the paths of the root
    to = posixpath.normpath(posixpath.join(folder, path.lstrip("/"))) if path else page
    to = posixpath.normpath(f"{to}/index.html") if (site / to).is_dir() else to
    if to.startswith("..") or not (site / to).is_file():
        return "is no file of the site"
    if fragment and to.endswith(".html") and fragment not in _parsed(site, to, parsed).ids:
        return "is no element of that page"
    return None


def _parsed(site: Path, page: str, parsed: dict[str, _Page]) -> _Page:
    if page not in parsed:
        parsed[page] = _Page()
        parsed[page].feed((site / page).read_text(encoding="utf-8"))
    return parsed[page]
