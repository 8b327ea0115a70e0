"""How fast an equilibrium is approached, to leading order in λ."""

from functools import reduce
from typing import Any

import sympy
from sympy.polys.matrices import DomainMatrix

from derivations.equilibrium.fixed_point import FixedPoint
from derivations.equilibrium.leading import leading
from derivations.equilibrium.one_step import X


def leading_rate(
    gap: sympy.Matrix, fixed: FixedPoint, small_norm: tuple[int, sympy.Expr], decay: sympy.Symbol
) -> sympy.Expr:
    """The leading term of 1 - μ, μ the eigenvalue nearest to 1 of the linearised map J.

    gap: I - J at the fixed point, in x and the symbols of the square roots. small_norm: (p, value) with x^p = value to
    leading order. 1 - μ = det(I-J)/(sum of the principal minors of I-J) to leading order, μ being a simple root. Both
    are read off on x = c t^(-2n), λ = t^(2p), where the square roots are σ t^m, so that only polynomials are met.
    """
    power, value = small_norm
    order = sympy.Poly(sympy.fraction(value)[1], decay).degree()
    t, c = sympy.symbols("t c", positive=True)
    scaled = {X: c * t ** (-2 * order), decay: t ** (2 * power)}
    sizes, exact = {}, {}
    for s, square in fixed.squares.items():
        coefficient, exponent = leading(square.subs(scaled), t).as_independent(t)
        size = sympy.Symbol(rf"\sigma_{{{s.name}}}", positive=True)
        sizes[s] = size * sympy.powdenest(sympy.sqrt(exponent), force=True)
        exact[size] = sympy.sqrt(coefficient)
    irrational: dict[sympy.Expr, sympy.Symbol] = {}

    def named(root: sympy.Pow) -> sympy.Expr:
        symbol = irrational.setdefault(root.base, sympy.Symbol(rf"\rho_{{{len(irrational)}}}", positive=True))
        return symbol ** (2 * root.exp)

    def polynomial(e: sympy.Expr) -> sympy.Expr:
        e = e.subs(scaled).subs(sizes).replace(lambda p: p.is_Pow and p.exp.is_Rational and p.exp.q == 2, named)
        return e.xreplace({base: symbol**2 for base, symbol in irrational.items() if not base.is_Integer})

    determinant, minors = _without_denominators(DomainMatrix.from_Matrix(gap.applyfunc(polynomial)).to_field())
    (low, lowest), (high, highest) = _lowest(determinant, t), _lowest(minors, t)
    coefficient = sympy.factor(lowest / highest)
    coefficient = coefficient.subs({symbol: sympy.sqrt(base) for base, symbol in irrational.items()}).subs(exact)
    c_value = sympy.factor(value * decay**order) ** sympy.Rational(1, power)
    rate = sympy.factor(coefficient.subs(c, c_value)) * decay ** sympy.Rational(low - high, 2 * power)
    return sympy.powdenest(sympy.expand_power_base(rate, force=True), force=True)


def _without_denominators(matrix: DomainMatrix) -> tuple[Any, Any]:
    """The determinant and the sum of the principal minors, both times the denominators of all rows: polynomials."""
    n, ring = matrix.shape[0], matrix.domain.field.ring
    rows, denominators = [], []
    for row in matrix.to_list():
        common = reduce(lambda a, b: a.lcm(b), (e.denom for e in row))
        rows.append([e.numer * common.exquo(e.denom) for e in row])
        denominators.append(common)
    whole = range(n)
    minors = ring.zero
    for i in whole:
        rest = [j for j in whole if j != i]
        minors += denominators[i] * _minor(rows, rest, rest, ring)
    return _minor(rows, list(whole), list(whole), ring), minors


def _minor(rows: list[list[Any]], down: list[int], across: list[int], ring: Any) -> Any:
    """The determinant of some rows and columns, along the first row: there are at most four."""
    if not down:
        return ring.one
    total = ring.zero
    for position, j in enumerate(across):
        entry = rows[down[0]][j]
        if entry:
            rest = _minor(rows, down[1:], across[:position] + across[position + 1 :], ring)
            total += (-1) ** position * entry * rest
    return total


def _lowest(polynomial: Any, t: sympy.Symbol) -> tuple[int, sympy.Expr]:
    """The lowest power of t in a polynomial, and its coefficient."""
    at = polynomial.ring.symbols.index(t)
    power = min(monomial[at] for monomial in polynomial.monoms())
    part = {monomial: a for monomial, a in polynomial.terms() if monomial[at] == power}
    return power, polynomial.ring.from_dict(part).as_expr().subs(t, 1)
