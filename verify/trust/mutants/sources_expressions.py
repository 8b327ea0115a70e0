"""Mutations of the expressions of an optimizer: each takes a place and gives what could stand there instead."""

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any

from verify.trust.mutants.sources_tree import Place

Mutation = Callable[[Place], Iterator[ast.AST | list[ast.AST]]]

UNARY = ("square", "sqrt", "abs", "sign", "cos", "sin", "clamp", "clamp_min", "clamp_max", "clone", "reshape")
TYPES = ("to", "unsqueeze", "expand_as", "detach")
SWAPPED = {"sum": "mean", "any": "all", "cos": "sin", "sin": "cos", "clamp_min": "clamp_max", "clamp_max": "clamp_min"}
WRAPPERS = ("normal", "projected", "column", "transport", "direction", "dict", "own", "copied", "list", "with_base_lr")
COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
WORDS = {"channel": "whole", "whole": "channel", "always": "cosine", "inner_product": "always", "cosine": "always"}
NUMBERED = {"beta1": "beta2", "beta2": "beta1", "start1": "start2", "start2": "start1"}


def altered(node: Any, **fields: Any) -> Any:
    """A copy of the node with other fields."""
    twin = copy.deepcopy(node)
    for name, value in fields.items():
        setattr(twin, name, value)
    return twin


def is_text(node: ast.AST) -> bool:
    """Whether an expression is a string, or a sum with one."""
    if isinstance(node, ast.BinOp):
        return is_text(node.left) or is_text(node.right)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def sign(place: Place) -> Iterator[ast.AST]:
    """The sign of one term; of a sum, that of its first term too."""
    match place.node:
        case ast.BinOp(op=ast.Add() | ast.Sub(), left=left, right=right) as node if not (
            is_text(left) or is_text(right)
        ):
            yield altered(node, op=ast.Sub() if isinstance(node.op, ast.Add) else ast.Add())
            if not isinstance(left, ast.BinOp) or not isinstance(left.op, ast.Add | ast.Sub):
                yield altered(node, left=ast.UnaryOp(ast.USub(), left))
        case ast.AugAssign(op=ast.Add() | ast.Sub()) as node:
            yield altered(node, op=ast.Sub() if isinstance(node.op, ast.Add) else ast.Add())
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield operand


def arithmetic(place: Place) -> Iterator[ast.AST]:
    """Another operation, and the operands of one that does not commute swapped."""
    other: dict[type[ast.operator], type[ast.operator]] = {
        ast.Mult: ast.Div,
        ast.Div: ast.Mult,
        ast.MatMult: ast.Mult,
        ast.FloorDiv: ast.Mult,
        ast.Pow: ast.Mult,
        ast.BitAnd: ast.BitOr,
        ast.BitOr: ast.BitAnd,
    }
    match place.node:
        case ast.BinOp(op=op, left=left, right=right) as node if not (is_text(left) or is_text(right)):
            if type(op) in other:
                yield altered(node, op=other[type(op)]())
            if isinstance(op, ast.Sub | ast.Div | ast.MatMult | ast.FloorDiv):
                yield altered(node, left=right, right=left)


def term(place: Place) -> Iterator[ast.AST]:
    """A term, a factor, a divisor or an exponent left out; of two sets of options, one."""
    match place.node:
        case ast.BinOp(left=left, right=right) as node if not (is_text(left) or is_text(right)):
            yield left
            if not isinstance(node.op, ast.Pow):
                yield right
        case ast.AugAssign(target=ast.Name() as target, value=value):
            yield ast.Assign([target], value)


def exponent(place: Place) -> Iterator[ast.AST]:
    """An exponent one larger or smaller; ½ becomes 1 and -½."""
    match place.node:
        case ast.BinOp(op=ast.Pow(), right=ast.Constant(value=int(n))) as node:
            yield from (altered(node, right=ast.Constant(n + by)) for by in (1, -1))
        case ast.BinOp(op=ast.Pow(), right=ast.Constant(value=float(r))) as node:
            yield from (altered(node, right=ast.Constant(x)) for x in (2 * r, -r))


def constant(place: Place) -> Iterator[ast.AST]:
    """0 becomes 1; another integer n becomes n + 1 and n - 1; another number is halved; 1 - β becomes β."""
    match place.node:
        case ast.BinOp(op=ast.Sub(), left=ast.Constant(value=1), right=right):
            yield right
    if _is_axis(place) or _is_default(place) or (isinstance(place.parent, ast.BinOp) and _is_exponent(place)):
        return
    yield from _constants(place)


def default(place: Place) -> Iterator[ast.AST]:
    """Another default: a number as above, True for False, 0 for None, one word for another."""
    if _is_default(place):
        yield from _constants(place)
        match place.node:
            case ast.Constant(value=str(word)):
                yield ast.Constant(WORDS[word])
            case ast.Constant(value=bool(flag)):
                yield ast.Constant(not flag)
            case ast.Constant(value=None) if place.function and place.function.name == "__init__":
                yield ast.Constant(0)


