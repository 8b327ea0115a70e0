"""A page a claim: its section of its paper's page, whose labels become headings, with its neighbours in the book."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verify.site.errors import SiteError
from verify.site.sections import cut

FACTS = re.compile(r"^\*{1,2}(?P<verdict>\w+)\*{1,2} · (?P<evidence>\w+)(?: · (?P<where>.+))?$")
THEOREM = re.compile(r"^\*\*(?P<kind>Theorem|Corrected theorem): (?P<name>.+?)\*\* · (?P<evidence>\w+)$")
COUNTEREXAMPLE = re.compile(r"^\*\*Counterexample\*\*(?P<not> \(does not replay\))?: (?P<words>.+)$")
LABEL = re.compile(r"^\*\*(?P<label>Corrected statement|Hypotheses|Notes|Numeric evidence)\*\*$")
INLINE_LABEL = re.compile(r"^\*\*(?P<label>Would need|000 and 001|Not settled)\*\*(?P<rest>[:,] .+)$")
STEP = re.compile(r"^\*\*\d+\. ")


@dataclass(frozen=True)
class ClaimPage:
    """A claim in the site. `body` is markdown, its headings of level 2. theorems: name and statement of each."""

    id: str
    paper: str
    verdict: str
    evidence: str
    where: str
    body: str
    theorems: tuple[tuple[str, str], ...]

    @property
    def path(self) -> str:
        """Its file in the site."""
        return f"claims/{self.id.lower()}.md"


def claims_of(page: str, name: str, known: Mapping[str, Mapping[str, Any]]) -> tuple[ClaimPage, ...]:
    """The claims of a paper's page. known: the objects of claims.json; a claim that is not among them is refused."""
    claims = next((found.body for found in cut(page, 2)[1] if found.title == "Claims"), None)
    if claims is None:
        raise SiteError(f"reports/{name}.md has no section `Claims`: run `orthodrome report`")
    found = []
    for section in cut(claims, 3)[1]:
        if section.title not in known:
            raise SiteError(f"reports/{name}.md has {section.title}, claims.json has not: run `orthodrome report`")
        first, _, rest = section.body.partition("\n")
        facts = FACTS.match(first)
        if facts is None or facts["verdict"] != known[section.title]["verdict"]:
            raise SiteError(f"{section.title}: {first!r} is not the verdict of claims.json: run `orthodrome report`")
        found.append(
            ClaimPage(
                section.title,
                name,
                facts["verdict"],
                facts["evidence"],
                facts["where"] or "",
                with_headings(rest.strip(), section.title),
                tuple(_theorems(rest)),
            )
        )
    return tuple(found)


def with_headings(body: str, id: str) -> str:
    """The labels of a claim as headings, so that a reader can go from one to the next."""
    return "\n".join(_heading(line, id) for line in body.splitlines())


def _heading(line: str, id: str) -> str:
    if not line.startswith("**") or STEP.match(line):
        return line
    if found := THEOREM.match(line):
        return f'## {found["kind"]}: {found["name"]}\n\n<p class="evidence">{found["evidence"]}</p>'
    if found := COUNTEREXAMPLE.match(line):
        return f"## Counterexample{found['not'] or ''}\n\n{found['words']}"
    if found := LABEL.match(line):
        return f"## {found['label']}"
    if INLINE_LABEL.match(line):
        return line
    raise SiteError(f"{id}: no page knows the label of {line[:60]!r}; it belongs into {__name__}")


def _theorems(body: str) -> Sequence[tuple[str, str]]:
    """Name and statement of each theorem: two claims that have both in common rest on the same proof."""
    found: list[tuple[str, str]] = []
    lines = body.splitlines()
    for at, line in enumerate(lines):
        if named := THEOREM.match(line):
            formula = next((later for later in lines[at + 1 :] if later.startswith("$$")), "")
            found.append((named["name"], formula))
    return found
