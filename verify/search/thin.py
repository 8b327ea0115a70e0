"""Statements of our own making, false in a part of the cube that is made as small as one likes; and one that is not.

The families differ in what leads there: an edge, a ridge, a curved valley, nothing, or a slope that leads away.
"""

from collections.abc import Iterator

import sympy

from derivations.statement import at_most, positive
from verify.search.relations import target
from verify.search.target import Target

LR, G, R, X, Y, Z, W = sympy.symbols("eta g r x y z w", real=True)
NUMBERS = (X, Y, Z, W)
TENTH = sympy.Rational(1, 10)


def _edge() -> Iterator[Target]:
    """A step of gradient descent never turns by more than a right angle less so much: false for tiny norms only."""
    facts = [positive(LR), positive(G), positive(R)]
    for power in (4, 12, 20, 28, 34):
        gap = sympy.Rational(1, 2**power)
        yield target(f"edge 2^-{power}", "thin", at_most(LR * G / R**2, 1 / gap), facts, false=True)


def _ridge() -> Iterator[Target]:
    """Cauchy and Schwarz short of their constant: false where all numbers nearly agree, the more of them the rarer."""
    for count in (2, 3, 4):
        some = NUMBERS[:count]
        for power in (1, 2, 3):
            most = (1 - TENTH**power) * count * sum(x**2 for x in some)
            facts = [positive(x) for x in some]
            yield target(f"ridge {count}, 10^-{power}", "thin", at_most(sum(some) ** 2, most), facts, false=True)


def _valley() -> Iterator[Target]:
    """Rosenbrock's function stays above so much: false near (1, 1), at the end of a curved valley."""
    facts = [positive(X), positive(Y)]
    for power in (0, 1, 2, 3, 4):
        least = TENTH**power
        yield target(f"valley 10^-{power}", "thin", at_most(least, _rosenbrock()), facts, false=True)


def _needle() -> Iterator[Target]:
    """False within a distance of a point, of which nothing tells elsewhere: no method can do better than chance."""
    for power in (0, 1, 2):
        tip = sympy.Max(0, TENTH**power - sympy.Abs(X - 3) - sympy.Abs(Y - 5))
        yield target(f"needle 10^-{power}", "thin", at_most(tip, 0), [positive(X), positive(Y)], false=True)


def _decoy() -> Iterator[Target]:
    """False near 3; a wide slope leads to 1/10, where it holds: methods that follow it are led away."""
    for power in (0, 1, 2):
        tip = TENTH**power - sympy.Abs(X - 3)
        slope = -sympy.Abs(X - TENTH) - sympy.Abs(Y - TENTH) - TENTH
        facts = [positive(X), positive(Y)]
        yield target(f"decoy 10^-{power}", "thin", at_most(sympy.Max(tip, slope), 0), facts, false=True)


def _true() -> Iterator[Target]:
    """The same with nothing wrong: whoever reports a violation of these is wrong."""
    some = [positive(x) for x in NUMBERS]
    yield target("ridge, true", "true", at_most(sum(NUMBERS) ** 2, 4 * sum(x**2 for x in NUMBERS)), some, false=False)
    yield target("valley, true", "true", at_most(0, _rosenbrock()), some[:2], false=False)
    yield target("edge, true", "true", at_most(sympy.atan(X / Y), sympy.pi / 2), some[:2], false=False)


def _rosenbrock() -> sympy.Expr:
    return 100 * (Y - X**2) ** 2 + (1 - X) ** 2


def targets() -> Iterator[Target]:
    """All of them."""
    for family in (_edge, _ridge, _valley, _needle, _decoy, _true):
        yield from family()
