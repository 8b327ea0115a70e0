"""The contract: every statement that the papers print, as printed, and what orthodrome set out to add.

The text is data, in `contract.toml` beside this file. A claim that has a `Claim` object in `derivations.CLAIMS` is
shown with the verdict of that object; every other entry of the contract is open.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Entry:
    """One statement of the contract: `statement` is LaTeX between dollar signs within text."""

    id: str
    paper: str
    where: str
    statement: str


@dataclass(frozen=True)
class Paper:
    """A paper (two where one is an earlier version of the other) with its statements, in the order of reading."""

    id: str
    page: str
    title: str
    authors: str
    notation: str
    entries: tuple[Entry, ...]


@cache
def papers() -> tuple[Paper, ...]:
    """All papers, ours last."""
    data = tomllib.loads(files("derivations").joinpath("contract.toml").read_text(encoding="utf-8"))
    return tuple(_paper(item) for item in data["paper"])


@cache
def entries() -> dict[str, Entry]:
    """Every entry of the contract by its ID, in order."""
    return {entry.id: entry for paper in papers() for entry in paper.entries}


def _paper(item: dict) -> Paper:
    statements = tuple(Entry(id, item["id"], where, text) for id, (where, text) in item["claims"].items())
    return Paper(item["id"], item["page"], item["title"], item["authors"], item["notation"], statements)
