"""Which files a module's results follow from: those of its imports, and of theirs, through packages.

`verify.digest.reached` stops at packages, which is right for the ledgers that are kept by it; a row of a campaign is
counted by what is behind it, and so a name that `impl.groups` has from one of its modules leads there.
"""

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from verify.digest import ROOT

INDEX = "__init__"


def behind(names: Iterable[str]) -> tuple[Path, ...]:
    """The files of these modules and of all that they import with `from`, and so on, sorted.

    A name from a package leads to the module that its `__init__.py` has it from; to the `__init__.py` where that
    defines it, or where the package is imported as a whole.
    """
    todo, found = list(names), dict[str, Path]()
    while todo:
        name = todo.pop()
        path = _file(name)
        if name not in found and path.is_file():
            found[name] = path
            todo += _bound(path)
    return tuple(sorted(found.values()))


def _file(name: str) -> Path:
    return ROOT.joinpath(*name.split(".")).with_suffix(".py")


def _bound(path: Path) -> list[str]:
    """The modules that bind the names which a file imports."""
    return [_binding(source, name) for source, names in _imports(path) for name, _ in names]


def _binding(source: str, name: str) -> str:
    """The module where a name of a module or package is bound; `….__init__` stands for a package as a whole."""
    index = f"{source}.{INDEX}"
    if not _file(index).is_file():
        return source
    for module in (f"{source}.{name}", f"{source}.{name}.{INDEX}"):
        if _file(module).is_file():
            return module
    for origin, names in _imports(_file(index)):
        for theirs, here in names:
            if here == name:
                return _binding(origin, theirs)
    return index


@cache
def _imports(path: Path) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """(source, ((name there, name here), …)) of every `from` of a file."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    found = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return tuple((str(n.module), tuple((alias.name, alias.asname or alias.name) for alias in n.names)) for n in found)
