"""Signs that can be read off an expression by itself, whatever the facts are."""

from functools import lru_cache

import sympy

from derivations.generators import KEPT

POSITIVE = frozenset({"positive", "nonnegative", "nonzero"})
NONNEGATIVE = frozenset({"nonnegative"})
NONZERO = frozenset({"nonzero"})
UNKNOWN: frozenset[str] = frozenset()


@lru_cache(maxsize=KEPT)
def free_symbols(e: sympy.Expr) -> frozenset[sympy.Symbol]:
    return frozenset(e.free_symbols)


@lru_cache(maxsize=KEPT)
def structural_sign(e: sympy.Expr) -> frozenset[str]:
    """The sign that SymPy's assumptions give."""
    # SymPy takes the arctangent of an integer symbol for irrational, hence not 0, even where the integer may be 0.
    inverse = e.atoms(sympy.atan, sympy.asin, sympy.acos)
    e = e.xreplace({f: sympy.Dummy("a", real=True, nonnegative=f.is_nonnegative) for f in inverse if f.free_symbols})
    known = set()
    if e.is_positive:
        return POSITIVE
    if e.is_nonnegative:
        known.add("nonnegative")
    if e.is_zero is False and e.is_extended_real:
        known.add("nonzero")
    return frozenset(known)


def above_arctangents(e: sympy.Expr) -> bool:
    """Whether the numeric part of a sum is at least what its arctangents, each within ±π/2, can take away."""
    number, rest = e.as_independent(*e.free_symbols, as_Add=True)
    total = sympy.Integer(0)
    for term in sympy.Add.make_args(rest):
        coefficient, function = term.as_coeff_Mul()
        if not isinstance(function, sympy.atan) or not function.args[0].is_extended_real:
            return False
        total += abs(coefficient)
    return (number - total * sympy.pi / 2).is_nonnegative is True
