"""A page a scheme: its rule and its row of Table 1, from the page of schemes, and where it rests, from equilibria."""

from dataclasses import dataclass

from verify.site.sections import cut, rows, section

EACH = "Scheme by scheme"
INDEX = "schemes/index.md"
SOURCE, RESTS = "reports/schemes.md", "reports/equilibria.md"
FIRST = ", k = 0"
"""What the table of schemes adds to the name in the row of a first step."""


@dataclass(frozen=True)
class SchemePage:
    """A scheme in the site, in markdown. rows: (of the first step?, column → cell) of Table 1. numbers: column → cell.

    rest: the section of its equilibrium, "" where it has none; then `why` and `instead` say so.
    """

    name: str
    rule: str
    rows: tuple[tuple[bool, tuple[tuple[str, str], ...]], ...]
    rest: str
    numbers: tuple[tuple[str, str], ...]
    why: str
    instead: str

    @property
    def path(self) -> str:
        """Its file in the site."""
        return f"schemes/{self.name}.md"


def schemes_of(page: str, equilibria: str) -> tuple[SchemePage, ...]:
    """Every scheme of the page of schemes, in its order."""
    resting = {found.title: found.body for found in cut(section(equilibria, EACH), 3)[1]}
    head, numbers = rows(section(equilibria, "In numbers"))
    without = {row[0]: row for row in rows(section(equilibria, "Without an equilibrium"))[1]}
    names, table = rows(cut(page, 2)[0])
    found = []
    for scheme in cut(section(page, EACH), 3)[1]:
        own = next((row for row in numbers if row[0] == scheme.title), ())
        _, why, instead = (*without.get(scheme.title, ()), "", "", "")[:3]
        found.append(
            SchemePage(
                scheme.title,
                scheme.body,
                tuple(
                    (FIRST in row[0], tuple(zip(names[1:-1], row[1:-1], strict=True)))
                    for row in table
                    if row[0].removesuffix(FIRST) == f"[{scheme.title}](#{scheme.title})"
                ),
                resting.get(scheme.title, "").removeprefix(scheme.body.partition("\n")[0]).strip(),
                tuple(zip(head[1:], own[1:], strict=True)) if own else (),
                why,
                instead,
            )
        )
    return tuple(found)


def index_of(page: str) -> str:
    """The page of schemes without the schemes."""
    head, sections = cut(page, 2)
    return "\n\n".join([head, *(f"## {found.title}\n\n{found.body}" for found in sections if found.title != EACH)])
