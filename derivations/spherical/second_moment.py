"""ν: Adam's second moment on the sphere, with and without ε."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict
from derivations.notation import RADIUS, beta2, eps, g, i, k, lam, one_step, r, sequence, u
from derivations.rules import Identity, Induction, Square
from derivations.schemes.adam import Adam
from derivations.space import DIMENSION, ONES, vector
from derivations.spherical.table_1 import SPACE, X, run
from derivations.statement import equal, nonnegative, positive

_h = Adam.symbols()
# N(i) = ‖∇L(x_i) + λx_i‖², M(i) = ‖∇L(u_i) + λ r_i² u_i‖², S(k) = ‖√v_k‖² = Σ_j v_{k,j}; f the bias corrections.
N, M, S, radius = sequence("N"), sequence("M"), sequence("S"), sequence("r")
f = sympy.Symbol("f", real=True)

_loss_gradient = g / r
_run = run(Adam(), _loss_gradient)
_regularised = _loss_gradient + _h.weight_decay * X

accumulates = one_step(
    "the sum of the second moment, one step",
    (RADIUS,),
    equal(
        _run.state["v"].dot(ONES),
        beta2 * vector("v_{k-1}").dot(ONES) + (1 - beta2) * _regularised.dot(_regularised),
    ),
    Identity(),
    r"$\|\sqrt{v_k}\|^2=\beta_2\|\sqrt{v_{k-1}}\|^2+(1-\beta_2)\|\nabla\mathcal L(x_k)+\lambda x_k\|^2$, from the "
    r"scheme.",
)
sums = one_step(
    "the sum of the second moment",
    (
        Hypothesis("recursion", equal(S(k + 1), beta2 * S(k) + (1 - beta2) * N(k + 1)), (k,), "the line above"),
        Hypothesis("start", equal(S(0), (1 - beta2) * N(0)), meaning="v_{-1} = 0"),
        Hypothesis("memory", positive(beta2), meaning="β₂ > 0"),
    ),
    equal(S(k), (1 - beta2) * sympy.Sum(beta2 ** (k - i) * N(i), (i, 0, k))),
    Induction(k),
    r"(44), for all $k$.",
)
on_sphere = one_step(
    "on the sphere",
    (RADIUS,),
    equal(_regularised.dot(_regularised), (g + lam * r**2 * u).dot(g + lam * r**2 * u) / r**2),
    Identity(),
    r"$\|\nabla\mathcal L(x_i)+\lambda x_i\|^2=\frac{1}{r_i^2}\|\nabla\mathcal L(u_i)+\lambda r_i^2u_i\|^2$ (Lemma 1).",
)
_inside = _run.state["v"] / (1 - beta2 ** (k + 1)) + eps * ONES
division = one_step(
    "the squared division",
    (RADIUS, Hypothesis("bias", positive(1 - beta2 ** (k + 1)), meaning="β₂^{k+1} < 1")),
    equal(
        SPACE.sqrt(_inside).dot(SPACE.sqrt(_inside)),
        _run.state["v"].dot(ONES) / (1 - beta2 ** (k + 1)) + eps * DIMENSION,
    ),
    Identity(),
    r"(41) with its $\epsilon$: $\left\|\sqrt{\hat "
    r"v_k+\epsilon}\right\|^2=\frac{\|\sqrt{v_k}\|^2}{1-\beta_2^{k+1}}+\epsilon d$.",
)
_sum_m = sympy.Sum(beta2 ** (k - i) * M(i) / radius(i) ** 2, (i, 0, k))
_inner = (1 - beta2) / (1 - beta2 ** (k + 1))
exact = one_step(
    "ν with ε",
    (
        Hypothesis("factor", nonnegative(f), meaning="f = (1-β₁^{k+1})/(1-β₁) ≥ 0"),
        Hypothesis("radii", positive(radius(k)), (k,), "r > 0"),
        Hypothesis("forgetting", positive(1 - beta2), meaning="β₂ < 1"),
        Hypothesis("memory", positive(beta2), meaning="β₂ > 0"),
        Hypothesis("bias", positive(1 - beta2 ** (k + 1)), meaning="β₂^{k+1} < 1"),
        Hypothesis("epsilon", nonnegative(eps), meaning="ε ≥ 0"),
        Hypothesis("moments", nonnegative(M(k)), (k,), "M ≥ 0"),
    ),
    equal(
        radius(k) / sympy.sqrt(DIMENSION) * f * sympy.sqrt(_inner * _sum_m + eps * DIMENSION),
        f / sympy.sqrt(DIMENSION) * sympy.sqrt(_inner * radius(k) ** 2 * _sum_m + eps * DIMENSION * radius(k) ** 2),
    ),
    Square(),
    r"$\nu_k=r_kd^{-1/2}\|b_k\|=d^{-1/2}\frac{1-\beta_1^{k+1}}{1-\beta_1}\left(\frac{1-\beta_2}{1-\beta_2^{k+1}}"
    r"\sum_{i\le k}\beta_2^{k-i}\frac{r_k^2}{r_i^2}\|\nabla\mathcal L(u_i)+\lambda "
    r"r_i^2u_i\|^2+\epsilon\,d\,r_k^2\right)^{1/2}$; (45) is $\epsilon=0$.",
)

CLAIM = Claim(
    id="SP-NU",
    paper="001",
    where="(41)–(45)",
    printed=r"\nu_k=d^{-1/2}\frac{1-\beta_1^{k+1}}{1-\beta_1}\left(\frac{1-\beta_2}{1-\beta_2^{k+1}}\right)^{1/2}"
    r"\left(\sum_{i\le k}\beta_2^{k-i}\frac{r_k^2}{r_i^2}\|\nabla\mathcal L(u_i)+\lambda r_i^2u_i\|^2\right)^{1/2}"
    r"\quad(\epsilon\text{ omitted})",
    verdict=Verdict.HOLDS,
    finding=r"Exact for $\epsilon=0$, and for $\epsilon$ inside the root with one more term, $\epsilon\,d\,r_k^2$: "
    r"without decay a growing radius lets $\epsilon$ take over. With $\epsilon$ outside the root there "
    r"is no such closed form.",
    theorems=(accumulates, sums, on_sphere, division, exact),
    versions="000 gives ν in its Appendix C.1.3, which is not in the copy at hand.",
)
