"""Mutations of what is asked of many, of how far is counted, and of what a class or a function is made with."""

import ast
from collections.abc import Iterator

from verify.trust.mutants.sources_expressions import altered
from verify.trust.mutants.sources_tree import Place

BUILTINS = {"all": "any", "any": "all", "max": "min", "min": "max", "sum": "max"}
MANY = 8
"""The number of steps up to which a mutant counts."""
TURN = 64
"""The number of steps after which a mutant begins to count anew."""
COUNTS = ("k",)
READ = ("steps",)
"""The names of a number of steps, and of a function that reads one."""
GUARDS = ("no_grad", "enable_grad")
"""The decorators that have an operator of their own."""


def builtin(place: Place) -> Iterator[ast.AST]:
    """all for any, max for min, the largest for a sum; what is sorted as it is; a dictionary that is not weak."""
    match place.node:
        case ast.Call(func=ast.Name(id=name)) as node if name in BUILTINS:
            keywords = [k for k in node.keywords if not (k.arg == "default" and BUILTINS[name] in ("any", "all"))]
            yield altered(node, func=ast.Name(BUILTINS[name]), keywords=keywords)
        case ast.Call(func=ast.Name(id="sorted"), args=[first]):
            yield first
        case ast.Call(func=ast.Name(id="WeakKeyDictionary"), args=[]):
            yield ast.Dict([], [])


def count(place: Place) -> Iterator[ast.AST]:
    """A number of steps that stops, or begins anew."""
    match place.node:
        case (ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name, ctx=ast.Load())) as node if (
            name in COUNTS and not isinstance(place.parent, ast.Compare)
        ):
            if isinstance(node, ast.Attribute) or name in _arguments(place.function):
                yield from _bounded(node)
        case ast.Call(func=ast.Name(id=name)) as node if name in READ:
            yield from _bounded(node)


def base(place: Place) -> Iterator[ast.AST]:
    """A class without one of those that it is made from: threads then share what each should have of its own."""
    match place.node:
        case ast.ClassDef(bases=bases) as node:
            for i in range(len(bases)):
                yield altered(node, bases=bases[:i] + bases[i + 1 :])


def decorator(place: Place) -> Iterator[ast.AST]:
    """A decorator left out; those of gradients are `guard`'s."""
    match place.node:
        case ast.FunctionDef(decorator_list=found) | ast.ClassDef(decorator_list=found):
            for i, one in enumerate(found):
                if not any(name in ast.unparse(one) for name in GUARDS):
                    yield altered(place.node, decorator_list=found[:i] + found[i + 1 :])


def _bounded(node: ast.expr) -> Iterator[ast.expr]:
    yield ast.Call(ast.Name("min"), [node, ast.Constant(MANY)], [])
    yield ast.BinOp(node, ast.Mod(), ast.Constant(TURN))


def _arguments(function: ast.FunctionDef | None) -> dict[str, str]:
    """{name: type} of a function's arguments."""
    if function is None:
        return {}
    found = [*function.args.args, *function.args.kwonlyargs]
    return {a.arg: ast.unparse(a.annotation) for a in found if a.annotation is not None}
