"""The package impl.optim with one of its files changed, loaded in place of the real one and taken away again."""

import ast
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import impl.optim

PACKAGE = "impl.optim"
DIRECTORY = Path(impl.optim.__file__).parent


@cache
def sources() -> Mapping[str, str]:
    """{file name without its ending: text} of the package."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(DIRECTORY.glob("*.py"))}


@cache
def tree(stem: str) -> ast.Module:
    """The syntax tree of a file; to be copied, not changed."""
    return ast.parse(sources()[stem])


@cache
def importers(stem: str) -> frozenset[str]:
    """The files of the package that import this one, through others too, and itself."""
    found = {stem}
    for other in sources():
        names = {n.module for n in ast.walk(tree(other)) if isinstance(n, ast.ImportFrom)}
        if f"{PACKAGE}.{stem}" in names and other != "__init__":
            found |= importers(other)
    return frozenset(found)


@cache
def _code() -> Mapping[str, CodeType]:
    return {stem: compile(text, str(DIRECTORY / f"{stem}.py"), "exec") for stem, text in sources().items()}


class _Loader(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the package from code objects."""

    def __init__(self, code: Mapping[str, CodeType]) -> None:
        self.code = code

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        stem = "__init__" if name == PACKAGE else name.removeprefix(PACKAGE + ".")
        if name != PACKAGE and not (name.startswith(PACKAGE + ".") and stem in self.code):
            return None
        return importlib.util.spec_from_loader(name, self, is_package=name == PACKAGE)

    def exec_module(self, module: ModuleType) -> None:
        stem = "__init__" if module.__name__ == PACKAGE else module.__name__.removeprefix(PACKAGE + ".")
        exec(self.code[stem], module.__dict__)


@contextmanager
def loaded(stem: str, changed: str) -> Iterator[ModuleType]:
    """The package with another text in place of the file `stem`; the real one is back afterwards."""
    code = {**_code(), stem: compile(changed, f"<mutant of {stem}>", "exec")}
    finder = _Loader(code)
    real = {name: module for name, module in list(sys.modules.items()) if f"{name}.".startswith(PACKAGE + ".")}
    for name in real:
        del sys.modules[name]
    sys.meta_path.insert(0, finder)
    try:
        yield importlib.import_module(PACKAGE)
    finally:
        sys.meta_path.remove(finder)
        for name in [n for n in list(sys.modules) if f"{n}.".startswith(PACKAGE + ".")]:
            del sys.modules[name]
        sys.modules.update(real)
        impl.optim = real[PACKAGE]
