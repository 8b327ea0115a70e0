"""The radius under SGD without decay, exactly and to the order at which Theorem 4 solves it."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict, Witness
from derivations.notation import LEMMA_1, RADIUS, UNIT, eta, g, one_step, r, t
from derivations.rules import Identity, Monotone
from derivations.schemes.sgd import SGD
from derivations.spherical.table_1 import run
from derivations.statement import at_most, equal, nonnegative

after = run(SGD(), g / r).after
exact = one_step(
    "the radius, exactly",
    (UNIT, LEMMA_1, RADIUS),
    equal(after.dot(after), r**2 + eta**2 * g.dot(g) / r**2),
    Identity(),
    r"(48): $r_{k+1}^2=r_k^2+\frac{(\eta_k\|\nabla\mathcal L(u_k)\|)^2}{r_k^2}$.",
)

VARIABLE = Hypothesis(
    "variable", nonnegative(t), meaning="t = (η_k‖∇L(u_k)‖)²/r_k⁴ = z², the square of the effective step"
)
_R = sympy.Symbol("R", real=True)
"""The closed form at step k: R² = √(2 Σ_{i<k}(η_i‖∇L(u_i)‖)² + r₀⁴)."""
_step = sympy.Symbol("G", real=True)
recursion = one_step(
    "the closed form, one step on",
    (
        Hypothesis("variable", equal(_step, t * _R**4), meaning="t = G/R⁴, G = (η_k‖∇L(u_k)‖)², R > 0"),
        Hypothesis("sign", nonnegative(t), meaning="t ≥ 0"),
    ),
    equal(sympy.sqrt(_R**4 + 2 * _step), _R**2 * sympy.sqrt(1 + 2 * t)),
    Identity(),
    r"$R_{k+1}^2=R_k^2\sqrt{1+2t}$ with $t=\frac{(\eta_k\|\nabla\mathcal L(u_k)\|)^2}{R_k^4}$, where (48) has "
    r"$R_k^2(1+t)$.",
)
_w = sympy.sqrt(1 + 2 * t)
above = one_step(
    "the closed form grows too slowly",
    (VARIABLE,),
    at_most(_w, 1 + t),
    Monotone(t, 2 * t / (_w * (1 + _w))),
    r"$\sqrt{1+2t}\le1+t$.",
)
below = one_step(
    "by at most t²/2",
    (VARIABLE,),
    at_most(1 + t - t**2 / 2, _w),
    Monotone(t, (_w - 1) ** 2 * (_w + 2) / (2 * _w)),
    r"$1+t-\frac{t^2}{2}\le\sqrt{1+2t}$: the relative residual of one step is at most $\frac{t^2}{2}$, for every "
    r"$t\ge0$.",
)
sharp = one_step(
    "and not less, to leading order",
    (VARIABLE,),
    at_most(_w, 1 + t - t**2 / 2 + t**3 / 2),
    Monotone(t, (2 * t / (1 + _w)) ** 3 * (3 * _w**2 + 9 * _w + 8) / (8 * _w)),
    r"$\sqrt{1+2t}\le1+t-\frac{t^2}{2}+\frac{t^3}{2}$: the coefficient of $t^2$ is $-\frac12$, not 0.",
)

INEXACT = Witness(
    r"$r_k=1$, $\eta_k\|\nabla\mathcal L(u_k)\|=1$, so $t=1$: (48) gives $r_{k+1}^2=2$, the closed form $\sqrt3$.",
    given=(),
    printed=equal(sympy.sqrt(3), sympy.Integer(2)),
)

CLAIM = Claim(
    id="SP-T4-R",
    paper="001",
    where="(48)",
    printed=r"r_{k+1}^2=r_k^2+\frac{(\eta_k\|\nabla\mathcal L(u_k)\|)^2}{r_k^2};\quad "
    r"r_k^2=\sqrt{2\sum_{i<k}(\eta_i\|\nabla\mathcal L(u_i)\|)^2+r_0^4}\text{ solves it at order }2",
    verdict=Verdict.ORDER,
    finding=r"(48) is exact. The closed form solves it with relative residual between $-\frac{t^2}2$ and 0 a step, "
    r"$t=(\eta_k\|\nabla\mathcal L(u_k)\|)^2/r_k^4=z^2$: to first order in $t$, which is third in the step $z$.",
    theorems=(exact, recursion, above, below, sharp),
    versions="000's Section 3.2 names the step and refers to its Appendix C.1.4, which is not in the copy at hand.",
    notes=("What the residuals add up to over k steps is OD-UNIFORM: never more than a factor (1+t/2)^{1/2} in r².",),
    witnesses=(INEXACT,),
)
