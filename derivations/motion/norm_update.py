"""(15): the norm after a step with decay, and the error of its expansion."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict
from derivations.motion.sgd import AFTER, LEMMA_1, UNIT_GRADIENT, WEIGHT, L, x
from derivations.notation import eta, lam, one_step, z
from derivations.rules import Identity, Sign
from derivations.statement import at_most, equal, nonnegative, positive

exact = one_step(
    "the squared norm",
    (LEMMA_1, UNIT_GRADIENT, WEIGHT),
    equal(AFTER.dot(AFTER), x * ((1 - eta * lam) ** 2 + eta**2 * L / x**2)),
    Identity(),
    r"(25): $\frac{\|w_{t+1}\|^2}{\|w_t\|^2}=(1-\eta\lambda)^2+z^2$, $z=\frac{\eta\|\tilde g_t\|}{\|w_t\|^2}$.",
)
# s = ηλ, z = η‖g̃‖/‖w‖², ρ = ‖w_{t+1}‖/‖w_t‖; (15) says ρ ≈ 1 - s + z²/2.
s, rho = sympy.symbols("s rho", real=True)
RATIO = Hypothesis("ratio", nonnegative(rho), meaning="ρ = ‖w_{t+1}‖/‖w_t‖ ≥ 0")
SQUARE = Hypothesis("square", equal(rho**2, (1 - s) ** 2 + z**2), meaning="(25), divided by ‖w_t‖²")
AHEAD = Hypothesis("ηλ < 1", positive(1 - s), meaning="s = ηλ < 1")
DECAY = Hypothesis("decay", nonnegative(s), meaning="s ≥ 0")
_error = 1 - s + z**2 / 2 - rho
_sum = 1 - s + z**2 / 2 + rho
gap = one_step(
    "the error of (15), exactly",
    (RATIO, SQUARE, AHEAD),
    equal(_error, z**2 * (z**2 / 4 - s) / _sum),
    Identity(),
    r"(15) minus the norm, over $\|w_t\|$: $\frac{z^2(z^2/4-s)}{1-s+z^2/2+\rho}$, $s=\eta\lambda$.",
)
_above_2 = z**2 / 2 + z**2 / (rho + 1 - s)
"""By how much the denominator exceeds 2(1-s): z²/2 + ρ - (1-s)."""
above = one_step(
    "the error from above",
    (RATIO, SQUARE, AHEAD, DECAY),
    at_most(_error, z**4 / (8 * (1 - s))),
    Sign(z**4 * _above_2 / 8 / (1 - s) / _sum + s * z**2 / _sum),
    r"at most $\frac{z^4}{8(1-\eta\lambda)}$,",
)
below = one_step(
    "the error from below",
    (RATIO, SQUARE, AHEAD, DECAY),
    at_most(-s * z**2 / 2 / (1 - s), _error),
    Sign(s * z**2 * _above_2 / 2 / (1 - s) / _sum + z**4 / 4 / _sum),
    r"at least $-\frac{\eta\lambda z^2}{2(1-\eta\lambda)}$.",
)

CLAIM = Claim(
    id="SMD-E15",
    paper="002",
    where="(14), (15), (23)–(30)",
    printed=r"\|w_{t+1}\|_2\approx\|w_t\|_2-\lambda\eta\|w_t\|_2+\frac{\eta^2}{2\|w_t\|_2^3}\|\tilde g_t\|_2^2",
    verdict=Verdict.ORDER,
    finding=r"(25) is exact. Relative to $\|w_t\|$ the error of (15) is $\frac{z^2(z^2/4-\eta\lambda)}{2}$ to leading "
    r"order, $z=\eta\|\tilde g_t\|/\|w_t\|^2$, and lies between $-\frac{\eta\lambda z^2}{2(1-\eta\lambda)}$ and "
    r"$\frac{z^4}{8(1-\eta\lambda)}$ for $\eta\lambda<1$: (15) is too small at equilibrium, by "
    r"$\frac{(\eta\lambda)^2}2$, "
    r"and too large where $\|w\|^2<x^*/\sqrt2$, $x^*$ the square of the norm at equilibrium, to leading order: there "
    r"$z^2>4\eta\lambda$.",
    theorems=(exact, gap, above, below),
    notes=(
        "“η, λ extremely small” is not what (28), (29) need: z and ηλ have to be small, and z grows without bound as "
        "‖w_t‖ → 0.",
    ),
)
