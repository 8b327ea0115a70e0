"""Series with an explicit remainder, in Arb power series."""

from dataclasses import dataclass

import flint
import sympy

from derivations.defined import undefined
from derivations.enclose import decide, enclose, precision
from derivations.rules.rule import ENCLOSED, Facts, Outcome, Rule
from derivations.statement import Relation, equal, unequal

PIECES = 4096


@dataclass(frozen=True)
class Series(Rule):
    """series with explicit remainder: |f| ≤ C zⁿ on [0, Z] because the Taylor coefficients of f below n vanish, the
    n-th does not, and |f⁽ⁿ⁾|/n! ≤ C on [0, Z] in interval arithmetic (Lagrange)."""

    variable: sympy.Symbol
    order: int

    def discharge(self, relation: Relation, facts: Facts) -> Outcome:
        z, n = self.variable, self.order
        upper = self._upper(facts)
        if upper is None:
            return Outcome.open(f"the facts must be exactly 0 ≤ {z} and {z} ≤ a number")
        bounded, bound = relation.left, relation.right
        constant = sympy.expand(bound / z**n)
        if relation.operator != "<=" or not isinstance(bounded, sympy.Abs) or constant.free_symbols:
            return Outcome.open(f"the relation must read |f| ≤ C {z}^{n}")
        if missing := undefined(relation, facts.context()):
            return Outcome.open(missing)
        f = bounded.args[0]
        if f.free_symbols != {z}:
            return Outcome.open(f"f must be a function of {z} alone")
        for i in range(n + 1):
            coefficient = sympy.diff(f, z, i).subs(z, 0) / sympy.factorial(i)
            wanted = equal(coefficient, 0) if i < n else unequal(coefficient, 0)
            if decide(wanted) is not True:
                return Outcome.open(f"coefficient {i} of the series is {coefficient}: the order is not {n}")
        return self._bounded(f, constant, upper)

    def _upper(self, facts: Facts) -> sympy.Expr | None:
        upper, lower = None, False
        for r in facts.relations:
            if (r.operator, r.left, r.right) == ("<=", 0, self.variable):
                lower = True
            elif r.operator == "<=" and r.left == self.variable and r.right.is_Rational and r.right > 0:
                upper = r.right
            else:
                return None
        return upper if lower else None

    def _bounded(self, f: sympy.Expr, constant: sympy.Expr, upper: sympy.Expr) -> Outcome:
        n = self.order
        with precision(128):
            limit = enclose(constant, {})
            pieces = [(sympy.Integer(0), upper)]
            done = 0
            while pieces:
                low, high = pieces.pop()
                middle, radius = (low + high) / 2, (high - low) / 2
                ball = flint.arb(enclose(middle, {}), enclose(radius, {}))
                flint.ctx.cap = n + 1
                coefficient = enclose(f, {self.variable: flint.arb_series([ball, 1], prec=n + 1)})[n]
                if abs(coefficient) <= limit:
                    continue
                done += 1
                if done > PIECES:
                    return Outcome.open(f"the remainder exceeds {constant} near {self.variable} = {float(middle):.4g}")
                pieces += [(low, middle), (middle, high)]
        return ENCLOSED
