"""Phenomenon (c): the same points on the sphere with other radii have another direction."""

import sympy

from derivations.claim import Claim, Verdict, Witness
from derivations.elementwise import Moment, exact, moments, squared_distance
from derivations.notation import one_step
from derivations.ours.transported_momentum import coupled, decoupled
from derivations.rules import Arithmetic
from derivations.schemes.adam import Adam
from derivations.schemes.sgd_m import SGDM
from derivations.statement import equal, unequal

R = sympy.Rational


def _momentum_run(radius: sympy.Expr, lr: sympy.Expr, decay: sympy.Expr) -> tuple[Moment, ...]:
    """Two steps of SGD-M with β = 1/2 from radius·(1, 0), with the same gradients on the sphere."""
    h = exact(SGDM(), lr=lr, weight_decay=decay, momentum=R(1, 2))
    return moments(SGDM(), h, (radius, sympy.Integer(0)), ((0, -R(3, 4)), (R(3), -R(4))))


# Both runs go from (1, 0) to (4, 3)/5; the radii are (1, 5/4) in the first, (2, 1) in the second.
_first = _momentum_run(sympy.Integer(1), sympy.Integer(1), sympy.Integer(0))
_second = _momentum_run(sympy.Integer(2), R(8, 5), R(3, 8))

CANCELS = Witness(
    r"SGD-M, $\beta=\frac12$, $u_0=(1,0)$, $u_1=(\frac45,\frac35)$, the same gradients: radii $(1,\frac54)$ without "
    r"decay, "
    r"$(2,1)$ with $\eta=\frac85$, $\lambda=\frac38$. The ratios are $\frac54$ and $\frac12$, and $c_1^\perp$ is the "
    r"same.",
    given=(
        equal(_first[1].radius / _first[0].radius, R(5, 4)),
        equal(_second[1].radius / _second[0].radius, R(1, 2)),
        equal(_first[1].x[0] / _first[1].radius, _second[1].x[0] / _second[1].radius),
    ),
    printed=unequal(squared_distance(_first[1].c_perp, _second[1].c_perp), 0),
)


def _adam_direction(radius: sympy.Expr) -> Moment:
    """Adam's first step with λ = 1/2 from radius·(3, 4)/5, ∇L(u) = (6/5, -9/10)."""
    h = exact(Adam(), lr=1, weight_decay=R(1, 2))
    return moments(Adam(), h, (radius * R(3, 5), radius * R(4, 5)), ((R(6, 5), -R(9, 10)),))[0]


elementwise = one_step(
    "an elementwise division does it",
    (),
    unequal(squared_distance(_adam_direction(R(1, 2)).c_perp, _adam_direction(R(2)).c_perp), 0),
    Arithmetic(),
    r"Adam's first step, $\lambda=\frac12$, $u_0=(\frac35,\frac45)$, $\nabla\mathcal L(u_0)=(\frac65,-\frac9{10})$: "
    r"$c_0^\perp$ at $r_0=\frac12$ and at $r_0=2$ differ.",
)

CLAIM = Claim(
    id="SP-P-RATIO",
    paper="000",
    where="4.1 (c)",
    printed=r"\text{(c) the ratio }\tfrac{r_k}{r_i}\text{ in }c_k^{\mathrm{grad}}\text{ and }c_k^{L_2}\text{ impacts "
    r"}c_k^\perp\text{: it can differ for identical }(u_i)_{i\le k}\text{ with distinct }(r_i)_{i\le k}",
    verdict=Verdict.HYPOTHESIS,
    finding=r"Not through the ratios of (17): with a scalar division (SGD-M, Adam without (a)) $c_k^\perp$ is the "
    r"same for all radii, because the ratios and the L2 terms cancel (OD-MOMENTUM). In Adam the radii do act, with "
    r"$\lambda>0$ or $\epsilon>0$, already at $k=0$ where there is no ratio; at $\lambda=\epsilon=0$ the points "
    r"determine the radii up to a common factor, unless a step is radial. A decoupled decay turns $\beta$ into "
    r"$\beta(1-\eta\lambda)$.",
    witnesses=(CANCELS,),
    corrected=(elementwise, decoupled, coupled),
    corrected_latex=r"\text{for an elementwise division with }\lambda>0\text{ (or }\epsilon>0\text{), or a decoupled "
    r"decay}",
)
