"""C.1: the norm follows its theoretical value while the mean of the squared unit gradient changes slowly."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict
from derivations.motion.angular_update import MOMENTUM, alpha
from derivations.motion.norm_variance import m
from derivations.notation import beta, chain, eta, k, one_step, sequence
from derivations.rules import Identity, Induction, Sign
from derivations.statement import at_most, equal, nonnegative, positive

# L_{t+1} = γ² L_t: the mean grows by the same factor γ² at every step. p = 1 - 2λη in (130), (1-λη)² without omission.
gamma, p, L, x = sympy.symbols("gamma p L x", real=True)
NORM = Hypothesis("norm", positive(x), meaning="x = ‖w_t‖² > 0")
GROWTH = Hypothesis("growth", positive(gamma), meaning="γ > 0")
SLOW = Hypothesis("slow", positive(gamma - p), meaning="γ > 1 - 2λη: the mean falls more slowly than decay lets x fall")
follows = one_step(
    "the norm that follows",
    (NORM, Hypothesis("track", equal(eta**2 * L, (gamma - p) * x**2), meaning="‖w_t‖⁴ = η²L_t/(γ-p)")),
    equal(p * x + eta**2 * L / x, gamma * x),
    Identity(),
    r"If $L_{t+1}=\gamma^2L_t$, then $\|w_t\|^4=\frac{\eta^2L_t}{\gamma-p}$ solves (130) at every $t$, exactly.",
)
lag = one_step(
    "how far it is behind",
    (SLOW, Hypothesis("decay", equal(p, 1 - 2 * beta), meaning="(130), β = λη")),
    equal((1 - p) / (gamma - p), 1 - (gamma - 1) / (gamma - 1 + 2 * beta)),
    Identity(),
    r"$\frac{\|w_t\|^4}{(w^*_t)^4}=1-\frac{\gamma-1}{\gamma-1+2\lambda\eta}$: with $\gamma^2=1+s$, $\|w\|^2$ lags "
    r"by $\frac s{8\lambda\eta}$ of itself, to first order in $s$.",
)

# z = 1 + d: ‖w‖⁴ over the norm that follows; s = 1/z.
d, inverse = sequence("d"), sequence("s")
RUN = Hypothesis(
    "run",
    equal(gamma**2 * d(k + 1), p**2 * d(k) - (gamma - p) ** 2 * inverse(k) * d(k)),
    (k,),
    "(130) squared, over the norm that follows",
)
INVERSE = Hypothesis("inverse", equal(inverse(k) * d(k), 1 - inverse(k)), (k,), "s = 1/z")
POSITIVE = Hypothesis("norm", positive(inverse(k)), (k,), "z > 0")
ABOVE = Hypothesis("above", nonnegative(d(0)), meaning="the norm starts above")
MONOTONE = Hypothesis("monotone", nonnegative(p**2 - (gamma - p) ** 2), meaning="2p ≥ γ")
_curved = (gamma - p) ** 2 * inverse(k) * d(k) ** 2
attracts = chain(
    "every other norm comes to it",
    (RUN, INVERSE, POSITIVE, ABOVE, MONOTONE, GROWTH),
    (
        Step(
            "stays above",
            nonnegative(d(k)),
            Induction(k, Sign(), Sign(((p**2 - (gamma - p) ** 2) * d(k) + _curved) / gamma**2)),
            ("run", "inverse", "norm", "above", "monotone", "growth"),
        ),
        Step(
            "approach",
            at_most(d(k), (p / gamma) ** (2 * k) * d(0)),
            Induction(
                k,
                Sign(),
                Sign(
                    (p / gamma) ** 2 * ((p / gamma) ** (2 * k) * d(0) - d(k))
                    + (gamma - p) ** 2 * inverse(k) * d(k) / gamma**2
                ),
            ),
            ("run", "norm", "growth", "stays above"),
        ),
    ),
    r"From above, $0\le z_t-1\le\left(\frac p\gamma\right)^{2t}(z_0-1)$: the memory of (130) is "
    r"$\frac1{4\lambda\eta}$ steps.",
)

# (131): (‖w_t‖², ⟨w_t, w_{t-1}⟩, ‖w_{t-1}‖²) = x (1, (1+α-λη)/(γ+α), 1/γ) grows by γ at every step.
_inner = m / (gamma + alpha)
_track = (gamma - alpha) * ((gamma + alpha) ** 2 - gamma * m**2) / (gamma * (gamma + alpha))
momentum = one_step(
    "the norm that follows, with momentum",
    (
        NORM,
        GROWTH,
        MOMENTUM,
        Hypothesis("track", equal(eta**2 * L, _track * x**2), meaning="‖w_t‖⁴ = η²L_t/κ(γ)"),
    ),
    equal(m**2 * x - 2 * alpha * m * _inner * x + alpha**2 * x / gamma + eta**2 * L / x, gamma * x),
    Identity(),
    r"(131) is solved by $\|w_t\|^4=\frac{\eta^2L_t}{\kappa(\gamma)}$, $\kappa(\gamma)=\frac{(\gamma-\alpha)"
    r"\left((\gamma+\alpha)^2-\gamma(1+\alpha-\lambda\eta)^2\right)}{\gamma(\gamma+\alpha)}$.",
)
momentum_inner = one_step(
    "and its inner product",
    (GROWTH, MOMENTUM),
    equal(m * x - alpha * _inner * x, gamma * _inner * x),
    Identity(),
    r"Second row of (131).",
)
stays_positive = one_step(
    "the norm stays positive",
    (
        NORM,
        Hypothesis("gradient", positive(L), meaning="L_t > 0"),
        Hypothesis("decay", positive(p), meaning="2λη < 1"),
    ),
    positive(p * x + eta**2 * L / x),
    Sign(),
    r"$L_t>0$ keeps $x_t>0$: noise $U(-3,3)$ needs a mean above 3.",
)

CLAIM = Claim(
    id="SMD-C1",
    paper="002",
    where="C.1, Figs 4, 5",
    printed=r"\text{in (130) and (131) with }\eta=0.1,\ \lambda=0.001,\ x_0=10,\ \alpha=0.9\text{ and }L_t\text{ with "
    r"noise }U(-3,3)\text{: as long as its variance is not too large and its mean changes smoothly, the norm quickly "
    r"converges to its theoretical value}",
    verdict=Verdict.ORDER,
    finding=r"With $L_{t+1}=(1+s)L_t$ the norm follows exactly, behind by $\frac s{8\lambda\eta}$ of $\|w\|^2$ to "
    r"first order (with momentum $\frac{s(1-\alpha)}{8\lambda\eta}$): “smoothly” means "
    r"$|s|\ll8\lambda\eta=8\cdot10^{-4}$ a step, “quickly” $\frac1{4\lambda\eta}=2500$ steps (250). "
    r"The noise moves $\|w\|^2$ by $\sqrt{\frac{\lambda\eta V}2}\frac1L=\frac{0.012}L$ of itself, $V=3$ "
    r"($\frac1{\sqrt{1-\alpha}}$ times that with momentum). The mean must exceed 3: $L_t<0$ is no squared norm.",
    theorems=(follows, lag, attracts, momentum, momentum_inner, stays_positive),
    sampled=True,
    hypotheses=("The noise of L_t is U(-3, 3), independent, about a mean above 3; (130) and (131) as printed",),
    notes=(
        "The scan does not tell which means Figures 4 and 5 simulate, only their noise; any growth rate that varies "
        "slowly is locally geometric.",
        "A mean that jumps is Corollary 3.1: a transient of ‖w‖⁴ with rate 1 - 4λη, or 1 - 4λη/(1-α).",
        "A mean that falls faster than (1-2λη)² a step cannot be followed at all: x cannot fall faster than by decay.",
    ),
)
