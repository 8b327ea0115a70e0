"""Short hashes of texts and of source files, by which what is kept of a long run is known to be of the same code."""

import ast
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The folder of the packages."""


def digest(*parts: str | bytes) -> str:
    """A short hash of texts, for fingerprints."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()[:16]


def digest_of_files(paths: Iterable[Path]) -> str:
    """A hash of files: their places under the root and their bytes."""
    return digest(
        *(part for p in sorted(set(paths)) for part in (p.resolve().relative_to(ROOT).as_posix(), p.read_bytes()))
    )


def reached(names: Iterable[str]) -> tuple[Path, ...]:
    """The files of these modules and of those that they import, and so on; not those of packages (`__init__.py`)."""
    todo, found = list(names), dict[str, Path]()
    while todo:
        name = todo.pop()
        path = ROOT.joinpath(*name.split(".")).with_suffix(".py")
        if name not in found and path.is_file():
            found[name] = path
            todo += _imports(path)
    return tuple(sorted(found.values()))


@cache
def _imports(path: Path) -> tuple[str, ...]:
    """The modules that a file imports with `from`: the sources, and each name as if it were a module."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return tuple(names)
