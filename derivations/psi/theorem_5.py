"""Theorem 5: the rate of SGD."""

from derivations.claim import Claim, Verdict
from derivations.psi.noisy_descent import in_expectation, rate
from derivations.psi.smooth_descent import block, gradient_norm, rows, sgd_segment
from derivations.psi.theorem_2 import rate as exact_rate
from derivations.psi.theorem_4 import FLAT, SHORT_START, everywhere, no_larger

CLAIM = Claim(
    id="PSI-T5",
    paper="004",
    where="Theorem 5, (23)",
    printed=r"\text{under (19), (14), with }\eta_{w_t^{(i)}}=\tfrac1{\tilde L_{w^{(i)}}\sqrt T},\ "
    r"\eta_{g_t}=\tfrac1{\tilde L_g\sqrt T}:\quad\min_{0\le t<T}E\|\nabla_{W_t,g_t}\mathcal "
    r"L(W_t,g_t)\|^2\le\frac{2\tilde L(\mathcal L(W_0,g_0)-\mathcal L(W^*,g^*))}{\sqrt T}+\frac{\sigma^2\tilde "
    r"L}{2\sqrt T}\sum_{i=1}^m\Big(\frac1{\tilde L_g}+\frac1{\tilde L_{w^{(i)}}}\Big)",
    verdict=Verdict.HYPOTHESIS,
    finding=r"As for Theorem 4, (19) holds for no PSI loss that depends on $W$. With (19) on $\|w_i\|\ge1$ and "
    r"$\|w_0^{(i)}\|\ge1$ the printed constants hold for every $T$: the gradients (12) are perpendicular to the "
    r"weights, so that SGD does not leave that region, and (14) at $W$, the second line for $g$, is what the proof "
    r"needs here. At $\sigma=0$, $T=1$ and $\|w_0\|<1$ it fails as Theorem 4 does.",
    theorems=(everywhere,),
    corrected=(no_larger, sgd_segment, block, rows, gradient_norm, in_expectation, exact_rate, rate),
    corrected_latex=r"(23)\text{ under (19) on }\{\|w^{(i)}\|\ge1\ \forall i\},\ \|w_0^{(i)}\|\ge1,\ (14)\text{ given "
    r"the past},\ \mathcal G\text{ unbiased and }\mathcal G_{w^{(i)}}\perp w^{(i)}",
    witnesses=(FLAT, SHORT_START),
    notes=(
        "The printed constants need the two cases of PSI-T3; the usual sum gives a little more.",
        "(14) is assumed at the W_t of the run. As these grow, the variance at W falls, and so does ‖∇_W L‖: (23) is a "
        "statement about ever longer weights.",
    ),
)
