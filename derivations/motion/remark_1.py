"""Remark 1: what the bound of Theorem 1 says about the speed and the noise of the norm."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict, Witness
from derivations.motion.norm_contraction import V, local, low, recursion, remaining, variance
from derivations.notation import eta, lam, one_step
from derivations.rules import Identity
from derivations.statement import equal, positive

R = sympy.Rational
W, L = sympy.symbols("W L", real=True)
relative = one_step(
    "the floor relative to the norm",
    (
        Hypothesis("fixed point", equal(eta, 2 * lam * W**2 / L), meaning="W = (w*)², W² = ηL/(2λ)"),
        Hypothesis("W", positive(W), meaning="W > 0"),
        Hypothesis("L", positive(L), meaning="L > 0"),
        Hypothesis("l", positive(low), meaning="l > 0"),
    ),
    equal(V * eta**2 / low / W**2, 2 * lam * eta * V / (low * L)),
    Identity(),
    r"$\frac{V\eta^2}{l\,(w^*)^4}=\frac{2\lambda\eta V}{lL}$.",
)

_s = R(1, 100)
RATE = Witness(
    r"$\eta\lambda=\frac1{100}$: near equilibrium the square of the deviation shrinks by "
    r"$(2(1-\eta\lambda)^2-1)^2\approx0.9220$ a step, the bound by $0.96$.",
    given=(),
    printed=equal((2 * (1 - _s) ** 2 - 1) ** 2, 1 - 4 * _s),
)
SIZE = Witness(
    r"The same $\eta\lambda$, $L=1$, $l=\frac1{10}$, $V=\frac1{100}$, in units of $\eta^2$: the variance is "
    r"$\frac{V}{4(1-\eta\lambda)^2L}\approx0.0026$, the floor $\frac Vl=0.1$.",
    given=(),
    printed=equal(R(1, 100) / (4 * (1 - _s) ** 2), R(1, 100) / R(1, 10)),
)

CLAIM = Claim(
    id="SMD-R1",
    paper="002",
    where="Remark 1",
    printed=r"(1-4\lambda\eta)^TB\text{ is consistent with the convergence time }O(1/(\lambda\eta));\quad\text{the "
    r"variance "
    r"of }\|w\|^2\text{ is bounded by }\frac{V\eta^2}l,\text{ which is small: rate and floor describe the dynamics}",
    verdict=Verdict.LOOSE,
    finding=r"The time $O(1/(\lambda\eta))$ is right. Near equilibrium the squared deviation shrinks like "
    r"$(1-8\lambda\eta)^T$, twice as fast as the bound, which shows the speed far above equilibrium only; the "
    r"stationary "
    r"variance is $\frac{\eta^2V}{4L}$ to leading order, so the floor is too high by $\frac{4L}l$. It is small next to "
    r"$(w^*)^4$: by the factor $\frac{2\lambda\eta V}{lL}$.",
    theorems=(relative,),
    corrected=(local, variance, recursion, remaining),
    corrected_latex=r"\text{local rate of }\|w\|^2:\ 2(1-\eta\lambda)^2-1;\quad\mathrm{Var}\|w\|^2\approx\frac{\eta^2V}"
    r"{4(1-\eta\lambda)^2L};\quad\text{rigorously at most }\frac{\eta^2V}{2\theta(1-\eta\lambda)^2l},\ \theta<1",
    witnesses=(RATE, SIZE),
    notes=(
        "The local rate is exact; the variance is that of the linearised map, to leading order in the noise. What is "
        "proved for every noise is the bound with 2θ: the floor is loose by nearly 2, by 2θ(1-ηλ)², in any case.",
        "“Consistent with van Laarhoven” is SMD-ETA.",
    ),
)
