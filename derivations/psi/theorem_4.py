"""Theorem 4: the rate of GD, and where (19) can hold."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict, Witness
from derivations.notation import chain
from derivations.psi.plane import bowl, harmonic, slope_at
from derivations.psi.smooth_descent import block, descent, gradient_norm, rho, rows, sgd_segment
from derivations.psi.theorem_2 import rate
from derivations.rules import Identity, Sign
from derivations.statement import at_most, equal, less, nonnegative, positive

H, at_w, bound, ri, rj, at_v = sympy.symbols("H H_w L^{ww} r_i r_j H_v", real=True)
everywhere = chain(
    "(19) fails near 0",
    (
        Hypothesis("(24)", equal(rho**2 * at_w, H), meaning="(24): ⟨ξ, ∇²_ww ξ⟩ at ρv is ρ⁻² times H, that at v"),
        Hypothesis("curved", positive(H), meaning="H > 0; for H < 0 the same with both signs turned"),
        Hypothesis("bound", positive(bound), meaning="L^ww > 0, any bound"),
        Hypothesis("near", equal(rho, sympy.sqrt(H / (2 * bound))), meaning="‖w‖² = H/(2L^ww)"),
    ),
    (
        Step("value", equal(at_w, 2 * bound), Identity(), ("(24)", "curved", "bound", "near")),
        Step("beyond", less(bound, at_w), Sign(bound), ("value", "bound")),
    ),
    r"Where $\mathcal L$ is not flat, $\|\nabla^2_{ww}\mathcal L\|$ exceeds every $L^{ww}$ near 0.",
)

Lvv = sympy.Symbol("L^{vv}", real=True)
no_larger = chain(
    "the best constants of (19) away from 0 are those of (13)",
    (
        Hypothesis("(24)", equal(ri * rj * at_w, at_v), meaning="a block at W, at unit ξ, and at V; r = ‖w‖, 1 for g"),
        Hypothesis("r_i", positive(ri), meaning="r_i > 0"),
        Hypothesis("r_j", positive(rj), meaning="r_j > 0"),
        Hypothesis("r_i ≥ 1", nonnegative(ri**2 - 1), meaning="‖w_i‖² ≥ 1"),
        Hypothesis("r_j ≥ 1", nonnegative(rj**2 - 1), meaning="‖w_j‖² ≥ 1"),
        Hypothesis("(13)", nonnegative(Lvv - at_v), meaning="H_v ≤ L^vv"),
        Hypothesis("L", nonnegative(Lvv), meaning="L^vv ≥ 0"),
    ),
    (
        Step("solved", equal(at_w, at_v / (ri * rj)), Identity(), ("(24)", "r_i", "r_j")),
        Step(
            "bound",
            at_most(at_w, Lvv),
            Sign((Lvv - at_v) / (ri * rj) + Lvv * ((ri**2 - 1) * rj**2 + (rj**2 - 1)) / (ri * rj * (ri * rj + 1))),
            ("solved", "(13)", "L", "r_i", "r_j", "r_i ≥ 1", "r_j ≥ 1"),
        ),
    ),
    r"On $\|w_i\|\ge1$ every block is at most $L^{vv}$, $L^{vg}$ or $L^{gg}$, which it takes on the spheres: there "
    r"$L^{ww}=L^{vv}$ and $L^{wg}=L^{vg}$.",
)

fi, fj = sympy.symbols("f_i f_j", real=True)
longer = chain(
    "the constants for longer weights",
    (
        Hypothesis("(24)", equal(ri * rj * at_w, at_v), meaning="a block at W, at unit ξ, and at V; r = ‖w‖, 1 for g"),
        Hypothesis("f_i", positive(fi), meaning="f_i > 0, 1 for g"),
        Hypothesis("f_j", positive(fj), meaning="f_j > 0, 1 for g"),
        Hypothesis("r_i", positive(ri), meaning="r_i > 0"),
        Hypothesis("r_j", positive(rj), meaning="r_j > 0"),
        Hypothesis("r_i ≥ f_i", nonnegative(ri - fi), meaning="‖w_i‖ ≥ f_i"),
        Hypothesis("r_j ≥ f_j", nonnegative(rj - fj), meaning="‖w_j‖ ≥ f_j"),
        Hypothesis("(13)", nonnegative(Lvv - at_v), meaning="H_v ≤ L^vv"),
        Hypothesis("L", nonnegative(Lvv), meaning="L^vv ≥ 0"),
    ),
    (
        Step("solved", equal(at_w, at_v / (ri * rj)), Identity(), ("(24)", "r_i", "r_j")),
        Step(
            "bound",
            at_most(at_w, Lvv / (fi * fj)),
            Sign((Lvv - at_v) / (ri * rj) + Lvv * (ri * (rj - fj) + fj * (ri - fi)) / (ri * rj * fi * fj)),
            ("solved", "(13)", "L", "f_i", "f_j", "r_i", "r_j", "r_i ≥ f_i", "r_j ≥ f_j"),
        ),
    ),
    r"On $\|w_i\|\ge f_i$ every block is at most $L_{ij}^{vv}/(f_if_j)$ or $L_i^{vg}/f_i$: from longer weights GD may "
    r"take longer steps.",
)

_point = sympy.Matrix([sympy.Rational(1, 2), sympy.Rational(1, 10)])
_square = _point.dot(_point)
_gap = _point[1] ** 2 / _square / 2
SHORT_START = Witness(
    r"$\mathcal L=\frac{y^2}{2\|w\|^2}$, whose Hessian is at most 1 on the circle and 4 at $(\frac12,0)$; with the "
    r"constant 1, $w_0=(\frac12,\frac1{10})$ and $T=1$: $\|\nabla_W\mathcal L\|^2=\frac{625}{4394}$, the bound "
    r"$2\tilde L\Delta=\frac1{26}$.",
    given=(),
    printed=at_most(slope_at(bowl, _point) ** 2 / _square, 2 * _gap),
)
FLAT = Witness(
    r"$\mathcal L=\frac{y^2}{2\|w\|^2}$ and $L^{ww}=1$, its best on the circle: at $(\frac12,0)$ "
    r"$\partial_y^2\mathcal L=\frac1{x^2}=4$.",
    given=(),
    printed=at_most(1 / sympy.Rational(1, 2) ** 2, 1),
)

CLAIM = Claim(
    id="PSI-T4",
    paper="004",
    where="Theorem 4, (19), (22)",
    printed=r"\text{under the global bounds (19), with }\eta_{w^{(i)}}=1/\tilde L_{w^{(i)}},\ \eta_g=1/\tilde "
    r"L_g:\quad \min_{0\le t<T}\|\nabla_{W_t,g_t}\mathcal L(W_t,g_t)\|^2\le\frac{2\tilde L(\mathcal "
    r"L(W_0,g_0)-\mathcal L(W^*,g^*))}T",
    verdict=Verdict.HYPOTHESIS,
    finding=r"By (24) the Hessian grows as $\|w\|^{-2}$ near 0: (19) holds for no PSI loss that depends on $W$, and "
    r"the theorem says nothing. It holds as printed with (19) on $\|w_i\|\ge1$ only, if $\|w_0^{(i)}\|\ge1$: GD does "
    r"not leave that region. The best constants there are those of (13): $L^{ww}=L^{vv}$, $L^{wg}=L^{vg}$. With "
    r"$\|w_0\|<1$ it fails at $T=1$.",
    corrected=(no_larger, longer, sgd_segment, block, rows, descent, gradient_norm, rate, harmonic),
    theorems=(everywhere,),
    corrected_latex=r"(22)\text{ under (19) on }\{\|w^{(i)}\|\ge1\ \forall i\}\text{ and }\|w_0^{(i)}\|\ge1;\quad"
    r"\text{on }\{\|w^{(i)}\|\ge f_i\}\text{ with }L_{ij}^{vv}/(f_if_j),\ L_i^{vg}/f_i",
    witnesses=(FLAT, SHORT_START),
    notes=(
        "Under (19) everywhere ∇²_ww L = 0, so the gradient a in w is constant away from 0, and Lemma 1 at w = a gives "
        "‖a‖² = 0: L does not depend on W. In d = 1 every L is such a case: it knows no more of w than the sign.",
        "Theorem 4 is about ‖∇_W L‖, which is ‖∇_V L‖/‖w‖: the longer the weights, the less it says.",
    ),
)
