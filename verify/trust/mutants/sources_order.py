"""Mutations of when something is read: a name, or a buffer, as it was before, where what it has become is meant."""

import ast
import copy
from collections.abc import Iterator

from verify.trust.mutants.sources_tree import Place

OWNERS = {"self", "block", "torch", "group", "options", "state", "states", "optimizer"}
"""What so much belongs to that two statements about it need not be about the same."""
CHECKS = ("check", "moderate")
"""What is in the names of functions that only raise."""
BEFORE = "before_"


def stale(place: Place) -> Iterator[ast.AST]:
    """What is bound again is read as it was before: in one place of several, or the whole binding could be left out.

    Not what is added to: a list or a dictionary is then the same one.
    """
    if not isinstance(function := place.node, ast.FunctionDef):
        return
    known = {a.arg for a in [*function.args.args, *function.args.kwonlyargs]}
    for body in _bodies(function):
        for i, statement in enumerate(body):
            for name in sorted(_bound(statement) & known) if isinstance(statement, ast.Assign) else ():
                reads = _reads(body[i + 1 :], name)
                for after, read in reads if len(reads) > 1 else ():
                    old = ast.Assign([ast.Name(BEFORE + name, ast.Store())], ast.Name(name, ast.Load()), lineno=0)
                    body.insert(i, old)
                    read.id = BEFORE + name
                    yield _told(function, f"in {_head(after)}, {name} from before {_head(statement)}")
                    read.id = name
                    del body[i]
            known |= _bound(statement)


def order(place: Place) -> Iterator[ast.AST]:
    """Two neighbours exchanged, of which the first writes and the second is about the same."""
    if not isinstance(function := place.node, ast.FunctionDef):
        return
    for body in _bodies(function):
        for i, (first, second) in enumerate(zip(body, body[1:], strict=False)):
            if isinstance(second, ast.Return | ast.Raise | ast.Continue | ast.FunctionDef):
                continue
            both = _called(first) and _called(first) == _called(second)  # as two sums: in either order
            if _written(first) & _subjects(second) and not both:
                body[i : i + 2] = [second, first]
                yield _told(function, f"{_head(first)} after {_head(second)}")
                body[i : i + 2] = [first, second]


def _told(function: ast.FunctionDef, words: str) -> ast.FunctionDef:
    """A copy, with the words for what is changed in it."""
    twin = copy.deepcopy(function)
    twin.words = words  # type: ignore[attr-defined]
    return twin


def _bodies(function: ast.FunctionDef) -> list[list[ast.stmt]]:
    """The lists of statements, that of the function first."""
    nodes = [n for n in ast.walk(function) if isinstance(n, ast.FunctionDef | ast.For | ast.If | ast.With | ast.Try)]
    return [n.body for n in nodes]


def _bound(statement: ast.stmt) -> set[str]:
    """The names that an assignment binds."""
    if not isinstance(statement, ast.Assign | ast.AugAssign):
        return set()
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    found = [node for target in targets for node in ast.walk(target)]
    return {node.id for node in found if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _reads(statements: list[ast.stmt], name: str) -> list[tuple[ast.stmt, ast.Name]]:
    """Where it is read until it is bound again, and in which statement."""
    found = []
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
                found.append((statement, node))
        if name in _bound(statement):
            break
    return found


def _written(statement: ast.stmt) -> set[str]:
    """What a statement is there to change: all that a call is about, an attribute, an entry. A check changes none."""
    match statement:
        case ast.Expr(value=ast.Call(func=function)) if not any(word in ast.unparse(function) for word in CHECKS):
            return _subjects(statement)
        case ast.Assign(targets=[ast.Attribute(attr=name)]) | ast.AugAssign(target=ast.Attribute(attr=name)):
            return {name}
        case ast.Assign(targets=[ast.Subscript() as target]) | ast.AugAssign(target=ast.Subscript() as target):
            return _subjects(target)
    return set()


def _called(statement: ast.stmt) -> str | None:
    match statement:
        case ast.Expr(value=ast.Call(func=function)):
            return ast.unparse(function)
    return None


def _subjects(node: ast.AST) -> set[str]:
    """The names, attributes and words in it, but for what owns too much to tell anything."""
    names = set()
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.Constant(value=str(name)):
                names.add(name)
    return names - OWNERS


def _head(statement: ast.stmt) -> str:
    return ast.unparse(statement).partition("\n")[0]
