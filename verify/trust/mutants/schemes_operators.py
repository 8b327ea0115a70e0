"""Mutations of an update rule: each takes a place in a scheme's file and gives what could stand there instead."""

import ast
from collections.abc import Iterator

from verify.trust.mutants.sources_expressions import altered, is_text
from verify.trust.mutants.sources_tree import Place

SWAPPED = {
    "beta1": "beta2",
    "beta2": "beta1",
    "momentum": "dampening",
    "etaminus": "etaplus",
    "etaplus": "etaminus",
    "smallest": "largest",
    "largest": "smallest",
    "eps1": "eps2",
    "eps2": "eps1",
    "lr": "weight_decay",
    "weight_decay": "lr",
    "lambd": "alpha",
    "alpha": "lambd",
}
COUPLED = "gradient + h.weight_decay * x"
DECOUPLED = "(1 - h.lr * h.weight_decay) * x"


def sign(place: Place) -> Iterator[ast.AST]:
    """The sign of one term; of a sum, that of its first term too."""
    match place.node:
        case ast.BinOp(op=ast.Add() | ast.Sub(), left=left, right=right) as node if not (
            is_text(left) or is_text(right)
        ):
            yield altered(node, op=ast.Sub() if isinstance(node.op, ast.Add) else ast.Add())
            if not isinstance(left, ast.BinOp) or not isinstance(left.op, ast.Add | ast.Sub):
                yield altered(node, left=ast.UnaryOp(ast.USub(), left))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield operand


def term(place: Place) -> Iterator[ast.AST]:
    """A term, a factor or a divisor left out: a bias correction among them."""
    match place.node:
        case ast.BinOp(left=left, right=right, op=op) if not (is_text(left) or is_text(right)):
            yield left
            if not isinstance(op, ast.Pow | ast.Sub):
                yield right
            elif isinstance(op, ast.Sub):
                yield ast.UnaryOp(ast.USub(), right)


def arithmetic(place: Place) -> Iterator[ast.AST]:
    """A product for a quotient, and a quotient for a product."""
    match place.node:
        case ast.BinOp(op=ast.Mult()) as node:
            yield altered(node, op=ast.Div())
        case ast.BinOp(op=ast.Div()) as node:
            yield altered(node, op=ast.Mult())


def exponent(place: Place) -> Iterator[ast.AST]:
    """An exponent one larger or smaller; a root or a norm left out; a square of a norm for it."""
    match place.node:
        case ast.BinOp(op=ast.Pow(), right=right) as node:
            for op in (ast.Add(), ast.Sub()):
                yield altered(node, right=ast.BinOp(right, op, ast.Constant(1)))
        case ast.Call(func=ast.Attribute(attr="sqrt"), args=[inside]):
            yield inside
        case ast.Call(func=ast.Attribute(attr="norm") as f, args=[inside]) as node:
            yield altered(node, func=altered(f, attr="dot"), args=[inside, inside])


def constant(place: Place) -> Iterator[ast.AST]:
    """An integer one larger or smaller."""
    match place.node:
        case ast.Constant(value=int(n)) if not isinstance(place.node.value, bool):
            yield ast.Constant(n + 1)
            yield ast.Constant(n - 1)


def index(place: Place) -> Iterator[ast.AST]:
    """k one larger or smaller."""
    match place.node:
        case ast.Name(id="k", ctx=ast.Load()) as node:
            for op in (ast.Add(), ast.Sub()):
                yield ast.BinOp(node, op, ast.Constant(1))


def hyperparameter(place: Place) -> Iterator[ast.AST]:
    """β₁ for β₂, and others that could be confused."""
    match place.node:
        case ast.Attribute(value=ast.Name(id="h"), attr=name) as node if name in SWAPPED and SWAPPED[name] in _known(
            place
        ):
            yield altered(node, attr=SWAPPED[name])


def epsilon(place: Place) -> Iterator[ast.AST]:
    """ε inside the root for ε outside of it, and the other way round."""
    match place.node:
        case ast.Call(func=ast.Attribute(attr="sqrt"), args=[ast.BinOp(left=left, op=ast.Add(), right=right)]) as node:
            if "h.eps" in ast.unparse(right):
                yield ast.BinOp(altered(node, args=[left]), ast.Add(), right)
        case ast.BinOp(left=ast.Name(id="root"), op=ast.Add(), right=right) as node if "h.eps" in ast.unparse(right):
            inside = ast.BinOp(ast.BinOp(node.left, ast.Mult(), node.left), ast.Add(), right)
            yield ast.Call(ast.Attribute(ast.Name("space"), "sqrt"), [inside], [])


def decay(place: Place) -> Iterator[ast.AST]:
    """Coupled decay for decoupled, and the other way round: in the whole of a step."""
    match place.node:
        case ast.FunctionDef(name="step", body=body) as node:
            text = ast.unparse(ast.Module(body, []))
            if COUPLED in text:
                changed = ast.parse(text.replace(COUPLED, "gradient")).body
                before = ast.parse("start = x").body
                after = changed[-1]
                if isinstance(after, ast.Return) and isinstance(after.value, ast.Tuple):
                    first, state = after.value.elts
                    less = ast.parse("h.lr * h.weight_decay * start", mode="eval").body
                    changed[-1] = ast.Return(ast.Tuple([ast.BinOp(first, ast.Sub(), less), state], ast.Load()))
                    yield altered(node, body=before + changed)
            if DECOUPLED in text:
                start = ast.parse("gradient = gradient + h.weight_decay * x").body
                yield altered(node, body=start + ast.parse(text.replace(DECOUPLED, "x")).body)


