"""Facts at work: a decision procedure for identities, and what can be read off of signs.

An identity holds if the numerator of left - right, as a polynomial in generators (`generators`), reduces to 0 modulo
the ideal of the generators' relations and of the facts given. It then holds wherever its denominators are not 0 and
its roots are real, which is for `defined` to check. Sound, and fails closed.
"""

from collections.abc import Iterable
from functools import lru_cache, reduce
from operator import and_

import sympy
from sympy.core.function import AppliedUndef

from derivations.fingerprint import may_be_equal
from derivations.generators import KEPT, Generators, factored_form, factors_of
from derivations.signs import (
    NONNEGATIVE,
    NONZERO,
    POSITIVE,
    UNKNOWN,
    above_arctangents,
    free_symbols,
    structural_sign,
)
from derivations.statement import Relation
from derivations.sums import canonical_sums, is_index

_KINDS = {"<": POSITIVE, "<=": NONNEGATIVE, "!=": NONZERO}


class Context:
    """The facts a step may use, as substitutions, polynomial relations and signs."""

    def __init__(self, facts: Iterable[Relation] = (), universal: Iterable[Relation] = ()) -> None:
        """`universal`: sign relations on f(k), with k an index symbol, that hold at every k ≥ 0."""
        facts, universal = tuple(facts), tuple(universal)
        self._given = (facts, universal)
        self._generators = Generators()
        self._definitions: dict[sympy.Expr, sympy.Expr] = {}
        self._equalities: list[tuple[sympy.Expr, sympy.Expr]] = []
        self._signs: list[tuple[sympy.Expr, frozenset[str]]] = []
        self._assumed: dict[sympy.Expr, sympy.Symbol] = {}
        self._depth = 0
        self._sign_cache: dict[sympy.Expr, frozenset[str]] = {}
        self._signs_seen: dict[tuple[sympy.Expr, int], frozenset[str]] = {}
        facts = [f.map(canonical_sums) for f in facts if f.is_scalar]
        for fact in facts:
            if fact.operator == "=":
                self._add_equality(fact.left, fact.right)
        known: dict[sympy.Expr, frozenset[str]] = {}
        for fact in facts:
            if fact.operator != "=":
                difference = fact.right - fact.left
                kind = _KINDS[fact.operator]
                self._signs.append((difference, kind))
                for atom, sign in ((difference, 1), (-difference, -1)):
                    if _is_atom(atom) and (sign == 1 or kind == NONZERO):
                        known[atom] = known.get(atom, frozenset()) | kind
        for atom, kind in known.items():
            if atom not in self._definitions:
                if {"nonnegative", "nonzero"} <= kind:
                    kind = POSITIVE
                self._assumed[atom] = _dummy(atom, kind)
        self._universal: dict[type, frozenset[str]] = {}
        for fact in universal:
            if fact.operator != "=" and isinstance(pattern := fact.right - fact.left, AppliedUndef):
                self._universal[pattern.func] = self._universal.get(pattern.func, frozenset()) | _KINDS[fact.operator]
        self._nonzero = frozenset(e.xreplace(self._definitions) for e, kind in self._signs if "nonzero" in kind)
        self._signs = [(self.prepare(e), kind) for e, kind in self._signs]

    def assuming(self, *facts: Relation) -> "Context":
        """The same facts and these."""
        given, universal = self._given
        return Context([*given, *facts], universal)

    # -- facts ---------------------------------------------------------------------------------------------------

    def _add_equality(self, left: sympy.Expr, right: sympy.Expr) -> None:
        """An equation name = value becomes a substitution if that is not circular, else a polynomial relation."""
        value = right.xreplace(self._definitions)
        if _is_atom(left) and left not in self._definitions and not value.has(left):
            self._definitions = {name: v.xreplace({left: value}) for name, v in self._definitions.items()}
            self._definitions[left] = value
        else:
            self._equalities.append((left, right))

    def prepare(self, expression: sympy.Expr) -> sympy.Expr:
        """Definitions put in, sums in normal form, atoms carrying the assumptions that the facts give them."""
        # Bound variables are renamed before anything is put in for the free ones.
        expression = canonical_sums(expression).xreplace(self._definitions)
        expression = canonical_sums(expression, self._nonzero)
        sums = {s: self._generators.of(s) for s in expression.atoms(sympy.Sum)}
        expression = expression.xreplace(sums)
        for value in expression.atoms(AppliedUndef):
            if value not in self._assumed and (kind := self._universal.get(value.func)) and is_index(value.args[0]):
                self._assumed[value] = _dummy(value, kind)
        return expression.xreplace(self._assumed)

    # -- identities ----------------------------------------------------------------------------------------------

    def vanishes(self, expression: sympy.Expr) -> bool:
        """Whether the expression is 0 wherever its generators obey their relations and its denominators are not 0."""
        if expression == 0:
            return True
        numerator = self._generators.numerator(self.prepare(expression))
        if numerator == 0:
            return True
        relations = [n for a, b in self._equalities if (n := self._relation(self.prepare(a - b))) != 0]
        return self._generators.implies(relations, numerator)

    def _relation(self, prepared: sympy.Expr) -> sympy.Expr:
        """The numerator of an expression that vanishes, without the factors that are known not to."""
        return _essential(self._generators.numerator(prepared))

    # -- signs ---------------------------------------------------------------------------------------------------

    def sign(self, expression: sympy.Expr) -> frozenset[str]:
        """What is known of the sign: a subset of {"positive", "nonnegative", "nonzero"}."""
        if expression not in self._sign_cache:
            self._sign_cache[expression] = self._sign(self.prepare(expression))
        return self._sign_cache[expression]

    def _sign(self, e: sympy.Expr) -> frozenset[str]:
        """The sign of a prepared expression, as far as it is seen from this depth of the search."""
        if (seen := (e, self._depth)) not in self._signs_seen:
            self._signs_seen[seen] = self._searched(e)
        return self._signs_seen[seen]

    def _searched(self, e: sympy.Expr) -> frozenset[str]:
        known = structural_sign(e)
        if known == POSITIVE:
            return known
        if isinstance(total := self._generators.key(e), sympy.Sum):
            return known | (NONNEGATIVE & self._summand_sign(total))
        if e.is_Mul:
            factors = [self._signed(a) for a in e.args]
            product = reduce(and_, (sign for sign, _ in factors))
            known |= product if sum(flipped for _, flipped in factors) % 2 == 0 else product & NONZERO
        if e.is_Pow:
            base, exponent = self._sign(e.base), e.exp
            if base == POSITIVE and exponent.is_real:
                return POSITIVE
            if "nonnegative" in base and (exponent.is_nonnegative or "nonzero" in base):
                known |= NONNEGATIVE
            if "nonzero" in base and (exponent.is_integer or "nonnegative" in base):
                known |= NONZERO
            if exponent.is_even:
                known |= NONNEGATIVE
        if e.is_Add:
            signs = [self._sign(a) for a in e.args]
            if all("nonnegative" in s for s in signs):
                known |= POSITIVE if POSITIVE in signs else NONNEGATIVE
            for fact, kind in self._signs:
                # A fact may be hidden in the sum: e = fact + rest, with fewer terms.
                if "nonnegative" in kind and fact.is_Add and len(sympy.Add.make_args(rest := e - fact)) < len(e.args):
                    other = self._sign(rest)
                    if "nonnegative" in other:
                        known |= POSITIVE if POSITIVE in (kind, other) else NONNEGATIVE
            if above_arctangents(e):
                known = POSITIVE
        for fact, kind in self._signs:
            if known >= kind:
                continue
            if self._same(e, fact):
                known |= kind
            elif "nonzero" in kind and "nonzero" not in known and self._same(-e, fact):
                known |= NONZERO
        for left, right in self._equalities:
            if not known and self._depth == 0 and self._same(e, self.prepare(left)):
                self._depth += 1
                known |= self._sign(self.prepare(right))
                self._depth -= 1
        if not known >= NONNEGATIVE and self._depth == 0 and not e.is_Atom:
            self._depth += 1
            try:
                factored = factored_form(e)
                if factored != e:
                    known |= self._sign(factored)
            finally:
                self._depth -= 1
        if {"nonnegative", "nonzero"} <= known:
            known = POSITIVE
        return known

    def _signed(self, factor: sympy.Expr) -> tuple[frozenset[str], bool]:
        """The sign of a factor, or of its negative if that is the one known, and whether it is the negative's."""
        sign = self._sign(factor)
        base, exponent = factor.as_base_exp()
        if "nonnegative" not in sign and exponent.is_odd and (base.is_Add or base.is_Number):
            negative = self._sign((-base) ** exponent)
            if "nonnegative" in negative:
                return negative, True
        return sign, False

    def _summand_sign(self, total: sympy.Sum) -> frozenset[str]:
        index, low, _ = total.limits[0]
        return self._sign(self.prepare(total.function)) if is_index(index) and is_index(low) else UNKNOWN

    def _same(self, e: sympy.Expr, fact: sympy.Expr) -> bool:
        if e == fact:
            return True
        if self._depth > 1 or free_symbols(e).isdisjoint(free_symbols(fact)) or not may_be_equal(e, fact):
            return False
        self._depth += 1
        try:
            return self._generators.numerator(e - fact) == 0
        finally:
            self._depth -= 1


@lru_cache(maxsize=KEPT)
def _essential(numerator: sympy.Expr) -> sympy.Expr:
    """A polynomial without the factors that are not 0 by SymPy's assumptions."""
    if numerator == 0:
        return numerator  # an empty product of factors is 1, from which everything would follow
    return sympy.expand(sympy.Mul(*(f**n for f, n in factors_of(numerator) if "nonzero" not in structural_sign(f))))


def _is_atom(e: sympy.Expr) -> bool:
    return isinstance(e, sympy.Symbol | AppliedUndef)


@lru_cache(maxsize=KEPT)
def _dummy(atom: sympy.Expr, kind: frozenset[str]) -> sympy.Symbol:
    """The same one in every context, so that what is computed about it in one need not be computed in the next."""
    assumptions = {"real": True}
    if atom.is_integer:
        assumptions["integer"] = True
    for name in kind:
        assumptions[name] = True
    return sympy.Dummy(str(atom), **assumptions)
