"""Theorem 3 for SGD with momentum: how far the angular update is from its value at equilibrium."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict, Witness
from derivations.motion.angular_update import AFTER, LEMMA_1, MOMENTUM, VELOCITY, alpha, chord, cosine, g, v, w
from derivations.motion.momentum_orthogonality import SLOW, adjusted
from derivations.motion.norm_variance import ACUTE, COMMON, COVARIANCE, DECAY, kappa, m, sigma
from derivations.notation import beta, eta, k, lam, one_step, sequence
from derivations.rules import Identity, Induction
from derivations.statement import at_most, equal, less, positive, unequal

sine = one_step(
    "the angle, exactly",
    (),
    equal(
        w.dot(w) * AFTER.dot(AFTER) - w.dot(AFTER) ** 2,
        eta**2 * (w.dot(w) * VELOCITY.dot(VELOCITY) - w.dot(VELOCITY) ** 2),
    ),
    Identity(),
    r"$\|w_t\|^2\|w_{t+1}\|^2\sin^2\Delta_t=\eta^2\left(\|w_t\|^2\|v_t\|^2-\langle w_t,v_t\rangle^2\right)$: only the "
    r"tangential part of $v_t$ turns the weight.",
)
velocity = one_step(
    "the momentum forgets at rate α²",
    (LEMMA_1,),
    equal(
        VELOCITY.dot(VELOCITY),
        alpha**2 * v.dot(v) + adjusted(g) + 2 * alpha * lam * v.dot(w) + lam**2 * w.dot(w),
    ),
    Identity(),
    r"$\|v_t\|^2=\alpha^2\|v_{t-1}\|^2+h_t+2\alpha\lambda\langle v_{t-1},w_t\rangle+\lambda^2\|w_t\|^2$: $h_t$ drives "
    r"the length of the step directly, without passing through the norm.",
)

# An eigenvector of (62) is (1, 1/μ, 1/μ²) with μ² - (1+α-λη)μ + α = 0, or b̃'s (1, (1+α-λη)/(2α), 1/α).
mu = sympy.Symbol("mu", real=True)
_nonzero = Hypothesis("invertible", unequal(mu, 0), meaning="α ≠ 0")
modes = one_step(
    "what (116) makes of a mode",
    (_nonzero, ACUTE),
    equal(1 + 1 / mu**2 - 2 * (1 + alpha) / m / mu, (1 - mu) ** 2 / mu**2 - 2 * beta / (m * mu)),
    Identity(),
    r"(116) on the mode of eigenvalue $\mu^2$: $\frac{(1-\mu)^2}{\mu^2}-O(\lambda\eta)$, which is "
    r"$\frac{(1-\alpha)^2}{\alpha^2}$ at $\mu=\alpha$ and 0 at $\mu=1$, as (118) has it.",
)
middle = one_step(
    "and of the middle one",
    (Hypothesis("invertible", unequal(alpha, 0), meaning="α ≠ 0"),),
    equal(1 + 1 / alpha - 2 * (1 + alpha) / (2 * alpha), 0),
    Identity(),
    r"On $\tilde b_t$ it is exactly 0.",
)

_C, _slope = COVARIANCE, (1 + alpha) / m
_angle = _C[0, 0] / 2 + _C[0, 2] / 2 - _slope * (_C[0, 1] + _C[1, 2]) + _slope**2 * _C[1, 1]
_quadratic = (1 - alpha**2) ** 2 * (1 + alpha + alpha**2) + 2 * alpha * beta * (1 + alpha**2) * sigma
RATE = (1 - alpha) * sigma * _quadratic / (4 * (1 + alpha) * (1 + alpha**2) * COMMON)
"""Stationary variance of Δ, linearised, in units of ληV/L²."""
_cosine = 1 / _slope
spread = one_step(
    "the stationary variance of the angle",
    (SLOW, DECAY, ACUTE),
    equal(_cosine**2 * kappa * _angle / (1 - _cosine**2), beta * RATE),
    Identity(),
    r"$\operatorname{Var}\Delta$ to first order in the noise, in units of $\frac V{L^2}$, from the stationary "
    r"covariance of the state and the differential of $\arccos\frac{\langle w_{t+1},w_t\rangle}{\|w_{t+1}\|\|w_t\|}$.",
)
LEADING = (1 - alpha) / (2 * (1 + alpha**2))
small = one_step(
    "at small λη",
    (MOMENTUM, SLOW, Hypothesis("limit", equal(beta, 0), meaning="β = λη → 0")),
    equal(RATE, LEADING),
    Identity(),
    r"$\frac{L^2}{\lambda\eta V}\operatorname{Var}\Delta\to\frac{1-\alpha}{2(1+\alpha^2)}$ as $\lambda\eta\to0$.",
)
L, least, V = sympy.symbols("L l V", real=True)
FLOOR = V * (1 - alpha**2) * (1 + 4 * alpha**2 + alpha**4) / (4 * L * least * alpha**4)
_FACTOR = (1 + alpha) * (1 + alpha**2) * (1 + 4 * alpha**2 + alpha**4) * L / (2 * alpha**4 * least)
loose = one_step(
    "by what factor (22) is loose",
    (
        Hypothesis("momentum", positive(alpha), meaning="α > 0"),
        Hypothesis("mean", positive(L), meaning="L > 0"),
        Hypothesis("least", positive(least), meaning="l > 0"),
    ),
    equal(FLOOR, _FACTOR * (LEADING * V / L**2)),
    Identity(),
    r"The printed floor is $\frac{(1+\alpha)(1+\alpha^2)(1+4\alpha^2+\alpha^4)}{2\alpha^4\lambda\eta}\cdot\frac Ll$ "
    r"times the variance: without bound as $\alpha\to0$, and $1.3\cdot10^6\frac Ll$ at $\alpha=0.9$, "
    r"$\lambda\eta=10^{-5}$.",
)
_e = sequence("e")
transient = one_step(
    "the angle's own transient",
    (Hypothesis("averaged", equal(_e(k + 1), alpha**4 * _e(k) + V), (k,), "the variance of ‖v_t‖² at constant norm"),),
    equal((1 - alpha**4) * _e(k), V + alpha ** (4 * k) * ((1 - alpha**4) * _e(0) - V)),
    Induction(k),
    r"At constant norm the variance of $\|v_t\|^2$ settles at $\frac{\operatorname{Var}h}{1-\alpha^4}$, at rate "
    r"$\alpha^4$.",
)


def _bias() -> Witness:
    """The paper's η = 0.2, λ = 10⁻⁴, α = 0.9 with h̃_t = L constant, at the fixed point: Δ_T = arccos(1 - s) always."""
    a, b = sympy.Rational(9, 10), sympy.Rational(1, 5) / 10**4
    values = {alpha: a, L: sympy.Integer(1), least: sympy.Rational(1, 2), V: sympy.Rational(1, 10**18)}
    s = b / (1 + a)
    assumption = 2 * (6 * b / ((1 - a) ** 3 * (1 + a) - 8 * b * (1 - a))) ** 2
    return Witness(
        r"$\eta=\frac15$, $\lambda=10^{-4}$, $\alpha=\frac9{10}$, $\tilde h_t=L=1$ throughout ($l=\frac12$, "
        r"$V=10^{-18}$), at the fixed point: the left side is $1.6\cdot10^{-17}$ at every $T$, the right side tends "
        r"to $7\cdot10^{-19}$.",
        given=(less(b, (1 - sympy.sqrt(a)) ** 2), less(assumption, values[least]), positive(values[V])),
        printed=at_most((sympy.acos(1 - s) - sympy.sqrt(2 * s)) ** 2, FLOOR.subs(values)),
    )


