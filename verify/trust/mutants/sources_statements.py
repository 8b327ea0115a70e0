"""Mutations of the statements and calls of an optimizer, and of what its names stand for."""

import ast
from collections.abc import Iterator
from functools import cache

from verify.trust.mutants.sources_expressions import NUMBERED, altered
from verify.trust.mutants.sources_tree import Place

IN_PLACE = ("mul", "add", "sub", "div", "square", "sqrt", "sign", "cos", "sin", "clamp", "clamp_min", "abs", "copy")
OPERATIONS: dict[type[ast.operator], str] = {ast.Mult: "mul_", ast.Add: "add_", ast.Sub: "sub_", ast.Div: "div_"}
TENSORS = ("Rows", "PerRow", "Tensor")
FIRST_GROUP = ast.parse("self.param_groups[0]", mode="eval").body


def statement(place: Place) -> Iterator[ast.AST | list[ast.AST]]:
    """A statement left out, or the value that a function returns."""
    match place.node:
        case ast.Return(value=ast.expr()):
            yield ast.Return(ast.Constant(None))
        case ast.Expr() | ast.Assign() | ast.AugAssign() | ast.If() | ast.For() | ast.Continue() | ast.Raise():
            yield []
        case ast.With(items=[ast.withitem(optional_vars=None)], body=body):
            yield list(body)
        case ast.Try(body=body):
            yield list(body)


def first_only(place: Place) -> Iterator[ast.AST]:
    """A loop that ends after its first round."""
    match place.node:
        case ast.For(body=body) as node:
            yield altered(node, body=[*body, ast.Break()])


def in_place(place: Place) -> Iterator[ast.AST]:
    """A tensor that has a name is overwritten by what should be a new one.

    But for a tensor that the function itself computed and does not read again: nothing could tell.
    """
    if not isinstance(place.node, ast.BinOp | ast.Call):
        return
    tensors = {name for name in _tensors(place.function) if not _is_spent(name, place)}
    match place.node:
        case ast.BinOp(op=op, left=left, right=right) if type(op) in OPERATIONS:
            if _is_named(left, tensors):
                yield ast.Call(ast.Attribute(left, OPERATIONS[type(op)]), [right], [])
            if _is_named(right, tensors) and isinstance(op, ast.Mult | ast.Add):
                yield ast.Call(ast.Attribute(right, OPERATIONS[type(op)]), [left], [])
        case ast.Call(func=ast.Attribute(attr=name, value=value)) as node if name in IN_PLACE:
            if _is_named(value, tensors):
                yield altered(node, func=ast.Attribute(value, name + "_"))


def rebound(place: Place) -> Iterator[ast.AST]:
    """A new tensor where the old one should be overwritten; the same one where there should be a new one."""
    match place.node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="copy_", value=target), args=[value])):
            yield ast.Assign([ast.Attribute(target, "data") if isinstance(target, ast.Name) else target], value)
        case ast.AugAssign(target=ast.Subscript() as target, op=op, value=value):
            yield ast.Assign([target], ast.BinOp(target, op, value))
        case ast.Call(func=ast.Attribute(attr="zeros_like"), args=[like]):
            yield like


def swap(place: Place) -> Iterator[ast.AST]:
    """Two neighbours among arguments, values of keywords, or members of a pair exchanged."""
    match place.node:
        case ast.Call(args=args, keywords=keywords) as node:
            for i in range(len(args) - 1):
                yield altered(node, args=[*args[:i], args[i + 1], args[i], *args[i + 2 :]])
            for i in range(len(keywords) - 1):
                a, b = keywords[i], keywords[i + 1]
                if a.arg and b.arg and "advice" not in (a.arg, b.arg) and ast.dump(a.value) != ast.dump(b.value):
                    pair = [altered(a, value=b.value), altered(b, value=a.value)]
                    yield altered(node, keywords=[*keywords[:i], *pair, *keywords[i + 2 :]])
        case ast.Tuple(elts=elts) as node if not all(isinstance(e, ast.Constant) for e in elts):
            for i in range(len(elts) - 1):
                yield altered(node, elts=[*elts[:i], elts[i + 1], elts[i], *elts[i + 2 :]])
        case ast.Dict(values=values) as node:
            for i in range(len(values) - 1):
                if ast.dump(values[i]) != ast.dump(values[i + 1]):
                    yield altered(node, values=[*values[:i], values[i + 1], values[i], *values[i + 2 :]])


