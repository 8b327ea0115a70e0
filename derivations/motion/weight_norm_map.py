"""(41), (42) and w*: the map of the squared norm under SGD with decay, and its fixed point."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict
from derivations.motion.sgd import AFTER, BELOW_2, DECAY, LEMMA_1, RATE, UNIT_GRADIENT, WEIGHT, L, x
from derivations.notation import eta, lam, one_step, t
from derivations.rules import Identity, Sign
from derivations.series import Series
from derivations.statement import at_most, equal, less, nonnegative, positive

R = sympy.Rational
exact = one_step(
    "the map, exactly",
    (LEMMA_1, UNIT_GRADIENT, WEIGHT),
    equal(AFTER.dot(AFTER), (1 - eta * lam) ** 2 * x + eta**2 * L / x),
    Identity(),
    r"(41): $x_{t+1}=(1-\eta\lambda)^2x_t+\frac{\eta^2L_t}{x_t}$, $x_t=\|w_t\|^2$.",
)
omitted = one_step(
    "what (42) omits",
    (LEMMA_1, UNIT_GRADIENT, WEIGHT),
    equal(AFTER.dot(AFTER) - ((1 - 2 * eta * lam) * x + eta**2 * L / x), (eta * lam) ** 2 * x),
    Identity(),
    r"(41) minus (42) is $(\eta\lambda)^2x_t$: $\frac{\eta\lambda}2$ of the decay $2\eta\lambda x_t$ that (42) keeps.",
)
MAP = Claim(
    id="SMD-T1-MAP",
    paper="002",
    where="(41), (42), (130)",
    printed=r"x_{t+1}=(1-\eta\lambda)^2x_t+\frac{\eta^2L_t}{x_t};\quad O((\eta\lambda)^2)\text{ omitted: }"
    r"x_{t+1}=(1-2\lambda\eta)x_t+\frac{\eta^2L_t}{x_t}",
    verdict=Verdict.ORDER,
    finding=r"(41) is exact at every step. (42) lacks $(\eta\lambda)^2x_t$, the part $\frac{\eta\lambda}2$ of the "
    r"decay "
    r"that it keeps: it has another fixed point, lower by the relative $\frac{\eta\lambda}4$, which no number of steps "
    r"removes; and $x_{t+1}\ge0$ is lost for $\eta\lambda>\frac12$.",
    theorems=(exact, omitted),
    notes=("The simulation (130) iterates (42) and not the optimizer's (41).",),
)

STANDSTILL = Hypothesis("fixed point", equal((1 - eta * lam) ** 2 * x + eta**2 * L / x, x), meaning="(41) with x' = x")
fixed = one_step(
    "the fixed point, exactly",
    (STANDSTILL, RATE, DECAY, BELOW_2, WEIGHT),
    equal(x**2, eta * L / (lam * (2 - eta * lam))),
    Identity(),
    r"$\|w^*\|^4=\frac{\eta L}{\lambda(2-\eta\lambda)}$.",
)
y = sympy.Symbol("y", real=True)
truncated = one_step(
    "the fixed point of (42)",
    (
        Hypothesis("fixed point", equal((1 - 2 * eta * lam) * y + eta**2 * L / y, y), meaning="(42) with x' = x"),
        RATE,
        DECAY,
        Hypothesis("norm", positive(y), meaning="x > 0"),
    ),
    equal(y**2, eta * L / (2 * lam)),
    Identity(),
    r"The printed $(w^*)^4=\frac{L\eta}{2\lambda}$ is exactly (42)'s.",
)
none_beyond = one_step(
    "none for ηλ ≥ 2",
    (
        WEIGHT,
        RATE,
        Hypothesis("gradient", positive(L), meaning="L > 0"),
        Hypothesis("ηλ ≥ 2", nonnegative(eta * lam - 2), meaning="ηλ ≥ 2"),
    ),
    less(x, (1 - eta * lam) ** 2 * x + eta**2 * L / x),
    Sign((eta * lam - 2) ** 2 * x + 2 * (eta * lam - 2) * x + eta**2 * L / x),
    r"For $\eta\lambda\ge2$ the norm grows at every step.",
)
ratio = one_step(
    "how far the two are apart",
    (
        Hypothesis("t", nonnegative(t), meaning="t = ηλ/2"),
        Hypothesis("t ≤ 1/4", at_most(t, R(1, 4)), meaning="ηλ ≤ 1/2"),
    ),
    at_most(sympy.Abs((1 - t) ** R(-1, 4) - 1), R(2, 5) * t),
    Series(t, 1),
    r"$\|w^*\|$ over the printed value is $(1-t)^{-1/4}=1+\frac{\eta\lambda}8+\dots$, $t=\frac{\eta\lambda}2$: within "
    r"$0.2\,\eta\lambda$ of 1 for $\eta\lambda\le\frac12$.",
)
FIX = Claim(
    id="SMD-T1-FIX",
    paper="002",
    where="Theorem 1",
    printed=r"w^*=\sqrt[4]{L\eta/(2\lambda)}",
    verdict=Verdict.ORDER,
    finding=r"The fixed point of (16) is $\|w^*\|^4=\frac{\eta L}{\lambda(2-\eta\lambda)}$ for $0<\eta\lambda<2$ (none "
    r"beyond); the printed one is that of (42), too small by a relative $\frac{\eta\lambda}8$.",
    theorems=(fixed, truncated, none_beyond, ratio),
)
CLAIMS = (MAP, FIX)