CLAIM = Claim(
    id="SMD-T3-SGDM",
    paper="002",
    where="(22), (112)–(123)",
    printed=r"E\left(\Delta_T-\sqrt{\frac{2\lambda\eta}{1+\alpha}}\right)^2<\left(1-\frac{4\lambda\eta}{1-\alpha}"
    r"\right)^TC+\frac{V(1-\alpha^2)(1+4\alpha^2+\alpha^4)}{4Ll\alpha^4}",
    verdict=Verdict.FALSE,
    finding=r"The centre is off by $\arccos(1-s)-\sqrt{2s}\approx\frac{(2s)^{3/2}}{24}$, $s=\frac{\lambda\eta}"
    r"{1+\alpha}$, so that the bound fails, at constant $\tilde h_t=L$, to first order "
    r"in $\lambda\eta$ where $V<\frac{\alpha^4(\lambda\eta)^3Ll}{18(1+\alpha)^4(1-\alpha)(1+4\alpha^2+"
    r"\alpha^4)}$ (at $V=0$ always). That it holds for larger $V$ is not proved here; where it does it is loose: about "
    r"the right centre, to first order in the noise, "
    r"$\operatorname{Var}\Delta\to\frac{\lambda\eta(1-\alpha)V}{2(1+\alpha^2)L^2}$, a factor $10^6$ below the floor "
    r"at the paper's settings; and the floor has no limit as $\alpha\to0$, where SGD's is $\frac V{Ll}$.",
    theorems=(modes, middle, loose),
    witnesses=(_bias(),),
    corrected=(cosine, chord, sine, velocity, spread, small, transient),
    corrected_latex=r"\cos\Delta^*=1-\frac{\lambda\eta}{1+\alpha},\quad\operatorname{Var}\Delta=\frac{\lambda\eta"
    r"(1-\alpha)}{2(1+\alpha^2)}\cdot\frac V{L^2}\left(1+O\left(\lambda\eta\right)\right)\text{ to first order in }V",
    notes=(
        "Recovered from the scan: (116) is √(1+α)/(2√(2λη)) (1-λη/(1+α))² |(a-a*)/a* - 2(b-b*)/b* + (c-c*)/c*|, (118) "
        "its value (1-α)²/α² (c̃-c̃*)/a* + O(λη) on the modes, (120) that squared with 1/a*² = 2λ(1-α)/(Lη).",
        "Where the factor is lost: (120) bounds the fast mode c̃, whose noise is α²/(1-α)² η²(h-L)/x, by the whole "
        "vector Y, whose slow mode is larger by 1/(λη); the α⁴ of the fast mode's noise then no longer cancels the α⁴ "
        "in the denominator.",
        "(112) replaces Δ by sin Δ, which is of the size of the bias.",
        "The covariance is that of the map linearised at its fixed point, with h̃ of mean L and variance V given the "
        "past. What the quadratic terms add, and an inequality at every T in place of a stationary value, is not "
        "proved here; Δ ∝ √h alone makes the mean of Δ smaller by a relative V/(8L²).",
    ),
)
