"""Expressions written as people write them: 1 - β rather than -(β - 1)."""

import sympy

SMALL = sympy.Rational(1, 7)
"""Where the sign of a factor is looked at: hyper-parameters are small and positive."""


def readable(e: sympy.Expr) -> sympy.Expr:
    """The same expression; each factor that is negative at small positive hyper-parameters has its sign turned."""
    numerator, denominator = sympy.fraction(sympy.factor(sympy.together(e)))
    sign, parts = 1, []
    for part in (numerator, denominator):
        factors = []
        for factor in sympy.Mul.make_args(part):
            base, power = factor.as_base_exp()
            if base.is_Add and power.is_Integer and base.subs(dict.fromkeys(base.free_symbols, SMALL)).is_negative:
                base, sign = sympy.expand(-base), sign * (-1) ** int(power)
            factors.append(base**power)
        parts.append(sympy.Mul(*factors, evaluate=False) if len(factors) > 1 else factors[0])
    return sympy.Mul(sympy.Integer(sign), parts[0], sympy.Pow(parts[1], -1)) if sign < 0 else parts[0] / parts[1]
