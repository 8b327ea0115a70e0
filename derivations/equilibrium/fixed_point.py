"""The fixed point of a one-step map, exactly: by elimination to one polynomial in x = ‖w‖²."""

from dataclasses import dataclass
from functools import cache

import sympy

from derivations.equilibrium.one_step import L, NoEquilibrium, OneStep, X, one_step
from derivations.generators import factored_form
from derivations.space import DIMENSION


@dataclass(frozen=True)
class FixedPoint:
    """`polynomial`: a polynomial in x of which x* is a root. `values`: every other unknown at the fixed point, in x
    and the symbols that `roots` gives to the square roots in the map, whose squares are, in x, `squares`.

    `power`, `value`: x^power = value in closed form; 0 and None where the polynomial has no closed root.
    """

    polynomial: sympy.Expr
    values: dict[sympy.Symbol, sympy.Expr]
    roots: dict[sympy.Expr, sympy.Symbol]
    squares: dict[sympy.Symbol, sympy.Expr]
    power: int
    value: sympy.Expr | None


def fixed_point(name: str) -> FixedPoint:
    """The fixed point of the scheme called `name`, with ε = 0. Raises NoEquilibrium where there is none."""
    found = _found(name)
    if isinstance(found, str):
        raise NoEquilibrium(found)
    return found


@cache
def _found(name: str) -> FixedPoint | str:
    """The fixed point, or why there is none: a cache keeps no exceptions."""
    try:
        return solve(one_step(name))
    except NoEquilibrium as error:
        return str(error)


def solve(step: OneStep) -> FixedPoint:
    """Eliminate every unknown but x from F(X) = X, linear ones first; roots become unknowns of their own."""
    roots: dict[sympy.Expr, sympy.Symbol] = {}
    equations = [_numerator(_without_roots(f - u, roots)) for f, u in zip(step.mean, step.unknowns, strict=True)]
    equations = [e for e in equations if e != 0]
    unknowns = list(step.unknowns[1:])
    solved: dict[sympy.Symbol, sympy.Expr] = {}
    while pick := _linear(equations, unknowns):
        equation, unknown = pick
        value = _root(equation, unknown)
        equations = [_numerator(e.xreplace({unknown: value})) for e in equations if e is not equation]
        equations = [e for e in equations if e != 0]
        solved = {u: factored_form(v.xreplace({unknown: value})) for u, v in solved.items()} | {unknown: value}
        unknowns.remove(unknown)
    if len(unknowns) == 1 and len(equations) == 2:
        (unknown,) = unknowns
        value, resultant = _resultant(equations[0], equations[1], unknown)
        solved = {u: factored_form(v.xreplace({unknown: value})) for u, v in solved.items()} | {unknown: value}
        unknowns, equations = [], [resultant]
    if unknowns or len(equations) != 1:
        raise NoEquilibrium(f"{step.scheme}: {len(equations)} equations are left for {[X, *unknowns]}")
    polynomial = equations[0]
    squares = {}
    for radicand, root in roots.items():
        squares[root] = factored_form(radicand.xreplace(solved))
        polynomial = _square_away(polynomial, root, squares[root])
    return _result(step, polynomial, solved, roots, squares)


def _numerator(e: sympy.Expr) -> sympy.Expr:
    """The numerator without its trivial factors."""
    numerator = sympy.numer(factored_form(e))
    if numerator == 0:
        return numerator
    bases = [f.as_base_exp()[0] for f in sympy.Mul.make_args(numerator)]
    return sympy.Mul(*(f for f in bases if f != X and not f.is_number))


def _without_roots(e: sympy.Expr, roots: dict[sympy.Expr, sympy.Symbol]) -> sympy.Expr:
    """Square roots of expressions replaced by symbols."""

    def replaced(power: sympy.Pow) -> sympy.Expr:
        if not power.base.has(X) and not power.base.free_symbols - {DIMENSION}:
            return power
        if power.base not in roots:
            roots[power.base] = sympy.Symbol(f"s_{len(roots)}", real=True)
        return roots[power.base] ** (2 * power.exp)

    e = e.replace(lambda p: p.is_Pow and p.exp.is_Rational and p.exp.q == 2, replaced)
    return e.replace(
        lambda p: p.is_Pow and p.base in roots and p.exp.is_Integer, lambda p: roots[p.base] ** (2 * p.exp)
    )


def _linear(equations: list[sympy.Expr], unknowns: list[sympy.Symbol]) -> tuple[sympy.Expr, sympy.Symbol] | None:
    """The shortest equation of degree 1 in some unknown, and that unknown."""
    found = []
    for e in equations:
        for u in unknowns:
            if e.has(u) and sympy.degree(e, u) == 1:
                found.append((sympy.count_ops(e), str(u), e, u))
    return min(found, key=lambda item: item[:2])[2:] if found else None


def _root(equation: sympy.Expr, unknown: sympy.Symbol) -> sympy.Expr:
    """The root of an equation of degree 1."""
    slope, rest = sympy.Poly(equation, unknown).all_coeffs()
    return factored_form(-rest / slope)


def _resultant(a: sympy.Expr, b: sympy.Expr, unknown: sympy.Symbol) -> tuple[sympy.Expr, sympy.Expr]:
    """The common root of two polynomials in an unknown, and the condition that there is one."""
    chain = [factored_form(e) for e in sympy.subresultants(a, b, unknown)]
    for e in chain:
        numerator = _numerator(e)
        if sympy.degree(numerator, unknown) == 1:
            return _root(numerator, unknown), _numerator(chain[-1])
    raise NoEquilibrium(f"no subresultant is linear in {unknown}")


def _square_away(polynomial: sympy.Expr, root: sympy.Symbol, square: sympy.Expr) -> sympy.Expr:
    """P(x, s) = A + B s with s² known: A where B = 0, else A² - B² s²."""
    even, odd = sympy.Integer(0), sympy.Integer(0)
    for (power,), coefficient in sympy.Poly(polynomial, root).terms():
        part = coefficient * square ** (power // 2)
        even, odd = (even, odd + part) if power % 2 else (even + part, odd)
    even, odd = sympy.together(even), sympy.together(odd)
    return _numerator(even if sympy.simplify(odd) == 0 else even**2 - odd**2 * square)


def _result(
    step: OneStep,
    polynomial: sympy.Expr,
    solved: dict[sympy.Symbol, sympy.Expr],
    roots: dict[sympy.Expr, sympy.Symbol],
    squares: dict[sympy.Symbol, sympy.Expr],
) -> FixedPoint:
    in_x = [f for f, _ in sympy.factor_list(polynomial)[1] if f.has(X)]
    # Steps whose length does not depend on the gradient's come to rest at a norm without L.
    factors = [f for f in in_x if f.has(L, DIMENSION)] or in_x
    if not factors:
        raise NoEquilibrium(f"{step.scheme}: the norm has no fixed point, F(X) = X demands {polynomial} = 0")
    whole = sympy.Mul(*factors)
    poly = sympy.Poly(whole, X)
    terms = poly.terms()
    if len(terms) == 2 and terms[1][0] == (0,):
        power = terms[0][0][0]
        return FixedPoint(whole, solved, roots, squares, power, factored_form(-terms[1][1] / terms[0][1]))
    return FixedPoint(whole, solved, roots, squares, 0, None)
