"""E‖w‖⁴ under SGD with decay, from both sides and at every time.

The square y = x² of x' = ax + η²L_t/x obeys y' = a²y + 2aη²L_t + η⁴L_t²/y, of which only the last term is not
linear. So the mean of y has the rate a² = (1-ηλ)⁴ everywhere, not only near the fixed point, up to that term. From
below this is so from every start; from above m² = min(x_0², 4aη²l) is a bound of x_t² at every time, and with 4aη²l
the last term is at most (L²+V)/(8a²lL) of the one before it, after the burn-in (1-a²)(L²+V)/(4θa²lL).
"""

import sympy

from derivations.claim import Hypothesis
from derivations.motion.norm_contraction import L, V, a, m, x
from derivations.notation import eta, k, one_step, sequence
from derivations.rules import Identity, Induction, Sign
from derivations.statement import at_most, equal, nonnegative, positive

G, low = sympy.symbols("G l", real=True)
squared = one_step(
    "the square of the map",
    (Hypothesis("norm", positive(x), meaning="x_t > 0"),),
    equal((a * x + eta**2 * G / x) ** 2, a**2 * x**2 + 2 * a * eta**2 * G + eta**4 * G**2 / x**2),
    Identity(),
    r"$x_{t+1}^2=a^2x_t^2+2a\eta^2L_t+\frac{\eta^4L_t^2}{x_t^2}$.",
)
anywhere = one_step(
    "a lower bound after one step",
    (Hypothesis("norm", positive(x), meaning="x_t > 0"),),
    at_most(4 * a * eta**2 * G, (a * x + eta**2 * G / x) ** 2),
    Sign((a * x - eta**2 * G / x) ** 2),
    r"$x_{t+1}^2\ge4a\eta^2L_t$ from every $x_t$: one step ends every collapse of the norm.",
)
M2 = sympy.Symbol("M_2", real=True)
averaged = one_step(
    "what is not linear",
    (
        Hypothesis("norm", positive(x), meaning="x_t > 0"),
        Hypothesis("floor", positive(m), meaning="m > 0"),
        Hypothesis("above", at_most(m, x), meaning="x_t ≥ m, m² = min(x_0², 4aη²l), or the burn-in's from K on"),
        Hypothesis("second moment", at_most(M2, L**2 + V), meaning="M₂ = E[L_t²|x_t] = L² + Var ≤ L² + V"),
        Hypothesis("V", nonnegative(V), meaning="V ≥ 0"),
    ),
    at_most(eta**4 * M2 / x**2, eta**4 * (L**2 + V) / m**2),
    Sign(eta**4 * (L**2 + V - M2) / x**2 + eta**4 * (L**2 + V) * (x - m) * (x + m) / (m**2 * x**2)),
    r"$0\le E[\frac{\eta^4L_t^2}{x_t^2}|x_t]\le\frac{\eta^4(L^2+V)}{m^2}$.",
)
e, c = sequence("e"), sympy.Symbol("c", real=True)
BELOW_1 = Hypothesis("a < 1", positive(1 - a**2), meaning="a² < 1")
from_below = one_step(
    "E‖w‖⁴ from below",
    (
        Hypothesis("averaged", at_most(a**2 * e(k) + c, e(k + 1)), (k,), "the expectation, e = E‖w‖⁴, c = 2aη²L"),
        BELOW_1,
    ),
    at_most(a ** (2 * k) * e(0) + (1 - a ** (2 * k)) * c / (1 - a**2), e(k)),
    Induction(
        k,
        Sign(),
        Sign((e(k + 1) - a**2 * e(k) - c) + a**2 * (e(k) - a ** (2 * k) * e(0) - (1 - a ** (2 * k)) * c / (1 - a**2))),
    ),
    r"$E\|w_k\|^4\ge a^{2k}E\|w_0\|^4+(1-a^{2k})\frac{2a\eta^2L}{1-a^2}$,",
)
from_above = one_step(
    "E‖w‖⁴ from above",
    (
        Hypothesis("averaged", at_most(e(k + 1), a**2 * e(k) + c), (k,), "the expectation, c = 2aη²L + η⁴(L²+V)/m²"),
        BELOW_1,
    ),
    at_most(e(k), a ** (2 * k) * e(0) + (1 - a ** (2 * k)) * c / (1 - a**2)),
    Induction(
        k,
        Sign(),
        Sign((a**2 * e(k) + c - e(k + 1)) + a**2 * (a ** (2 * k) * e(0) + (1 - a ** (2 * k)) * c / (1 - a**2) - e(k))),
    ),
    r"$E\|w_k\|^4\le a^{2k}E\|w_0\|^4+(1-a^{2k})\frac1{1-a^2}\big[2a\eta^2L+\frac{\eta^4(L^2+V)}{m^2}\big]$.",
)
