"""Theorem 3: the rate of PSI-SGD, and at which weights its noise has to be bounded."""

import sympy

from derivations.claim import Claim, Verdict, Witness
from derivations.psi.bounded_variance import scales, seen
from derivations.psi.noisy_descent import in_expectation, rate
from derivations.psi.plane import Slope, bowl, harmonic, slope_at, step
from derivations.psi.smooth_descent import block, gradient_norm, on_the_sphere, psi_segment, rows
from derivations.psi.theorem_2 import rate as exact_rate
from derivations.schemes.psi_sgd import PSISGD
from derivations.statement import at_most

_R = sympy.Rational
_STEPS, _START = 4, sympy.Matrix([100, 10])


def _sample(sign: int) -> Slope:
    """The slope of (y²/2 ± xy)/‖w‖²."""
    return lambda cosine, sine: bowl(cosine, sine) + sign * cosine


def _mean_squares() -> list[sympy.Expr]:
    """E‖∇L(V_t)‖² of L = y²/(2‖w‖²), t < 4, over all paths of the two samples (y²/2 ± xy)/‖w‖²; η = 1/√T = 1/2."""
    points, found = [_START], []
    for _ in range(_STEPS):
        found.append(sympy.Add(*(slope_at(bowl, w) ** 2 for w in points)) / len(points))
        points = [step(PSISGD(), _sample(sign), w, _R(1, 2)) for w in points for sign in (1, -1)]
    return found


_squares = _mean_squares()
_start = _START.dot(_START)
_variance = 1 / _start
_gap = _START[1] ** 2 / _start / 2
LONG_START = Witness(
    r"$\mathcal L=\frac{y^2}{2\|w\|^2}+\frac{g^2}2$, $\tilde L=\tilde L_v=\tilde L_g=1$, two samples $(\frac{y^2}2\pm "
    r"xy)/\|w\|^2$, $w_0=(100,10)$, $g_0=0$, $T=4$: the variance at $W_t$ is at most $\sigma^2=\frac1{\|w_0\|^2}$, as "
    r"(14) asks; the least of the four $E\|\nabla\|^2$ is $\frac{100}{10201}$, the bound "
    r"$\frac1{202}+\frac1{20200}=\frac1{200}$.",
    given=(at_most(1 / _start, _variance),),
    printed=at_most(min(_squares), _gap + _variance / 4 * 2),
)

CLAIM = Claim(
    id="PSI-T3",
    paper="004",
    where="Theorem 3, (16)",
    printed=r"\text{under (13), (14), with }\eta_{w_t^{(i)}}=\tfrac1{\tilde L_{v^{(i)}}\sqrt T},\ "
    r"\eta_{g_t}=\tfrac1{\tilde L_g\sqrt T}:\quad\min_{0\le t<T}E\|\nabla_{V_t,g_t}\mathcal "
    r"L(V_t,g_t)\|^2\le\frac{2\tilde L(\mathcal L(W_0,g_0)-\mathcal L(W^*,g^*))}{\sqrt T}+\frac{\sigma^2\tilde "
    r"L}{2\sqrt T}\sum_{i=1}^m\Big(\frac1{\tilde L_g}+\frac1{\tilde L_{v^{(i)}}}\Big)",
    verdict=Verdict.HYPOTHESIS,
    finding=r"It needs the variance of (14) at $V_t$, $\|w_t\|^2$ times that at $W_t$. With it the printed constants "
    r"hold for every $T$. With (14) at $W_t$ as printed it is false for long weights: the path on the spheres is the "
    r"same for every $\|w_0\|$, but $\sigma^2$ falls as $\|w_0\|^{-2}$, and what is left of the bound, "
    r"$\frac{2\tilde L\Delta}{\sqrt T}$, $\Delta=\mathcal L_0-\mathcal L^*$, can be too small by any factor below "
    r"$\sqrt T$; nearly 2 in the witness, $T=4$.",
    corrected=(
        scales,
        seen,
        on_the_sphere,
        psi_segment,
        block,
        rows,
        gradient_norm,
        in_expectation,
        exact_rate,
        rate,
        harmonic,
    ),
    corrected_latex=r"(16)\text{ under (13) and }\|w_t^{(i)}\|^2E\big[\|\mathcal "
    r"G_{w_t^{(i)}}-\nabla_{w_t^{(i)}}\mathcal L\|^2\big|W_t,g_t\big]\le\sigma^2,\ E\big[\|\mathcal "
    r"G_{g_t}-\nabla_{g_t}\mathcal L\|^2\big|W_t,g_t\big]\le\sigma^2,\ \mathcal G\text{ unbiased and }\mathcal "
    r"G_{w^{(i)}}\perp w^{(i)}",
    witnesses=(LONG_START,),
    notes=(
        "The usual sum gives 2(A+B)/(2√T-1), A = L̃Δ, B = ½L̃σ²Σ1/L̃_i, which is more than the printed (2A+B)/√T where "
        "B > 2(√T-1)A. There the printed bound exceeds 2A, and the first gradient is at most that: T2 at T = 1.",
        "G is perpendicular to the weights where it is (12), a mean of gradients of PSI losses. Without that a step "
        "may come close to 0, where (13) says nothing.",
        "The m-fold 1/L̃_g of the printed sum, one would do, only makes the bound larger; T is known beforehand.",
        "Where the variance at V is constant and ‖w_0‖ = 1, (14) at W_0 is what is needed.",
    ),
)
