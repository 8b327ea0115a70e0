"""OD-EXP: the exact factor of the exponential map, with two-sided bounds valid for every step."""

import sympy

from derivations.claim import Claim, Step, Verdict
from derivations.notation import chain, one_step, z
from derivations.rules import Monotone, Sign
from derivations.spherical.distance import AHEAD
from derivations.spherical.exponential_map import MOVING, exact, factor_above, factor_below
from derivations.statement import at_most, less

_s = sympy.sqrt(1 + z**2)
_shafer = Step(
    "Shafer's bound",
    at_most(3 * z / (1 + 2 * _s), sympy.atan(z)),
    Monotone(z, (_s - 1) ** 2 / (_s**2 * (1 + 2 * _s) ** 2)),
    ("ahead",),
    because="the derivative of the difference is a square",
)
_half = Step(
    "half-angle bound",
    at_most(sympy.atan(z), 2 * z / (1 + _s)),
    Monotone(z, z**2 / ((1 + _s) * _s**2 * (1 + _s))),
    ("ahead",),
    because="θ ≤ 2 tan(θ/2)",
)
lower = chain(
    "lower bound for every step",
    (AHEAD, MOVING),
    (
        _shafer,
        Step(
            "factor",
            at_most(3 / (1 + 2 * _s), sympy.atan(z) / z),
            Sign((sympy.atan(z) - 3 * z / (1 + 2 * _s)) / z),
            (_shafer.name, "moving"),
        ),
    ),
    r"$\frac{3}{1+2\sqrt{1+z^2}}\le\frac{\arctan z}{z}$.",
)
upper = chain(
    "upper bound for every step",
    (AHEAD, MOVING),
    (
        _half,
        Step(
            "factor",
            at_most(sympy.atan(z) / z, 2 / (1 + _s)),
            Sign((2 * z / (1 + _s) - sympy.atan(z)) / z),
            (_half.name, "moving"),
        ),
    ),
    r"$\frac{\arctan z}{z}\le\frac{2}{1+\sqrt{1+z^2}}$.",
)
_y = (1 + z**2) ** sympy.Rational(1, 3)
_adamovic = Step(
    "Adamović's bound",
    at_most(sympy.atan(z), z / _y),
    Monotone(z, (_y - 1) ** 2 * (_y + 2) / (3 * _y**4)),
    ("ahead",),
    because="the derivative of the difference has a double root at 0",
)
upper_near = chain(
    "upper bound for small steps",
    (AHEAD, MOVING),
    (
        _adamovic,
        Step(
            "factor",
            at_most(sympy.atan(z) / z, 1 / _y),
            Sign((z / _y - sympy.atan(z)) / z),
            (_adamovic.name, "moving"),
        ),
    ),
    r"$\frac{\arctan z}{z}\le(1+z^2)^{-1/3}$, which is right up to $O(z^4)$.",
)
_low, _high = 3 / (1 + 2 * _s), 2 / (1 + _s)
tight = one_step(
    "the bounds are never far apart",
    (),
    less(_high / _low, sympy.Rational(4, 3)),
    Sign(2 / (3 * (1 + _s))),
    r"The upper bound is less than $\frac43$ of the lower one, for every $z$.",
)

CLAIM = Claim(
    id="OD-EXP",
    paper="ours",
    where="SP-T2-EXP without O(z²)",
    printed=r"u_{k+1}=\mathrm{Exp}_{u_k}\!\left(-\frac{\arctan z}{z}\,\eta_k^ec_k^\perp\right),\qquad "
    r"\frac{3}{1+2\sqrt{1+z^2}}\le\frac{\arctan z}{z}\le\frac{2}{1+\sqrt{1+z^2}},\quad z=\eta_k^e\|c_k^\perp\|>0",
    verdict=Verdict.HOLDS,
    finding=r"The exact factor is $\frac{\arctan z}{z}$; the bounds hold for every $z>0$ and are within a factor "
    r"$\frac43$ of each other; the lower one, and "
    r"$(1+z^2)^{-1/3}$ above, are right up to $O(z^4)$ at 0.",
    theorems=(exact, lower, upper, upper_near, tight, factor_above, factor_below),
    notes=("With (H1) violated, z < 0 and u_{k+1} is the antipode of the right side: see SP-T2-STEP.",),
)
