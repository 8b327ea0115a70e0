"""Expressions as fractions of polynomials, in FLINT: numerator and factors in milliseconds.

SymPy's `together`, `expand` and `factor` give the same up to constants and are what stands in where FLINT has no
polynomials of several variables, and for what is no fraction of polynomials in symbols and roots.
"""

from collections.abc import Iterable
from math import lcm
from typing import Any

import flint
import sympy

AVAILABLE = hasattr(flint, "fmpq_mpoly_ctx")
"""python-flint has them from 0.7 on; the route without FLINT never."""


class NoFraction(ValueError):
    """The expression is no fraction of polynomials, or divides by 0."""


Fraction = tuple[Any, Any]


def numerator(e: sympy.Expr) -> sympy.Expr:
    """The numerator of the reduced fraction, expanded, its coefficients integers. Raises NoFraction."""
    generators, (above, _) = _reduced(e)
    return _sum(above * lcm(*(int(c.q) for c in above.coeffs())), generators)


def factored(e: sympy.Expr) -> sympy.Expr:
    """The reduced fraction in irreducible factors over the rationals. Raises NoFraction."""
    generators, (above, below) = _reduced(e)
    if above.is_zero():
        return sympy.Integer(0)
    (c, up), (d, down) = above.factor(), below.factor()
    parts = [(_sum(f, generators), int(n)) for f, n in up] + [(_sum(f, generators), -int(n)) for f, n in down]
    product, constant = sympy.Mul(*(f**n for f, n in parts)), _rational(c / d)
    if product.is_Add and abs(constant) != 1:
        return sympy.Mul(constant, product, evaluate=False)  # else SymPy would multiply it into the sum
    return constant * product


def factors(e: sympy.Expr) -> list[tuple[sympy.Expr, int]]:
    """The irreducible factors of the numerator, with their powers, but for its constant. Raises NoFraction."""
    generators, (above, _) = _reduced(e)
    return [(_sum(f, generators), int(n)) for f, n in above.factor()[1]]


def _reduced(e: sympy.Expr) -> tuple[tuple[sympy.Expr, ...], Fraction]:
    if not AVAILABLE:
        raise NoFraction("FLINT has no polynomials of several variables")
    generators = _generators(e)
    names = tuple(f"x{i}" for i in range(len(generators)))
    context = flint.fmpq_mpoly_ctx.get(names or ("x0",), flint.Ordering.lex)
    gens = dict(zip(generators, context.gens(), strict=False))
    return generators, _fraction(e, gens, context.constant(1))


def _generators(e: sympy.Expr) -> tuple[sympy.Expr, ...]:
    """Its symbols, and roots of what is no symbol itself, in SymPy's order."""
    found: set[sympy.Expr] = set()
    _collect(e, found)
    roots = {g.base: g for g in found if g.is_Pow}
    if len(roots) < sum(g.is_Pow for g in found) or any(base in found for base in roots):
        raise NoFraction("roots of one radicand in several degrees, or beside it")
    return tuple(sorted(found, key=sympy.default_sort_key))


def _collect(e: sympy.Expr, found: set[sympy.Expr]) -> None:
    if e.is_Symbol:
        found.add(e)
    elif e.is_Add or e.is_Mul or e.is_Pow and e.exp.is_Integer:
        for a in e.args[: 1 if e.is_Pow else None]:
            _collect(a, found)
    elif e.is_Pow and e.exp.is_Rational and not e.base.is_number:
        found.add(_root(e))
    elif not e.is_Rational:
        raise NoFraction(f"{e.func.__name__}: neither a symbol nor a root")


def _root(power: sympy.Expr) -> sympy.Expr:
    root = sympy.Pow(power.base, sympy.Rational(1, power.exp.q), evaluate=False)
    if root**power.exp.p != power:
        raise NoFraction(f"{power} is no power of a root")
    return root


def _fraction(e: sympy.Expr, gens: dict[sympy.Expr, Any], one: Any) -> Fraction:
    if e.is_Symbol:
        return gens[e], one
    if e.is_Rational:
        return one * flint.fmpq(int(e.p), int(e.q)), one
    if e.is_Add:
        return _add(one, (_fraction(a, gens, one) for a in e.args))
    if e.is_Mul:
        above, below = one, one
        for a in e.args:
            n, d = _fraction(a, gens, one)
            above, below = above * n, below * d
        return _lowest(above, below)
    above, below = _fraction(e.base, gens, one) if e.exp.is_Integer else (gens[_root(e)], one)
    n = int(e.exp.p)
    if n < 0 and above.is_zero():
        raise NoFraction("division by 0")
    return (above**n, below**n) if n >= 0 else (below**-n, above**-n)


def _add(one: Any, parts: Iterable[Fraction]) -> Fraction:
    """The sum, of like denominators first: there are few of them."""
    by_denominator: list[list[Any]] = []
    for n, d in parts:
        same = next((entry for entry in by_denominator if entry[1] == d), None)
        if same is None:
            by_denominator.append([n, d])
        else:
            same[0] += n
    above, below = by_denominator[0]
    for n, d in by_denominator[1:]:
        common = below.gcd(d)
        rest, other = d / common, below / common
        above, below = above * rest + n * other, below * rest
    return _lowest(above, below)


def _lowest(above: Any, below: Any) -> Fraction:
    if below.is_constant():
        return above, below
    common = above.gcd(below)
    return (above, below) if common.is_one() else (above / common, below / common)


def _sum(polynomial: Any, generators: tuple[sympy.Expr, ...]) -> sympy.Expr:
    terms = []
    for exponents, c in polynomial.to_dict().items():
        # int: a SymPy that computes without FLINT would read FLINT's integers as floats
        powers = (g ** int(n) for g, n in zip(generators, exponents, strict=False) if n)
        terms.append(sympy.Mul(_rational(c), *powers))
    return sympy.Add(*terms)


def _rational(c: Any) -> sympy.Expr:
    return sympy.Rational(int(c.p), int(c.q))
