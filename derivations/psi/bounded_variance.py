"""(14), Remark 3: the variance of the gradient at W is not invariant, and PSI-SGD sees ‖w‖² times it."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict, Witness
from derivations.notation import chain, eta, one_step
from derivations.psi.smooth_descent import UNIT, moved, rho, sigma, v
from derivations.rules import Identity, Sign
from derivations.schemes.psi_sgd import PSISGD
from derivations.space import vector
from derivations.statement import at_most, equal, less, positive

mean, noise = vector(r"\nabla_v\mathcal{L}"), vector(r"\delta_v")
_sample_w, _mean_w, _sample_v = vector(r"\mathcal{G}_w"), vector(r"\nabla_w\mathcal{L}"), vector(r"\mathcal{G}_v")
_pairs = (
    ("(5), samples", _sample_w.dot(_sample_w), _sample_v.dot(_sample_v)),
    ("(5), both", _sample_w.dot(_mean_w), _sample_v.dot(mean)),
    ("(5), mean", _mean_w.dot(_mean_w), mean.dot(mean)),
)
scales = one_step(
    "the noise at W",
    tuple(
        Hypothesis(name, equal(rho**2 * at_w, at_v), meaning="ρG_w(W) = G_v(V), ρ∇_wL(W) = ∇_vL(V), ρ = ‖w‖")
        for name, at_w, at_v in _pairs
    ),
    equal(
        rho**2 * (_sample_w - _mean_w).dot(_sample_w - _mean_w),
        (_sample_v - mean).dot(_sample_v - mean),
    ),
    Identity(),
    r"$\mathcal G_w(W)=\frac1{\|w\|}\mathcal G_v(V)$, by (5) sample by sample: $\|w\|^2\,\|\mathcal G_w-\nabla_w"
    r"\mathcal L\|^2=\|\mathcal G_v-\nabla_v\mathcal L\|^2$.",
)
_with, _without = (moved(PSISGD(), rho * v, g / rho, eta) for g in (mean + noise, mean))
seen = one_step(
    "the noise that PSI-SGD sees",
    (UNIT,),
    equal((_with - _without).dot(_with - _without), rho**2 * eta**2 * noise.dot(noise)),
    Identity(),
    r"Relative to $\|w\|$ the noise moves a step of PSI-SGD by $\eta\|\mathcal G_v-\nabla_v\mathcal L\|$, whatever "
    r"$\|w\|$: what counts is the variance at $V$, $\|w\|^2$ times that of (14).",
)
variance, at_w = sympy.symbols("U U_w", real=True)
unbounded = chain(
    "(14) fails near 0",
    (
        Hypothesis("scaling", equal(rho**2 * at_w, variance), meaning="U_w = U/ρ², the variances at W and V"),
        Hypothesis("noise", positive(variance), meaning="U > 0"),
        Hypothesis("bound", positive(sigma), meaning="σ > 0"),
        Hypothesis("small", equal(rho, sympy.sqrt(variance) / (2 * sigma)), meaning="‖w‖ = √U/(2σ)"),
    ),
    (
        Step("value", equal(at_w, 4 * sigma**2), Identity(), ("scaling", "noise", "bound", "small")),
        Step("beyond", less(sigma**2, at_w), Sign(3 * sigma**2), ("value", "bound")),
    ),
    r"Where the variance at $V$ is not 0, that at $\frac{\sqrt U}{2\sigma}V$ is $4\sigma^2$: no $\sigma$ serves all "
    r"$W$.",
)
floor = sympy.Symbol("r", real=True)
away = one_step(
    "and holds away from 0",
    (
        Hypothesis("floor", positive(floor), meaning="r > 0"),
        Hypothesis("norm", positive(rho**2 - floor**2), meaning="‖w‖ > r"),
        Hypothesis("ρ", positive(rho), meaning="ρ = ‖w‖ > 0"),
        Hypothesis("scaling", equal(at_w, variance / rho**2), meaning="U_w = U/ρ²"),
        Hypothesis("noise", positive(variance), meaning="U > 0"),
    ),
    at_most(at_w, variance / floor**2),
    Sign(variance * (rho**2 - floor**2) / (rho**2 * floor**2)),
    r"On $\|w\|>r$ it is at most $\frac U{r^2}$: Remark 3.",
)

# L = y²/(2‖w‖²) + ‖g‖²/2 at w = (1, 1), g = 0, without any noise: ∇_w L = (-1/4, 1/4), G_g = ∇_g L = 0.
_slope = (-sympy.Rational(1, 4), sympy.Rational(1, 4))
NO_NOISE = Witness(
    r"$\mathcal L=\frac{y^2}{2\|w\|^2}+\frac{\|g\|^2}2$, $w=(1,1)$, $g=(0,0)$, the full gradient for $\mathcal G$: "
    r"the noise is 0, so $\sigma^2=0$ bounds its variance, but $\|\mathcal G_g-\nabla_w\mathcal L\|^2=\frac18$.",
    given=(at_most(sum((slope - slope) ** 2 for slope in _slope), 0),),
    printed=at_most(sum((0 - slope) ** 2 for slope in _slope), 0),
)

CLAIM = Claim(
    id="PSI-E14",
    paper="004",
    where="(14), Remark 3",
    printed=r"E\|\mathcal G_{w_t^{(i)}}(W_t,g_t)-\nabla_{w_t^{(i)}}\mathcal L(W_t,g_t)\|^2\le\sigma^2;\quad "
    r"E\|\mathcal G_{g_t}(W_t,g_t)-\nabla_{w_t^{(i)}}\mathcal L(W_t,g_t)\|^2\le\sigma^2.\quad\text{It cannot hold as }"
    r"\|w_i\|\to0;\ \text{as the weights never go to zero it is reasonable}",
    verdict=Verdict.MISPRINT,
    finding=r"The second line has $\nabla_{w^{(i)}}$ where $\nabla_g$ is meant. Remark 3 is right: the variance at "
    r"$W$ is $\|w\|^{-2}$ times that at $V$. So (14) depends on the norm of the weights, which the PSI manifold does "
    r"not know, and on a long weight it says little: what moves PSI-SGD is the variance at $V$, $\|w_t\|^2$ times that "
    r"of (14), see PSI-T3. SGD (21) sees the variance at $W$.",
    theorems=(unbounded, away),
    corrected=(scales, seen),
    corrected_latex=r"E\|\mathcal G_{v_t^{(i)}}-\nabla_{v_t^{(i)}}\mathcal L(V_t,g_t)\|^2=\|w_t^{(i)}\|^2E\|\mathcal "
    r"G_{w_t^{(i)}}-\nabla_{w_t^{(i)}}\mathcal L(W_t,g_t)\|^2\le\sigma^2;\quad E\|\mathcal G_{g_t}-\nabla_{g_t}"
    r"\mathcal L\|^2\le\sigma^2",
    witnesses=(NO_NOISE,),
    notes=(
        "That the norm does not decrease (PSI-L1) keeps the variance at W below its value at the start where the "
        "variance at V is constant; for PSI-SGD the norm grows without bound (PSI-ACC), and (14) fades.",
    ),
)
