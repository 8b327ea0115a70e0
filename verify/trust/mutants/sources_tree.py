"""A module of impl.optim as a tree whose nodes can be replaced, one at a time."""

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

Tree = TypeVar("Tree", bound=ast.AST)
Path = tuple[tuple[str, int | None], ...]
"""From the module down: the field of each node, and the place in it where it is a list."""

SKIPPED = {"annotation", "returns", "type_params", "type_comment", "ctx", "decorator_list"}
"""Fields in which there is nothing that runs, and decorators, which have an operator of their own."""

CHECKS = "check_"
"""The functions whose name begins so take, first, the name to put into their message."""


@dataclass(frozen=True)
class Place:
    """A node, and where it hangs: its path, and its ancestors, the module first."""

    node: ast.AST
    path: Path
    ancestors: tuple[ast.AST, ...]

    @property
    def parent(self) -> ast.AST:
        return self.ancestors[-1]

    @property
    def field(self) -> str:
        return self.path[-1][0]

    @property
    def function(self) -> ast.FunctionDef | None:
        """The innermost function around the node."""
        return next((node for node in reversed(self.ancestors) if isinstance(node, ast.FunctionDef)), None)

    @property
    def scope(self) -> str:
        """The names of the classes and functions around the node."""
        kinds = (ast.FunctionDef, ast.ClassDef)
        return ".".join(node.name for node in (*self.ancestors, self.node) if isinstance(node, kinds))


def places(tree: ast.Module) -> Iterator[Place]:
    """Every node that runs and that is no text, in the order of the source.

    Left out: annotations, docstrings, the messages of errors, imports, and assignments at the top of a module, which
    are aliases of types there.
    """
    for i, statement in enumerate(tree.body):
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield from _below(statement, (("body", i),), (tree,))


def _below(node: ast.AST, path: Path, ancestors: tuple[ast.AST, ...]) -> Iterator[Place]:
    if _is_text(node, ancestors[-1]):
        return
    yield Place(node, path, ancestors)
    if isinstance(node, ast.Raise):
        return
    for field, value in ast.iter_fields(node):
        if field in SKIPPED:
            continue
        if isinstance(value, ast.AST):
            yield from _below(value, (*path, (field, None)), (*ancestors, node))
        elif isinstance(value, list):
            for i, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield from _below(item, (*path, (field, i)), (*ancestors, node))


def _is_text(node: ast.AST, parent: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Constant(value=str())) | ast.JoinedStr():
            return True
        case ast.keyword(arg="advice" | "strict"):  # `strict` is a guard against mistakes elsewhere
            return True
        case ast.Constant(value=str()) if isinstance(parent, ast.Call) and node is next(iter(parent.args), None):
            return isinstance(parent.func, ast.Name) and parent.func.id.startswith(CHECKS)
    return False


def replaced(tree: Tree, path: Path, new: ast.AST | Sequence[ast.AST]) -> Tree:
    """A copy of the tree with another node, or in a list with several or none, at the end of the path."""
    root = copy.deepcopy(tree)
    above: ast.AST = root
    for field, i in path[:-1]:
        value = getattr(above, field)
        above = value if i is None else value[i]
    field, i = path[-1]
    fresh = copy.deepcopy(new)
    if i is None:
        setattr(above, field, fresh)
    else:
        items = getattr(above, field)
        items[i : i + 1] = [fresh] if isinstance(fresh, ast.AST) else fresh
        if field == "body" and not items:
            items.append(ast.Pass())
    return ast.fix_missing_locations(root)
