"""The unknowns of a statement as numbers of a cube: vectors by coordinates, equalities solved, scales in logs."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import sympy
import torch
from sympy.core.function import AppliedUndef
from torch import Tensor

from derivations.space import ONES_NAME, Value, Vector, inner, inner_names, is_compound
from derivations.statement import Relation, equal
from verify.search.domain import NotNumeric

COORDINATES = 3
"""Of every vector."""
OCTAVES = 10
"""Numbers of known sign lie in 2^±OCTAVES by their logarithm; others in between too, smoothly through 0."""
INTEGERS = 13
"""Indices lie below."""


@dataclass(frozen=True)
class Unknowns:
    """free: the symbols that a point of the cube gives; signs: of those that a hypothesis gives one, ±1; strict: not 0.

    solved: what the equalities make of the others, in their order, each in terms of the free ones.
    """

    free: tuple[sympy.Symbol, ...]
    signs: dict[sympy.Symbol, int]
    solved: dict[sympy.Symbol, sympy.Expr]
    strict: frozenset[sympy.Symbol] = frozenset()

    def values(self, cube: Tensor) -> Tensor:
        """(n, len(free)) in [0, 1] → the numbers."""
        columns = [self._value(symbol, t) for symbol, t in zip(self.free, cube.T, strict=True)]
        return torch.stack(columns, -1) if columns else cube

    def _value(self, symbol: sympy.Symbol, t: Tensor) -> Tensor:
        if symbol.is_integer:
            return torch.floor(t * INTEGERS).clamp(max=INTEGERS - 1)
        if sign := self.signs.get(symbol):
            return sign * torch.exp2((2 * t - 1) * OCTAVES)
        return torch.sinh((2 * t - 1) * math.asinh(4.0**OCTAVES)) * 2.0**-OCTAVES

    def rewritten(self, relation: Relation) -> Relation:
        """A scalar relation in the free symbols."""
        return relation.map(lambda side: replaced(side, self.solved))


def replaced(e: sympy.Expr, values: dict[sympy.Symbol, sympy.Expr]) -> sympy.Expr:
    """`subs`, but nothing is evaluated that was not: what was written y/y stays so."""
    found = {s: v for s, v in values.items() if s in e.free_symbols}
    if not found:
        return e
    if e.is_Symbol:
        return found[e]
    return e.func(*[replaced(a, values) for a in e.args], **({"evaluate": False} if isinstance(e, sympy.Mul) else {}))


def scalars(relation: Relation) -> Relation:
    """An equality of vectors as that of the square of their distance with 0. NotNumeric for values and functions."""
    if isinstance(relation.left, Value) or isinstance(relation.right, Value):
        raise NotNumeric("a loss is no number")
    if isinstance(relation.left, Vector) or isinstance(relation.right, Vector):
        if relation.operator != "=":
            raise NotNumeric("vectors have no order")
        distance = relation.left - relation.right
        relation = equal(distance.dot(distance) if isinstance(distance, Vector) else distance, 0)
    for side in (relation.left, relation.right):
        if side.atoms(AppliedUndef) or side.has(sympy.Sum):
            raise NotNumeric("sequences and sums")
    return relation


def unknowns(statement: Relation, facts: Sequence[Relation]) -> Unknowns:
    """The free unknowns of scalar relations. NotNumeric where an equality among the facts is not solved."""
    symbols = sorted(set().union(*(r.free_symbols for r in (statement, *facts))), key=lambda s: s.name)
    solved: dict[sympy.Symbol, sympy.Expr] = _coordinates([s for s in symbols if inner_names(s)], facts)
    free = {s for e in solved.values() for s in e.free_symbols} | {s for s in symbols if s not in solved}
    for fact in facts:
        if fact.operator == "=":
            free -= _solve(fact, solved)
    signs = {symbol: sign for symbol, sign, _ in _signs(facts)}
    strict = frozenset(symbol for symbol, _, strict in _signs(facts) if strict)
    return Unknowns(tuple(sorted(free, key=lambda s: s.name)), signs, solved, strict)


def _coordinates(inners: Iterable[sympy.Symbol], facts: Sequence[Relation]) -> dict[sympy.Symbol, sympy.Expr]:
    """⟨a, b⟩ by coordinates; of a unit vector by two numbers, rationally."""
    names = sorted({name for s in inners for name in inner_names(s) or ()})
    if any(is_compound(name) or name == ONES_NAME for name in names):
        raise NotNumeric("products of vectors by coordinate")
    unit = {name for name in names for f in facts if f == equal(inner(name, name), 1)}
    vectors = {name: _unit(name) if name in unit else _vector(name, COORDINATES) for name in names}
    pairs = [(a, b) for a in names for b in names]
    return {inner(a, b): sum(x * y for x, y in zip(vectors[a], vectors[b], strict=True)) for a, b in pairs}


def _vector(name: str, size: int) -> list[sympy.Expr]:
    plain = re.sub(r"\W+", "", name)
    return [sympy.Symbol(f"{plain}[{i + 1}]", real=True) for i in range(size)]


def _unit(name: str) -> list[sympy.Expr]:
    """Stereographic: 2t/(1 + t²) and (1 - t²)/(1 + t²)."""
    t = _vector(name, COORDINATES - 1)
    square = sum(x * x for x in t)
    return [(1 - square) / (1 + square), *(2 * x / (1 + square) for x in t)]


def _solve(fact: Relation, solved: dict[sympy.Symbol, sympy.Expr]) -> set[sympy.Symbol]:
    """One more symbol solved for, in which the equality is linear; its own left side by preference."""
    left, right = (replaced(side, solved) for side in (fact.left, fact.right))
    if sympy.cancel(left - right) == 0:
        return set()
    for one, other in ((left, right), (right, left)):
        if one.is_Symbol and one not in other.free_symbols:
            return _found(one, other, solved)
    difference = left - right
    for symbol in sorted(difference.free_symbols, key=lambda s: s.name):
        if symbol.is_integer or any(symbol in e.args[0].free_symbols for e in difference.atoms(sympy.Function)):
            continue
        slope = sympy.cancel(difference.diff(symbol))
        if slope != 0 and symbol not in slope.free_symbols:
            return _found(symbol, sympy.cancel(-difference.subs(symbol, 0) / slope), solved)
    raise NotNumeric(f"{fact.latex} is not solved")


def _found(symbol: sympy.Symbol, value: sympy.Expr, solved: dict[sympy.Symbol, sympy.Expr]) -> set[sympy.Symbol]:
    for name in solved:
        solved[name] = replaced(solved[name], {symbol: value})
    solved[symbol] = value
    return {symbol}


def _signs(facts: Sequence[Relation]) -> Iterator[tuple[sympy.Symbol, int, bool]]:
    """Symbols beyond a number, their sign, and whether 0 is excluded."""
    for fact in facts:
        if fact.operator in ("<", "<="):
            for low, high, sign in ((fact.left, fact.right, 1), (fact.right, fact.left, -1)):
                if low.is_number and high.is_Symbol and low * sign >= 0:
                    yield high, sign, fact.operator == "<" or low != 0
