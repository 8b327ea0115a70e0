"""Mutants of impl.optim: the same package with the sign of one term flipped, loaded beside the real one."""

import ast
import copy
import importlib
import importlib.abc
import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import impl.optim

PACKAGE = "impl.optim"
DIRECTORY = Path(impl.optim.__file__).parent
SIGNED_ARGUMENTS = ("alpha", "value", "weight")
PAIRS = (("add", "sub"), ("add_", "sub_"), ("_foreach_add", "_foreach_sub"), ("_foreach_add_", "_foreach_sub_"))
SUMS = dict(PAIRS) | {b: a for a, b in PAIRS}


@dataclass(frozen=True)
class Mutant:
    """A file of impl.optim with one sign flipped. `label` is its file, function and the term before the flip."""

    label: str
    module: str
    tree: ast.Module


def mutants(path: Path) -> Iterator[Mutant]:
    """Every sign of the file, flipped one at a time; of a sum, that of its first term too."""
    source = ast.parse(path.read_text(encoding="utf-8"))
    scopes = _scopes(source)
    seen: dict[str, int] = {}
    for i, node in enumerate(ast.walk(source)):
        for flip in _flips(node):
            tree = copy.deepcopy(source)
            twin = next(n for j, n in enumerate(ast.walk(tree)) if j == i)
            before = ast.unparse(twin)
            flip(twin)
            label = f"{path.stem}.{scopes.get(node, '')}: {before} -> {ast.unparse(twin)}"
            seen[label] = seen.get(label, 0) + 1
            again = f" ({seen[label]})" if seen[label] > 1 else ""
            yield Mutant(label + again, path.stem, ast.fix_missing_locations(tree))


def _scopes(tree: ast.Module) -> dict[ast.AST, str]:
    scopes: dict[ast.AST, str] = {}
    for scope in ast.walk(tree):
        if isinstance(scope, ast.FunctionDef | ast.ClassDef):
            for node in ast.walk(scope):
                outer = scopes.get(node)
                scopes[node] = f"{outer}.{scope.name}" if outer else scope.name
    return scopes


def _flips(node: ast.AST) -> list[Callable[[Any], None]]:
    """The ways in which the node's own sign can be flipped."""
    match node:
        case ast.BinOp(op=ast.Add() | ast.Sub(), left=left, right=right) if not (_is_text(left) or _is_text(right)):
            first = not isinstance(left, ast.BinOp) or not isinstance(left.op, ast.Add | ast.Sub)
            return [_flip_operator, _flip_first_term] if first else [_flip_operator]
        case ast.AugAssign(op=ast.Add() | ast.Sub(), value=value) if not _is_text(value):
            return [_flip_operator]
        case ast.UnaryOp(op=ast.USub()):
            return [_drop_minus]
        case ast.keyword(arg=name) if name in SIGNED_ARGUMENTS:
            return [_negate_argument]
        case ast.Call(func=ast.Attribute(attr=name)) if name in SUMS:
            return [_flip_call]
    return []


def _is_text(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_text(node.left) or _is_text(node.right)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _flip_operator(node: Any) -> None:
    node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()


def _flip_first_term(node: Any) -> None:
    node.left = ast.UnaryOp(ast.USub(), node.left)


def _drop_minus(node: Any) -> None:
    node.op = ast.UAdd()


def _negate_argument(node: Any) -> None:
    node.value = ast.UnaryOp(ast.USub(), node.value)


def _flip_call(node: Any) -> None:
    node.func.attr = SUMS[node.func.attr]


CODE = {path.stem: compile(path.read_text(encoding="utf-8"), str(path), "exec") for path in DIRECTORY.glob("*.py")}


class _Loader(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports impl.optim from code objects."""

    def __init__(self, code):
        self.code = code

    def find_spec(self, name, path=None, target=None):
        stem = "__init__" if name == PACKAGE else name.removeprefix(PACKAGE + ".")
        if name != PACKAGE and not (name.startswith(PACKAGE + ".") and stem in self.code):
            return None
        return importlib.util.spec_from_loader(name, self, is_package=name == PACKAGE)

    def exec_module(self, module):
        stem = "__init__" if module.__name__ == PACKAGE else module.__name__.removeprefix(PACKAGE + ".")
        exec(self.code[stem], module.__dict__)


@contextmanager
def loaded(mutant: Mutant) -> Iterator[ModuleType]:
    """The package impl.optim with the mutant in place of its file; the real one is back afterwards."""
    code = CODE | {mutant.module: compile(mutant.tree, f"<mutant of {mutant.module}>", "exec")}
    finder = _Loader(code)
    real = {name: module for name, module in sys.modules.items() if f"{name}.".startswith(PACKAGE + ".")}
    for name in real:
        del sys.modules[name]
    sys.meta_path.insert(0, finder)
    try:
        yield importlib.import_module(PACKAGE)
    finally:
        sys.meta_path.remove(finder)
        for name in [n for n in sys.modules if f"{n}.".startswith(PACKAGE + ".")]:
            del sys.modules[name]
        sys.modules.update(real)
        impl.optim = real[PACKAGE]
