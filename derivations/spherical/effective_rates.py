"""The closed forms (49) and (50) of the effective rates of SGD and AdaGradG."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict, Witness
from derivations.notation import beta, eta, i, k, one_step, q, sequence
from derivations.rules import Identity, Induction, Square
from derivations.schemes.adagrad_g import AdaGradG
from derivations.space import AbstractSpace, vector
from derivations.statement import equal, nonnegative, positive

G = sequence("G")
"""G(i) = ‖∇L(u_i)‖²."""
v = sequence("v")
r0, v0 = sympy.symbols("r_0 v_0", real=True)
RATE = Hypothesis("rate", positive(eta), meaning="η > 0")
START = Hypothesis("start", positive(r0), meaning="r₀ > 0")
AHEAD = Hypothesis("H1", positive(q), meaning="q = 1 - ηλ > 0")
GRADIENTS = Hypothesis("gradients", nonnegative(G(k)), (k,), "G ≥ 0")

BETA = q**4
SECOND = v0 * BETA**k + sympy.Sum(BETA ** (k - 1 - i) * G(i), (i, 0, k - 1))
"""The second moment of AdaGradG that Theorem 4 asks for."""
FIRST_MOMENT = r0**4 / (2 * eta**2 * sympy.sqrt(BETA))
sgd_rate = eta * q ** (-2 * k - 1) / sympy.sqrt(2 * sympy.Sum(eta**2 * q ** (-4 * i - 2) * G(i), (i, 0, k - 1)) + r0**4)
"""η_k / r_k² with the schedule (46) and the closed form of (48)."""
adagradg_rate = 1 / sympy.sqrt(2 * BETA) / sympy.sqrt(SECOND.subs(v0, FIRST_MOMENT))

_state, _square = vector("v"), vector("g")
_h = AdaGradG.symbols()
_, _after = AdaGradG().step(AbstractSpace(), k, vector("u"), _square, {"v": v(k)}, _h)

recursion = one_step(
    "AdaGradG's second moment, one step",
    (),
    equal(_after["v"], _h.beta * v(k) + _square.dot(_square)),
    Identity(),
    r"$v_{k+1}=\beta v_k+\|\nabla\mathcal L(x_k)\|^2$, from the scheme.",
)
moment = one_step(
    "AdaGradG's second moment",
    (
        Hypothesis("recursion", equal(v(k + 1), beta * v(k) + G(k)), (k,), "the recursion of AdaGradG"),
        Hypothesis("memory", positive(beta), meaning="β > 0"),
    ),
    equal(v(k), beta**k * v(0) + sympy.Sum(beta ** (k - 1 - i) * G(i), (i, 0, k - 1))),
    Induction(k),
    r"(50): $v_k=\sum_{i<k}\beta^{k-1-i}\|\nabla\mathcal L(u_i)\|^2+\beta^kv_0$, for all $k$.",
)
sgd = one_step(
    "SGD's closed form",
    (RATE, START, AHEAD, GRADIENTS),
    equal(sgd_rate, adagradg_rate),
    Square(),
    r"(49): with $r_k^2$ replaced by its closed form, $\eta^e_k$ of SGD is that of AdaGradG with "
    r"$\beta=(1-\eta\lambda)^4$, "
    r"$\eta_k=(2\beta)^{-1/2}$, $v_0=r_0^4(2\eta^2\beta^{1/2})^{-1}$: the two are the same expression.",
)

# Two steps with q = 1, η = 1, r₀ = 1, G(0) = 1: exactly, r₁² = 2.
INEXACT = Witness(
    r"$\lambda=0$, $\eta=r_0=\|\nabla\mathcal L(u_0)\|=1$: SGD has $\eta^e_1=\frac1{r_1^2}=\frac12$, (49) gives "
    r"$\frac1{\sqrt3}$.",
    given=(),
    printed=equal(sympy.Rational(1, 2), sgd_rate.subs(k, 1).doit().subs({G(0): 1, q: 1, eta: 1, r0: 1})),
)

CLAIM = Claim(
    id="SP-T4-ETA",
    paper="001",
    where="(49), (50)",
    printed=r"\eta^e_{k,\mathrm{SGD}}=\frac{(2\beta)^{-1/2}}{\sqrt{\sum_{i<k}\beta^{k-1-i}\|\nabla\mathcal "
    r"L(u_i)\|^2+\beta^k\frac{r_0^4}{2\eta^2\beta^{1/2}}}},\qquad "
    r"\eta^e_{k,\mathrm{AdaGradG}}=\frac{\eta_k}{\sqrt{\sum_{i<k}\beta^{k-1-i}\|\nabla\mathcal L(u_i)\|^2+\beta^kv_0}}",
    verdict=Verdict.ORDER,
    finding=r"(50) is exact for all $k$. (49) is written with “=” but inherits the closed form of the radius: along "
    r"SGD's own gradients the true rate is between $(1+\frac t2)^{-1/2}$ and 1 times it, for every $k$ (OD-UNIFORM).",
    theorems=(recursion, moment, sgd),
    witnesses=(INEXACT,),
)
