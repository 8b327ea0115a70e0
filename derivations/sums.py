"""Finite sums in normal form: one bound variable a level of nesting, linear in their terms, peeled to a common end."""

from functools import cache

import sympy


@cache
def bound_symbol(level: int, nonnegative: bool) -> sympy.Dummy:
    """The bound variable of a level of nesting; no statement can contain it, so it captures nothing."""
    return sympy.Dummy("i", integer=True, **({"nonnegative": True} if nonnegative else {}))


def is_index(e: sympy.Expr) -> bool:
    """Whether e is known to be an integer ≥ 0."""
    return e.is_integer is True and e.is_nonnegative is True


def renamed(index: sympy.Symbol, low: sympy.Expr, level: int) -> sympy.Dummy:
    """The bound variable for `index`. Raises ValueError if the index assumes what its range does not give."""
    integer = sympy.Symbol(index.name, integer=True)
    natural = sympy.Symbol(index.name, integer=True, nonnegative=True)
    plain = isinstance(index, sympy.Dummy) or index in (integer, natural)
    if plain and (is_index(low) or not index.is_nonnegative):
        return bound_symbol(level, bool(index.is_nonnegative))
    raise ValueError(f"a sum over {index} from {low}: the index must be an integer, assumed nonnegative only if it is")


def canonical_sums(e: sympy.Expr, nonzero: frozenset = frozenset()) -> sympy.Expr:
    """Sums linear in their terms, upper end brought to `symbol - 1`, index-free factors outside.

    `nonzero`: expressions known not to be 0, whose powers may be split freely.
    """
    if not e.has(sympy.Sum):
        return e
    if isinstance(e, sympy.Sum):
        total = canonical_sums(e.function, nonzero)
        for index, low, high in e.limits:
            total = _peel(total, index, low, high, nonzero)
        return total
    return e.func(*(canonical_sums(a, nonzero) for a in e.args)) if e.args else e


def _level(e: sympy.Expr) -> int:
    return max((1 + _level(s.function) for s in e.atoms(sympy.Sum)), default=0)


def _peel(
    summand: sympy.Expr, index: sympy.Symbol, low: sympy.Expr, high: sympy.Expr, nonzero: frozenset
) -> sympy.Expr:
    bound = renamed(index, low, _level(summand))
    summand = summand.xreplace({index: bound})
    shift, symbol = sympy.expand(high).as_coeff_Add()
    if not (symbol.is_Symbol and is_index(symbol) and low == 0 and shift.is_Integer and shift >= -1):
        return sympy.Sum(summand, (bound, low, high))
    result = sympy.Integer(0)
    for c in range(int(shift) + 1):
        result += summand.xreplace({bound: symbol + c})
    summand, shifts = _split_powers(summand, bound, nonzero)
    for term in sympy.Add.make_args(sympy.expand(summand, power_exp=False)):
        outside, inside = term.as_independent(bound, as_Add=False)
        result += outside.xreplace(shifts) * sympy.Sum(inside, (bound, 0, symbol - 1))
    return result


def _split_powers(e: sympy.Expr, index: sympy.Symbol, nonzero: frozenset) -> tuple[sympy.Expr, dict]:
    """base^(exponent + rest) as base^exponent times a placeholder for base^rest, and what the placeholders are.

    `rest` is the integer part, and all that does not depend on the index where the base is known not to be 0.
    Placeholders, because SymPy would merge the two powers again; what they stand for depends on no bound variable.
    """
    bound = {index} | {s.limits[0][0] for s in e.atoms(sympy.Sum)}
    powers, placeholders = {}, {}
    for power in e.atoms(sympy.Pow):
        if power.exp.has(index) and not power.base.free_symbols & bound:
            rest, moving = sympy.expand(power.exp).as_independent(index, as_Add=True)
            if power.base not in nonzero or rest.free_symbols & bound:
                constant = sympy.floor(rest.as_coeff_Add()[0])
                rest, moving = constant, moving + rest - constant
            if rest != 0:
                placeholder = sympy.Dummy("shift", real=True)
                placeholders[placeholder] = power.base**rest
                powers[power] = placeholder * power.base**moving
    return e.xreplace(powers), placeholders
