"""What is wrong with a page, and what a walk through the site has looked at."""

from dataclasses import dataclass

KINDS = (
    "console",
    "request",
    "formula",
    "anchor",
    "axe",
    "overflow",
    "colours",
    "search",
    "keyboard",
)
"""Console errors; requests to the outside, or that fail; formulas without a box, or raw; links and anchors that lead
nowhere; serious violations of accessibility; a page wider than a phone; dark that stays light; the search; keys."""


@dataclass(frozen=True)
class Finding:
    """Something wrong: the page, by its path in the site, one of `KINDS`, and what."""

    page: str
    kind: str
    what: str

    def __str__(self) -> str:
        return f"{self.page}: {self.kind}: {self.what}"


@dataclass(frozen=True)
class Visit:
    """One page in a browser. formulas: with a box; load: from the request to the load event, in milliseconds."""

    page: str
    formulas: int
    load: float
    findings: tuple[Finding, ...]