def stale(place: Place) -> Iterator[ast.AST]:
    """A buffer as it was before the step, where it is used or kept; the buffer that another one is kept as."""
    function = place.function
    if function is None or "state" not in {a.arg for a in function.args.args}:
        return
    match place.node:
        case ast.Name(id=name, ctx=ast.Load()) if (buffer := _buffers(function).get(name)) is not None:
            yield ast.parse(f"state[{buffer!r}]", mode="eval").body
        case ast.Dict(keys=keys, values=values) as node:
            for i, key in enumerate(keys):
                if isinstance(key, ast.Constant):
                    old = ast.parse(f"state[{key.value!r}]", mode="eval").body
                    yield altered(node, values=[*values[:i], old, *values[i + 1 :]])
            if len(values) > 1 and all(isinstance(key, ast.Constant) for key in keys):
                yield altered(node, values=[*values[1:], values[0]])


def vector(place: Place) -> Iterator[ast.AST]:
    """The gradient for the weight and the other way round; another buffer."""
    match place.node:
        case ast.Name(id="x", ctx=ast.Load()) if "gradient" in _arguments(place):
            yield ast.Name("gradient", ast.Load())
        case ast.Name(id="gradient", ctx=ast.Load()):
            yield ast.Name("x", ast.Load())
        case ast.Name(id="g", ctx=ast.Load()) if "gradient" in _arguments(place):
            yield ast.Name("gradient", ast.Load())
        case ast.Subscript(value=ast.Name(id="state"), slice=ast.Constant(value=str(name))) as node:
            for other in sorted(_all_buffers(place) - {name}):
                yield altered(node, slice=ast.Constant(other))


def function(place: Place) -> Iterator[ast.AST]:
    """sin for cos; a maximum that takes one side; a choice the other way round; a projection or a sign left out."""
    match place.node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="space"), attr=name) as f, args=args) as node:
            if name in ("cos", "sin"):
                yield altered(node, func=altered(f, attr="sin" if name == "cos" else "cos"))
            if name == "maximum" and not any(isinstance(arg, ast.Starred) for arg in args):
                yield from args
                yield ast.UnaryOp(ast.USub(), altered(node, args=[ast.UnaryOp(ast.USub(), arg) for arg in args]))
            if name == "choose":
                yield altered(node, args=[args[0], args[2], args[1]])
                yield from args[1:]
            if name == "sign":
                yield args[0]
            if name in ("zeros_like", "ones_like"):
                yield altered(node, func=altered(f, attr="ones_like" if name == "zeros_like" else "zeros_like"))
        case (
            ast.Call(func=ast.Name(id="tangent_projection" | "direction" | "transport"), args=[_, first, *rest]) as node
        ):
            yield first
            if len(rest) == 2:  # transport: the other way round
                yield altered(node, args=[node.args[0], first, rest[1], rest[0]])
        case ast.IfExp(body=body, orelse=orelse):
            yield body
            yield orelse
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            yield ast.Compare(left, [ast.NotEq()], [right])


OPERATORS = {
    "sign": (sign, "the sign of a term"),
    "term": (term, "a term, factor or divisor left out, bias corrections among them"),
    "arithmetic": (arithmetic, "a product for a quotient, a quotient for a product"),
    "exponent": (exponent, "an exponent ± 1, a root left out, the square of a norm"),
    "constant": (constant, "an integer ± 1"),
    "index": (index, "k ± 1"),
    "hyper-parameter": (hyperparameter, "β₁ for β₂ and the like"),
    "epsilon": (epsilon, "ε inside of the root for outside, and back"),
    "decay": (decay, "decoupled decay for coupled, and back"),
    "stale": (stale, "a buffer as it was before the step, or another one kept"),
    "vector": (vector, "weight, gradient, decayed gradient and buffers for one another"),
    "function": (function, "sin for cos, one side of a maximum, a choice reversed, a projection left out"),
}


def _arguments(place: Place) -> set[str]:
    return {a.arg for a in place.function.args.args} if place.function else set()


def _known(place: Place) -> set[str]:
    """The hyper-parameters that the file mentions."""
    tree = place.ancestors[0]
    return {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and ast.unparse(n.value) == "h"}


def _all_buffers(place: Place) -> set[str]:
    """The buffers that the file reads."""
    return {
        str(n.slice.value)
        for n in ast.walk(place.ancestors[0])
        if isinstance(n, ast.Subscript) and ast.unparse(n.value) == "state" and isinstance(n.slice, ast.Constant)
    }


def _buffers(function: ast.FunctionDef) -> dict[str, str]:
    """{local name: the buffer that it is kept as}."""
    return {
        value.id: str(key.value)
        for d in ast.walk(function)
        if isinstance(d, ast.Dict)
        for key, value in zip(d.keys, d.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(value, ast.Name)
    }