def argument(place: Place) -> Iterator[ast.AST | list[ast.AST]]:
    """A keyword, a member of a list of options or an entry of a dictionary left out."""
    match place.node:
        case ast.keyword(arg=str(name)) if name not in ("keepdim", "dtype", "advice"):
            yield []
        case ast.Tuple(elts=elts) as node if len(elts) > 1 and all(isinstance(e, ast.Constant) for e in elts):
            if not any(field in ("defaults", "kw_defaults") for field, _ in place.path):
                for i in range(len(elts)):
                    yield altered(node, elts=elts[:i] + elts[i + 1 :])
        case ast.Dict(keys=keys, values=values) as node:
            for i in range(len(keys)):
                yield altered(node, keys=keys[:i] + keys[i + 1 :], values=values[:i] + values[i + 1 :])


def variable(place: Place) -> Iterator[ast.AST]:
    """One β for the other; the next argument of the same type.

    But not where only the type or the shape of a tensor is read: weights, gradients and buffers have the same.
    """
    if not (isinstance(place.node, ast.Name) and isinstance(place.node.ctx, ast.Load) and place.function):
        return
    name = place.node.id
    match place.parent:
        case ast.Attribute(attr="shape" | "dtype" | "device" | "new_zeros"):
            return
        case ast.Call(
            func=ast.Name(id="column" | "norm" | "normal" | "squared_norm" | "wide_type" | "or_nan"), args=args
        ):
            if name in _tensors(place.function) and place.node is args[-1]:
                return
    if name in NUMBERED:
        yield ast.Name(NUMBERED[name])
        return
    arguments = [*place.function.args.args, *place.function.args.kwonlyargs]
    types = {a.arg: ast.dump(a.annotation) for a in arguments if a.annotation is not None}
    alike = [other for other, kind in types.items() if kind == types.get(name)]
    if len(alike) > 1:
        yield ast.Name(alike[(alike.index(name) + 1) % len(alike)])


def group(place: Place) -> Iterator[ast.AST]:
    """The first group's options for every group."""
    match place.node:
        case ast.Name(id="group", ctx=ast.Load()):
            if place.function and place.function.args.args and place.function.args.args[0].arg == "self":
                yield FIRST_GROUP


def guard(place: Place) -> Iterator[ast.AST]:
    """Without torch.no_grad, or without torch.enable_grad: see `statement`."""
    match place.node:
        case ast.FunctionDef(decorator_list=decorators) as node:
            for i, decorator in enumerate(decorators):
                if "no_grad" in ast.unparse(decorator):
                    yield altered(node, decorator_list=decorators[:i] + decorators[i + 1 :])


def _is_named(node: ast.AST, tensors: set[str]) -> bool:
    match node:
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(id=name)):
            return name in tensors and ast.unparse(node).rpartition(".")[2] not in ("dtype", "shape", "device", "mT")
    return False


def _is_spent(name: str, place: Place) -> bool:
    """Whether the function has computed the name's value itself by then, and does not read it after the place."""
    node, function = place.node, place.function
    if function is None or not isinstance(node, ast.expr) or any(isinstance(n, ast.For) for n in ast.walk(function)):
        return False
    end = (node.end_lineno or 0, node.end_col_offset or 0)
    uses = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == name]
    computed = any(isinstance(n.ctx, ast.Store) and n.lineno < node.lineno for n in uses)
    return computed and not any(isinstance(n.ctx, ast.Load) and (n.lineno, n.col_offset) >= end for n in uses)


@cache
def _tensors(function: ast.FunctionDef | None) -> set[str]:
    """The names that stand for tensors: arguments of such a type, and what is computed with them."""
    if function is None:
        return set()
    arguments = [*function.args.args, *function.args.kwonlyargs]
    found = {a.arg for a in arguments if a.annotation is not None and ast.unparse(a.annotation) in TENSORS}
    found |= {"out"} if "out" in {a.arg for a in arguments} else set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and any(
            isinstance(n, ast.Name) and n.id in found for n in ast.walk(node.value)
        ):
            found |= {n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)}
    return found
