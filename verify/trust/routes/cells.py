"""Polynomial inequalities in at most two unknowns, decided by cells: a second method for what z3 decides.

The plane is cut where a polynomial changes its sign: x at the roots of the discriminants, leading coefficients and
resultants in y, then y at the roots of the polynomials over a rational x of each interval (open cylindrical algebraic
decomposition: McCallum 1993, Strzeboński 2000). In a cell every sign is that at a rational point, evaluated exactly.
FLINT eliminates, SymPy isolates roots; neither is z3.

Lower dimensions: a fact `0 ≤ h` is taken as an equation too, solved for an unknown in which it is linear; in one
unknown, at its roots. An equation that is linear in nothing may be a conic (`conics`): its points by one parameter. A
strict statement could be an equality on the curve of a polynomial inside of the region: the cells on both sides of it
then lie in the region, which is looked for; or at a singular point of that curve: none must be in the region.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product

import flint
import sympy

from derivations.enclose import enclose
from derivations.statement import Relation
from verify.trust.routes.conics import Place, conic
from verify.trust.routes.roots import sign_at_root

Point = Mapping[sympy.Symbol, sympy.Rational]


class Undecided(ValueError):
    """What this method does not decide; the message says why."""


@dataclass(frozen=True)
class Region:
    """Where polynomials in `unknowns` are > 0 and others ≥ 0; there `goal` is to be > 0, if strict, or ≥ 0."""

    unknowns: tuple[sympy.Symbol, ...]
    positive: tuple[sympy.Expr, ...]
    nonnegative: tuple[sympy.Expr, ...]
    goal: sympy.Expr
    strict: bool

    def holds_at(self, p: Point) -> bool:
        """Whether a point lies inside."""
        return all(_value(e, p) > 0 for e in self.positive + self.nonnegative)


def holds(relation: Relation, facts: Sequence[Relation]) -> bool:
    """Whether the facts imply the relation, for real unknowns. Raises Undecided."""
    if relation.operator not in ("<", "<="):
        raise Undecided(f"the statement is an {relation.operator!r}")
    conditions: dict[str, list[sympy.Expr]] = {"<": [], "<=": [], "=": []}
    for fact in facts:
        if fact.operator not in conditions or not fact.is_scalar:
            raise Undecided(f"a fact with {fact.operator!r}")
        conditions[fact.operator].append(fact.right - fact.left)
    return _implied(relation.right - relation.left, conditions, relation.operator == "<")


def _implied(goal: sympy.Expr, conditions: Mapping[str, Sequence[sympy.Expr]], strict: bool) -> bool:
    """Whether a goal is > 0, or ≥ 0, where the conditions are > 0, ≥ 0 and = 0."""
    if equations := conditions["="]:
        left = {**conditions, "=": equations[1:]}
        return all(_implied(goal.subs(at), _at(left, at), strict) for at in _solutions(equations[0]))
    positive, nonnegative = (tuple(map(_polynomial, conditions[kind])) for kind in ("<", "<="))
    unknowns = set().union(goal.free_symbols, *(e.free_symbols for e in positive + nonnegative))
    return _holds(Region(tuple(sorted(unknowns, key=str)), positive, nonnegative, _polynomial(goal), strict))


def _at(conditions: Mapping[str, Sequence[sympy.Expr]], place: Place) -> dict[str, list[sympy.Expr]]:
    return {kind: [e.subs(place, simultaneous=True) for e in found] for kind, found in conditions.items()}


def _solutions(equation: sympy.Expr) -> tuple[Place, ...]:
    """What an equation says of its unknowns: a value of one of them, or the points of a conic."""
    numerator = sympy.expand(sympy.numer(sympy.together(equation)))
    try:
        return (dict([_solved(numerator)]),)
    except Undecided:
        found = conic(numerator)
        if found is None:
            raise
        return (found.curve, *found.alone)


def _solved(numerator: sympy.Expr) -> tuple[sympy.Symbol, sympy.Expr]:
    """An unknown in which a polynomial that is 0 is linear, with a coefficient that is a number, and its value."""
    for symbol in sorted(numerator.free_symbols, key=str):
        p = sympy.Poly(numerator, symbol)
        if p.degree() == 1 and p.LC().is_number:
            return symbol, sympy.expand(-p.TC() / p.LC())
    raise Undecided(f"an equation that is linear in nothing: {numerator}")


def _polynomial(e: sympy.Expr) -> sympy.Expr:
    """A polynomial of the sign of a rational function, wherever that is defined."""
    numerator, denominator = sympy.fraction(sympy.together(e))
    result = sympy.expand(numerator * denominator)
    if not result.is_polynomial(*result.free_symbols):
        raise Undecided(f"not polynomial: {e}")
    return result


def _holds(region: Region) -> bool:
    if len(region.unknowns) > 2:
        raise Undecided(f"{len(region.unknowns)} unknowns")
    if not region.unknowns:
        inside = all(e > 0 for e in region.positive) and all(e >= 0 for e in region.nonnegative)
        return not inside or bool(region.goal > 0 if region.strict else region.goal >= 0)
    for i, edge in enumerate(region.nonnegative):  # on its border, one dimension less
        if edge.is_number:
            continue
        if len(region.unknowns) == 1:
            if not _holds_at_roots(edge, region):
                return False
            continue
        symbol, value = _solved(edge)
        rest = region.nonnegative[:i] + region.nonnegative[i + 1 :]
        there = Region(
            tuple(u for u in region.unknowns if u != symbol),
            tuple(sympy.expand(e.subs(symbol, value)) for e in region.positive),
            tuple(sympy.expand(e.subs(symbol, value)) for e in rest),
            sympy.expand(region.goal.subs(symbol, value)),
            region.strict,
        )
        if not _holds(there):
            return False
    factors = list(dict.fromkeys(f for e in (*inside_of(region), region.goal) for f in _factors(e)))
    for column in _columns(region.unknowns, factors):
        cells = [(p, region.holds_at(p)) for p in column]
        if any(inside and _value(region.goal, p) < 0 for p, inside in cells):
            return False
        for (p, a), (q, b) in pairwise(cells):
            if region.strict and a and b and _touches(region.goal, region.unknowns[-1], p, q):
                return False
    if region.strict and len(region.unknowns) == 2:
        for f, multiplicity in sympy.factor_list(region.goal)[1]:
            # A simple line x = constant through the region has it on both sides: the goal would be negative on one.
            if f.free_symbols == set(region.unknowns) or multiplicity % 2 == 0:
                _no_point_inside(f, region)
    return True


def _holds_at_roots(edge: sympy.Expr, region: Region) -> bool:
    """The same at the roots of a polynomial in the one unknown, where they are in the region or on its border."""
    x = region.unknowns[0]
    for factor in _factors(edge):
        for interval in sympy.Poly(factor, x).intervals():
            all_of = (*region.positive, *region.nonnegative, region.goal)
            signs = [sign_at_root(e, factor, x, interval[0]) for e in all_of]
            inside = all(s > 0 for s in signs[: len(region.positive)]) and all(s >= 0 for s in signs[:-1])
            if inside and not (signs[-1] > 0 if region.strict else signs[-1] >= 0):
                return False
    return True


def inside_of(region: Region) -> tuple[sympy.Expr, ...]:
    return region.positive + region.nonnegative


def _factors(e: sympy.Expr) -> list[sympy.Expr]:
    return [f for f, _ in sympy.factor_list(e)[1]]


def _value(e: sympy.Expr, p: Point) -> sympy.Rational:
    return e.xreplace(dict(p))


def _columns(unknowns: Sequence[sympy.Symbol], factors: Sequence[sympy.Expr]) -> list[list[Point]]:
    """A rational point in every cell: those over one interval of x from below, the intervals from the left."""
    if len(unknowns) == 1:
        return [[{unknowns[0]: v} for v in _between(factors, unknowns[0])]]
    x, y = unknowns
    high = [f for f in factors if f.has(y)]
    cuts = [f for f in factors if not f.has(y)] + [sympy.LC(f, y) for f in high]
    cuts += [_resultant(f, sympy.diff(f, y), x, y) for f in high if sympy.degree(f, y) > 1]
    cuts += [_resultant(f, g, x, y) for f, g in combinations(high, 2)]
    return [
        [{x: a, y: b} for b in _between([f.xreplace({x: a}) for f in high], y)]
        for a in _between([f for c in cuts for f in _factors(c)], x)
    ]


def _resultant(f: sympy.Expr, g: sympy.Expr, x: sympy.Symbol, y: sympy.Symbol) -> sympy.Expr:
    """The resultant in y, a polynomial in x, by FLINT."""
    context = flint.fmpq_mpoly_ctx.get(("x", "y"), "lex")

    def moved(e: sympy.Expr) -> flint.fmpq_mpoly:
        terms = sympy.Poly(e, x, y).terms()
        return context.from_dict({powers: flint.fmpq(int(c.p), int(c.q)) for powers, c in terms})

    found = moved(f).resultant(moved(g), "y").to_dict()
    return sympy.Add(*(sympy.Rational(int(c.p), int(c.q)) * x ** int(powers[0]) for powers, c in found.items()))


def _between(factors: Sequence[sympy.Expr], x: sympy.Symbol) -> list[sympy.Rational]:
    """A rational number in every interval between the real roots of polynomials, none of them a root."""
    whole = sympy.Poly(sympy.prod(set(factors)), x) if factors else sympy.Poly(1, x)
    if whole.is_zero:
        raise Undecided("a polynomial vanishes on a whole line")
    if whole.degree() < 1:
        return [sympy.Integer(0)]
    whole = whole.sqf_part()
    for digits in (3, 9, 27, 81):
        roots = [interval for interval, _ in whole.intervals(eps=sympy.Rational(1, 10**digits))]
        if not roots:
            return [sympy.Integer(0)]
        ends = [roots[0][0] - 1, *((a[1] + b[0]) / 2 for a, b in pairwise(roots)), roots[-1][1] + 1]
        if all(whole.eval(v) != 0 for v in ends):
            return [sympy.Rational(v) for v in ends]
    raise Undecided("roots that are not separated")


def _touches(goal: sympy.Expr, y: sympy.Symbol, p: Point, q: Point) -> bool:
    """Whether the goal is 0 somewhere between two points of a column."""
    others = {s: v for s, v in p.items() if s != y}
    return sympy.Poly(goal.xreplace(others), y).count_roots(p[y], q[y]) > 0


def _no_point_inside(f: sympy.Expr, region: Region) -> None:
    """Raises Undecided unless the curve f = 0 is seen to have no singular point in the region."""
    x, y = region.unknowns
    boxes = []
    for unknown, other in ((x, y), (y, x)):
        slopes = [sympy.diff(f, s) for s in (x, y)]
        common = sympy.gcd_list([_resultant(f, g, unknown, other) for g in slopes])
        if common == 0:
            raise Undecided(f"{f} and its derivatives have a common factor")
        roots = sympy.Poly(common, unknown).sqf_part().intervals(eps=sympy.Rational(1, 10**9))
        boxes.append([(unknown, *interval) for interval, _ in roots] if common.has(unknown) else [])
    for box in product(*boxes):
        balls = {s: _ball(low, high) for s, low, high in box}
        if any(_surely(e, balls, lambda v: v > 0 or v < 0) for e in (f, sympy.diff(f, x), sympy.diff(f, y))):
            continue
        if not any(_surely(e, balls, lambda v: v <= 0) for e in inside_of(region)):
            raise Undecided(f"the curve {f} = 0 may have a point by itself inside")


def _surely(e: sympy.Expr, balls: Mapping[sympy.Symbol, flint.arb], test: Callable[[flint.arb], bool]) -> bool:
    """Whether every value of a polynomial on a box passes a test; false where an unknown has no ball."""
    return e.free_symbols <= set(balls) and bool(test(enclose(e, balls)))


def _ball(low: sympy.Rational, high: sympy.Rational) -> flint.arb:
    middle, radius = ((high + low) / 2, (high - low) / 2)
    return flint.arb(enclose(middle, {}), enclose(radius, {}))
