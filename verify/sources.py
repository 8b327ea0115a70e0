"""Which source files stand behind a module of `derivations`: its own, and all that it imports, and so on."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from verify.digest import ROOT

IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(derivations[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)|import[ \t]+(derivations[\w.]*))",
    re.MULTILINE,
)
"""An import, anywhere in a file; what only looks like one adds a file too many, and none is missed."""

INDEX = "derivations"
"""Its `__init__` says which claims there are, not what they say."""


def behind(names: Iterable[str]) -> tuple[Path, ...]:
    """The files of these modules and of all that they import from `derivations`, in the order of their names."""
    found = set[str]().union(*map(_reached, names))
    return tuple(path for name in sorted(found) if (path := file_of(name)) is not None)


@cache
def _reached(start: str) -> frozenset[str]:
    todo, found = [start], set[str]()
    while todo:
        name = todo.pop()
        if name not in found and name != INDEX and file_of(name) is not None:
            found.add(name)
            todo += [*imported(name), *_parents(name)]
    return frozenset(found)


@cache
def imported(name: str) -> frozenset[str]:
    """The modules of `derivations` that a module imports: the sources of names, and each name as if it were one."""
    path = file_of(name)
    if path is None:
        return frozenset()
    found = set()
    for source, names, plain in IMPORT.findall(path.read_text(encoding="utf-8")):
        found |= {plain} if plain else {source, *(f"{source}.{word}" for word in re.findall(r"\w+", names))}
    return frozenset(n for n in found if file_of(n) is not None)


@cache
def file_of(name: str) -> Path | None:
    """The file of a module, None where there is none."""
    path = ROOT.joinpath(*name.split("."))
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in candidates if file.is_file()), None)


def _parents(name: str) -> list[str]:
    """The packages that are run before a module."""
    parts = name.split(".")
    return [".".join(parts[:n]) for n in range(2, len(parts))]
