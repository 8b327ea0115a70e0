"""Links of the repository turned into links of the site: each is found by the file that it leads to."""

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from verify.site.errors import SiteError

LINK = re.compile(
    r"^```.*?^```[^\n]*$|^~~~.*?^~~~[^\n]*$|`[^`\n]+`(?!\]\()|(?P<before>\]\()(?P<to>[^)\s]+)\)",
    re.MULTILINE | re.DOTALL,
)
"""A link's second half; code, in which there are none, is passed over. LaTeX never has `](`: verify.report.markdown."""
OUTSIDE = re.compile(r"^[a-z][a-z0-9+.-]*:|^//")
SHOWN = (".svg", ".png", ".jpg", ".json", ".csv", ".txt")
"""What a browser shows as it is. Any other file is given the suffix .txt, so that it is read and not saved."""


@dataclass
class Map:
    """Where each page of the repository stands in the site, and each of its sections that has a page of its own.

    pages: repository path → site path. sections: (repository path, anchor) → site path. files: what is copied besides,
    site path → repository path; it grows as links to files are met.
    """

    root: Path
    pages: dict[str, str] = field(default_factory=dict)
    sections: dict[tuple[str, str], str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def rewrite(self, text: str, source: str, page: str) -> str:
        """The text of a page, from `source` in the repository, with the links that it needs at `page` in the site."""
        return LINK.sub(self._link(source, page), text)

    def _link(self, source: str, page: str) -> Callable[["re.Match[str]"], str]:
        def link(found: "re.Match[str]") -> str:
            if found["to"] is None or OUTSIDE.match(found["to"]):
                return found[0]
            path, _, anchor = found["to"].partition("#")
            file = posixpath.normpath(posixpath.join(posixpath.dirname(source), path)) if path else source
            return f"{found['before']}{self.place(file, anchor, source, page)})"

        return link

    def place(self, file: str, anchor: str, source: str, page: str) -> str:
        """The link from `page` to a file of the repository and an anchor in it. SiteError where there is none."""
        if (own := self.sections.get((file, anchor))) is not None:
            return relative(own, page)
        to = self.pages.get(file) or self._copied(file, source)
        if to == page and anchor:
            return f"#{anchor}"
        return relative(to, page) + (f"#{anchor}" if anchor else "")

    def _copied(self, file: str, source: str) -> str:
        path = self.root / file
        if file.startswith("..") or not path.is_file():
            kind = "a folder" if path.is_dir() else "not there"
            raise SiteError(f"{source} links to {file}, which is {kind}: link to a file of this repository")
        to = file.removeprefix("reports/") if file.startswith("reports/") else f"files/{file}"
        to += "" if file.endswith(SHOWN) else ".txt"
        self.files[to] = file
        return to


def relative(to: str, page: str) -> str:
    """A path of the site as seen from a page of it."""
    return posixpath.relpath(to, posixpath.dirname(page) or ".")
