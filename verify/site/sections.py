"""A markdown page cut at its headings. What stands between code fences is no heading."""

import re
from dataclasses import dataclass

FENCE = re.compile(r"^(```|~~~)")
HEADING = re.compile(r"^(#+) (.+?)\s*$")


@dataclass(frozen=True)
class Section:
    """A heading of one level, without its signs, and the text up to the next of that level or above."""

    title: str
    body: str


def cut(text: str, level: int) -> tuple[str, tuple[Section, ...]]:
    """What stands before the first heading of this level, and every section of it, in their order.

    A heading above that level ends a section; what follows it, up to the next of the level, is left out.
    """
    head: list[str] = []
    found: list[tuple[str, list[str]]] = []
    into: list[str] | None = head
    fenced = False
    for line in text.splitlines():
        fenced ^= bool(FENCE.match(line))
        heading = None if fenced else HEADING.match(line)
        if heading and len(heading[1]) == level:
            found.append((heading[2], []))
            into = found[-1][1]
        elif heading and len(heading[1]) < level and found:
            into = None
        elif into is not None:
            into.append(line)
    return "\n".join(head).strip(), tuple(Section(title, "\n".join(body).strip()) for title, body in found)


def section(text: str, title: str, level: int = 2) -> str:
    """The text of the section with a title, "" where there is none."""
    return next((found.body for found in cut(text, level)[1] if found.title == title), "")


def title_of(text: str, otherwise: str) -> str:
    """The first heading of a page."""
    _, found = cut(text, 1)
    return found[0].title if found else otherwise


def rows(text: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The first table: its head and its rows, cells as they stand; a `\\|` within a cell is no border."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    table = [tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]) for line in lines]
    return (table[0], table[2:]) if len(table) > 2 else ((), [])