def axis(place: Place) -> Iterator[ast.AST]:
    """Another axis: dim, keepdim, the axis of a shape, a transpose left out."""
    match place.node:
        case ast.Constant(value=int(n)) as node if _is_axis(place) and not isinstance(node.value, bool):
            yield from (ast.Constant(m) for m in (0, 1, -1) if m != n and not (n == 1 and m == -1))
        case ast.keyword(arg="keepdim"):
            yield []  # type: ignore[misc]
        case ast.Attribute(attr="mT", value=value):
            yield value


def comparison(place: Place) -> Iterator[ast.AST]:
    """< becomes ≤ and >, = becomes ≠, and so on."""
    match place.node:
        case ast.Compare(ops=ops) as node:
            for i, op in enumerate(ops):
                for other in COMPARED[type(op)]:
                    yield altered(node, ops=[*ops[:i], other(), *ops[i + 1 :]])


def condition(place: Place) -> Iterator[ast.AST]:
    """A condition negated, or a part of it left out; `and` for `or`; one branch of a choice, always."""
    match place.node:
        case ast.BoolOp(op=op, values=values) as node:
            yield altered(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
            for i in range(len(values)):
                rest = values[:i] + values[i + 1 :]
                yield rest[0] if len(rest) == 1 else altered(node, values=rest)
        case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
            yield operand
        case ast.IfExp(body=body, orelse=orelse):
            yield body
            yield orelse
        case ast.comprehension(ifs=ifs) as node if ifs:
            yield altered(node, ifs=[])
        case ast.Constant(value=bool(flag)) if not _is_default(place) and not _is_keepdim(place):
            yield ast.Constant(not flag)
        case ast.If(test=test) as node if not isinstance(test, ast.Compare | ast.UnaryOp):
            yield altered(node, test=ast.UnaryOp(ast.Not(), test))


def function(place: Place) -> Iterator[ast.AST]:
    """A function or a copy left out, so that its argument stands there; a mean for a sum, all for any, sin for cos."""
    match place.node:
        case ast.Call(func=ast.Attribute(attr=name, value=value)) as node:
            if name in UNARY:
                yield value
            if name in SWAPPED:
                yield altered(node, func=altered(node.func, attr=SWAPPED[name]))
            if name == "setdefault":
                yield ast.Call(ast.Attribute(value, "update"), [ast.Dict([node.args[0]], [node.args[1]])], [])
            if name == "pop":
                yield ast.Subscript(value, node.args[0]) if node.args else ast.Constant(None)
            if name == "sinc":
                yield node.args[0]
        case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in WRAPPERS:
            yield first


def precision(place: Place) -> Iterator[ast.AST]:
    """A type left out, or another one; a number a row not made a column."""
    match place.node:
        case ast.Call(func=ast.Attribute(attr=name, value=value)) if name in TYPES:
            yield value
        case ast.keyword(arg="dtype"):
            yield []  # type: ignore[misc]
        case ast.Attribute(attr="float64" | "float32" as name) as node:
            yield altered(node, attr="float32" if name == "float64" else "float64")
        case ast.Attribute(attr="eps" | "tiny" as name, value=ast.Call()) as node:
            yield altered(node, attr="tiny" if name == "eps" else "eps")


def key(place: Place) -> Iterator[ast.AST]:
    """Another name of an option or of a buffer."""
    match place.node:
        case ast.Constant(value=str(word)) if not _is_default(place):
            yield ast.Constant(WORDS.get(word, word + "_"))


def _constants(place: Place) -> Iterator[ast.AST]:
    match place.node:
        case ast.Constant(value=value) if isinstance(value, int | float) and not isinstance(value, bool):
            if value == 0:
                yield ast.Constant(type(value)(1))
            elif isinstance(value, int):
                yield from (ast.Constant(value + by) for by in (1, -1))
            else:
                yield ast.Constant(value / 2)


def _is_default(place: Place) -> bool:
    """Whether a constant is, or belongs to, the default of an argument."""
    return any(field in ("defaults", "kw_defaults") for field, _ in place.path)


def _is_exponent(place: Place) -> bool:
    return isinstance(place.parent, ast.BinOp) and isinstance(place.parent.op, ast.Pow) and place.field == "right"


def _is_keepdim(place: Place) -> bool:
    return isinstance(place.parent, ast.keyword) and place.parent.arg == "keepdim"


def _is_axis(place: Place) -> bool:
    match place.parent:
        case ast.keyword(arg="dim"):
            return True
        case ast.Call(func=ast.Attribute(attr="sum" | "unsqueeze")):
            return place.field == "args"
        case ast.Subscript(value=ast.Attribute(attr="shape")):
            return place.field == "slice"
    return False
