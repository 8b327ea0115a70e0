"""x' = ax + η²L_t/x with random L_t: how the squared norm forgets its start, and what noise remains.

a = (1-ηλ)² is SGD with decay, (41); a = 1-2ηλ is (42), the map that 002 iterates. L_t = L + δ.
"""

import sympy

from derivations.claim import Hypothesis, Step
from derivations.motion.sgd import RATE
from derivations.notation import chain, eta, k, one_step, sequence
from derivations.rules import Identity, Induction, Sign
from derivations.statement import at_most, equal, nonnegative, positive

# x = x_t, S = x*, m: a lower bound of x_t, l: of L_t, V: of the variance from above, δ = L_t - L, M₁ = Eδ, M₂ = Eδ².
a, x, S, L, m, V, delta, M1, M2, theta = sympy.symbols("a x x^* L m V delta M_1 M_2 theta", real=True)
low = sympy.Symbol("l", real=True)

FIXED = Hypothesis("fixed point", equal(eta**2 * L, (1 - a) * S**2), meaning="x* = ax* + η²L/x*")
NORM = Hypothesis("norm", positive(x), meaning="x_t > 0")
AT_FIXED = Hypothesis("fixed norm", positive(S), meaning="x* > 0")
PULL = a - (1 - a) * S / x
"""a - η²L/(x x*), the factor of (44)."""

deviation = one_step(
    "one step of the deviation",
    (FIXED, NORM, AT_FIXED),
    equal(a * x + eta**2 * (L + delta) / x - S, (a - eta**2 * L / (x * S)) * (x - S) + eta**2 * delta / x),
    Identity(),
    r"(44): $x_{t+1}-x^*=\big(a-\frac{\eta^2L}{x_tx^*}\big)(x_t-x^*)+\frac{\eta^2(L_t-L)}{x_t}$, exactly.",
)
local = one_step(
    "the rate near the fixed point",
    (FIXED, NORM),
    equal(a * x + eta**2 * L / x - S, (2 * a - 1) * (x - S) + (1 - a) * (x - S) ** 2 / x),
    Identity(),
    r"Without noise $x_{t+1}-x^*=(2a-1)(x_t-x^*)+\frac{(1-a)(x_t-x^*)^2}{x_t}$.",
)

DECAY = Hypothesis("decay", nonnegative(1 - a), meaning="a ≤ 1")
FLOOR = Hypothesis("floor", positive(m), meaning="m > 0")
ABOVE = Hypothesis("after the burn-in", at_most(m, x), meaning="x_t ≥ m")
CONDITION = Hypothesis("no overshoot", nonnegative(2 * a * m - (1 - a) * S), meaning="(1-a)x* ≤ 2am")
SQUARES = Hypothesis("variance", at_most(M2, V), meaning="M₂ = E[δ²|x_t] ≤ V")
VARIANCE = Hypothesis("V", nonnegative(V), meaning="V ≥ 0")
CENTRED = Hypothesis("mean", equal(M1, 0), meaning="M₁ = E[δ|x_t] = 0")
RATE_A = Hypothesis("a", nonnegative(a), meaning="a ≥ 0")
factor_above = one_step(
    "the factor from above", (NORM, AT_FIXED, DECAY), at_most(PULL, a), Sign((1 - a) * S / x), r"$f\le a$,"
)
factor_below = one_step(
    "the factor from below",
    (NORM, ABOVE, CONDITION, RATE_A),
    at_most(-a, PULL),
    Sign((2 * a * (x - m) + (2 * a * m - (1 - a) * S)) / x),
    r"and $f\ge-a$ where $x_t\ge m$ and $(1-a)x^*\le2am$: $f=a-\frac{\eta^2L}{x_tx^*}$.",
)
f = sympy.Symbol("f", real=True)
contraction = one_step(
    "one step of the mean square deviation",
    (
        Hypothesis("f from above", nonnegative(a - f), meaning="f ≤ a"),
        Hypothesis("f from below", nonnegative(a + f), meaning="f ≥ -a"),
        NORM,
        FLOOR,
        ABOVE,
        SQUARES,
        VARIANCE,
        CENTRED,
    ),
    at_most(
        f**2 * (x - S) ** 2 + 2 * f * (x - S) * eta**2 * M1 / x + eta**4 * M2 / x**2,
        a**2 * (x - S) ** 2 + eta**4 * V / m**2,
    ),
    Sign((a - f) * (a + f) * (x - S) ** 2 + eta**4 * (V - M2) / x**2 + eta**4 * V * (x - m) * (x + m) / (m**2 * x**2)),
    r"$E[(x_{t+1}-x^*)^2|x_t]\le a^2(x_t-x^*)^2+\frac{\eta^4V}{m^2}$: the expectation of the square of (44).",
)

