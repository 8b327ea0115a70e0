"""The files of the schemes, every change of them, and a change put in force: in the classes that are there already."""

import ast
import importlib
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import derivations
from verify.trust.mutants.schemes_operators import OPERATORS
from verify.trust.mutants.sources_tree import Path as TreePath
from verify.trust.mutants.sources_tree import places, replaced

ROOT = Path(derivations.__file__).parent
GEOMETRY = "derivations.sphere"
UNTOUCHED = ("validate",)
"""What decides which hyper-parameters exclude one another is no part of a rule."""


@dataclass(frozen=True)
class Change:
    """What stands at a path of a module in place of what was there."""

    module: str
    operator: str
    label: str
    path: TreePath
    new: Any

    def tree(self) -> ast.Module:
        return replaced(tree(self.module), self.path, self.new)


@cache
def modules() -> tuple[str, ...]:
    """The files of rules, and the geometry of the sphere that they share."""
    stems = sorted(path.stem for path in (ROOT / "schemes").glob("*.py") if path.stem != "__init__")
    return (*(f"derivations.schemes.{stem}" for stem in stems), GEOMETRY)


def file(module: str) -> Path:
    return ROOT.parent.joinpath(*module.split(".")).with_suffix(".py")


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(file(module).read_text(encoding="utf-8"))


@cache
def changes(module: str) -> Mapping[str, Change]:
    """All changes of a file, by their labels: file, function, what stood there, what stands there now."""
    found: dict[str, Change] = {}
    seen: Counter[str] = Counter()
    made: set[tuple[TreePath, str]] = set()
    for place in places(tree(module)):
        if place.function is None and not isinstance(place.node, ast.FunctionDef):
            continue
        if place.function is not None and place.function.name in UNTOUCHED:
            continue
        for operator, (mutation, _) in OPERATORS.items():
            for new in mutation(place):
                before, after = _shown(place.node), _shown(new)
                if after == before or (place.path, after) in made:
                    continue
                made.add((place.path, after))
                label = f"{module.rpartition('.')[2]}.{place.scope}: {before} -> {after}"
                seen[label] += 1
                label += f" ({seen[label]})" if seen[label] > 1 else ""
                found[label] = Change(module, operator, label, place.path, new)
    return found


def _shown(node: ast.AST) -> str:
    if isinstance(node, ast.FunctionDef):
        return "; ".join(" ".join(ast.unparse(line).split()) for line in node.body[-3:])
    return " ".join(ast.unparse(ast.fix_missing_locations(node)).split())


def built(change: Change) -> ModuleType:
    """The changed module, under a name of its own and in no index."""
    module = ModuleType(change.module)
    module.__dict__["__file__"] = f"<mutant of {change.module}>"
    text = ast.unparse(change.tree())  # as text, so that nodes need not be complete
    exec(compile(text, f"<mutant of {change.module}>", "exec"), module.__dict__)
    return module


@contextmanager
def in_force(change: Change) -> Iterator[ModuleType]:
    """The changed methods and functions in place of the real ones, which are back afterwards.

    Classes stay the objects that they are, so that rules which inherit from a changed one, and tables that hold
    instances of it, have the change too.
    """
    real, changed = importlib.import_module(change.module), built(change)
    undo: list[tuple[Any, str, Any]] = []
    try:
        for name, value in vars(changed).items():
            if isinstance(value, type) and value.__module__ == change.module:
                cls = getattr(real, name)
                for attribute, method in vars(value).items():
                    if isinstance(plain := getattr(method, "__func__", method), FunctionType):
                        _rebind(plain, cls)
                        undo.append((cls, attribute, vars(cls)[attribute]))
                        setattr(cls, attribute, method)
            elif isinstance(value, FunctionType) and value.__module__ == change.module:
                old = getattr(real, name)
                for module in [m for n, m in list(sys.modules.items()) if n.startswith("derivations")]:
                    for attribute in [a for a, v in vars(module).items() if v is old]:
                        undo.append((module, attribute, old))
                        setattr(module, attribute, value)
        yield real
    finally:
        for owner, attribute, value in reversed(undo):
            setattr(owner, attribute, value)


def _rebind(method: FunctionType, cls: type) -> None:
    """`super()` in a changed method means the base of the real class."""
    for name, cell in zip(method.__code__.co_freevars, method.__closure__ or (), strict=True):
        if name == "__class__":
            cell.cell_contents = cls
