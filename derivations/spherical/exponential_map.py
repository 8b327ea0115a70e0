"""Theorem 2: the step as an exponential map of the sphere."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict
from derivations.notation import chain, one_step, u, z
from derivations.rules import Identity, Sign
from derivations.space import Vector, vector
from derivations.spherical.distance import AHEAD, above, below
from derivations.statement import at_most, equal, less, positive

e = vector("e")
"""The unit direction of c⊥, so that η^e c⊥ = z e."""

MOVING = Hypothesis("moving", positive(z), meaning="z > 0; for z = 0 nothing moves")


def backward(angle: sympy.Expr) -> Vector:
    """Exp_u(-angle · e) on the unit sphere, for a unit tangent vector e: great circles (001 D.2.1). Left as written."""
    return sympy.cos(angle, evaluate=False) * u - sympy.sin(angle, evaluate=False) * e


exact = one_step(
    "the exact exponential map",
    (),
    equal((u - z * e) / sympy.sqrt(1 + z**2), backward(sympy.atan(z))),
    Identity(),
    r"$\frac{u - \eta^e c^\perp}{\sqrt{1+z^2}} = \mathrm{Exp}_u\left(-\frac{\arctan z}{z}\,\eta^e c^\perp\right)$ "
    r"for every "
    r"$z\ne0$, with $e = c^\perp/\|c^\perp\|$ and no hypothesis.",
)
_below, _above = below.steps[-1], above.steps[-1]
factor_above = chain(
    "the factor is at most 1",
    (AHEAD, MOVING),
    (_below, Step("factor", at_most(sympy.atan(z) / z, 1), Sign((z - sympy.atan(z)) / z), (_below.name, "moving"))),
    r"$\frac{\arctan z}{z}\le 1$.",
)
factor_below = chain(
    "the factor is 1 + O(z²)",
    (AHEAD, MOVING),
    (
        _above,
        Step(
            "factor",
            at_most(1 - z**2 / 3, sympy.atan(z) / z),
            Sign((sympy.atan(z) - z + z**3 / 3) / z),
            (_above.name, "moving"),
        ),
    ),
    r"$1-\frac{z^2}{3}\le\frac{\arctan z}{z}$: the $O(z^2)$ of (5) has the constant $\frac13$, for every $z>0$.",
)
short = one_step(
    "no step reaches a quarter of the great circle",
    (),
    less(sympy.atan(z), sympy.pi / 2),
    Sign(),
    r"$\|\alpha c^\perp\| = \arctan z < \frac\pi2 < \pi$: what (37) assumes by (H2) always holds, given (H1).",
)

CLAIM = Claim(
    id="SP-T2-EXP",
    paper="000, 001",
    where="Theorem 2, (10)/(5), (36)–(40)",
    printed=r"u_{k+1}=\mathrm{Exp}_{u_k}\!\left(-\left[1+O\!\left((\eta_k^e\|c_k^\perp\|)^2\right)\right]\eta_k^ec_k^\perp\right)",
    verdict=Verdict.HOLDS,
    finding=r"Holds for every $z=\eta^e\|c^\perp\|\ge0$, not only for small steps: the factor is exactly "
    r"$\frac{\arctan z}{z}\in[1-\frac{z^2}3,1]$. (H2) is not needed.",
    theorems=(exact, factor_above, factor_below, short),
    versions="000 adds “at order 3”: the velocity is right up to O(z³), the bracket up to O(z²); the same thing.",
)