e, c = sequence("e"), sympy.Symbol("c", real=True)
BELOW_1 = Hypothesis("a < 1", positive(1 - a**2), meaning="a² < 1")
recursion = one_step(
    "the mean square deviation, from the burn-in on",
    (
        Hypothesis("one step", at_most(e(k + 1), a**2 * e(k) + c), (k,), "averaged: the expectation of the step above"),
        BELOW_1,
        Hypothesis("noise", nonnegative(c), meaning="c = η⁴V/m²"),
    ),
    at_most(e(k), a ** (2 * k) * e(0) + c / (1 - a**2)),
    Induction(
        k,
        Sign(c / (1 - a**2)),
        Sign((a**2 * e(k) + c - e(k + 1)) + a**2 * (a ** (2 * k) * e(0) + c / (1 - a**2) - e(k))),
    ),
    r"$E(x_{K+k}-x^*)^2\le a^{2k}E(x_K-x^*)^2+\frac{\eta^4V}{m^2(1-a^2)}$.",
)

# y = x²; Y(1-a²) = 2aη²l.
y, G = sequence("y"), sequence("G")
Y = sympy.Symbol("Y", real=True)
burn_in = one_step(
    "the burn-in, from every start",
    (
        Hypothesis(
            "map",
            equal(y(k + 1), a**2 * y(k) + 2 * a * eta**2 * G(k) + eta**4 * G(k) ** 2 / y(k)),
            (k,),
            "y_t = x_t², G_t = L_t: the square of x' = ax + η²L_t/x",
        ),
        Hypothesis("norms", positive(y(k)), (k,), "x_t ≠ 0"),
        Hypothesis("gradients", nonnegative(G(k) - low), (k,), "‖g̃_t‖² ≥ l"),
        RATE_A,
        Hypothesis("Y", equal((1 - a**2) * Y, 2 * a * eta**2 * low), meaning="Y = 2aη²l/(1-a²)"),
    ),
    at_most((1 - a ** (2 * k)) * Y, y(k)),
    Induction(
        k,
        Sign(),
        Sign(a**2 * (y(k) - (1 - a ** (2 * k)) * Y) + 2 * a * eta**2 * (G(k) - low) + eta**4 * G(k) ** 2 / y(k)),
    ),
    r"$x_t^2\ge(1-a^{2t})\frac{2a\eta^2l}{1-a^2}$ for every $x_0\ne0$ and every $0\le a<1$: Lemma 2 is not needed.",
)

THETA = Hypothesis("θ", positive(theta), meaning="0 < θ < 1; the burn-in ends where a^{2K} ≤ 1 - θ")
LEVEL = Hypothesis("level", equal((1 - a**2) * m**2, 2 * theta * a * eta**2 * low), meaning="m² = θY = 2θaη²l/(1-a²)")
_positive_a = Hypothesis("a > 0", positive(a), meaning="a > 0")
_a_below_1 = Hypothesis("a below 1", positive(1 - a), meaning="a < 1")
_margin = eta**2 * (8 * theta * a**3 * low - (1 - a) ** 2 * (1 + a) * L) / (1 - a) / (1 + a)
condition = chain(
    "the condition in terms of l",
    (
        FIXED,
        AT_FIXED,
        _a_below_1,
        LEVEL,
        FLOOR,
        _positive_a,
        Hypothesis(
            "l",
            nonnegative(8 * theta * a**3 * low - (1 - a) ** 2 * (1 + a) * L),
            meaning="l ≥ L(1-a)²(1+a)/(8θa³)",
        ),
    ),
    (
        Step(
            "squares",
            equal(4 * a**2 * m**2 - (1 - a) ** 2 * S**2, _margin),
            Identity(),
            ("fixed point", "level", "a > 0", "a below 1"),
        ),
        Step(
            "no overshoot",
            nonnegative(2 * a * m - (1 - a) * S),
            Sign(_margin / (2 * a * m + (1 - a) * S)),
            ("squares", "l", "fixed norm", "a below 1", "floor", "a > 0"),
        ),
    ),
    r"$(1-a)x^*\le2am$ holds for $m^2=\theta\frac{2a\eta^2l}{1-a^2}$ as soon as $l\ge\frac{(1-a)^2(1+a)}{8\theta "
    r"a^3}L$.",
)
remaining = one_step(
    "what noise remains",
    (
        LEVEL,
        FLOOR,
        THETA,
        _positive_a,
        _a_below_1,
        Hypothesis("lower bound", positive(low), meaning="l > 0"),
    ),
    equal(eta**4 * V / (m**2 * (1 - a**2)), eta**2 * V / (2 * theta * a * low)),
    Identity(),
    r"$\frac{\eta^4V}{m^2(1-a^2)}=\frac{\eta^2V}{2\theta al}$.",
)
variance = chain(
    "the stationary variance, linearised",
    (
        FIXED,
        AT_FIXED,
        Hypothesis("stationary", equal(M2, (2 * a - 1) ** 2 * M2 + eta**4 * V / S**2), meaning="at the rate 2a - 1"),
        _positive_a,
        RATE,
        Hypothesis("L", positive(L), meaning="L > 0"),
    ),
    (
        Step(
            "balance",
            equal(eta**2 * (4 * a * L * M2 - eta**2 * V), 0),
            Identity(),
            ("fixed point", "stationary", "fixed norm"),
        ),
        Step("variance", equal(M2, eta**2 * V / (4 * a * L)), Identity(), ("balance", "a > 0", "rate", "L")),
    ),
    r"To leading order in the noise the stationary variance of $x$ is $\frac{\eta^2V}{4aL}$.",
)
