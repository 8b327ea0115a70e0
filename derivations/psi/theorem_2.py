"""Theorem 2: PSI-GD finds a gradient as small as 2L̃Δ/T within T steps."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict
from derivations.notation import chain, k, one_step, sequence
from derivations.psi.smooth_descent import block, descent, gradient_norm, i, largest, on_the_sphere, psi_segment, rows
from derivations.rules import Induction, Sign
from derivations.statement import at_most, nonnegative, positive

# ℓ(k) = L(W_k, g_k), G(k) = ‖∇L‖² at V_k (Theorem 4: at W_k) and g_k, A(k) = Σ_i ‖∇_i‖²/L̃_i,
# μ(k) = the least of G(0), …, G(k-1).
loss, square, share, least = sequence(r"\ell"), sequence("G"), sequence("A"), sequence("mu")
infimum = sympy.Symbol(r"\ell^*", real=True)
LARGEST = Hypothesis("largest", nonnegative(largest), meaning="L̃ ≥ 0")
SHARE = Hypothesis("gradient", at_most(square(k), largest * share(k)), (k,), "‖∇L‖² ≤ L̃ Σ ‖∇_i‖²/L̃_i")
MINIMUM = (
    Hypothesis("minimum", at_most(least(k + 1), least(k)), (k,), "μ_{k+1} = min(μ_k, G_k)"),
    Hypothesis("latest", at_most(least(k + 1), square(k)), (k,), "μ_{k+1} ≤ G_k"),
)
INFIMUM = Hypothesis("infimum", nonnegative(loss(k) - infimum), (k,), "ℓ* = inf L > -∞")
STEPS = Hypothesis("steps", positive(k), meaning="k = T ≥ 1 steps")

squares, shares = (sympy.Sum(f(i), (i, 0, k - 1)) for f in (square, share))
_gap, _fallen = loss(0) - infimum, 2 * (loss(0) - loss(k))


GRADIENTS = Step(
    "gradients",
    at_most(squares, largest * shares),
    Induction(k, Sign(), Sign((largest * shares - squares) + (largest * share(k) - square(k)))),
    (SHARE.name,),
)
LEAST = Step(
    "least",
    at_most(k * least(k), squares),
    Induction(
        k,
        Sign(),
        Sign((squares - k * least(k)) + k * (least(k) - least(k + 1)) + (square(k) - least(k + 1))),
    ),
    ("minimum", "latest"),
)
MEAN = Step("mean", at_most(least(k), squares / k), Sign((squares - k * least(k)) / k), ("least", "steps"))
DESCENT = Hypothesis("descent", at_most(2 * loss(k + 1), 2 * loss(k) - share(k)), (k,), "one step lowers the loss")
rate = chain(
    "the rate",
    (DESCENT, SHARE, *MINIMUM, LARGEST, INFIMUM, STEPS),
    (
        Step(
            "summed",
            at_most(shares, _fallen),
            Induction(k, Sign(), Sign((_fallen - shares) + (2 * loss(k) - share(k) - 2 * loss(k + 1)))),
            ("descent",),
        ),
        GRADIENTS,
        LEAST,
        MEAN,
        Step(
            "all",
            at_most(squares, 2 * largest * _gap),
            Sign(largest * (_fallen - shares) + 2 * largest * (loss(k) - infimum) + (largest * shares - squares)),
            ("summed", "gradients", "largest", "infimum"),
        ),
        Step(
            "rate",
            at_most(least(k), 2 * largest * _gap / k),
            Sign((squares / k - least(k)) + (2 * largest * _gap - squares) / k),
            ("mean", "all", "steps"),
        ),
    ),
    r"$\min_{0\le t<T}\|\nabla\mathcal L\|^2\le\frac{2\tilde L(\mathcal L_0-\mathcal L^*)}T$.",
)

m, Lg, Lvg, spare = sympy.symbols(r"m L^{gg} \Lambda \tilde{L}_g", real=True)
m_is_spare = one_step(
    "m is not needed",
    (
        Hypothesis("blocks", nonnegative(m - 1), meaning="m ≥ 1"),
        Hypothesis("L^gg", nonnegative(Lg), meaning="L^gg ≥ 0"),
    ),
    at_most(Lg + Lvg, m * Lg + Lvg),
    Sign((m - 1) * Lg),
    r"The row of $g$ sums to $L^{gg}+\sum_iL_i^{vg}$, which the printed $\tilde L_g$ is not below: any larger "
    r"$\tilde L_g$ is the row sum for a larger $L^{gg}$.",
)

CLAIM = Claim(
    id="PSI-T2",
    paper="004",
    where="Theorem 2, (15)",
    printed=r"\text{under (13), with }\eta_{w^{(i)}}=1/\tilde L_{v^{(i)}},\ \eta_g=1/\tilde L_g:\quad "
    r"\min_{0\le t<T}\|\nabla_{V_t,g_t}\mathcal L(V_t,g_t)\|^2\le\frac{2\tilde L(\mathcal L(W_0,g_0)-"
    r"\mathcal L(W^*,g^*))}T,\quad \tilde L_{v^{(i)}}=L_i^{vg}+\sum_{j=1}^mL_{ij}^{vv},\ "
    r"\tilde L_g=mL^{gg}+\sum_{i=1}^mL_i^{vg}",
    verdict=Verdict.HOLDS,
    finding=r"Holds with the printed constants for any number of blocks, with and without $g$: a step from "
    r"$V$ is tangent, so that it stays where $\|w_i\|\ge1$, and there (24) makes the Hessian of (13) no larger. At "
    r"$T=1$ the constant 2 cannot be improved. The $m$ in $\tilde L_g$ is not needed: $L^{gg}+\sum_iL_i^{vg}$ will do.",
    theorems=(on_the_sphere, psi_segment, block, rows, descent, gradient_norm, rate, m_is_spare),
    notes=(
        "Taylor's formula along the segment is a hypothesis of the descent: it is analysis in one variable. (13) is "
        "used at every V on the spheres and every g on the path, for the tangent part of the Hessian only.",
        "T = 1, L = y²/(2‖w‖²) on the circle, L̃ = 1: ‖∇L‖² = 2(1-y²)Δ, as close to 2L̃Δ as wanted.",
        "A block with L̃ = 0 has a constant loss, and no rate 1/L̃; in d = 1 every block is constant.",
        "m, L̃ in the printed bound: without the m, L̃ is smaller by a factor of at most m.",
    ),
)
