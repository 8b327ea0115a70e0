"""A theorem in numbers: its vectors as coordinates, its indices as integers, its hypotheses as equations to be solved.

Nothing of the kernel is used but the data: no normal form, no context, no rule. An equation `name = value` that leads
to no circle assigns; the other equations are to be solved for what is left free, the inequalities to be met.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from derivations import space
from derivations.claim import Hypothesis, Theorem
from derivations.space import DIMENSION, Vector
from derivations.statement import Relation

FORM = sympy.Symbol("form", positive=True)
"""inner(x, y) of generic coordinates, in one dimension: form · x · y."""


class NotNumeric(ValueError):
    """What has no numbers here: a function of vectors, or one at several unknowns."""


@dataclass
class Model:
    """A theorem in `d` dimensions, with its index symbols at `indices`; `last`: the last index of a sequence."""

    d: int
    indices: Mapping[sympy.Symbol, int]
    last: int
    atoms: dict[sympy.Expr, sympy.Symbol] = field(default_factory=dict)
    vectors: dict[str, list[sympy.Expr]] = field(default_factory=dict)
    assignments: dict[sympy.Symbol, sympy.Expr] = field(default_factory=dict)
    equations: list[sympy.Expr] = field(default_factory=list)
    inequalities: list[tuple[sympy.Expr, str]] = field(default_factory=list)
    known: set[sympy.Symbol] = field(default_factory=set)
    """Symbols that need a number besides."""

    @classmethod
    def of(cls, theorem: Theorem, d: int, indices: Mapping[sympy.Symbol, int]) -> "Model":
        """The model with every hypothesis in it. Raises NotNumeric."""
        model = cls(d, indices, max(indices.values(), default=0) + 2)
        for h in theorem.hypotheses:
            for relation in model.instances(h):
                model.assume(relation)
        return model

    def instances(self, h: Hypothesis) -> Iterator[Relation]:
        """A hypothesis at every value of its indices, up to the last."""
        relations = [h.relation]
        for index in h.forall:
            relations = [r.substitute({index: i}) for r in relations for i in range(self.last + 1)]
        yield from relations

    def assume(self, relation: Relation) -> None:
        for left, right in self.sides(relation):
            if relation.operator != "=":
                self.inequalities.append((right - left, relation.operator))
            elif not self._assigned(left, right) and not self._assigned(right, left):
                self.equations.append(left - right)

    def _assigned(self, name: sympy.Expr, value: sympy.Expr) -> bool:
        if not name.is_Symbol or name in self.assignments or name in self._reached(value):
            return False
        self.assignments[name] = value
        return True

    def _reached(self, e: sympy.Expr) -> set[sympy.Symbol]:
        """The symbols that an expression depends on, through assignments."""
        reached: set[sympy.Symbol] = set()
        open_ = set(e.free_symbols)
        while open_:
            reached |= open_
            open_ = set().union(*(self.assignments[s].free_symbols for s in open_ if s in self.assignments)) - reached
        return reached

    def sides(self, relation: Relation) -> list[tuple[sympy.Expr, sympy.Expr]]:
        """The two sides, coordinate by coordinate for vectors."""
        left, right = relation.left, relation.right
        if isinstance(left, Vector) or isinstance(right, Vector):
            return list(zip(self.coordinates(left), self.coordinates(right), strict=True))
        return [(self.scalar(left), self.scalar(right))]

    def coordinates(self, v: Any) -> list[sympy.Expr]:
        if not isinstance(v, Vector):
            raise NotNumeric(f"{v} is no vector")
        parts = [(self.scalar(c), self.named(name)) for name, c in v.terms]
        return [sympy.Add(*(c * part[i] for c, part in parts)) for i in range(self.d)]

    def named(self, name: str) -> list[sympy.Expr]:
        """The coordinates of a named vector: products and roots from those of what they are made of."""
        if name not in self.vectors:
            if name == space.ONES_NAME:
                made = [sympy.Integer(1)] * self.d
            elif name in space._PRODUCTS:
                a, b = (self.named(part) for part in space._PRODUCTS[name])
                made = [p * q for p, q in zip(a, b, strict=True)]
            elif name in space._ROOTS:
                made = [sympy.sqrt(c) for c in self.coordinates(space._ROOTS[name])]
            else:
                made = [sympy.Dummy(f"x{i}", real=True) for i in range(self.d)]
            self.vectors[name] = made
        return self.vectors[name]

    def scalar(self, e: Any) -> sympy.Expr:
        if not isinstance(e, sympy.Expr):
            raise NotNumeric(f"{e} is no scalar")
        numbers = {s: sympy.Integer(v) for s, v in self.indices.items()}
        return self._atoms(_at(e, numbers | {DIMENSION: sympy.Integer(self.d)}))

    def _atoms(self, e: sympy.Expr) -> sympy.Expr:
        if e.is_Symbol:
            if names := space.inner_names(e):
                a, b = (self.named(name) for name in names)
                return sympy.Add(*(p * q for p, q in zip(a, b, strict=True)))
            return e
        if isinstance(e, AppliedUndef):
            if e.func.__name__ == "inner" and len(e.args) == 2:
                return FORM * self._atoms(e.args[0]) * self._atoms(e.args[1])
            key = e.func(*(self._atoms(a) for a in e.args))
            if any(other.func == key.func and other != key and key.free_symbols for other in self.atoms):
                raise NotNumeric(f"{e.func.__name__} at several unknowns, which might be equal")
            return self.atoms.setdefault(key, sympy.Dummy(e.func.__name__, real=True))
        return e.func(*map(self._atoms, e.args)) if e.args else e

    @property
    def order(self) -> list[sympy.Symbol]:
        """The assigned symbols, each after what it depends on."""
        done: list[sympy.Symbol] = []
        seen: set[sympy.Symbol] = set()

        def visit(s: sympy.Symbol) -> None:
            if s not in seen and s in self.assignments:
                seen.add(s)
                for other in sorted(self.assignments[s].free_symbols, key=str):
                    visit(other)
                done.append(s)

        for symbol in self.assignments:
            visit(symbol)
        return done


def index_symbols(theorem: Theorem) -> tuple[sympy.Symbol, ...]:
    """The integer symbols that a theorem leaves free, but for the dimension."""
    relations = [h.relation for h in theorem.hypotheses] + [s.relation for s in theorem.steps]
    symbols = {s for r in relations for e in _all(r) for s in e.free_symbols}
    return tuple(sorted((s for s in symbols if s.is_integer and s != DIMENSION), key=str))


def has_vectors(theorem: Theorem) -> bool:
    """Whether its numbers depend on a dimension."""
    relations = [h.relation for h in theorem.hypotheses] + [s.relation for s in theorem.steps]
    return any(not r.is_scalar for r in relations) or any(
        s == DIMENSION or space.inner_names(s) for r in relations for s in r.free_symbols
    )


def _all(relation: Relation) -> tuple[sympy.Expr, ...]:
    try:
        return relation.expressions
    except AttributeError:
        return ()


def _at(e: sympy.Expr, numbers: Mapping[sympy.Expr, sympy.Expr]) -> sympy.Expr:
    """Symbols replaced by numbers where they are free, and sums between numbers written out."""
    if e in numbers:
        return numbers[e]
    if not isinstance(e, sympy.Sum):
        return e.func(*(_at(a, numbers) for a in e.args)) if e.args else e
    *inner, (index, low, high) = e.limits
    low, high = _at(low, numbers), _at(high, numbers)
    if not (low.is_Integer and high.is_Integer and high >= low - 1):
        raise NotNumeric(f"a sum from {low} to {high}")
    term = sympy.Sum(e.function, *inner) if inner else e.function
    values = range(int(low), int(high) + 1)
    return sympy.Add(*(_at(term, {**numbers, index: sympy.Integer(i)}) for i in values))
