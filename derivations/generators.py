"""Generators: expressions as rational functions of symbols that stand for everything else in them.

Generators are symbols, values of undetermined functions, roots (g with gⁿ = radicand), powers β^k of a symbolic
exponent (integer shifts split off), finite sums (`sums`), and values of other functions.
"""

from functools import lru_cache

import sympy
from sympy.core.function import AppliedUndef

from derivations import fractions

KEPT = 100_000
"""Results kept of each pure function of an expression: the contexts of a proof ask the same again and again."""


class Generators:
    """The generators met so far, and the polynomial relations between them."""

    def __init__(self) -> None:
        self._symbols: dict[sympy.Expr, sympy.Symbol] = {}
        self._keys: dict[sympy.Expr, sympy.Expr] = {}
        self._roots: dict[tuple[sympy.Expr, int], sympy.Symbol] = {}
        self._root_cache: dict[tuple[sympy.Expr, int], sympy.Expr] = {}

    def numerator(self, e: sympy.Expr) -> sympy.Expr:
        """The numerator of an expression, a polynomial in generators: 0 only if the expression is."""
        return _numerator(self.rational(e))

    def implies(self, relations: list[sympy.Expr], numerator: sympy.Expr) -> bool:
        """Whether a polynomial lies in the ideal of the given ones and of the relations between the generators."""
        used = _closure(numerator, relations, {g: key for (key, _), g in self._roots.items()})
        roots = [sympy.numer(sympy.together(g**q - key)) for (key, q), g in self._roots.items() if g in used]
        relations = [r for r in relations if r.free_symbols <= used] + roots + self._circle(used)
        if not relations:
            return False
        roots_first = set(self._roots.values())
        generators = sorted(used, key=lambda s: (s not in roots_first, str(s), getattr(s, "dummy_index", 0)))
        return sympy.groebner(relations, *generators, order="grevlex").contains(numerator)

    def of(self, key: sympy.Expr) -> sympy.Symbol:
        """The generator that stands for an expression, opaque but real."""
        if key not in self._symbols:
            self._symbols[key] = _generator(key)
            self._keys[self._symbols[key]] = key
        return self._symbols[key]

    def key(self, symbol: sympy.Expr) -> sympy.Expr | None:
        """What a generator stands for; None if the symbol is none."""
        return self._keys.get(symbol)

    def rational(self, e: sympy.Expr) -> sympy.Expr:
        """The expression as a rational function of generators."""
        if e.is_Rational or e.is_Symbol:
            return e
        if e.is_Add or e.is_Mul:
            return e.func(*map(self.rational, e.args))
        if e.is_Pow:
            return self._power(*e.args)
        if isinstance(e, sympy.exp):
            return self._power(sympy.E, e.args[0])
        if e.args and not isinstance(e, AppliedUndef):
            if not isinstance(evaluated := e.func(*e.args), e.func):
                return self.rational(evaluated)  # it was written unevaluated, to be read
            return self.of(e.func(*(factored_form(self.rational(a)) for a in e.args)))
        return self.of(e)

    def _power(self, base: sympy.Expr, exponent: sympy.Expr) -> sympy.Expr:
        if exponent.is_Integer:
            return self.rational(base) ** exponent
        if exponent.is_Rational:
            return self._root(base, exponent.q) ** exponent.p
        constant, rest = sympy.expand(exponent).as_coeff_Add()
        result = sympy.Integer(1)
        if constant != 0:
            result = self._power(base, constant)
        for term in sympy.Add.make_args(rest):
            coefficient, symbol = term.as_coeff_Mul()
            key = sympy.Pow(sympy.factor(self.rational(base)), symbol / coefficient.q, evaluate=False)
            result *= self.of(key) ** coefficient.p
        return result

    def _root(self, base: sympy.Expr, degree: int) -> sympy.Expr:
        if (base, degree) not in self._root_cache:
            self._root_cache[base, degree] = self._new_root(base, degree)
        return self._root_cache[base, degree]

    def _new_root(self, base: sympy.Expr, degree: int) -> sympy.Expr:
        radicand = factored_form(self.rational(base))
        evaluated = sympy.root(radicand, degree)
        if evaluated != sympy.Pow(radicand, sympy.Rational(1, degree), evaluate=False):
            return self.rational(evaluated)
        if (radicand, degree) not in self._roots:
            self._roots[radicand, degree] = _root_of(radicand, degree)
        return self._roots[radicand, degree]

    def _circle(self, used: set) -> list[sympy.Expr]:
        """cos² + sin² = 1 for every argument whose cosine and sine are both generators."""
        relations = []
        for key, c in list(self._symbols.items()):
            if isinstance(key, sympy.cos) and (s := self._symbols.get(sympy.sin(key.args[0]))) and {c, s} & used:
                relations.append(c**2 + s**2 - 1)
                used |= {c, s}
        return relations


@lru_cache(maxsize=KEPT)
def factored_form(e: sympy.Expr) -> sympy.Expr:
    """One fraction, in factors."""
    try:
        return fractions.factored(e)
    except fractions.NoFraction:
        return sympy.factor(sympy.together(e))


@lru_cache(maxsize=KEPT)
def _numerator(e: sympy.Expr) -> sympy.Expr:
    try:
        return fractions.numerator(e)
    except fractions.NoFraction:
        return sympy.expand(sympy.numer(sympy.together(e)))


def factors_of(polynomial: sympy.Expr) -> list[tuple[sympy.Expr, int]]:
    """The irreducible factors of a polynomial in generators, with their powers, but for its constant."""
    try:
        return fractions.factors(polynomial)
    except fractions.NoFraction:
        return sympy.factor_list(polynomial)[1]


@lru_cache(maxsize=KEPT)
def _generator(key: sympy.Expr) -> sympy.Symbol:
    """One generator for a key in every context, so that what is kept about it serves them all."""
    return sympy.Dummy("g", real=True)


@lru_cache(maxsize=KEPT)
def _root_of(radicand: sympy.Expr, degree: int) -> sympy.Symbol:
    return sympy.Dummy("root", nonnegative=True)


def _closure(numerator: sympy.Expr, relations: list[sympy.Expr], roots: dict) -> set:
    """The generators that the numerator reaches through relations and radicands."""
    used = set(numerator.free_symbols)
    while True:
        before = len(used)
        for g, key in roots.items():
            if g in used:
                used |= key.free_symbols
        for r in relations:
            if r.free_symbols & used:
                used |= r.free_symbols
        if len(used) == before:
            return used
