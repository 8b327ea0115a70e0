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
"""Console errors; requests to the outside, or that fail; formulas without a box, raw, or not as many as in the source;
links and anchors that lead nowhere; violations of accessibility, of every impact; a page wider than a phone; dark that
stays light; the search; keys."""


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
    """One page in a browser. formulas: with a box; load: from the request to the load event, in milliseconds.

    axe: whether it was asked; without_formulas: whether they were taken out of the page before.
    """

    page: str
    formulas: int
    axe: bool
    without_formulas: bool
    load: float
    findings: tuple[Finding, ...]
