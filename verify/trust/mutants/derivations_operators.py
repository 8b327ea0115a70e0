"""Mutations of relations: one thing changed in a side, in the coefficient of a vector, or in the relation itself."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from derivations.space import Value, Vector, inner_names
from derivations.statement import Relation

OPERATORS = {
    "sign": "the sign of a term or of a side",
    "term": "a term or a factor left out",
    "exponent": "an exponent ± 1, a root left out",
    "constant": "an integer ± 1",
    "index": "k ± 1 at one place",
    "variable": "one symbol, or one named vector, for another that occurs",
    "function": "sin for cos, another function of the same argument left out",
    "relation": "an inequality reversed or made strict, = for ≠",
}
"""{operator: what it changes}; those that change hypotheses and steps are in `derivations`."""
SHOWN = 25
"""Expressions of more nodes are not written out in labels."""


@dataclass(frozen=True)
class Spot:
    """A place in a relation, what is changed there, in words, and how."""

    operator: str
    words: str
    change: Callable[[Relation], Relation]


def changed(relation: Relation, count: int, seed: str) -> Iterator[tuple[str, str, Relation]]:
    """Up to `count` (operator, words, mutant) of a relation, drawn so that every operator has its turn."""
    chance = random.Random(seed)
    waiting: dict[str, list[Spot]] = {}
    for spot in _spots(relation):
        waiting.setdefault(spot.operator, []).append(spot)
    for spots in waiting.values():
        chance.shuffle(spots)
    made = {_key(relation)}
    while waiting and count > 0:
        for operator in list(waiting):
            if not waiting[operator]:
                del waiting[operator]
                continue
            spot = waiting[operator].pop()
            try:
                new = spot.change(relation)
            except (TypeError, ValueError, ZeroDivisionError, AttributeError):
                continue
            if _has_no_value(new) or _key(new) in made:
                continue
            made.add(_key(new))
            yield operator, spot.words, new
            count -= 1
            if count == 0:
                return


def _key(relation: Relation) -> tuple[Any, ...]:
    return (relation.operator, relation.left, relation.right)


def _has_no_value(relation: Relation) -> bool:
    return any(e.has(sympy.nan, sympy.zoo, sympy.oo, sympy.I) for e in relation.expressions)


def _spots(relation: Relation) -> Iterator[Spot]:
    for side in ("left", "right"):
        whole = getattr(relation, side)
        for operator, words, new in _of_side(whole, sorted(relation.free_symbols, key=str)):
            yield Spot(operator, f"{side}: {words}", _putting(side, new))
    yield from _of_operator(relation)


def _putting(side: str, new: Callable[[], Any]) -> Callable[[Relation], Relation]:
    return lambda relation: replace(relation, **{side: new()})


def _of_operator(relation: Relation) -> Iterator[Spot]:
    turned = Spot("relation", "the sides exchanged", lambda r: Relation(r.right, r.operator, r.left))
    others = {"<=": ["<"], "<": [], "=": ["!="], "!=": ["="]}
    if relation.operator in ("<", "<="):
        yield turned
    for other in others[relation.operator]:
        words = f"{relation.operator} -> {other}"
        yield Spot("relation", words, lambda r, other=other: Relation(r.left, other, r.right))  # type: ignore[misc]


Words = tuple[str, str, Callable[[], Any]]


def _of_side(side: Any, symbols: list[sympy.Symbol]) -> Iterator[Words]:
    if isinstance(side, Value):
        for operator, words, new in _of_side(side.at, symbols):
            yield operator, words, lambda new=new: Value(side.field, new())  # type: ignore[misc]
    elif isinstance(side, Vector):
        yield from _of_vector(side, symbols)
    else:
        if side != 0:
            yield "sign", f"-({shown(side)})", lambda: -side
        yield from _of_scalar(side, symbols)


def _of_vector(side: Vector, symbols: list[sympy.Symbol]) -> Iterator[Words]:
    for i, (name, coefficient) in enumerate(side.terms):
        rest = side.terms[:i] + side.terms[i + 1 :]
        yield "term", f"without the term in {name}", lambda rest=rest: Vector.combine(rest)  # type: ignore[misc]
        yield (
            "sign",
            f"the term in {name} negated",
            lambda rest=rest, n=name, c=coefficient: Vector.combine((*rest, (n, -c))),  # type: ignore[misc]
        )
        for other in side.names[:i]:
            words = f"{other} for {name}"
            yield "variable", words, lambda rest=rest, o=other, c=coefficient: Vector.combine((*rest, (o, c)))  # type: ignore[misc]
        for operator, words, new in _of_scalar(coefficient, symbols):
            yield (
                operator,
                f"of {name}, {words}",
                lambda rest=rest, n=name, new=new: Vector.combine((*rest, (n, new()))),  # type: ignore[misc]
            )


def _of_scalar(e: sympy.Expr, symbols: list[sympy.Symbol]) -> Iterator[Words]:
    """Every change of one node of an expression; `new()` builds the whole."""
    for path, node in _nodes(e):
        for operator, words, other in _of_node(node, symbols):
            yield operator, f"{words} at {_place(path)}", lambda p=path, o=other: _put(e, p, o)  # type: ignore[misc]


def _nodes(e: sympy.Expr, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], sympy.Expr]]:
    yield path, e
    for i, a in enumerate(e.args):
        if isinstance(a, sympy.Expr) and not (e.is_Pow and i == 1 and a.is_Rational):
            yield from _nodes(a, (*path, i))


def _put(e: Any, path: tuple[int, ...], new: sympy.Expr) -> Any:
    if not path:
        return new
    args = list(e.args)
    args[path[0]] = _put(args[path[0]], path[1:], new)
    return e.func(*args)


def _of_node(e: sympy.Expr, symbols: list[sympy.Symbol]) -> Iterator[tuple[str, str, sympy.Expr]]:
    here = shown(e)
    if e.is_Add or e.is_Mul:
        for i, a in enumerate(e.args):
            others = e.args[:i] + e.args[i + 1 :]
            yield "term", f"{here} without {shown(a)}", e.func(*others)
            if e.is_Add:
                yield "sign", f"{here}, {shown(a)} negated", e.func(*others, -a)
    if e.is_Pow:
        for by in (1, -1):
            yield "exponent", f"{here}, exponent {by:+d}", e.base ** (e.exp + by)
        if not e.exp.is_Integer:
            yield "exponent", f"{here}, its base", e.base
    if e.is_Rational:
        for by in (1, -1):
            yield "constant", f"{e} -> {e + by}", e + by
    if e.is_Symbol and e.is_integer and inner_names(e) is None and not e.is_positive:
        for by in (1, -1):
            yield "index", f"{e} -> {e + by}", e + by
    elif e.is_Symbol:
        alike = [s for s in symbols if s != e and _kind(s) == _kind(e)]
        for other in alike[:3]:
            yield "variable", f"{shown(other)} for {here}", other
    if isinstance(e, sympy.cos | sympy.sin):
        other = sympy.sin if isinstance(e, sympy.cos) else sympy.cos
        yield "function", f"{here} -> {other.__name__}", other(*e.args)
    elif isinstance(e, sympy.Function) and not isinstance(e, AppliedUndef) and len(e.args) == 1:
        yield "function", f"{here}, its argument", e.args[0]


def _kind(s: sympy.Symbol) -> str:
    return "index" if s.is_integer else "product" if inner_names(s) else "number"


def _place(path: tuple[int, ...]) -> str:
    return ".".join(map(str, path)) or "top"


def shown(e: Any) -> str:
    """A short expression as text, of a long one its size."""
    size = sum(1 for _ in sympy.preorder_traversal(e))
    return str(e) if size <= SHOWN else f"({size} nodes)"
