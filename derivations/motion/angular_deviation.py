"""The angle of a step of SGD against its equilibrium value: pointwise, in mean square, and linearised."""

import sympy

from derivations.claim import Hypothesis
from derivations.motion.norm_contraction import ABOVE, AT_FIXED, FLOOR, NORM, L, S, V, a, low, m, theta, x
from derivations.motion.sgd import RATE
from derivations.notation import eta, k, one_step, q, sequence, z
from derivations.rules import Identity, Monotone, Sign
from derivations.statement import at_most, equal, nonnegative, positive

# p = √L_t, P = √L; A, B: the two parts of the deviation of the tangent, from the gradient and from the norm.
p, P, A, B = sympy.symbols("p P A B", real=True)
ROOT = Hypothesis("root", nonnegative(p), meaning="p = √L_t ≥ 0")
MEAN_ROOT = Hypothesis("mean root", positive(P), meaning="P = √L > 0")
AHEAD = Hypothesis("q > 0", positive(q), meaning="q = 1 - ηλ > 0")
b = sympy.Symbol("b", real=True)
DISTANCE = Hypothesis("distance", nonnegative(z), meaning="z = |tan Δ - tan Δ*|; b is the smaller of the two")
upper = one_step(
    "angles are closer than tangents",
    (DISTANCE,),
    at_most(sympy.atan(b + z), sympy.atan(b) + z),
    Monotone(z, (b + z) ** 2 / (1 + (b + z) ** 2)),
    r"$|\Delta-\Delta^*|\le|\tan\Delta-\tan\Delta^*|$.",
)

parts = one_step(
    "the two parts of the tangent's deviation",
    (NORM, AT_FIXED, AHEAD),
    equal(eta * p / (q * x) - eta * P / (q * S), eta / q * ((p - P) / x - P * (x - S) / (x * S))),
    Identity(),
    r"$\tan\Delta_t-\tan\Delta^*=\frac\eta q(A-B)$, $A=\frac{\sqrt{L_t}-\sqrt L}{x_t}$, "
    r"$B=\frac{\sqrt L(x_t-x^*)}{x_tx^*}$.",
)
by_gradient = one_step(
    "the gradient's part",
    (ROOT, MEAN_ROOT, NORM, FLOOR, ABOVE),
    at_most(((p - P) / x) ** 2, (p**2 - P**2) ** 2 / (P**2 * m**2)),
    Sign((p - P) ** 2 * (p * (p + 2 * P) / (P**2 * m**2) + (x - m) * (x + m) / (m**2 * x**2))),
    r"$A^2\le\frac{(L_t-L)^2}{Lm^2}$ where $x_t\ge m$.",
)
by_norm = one_step(
    "the norm's part",
    (NORM, AT_FIXED, FLOOR, ABOVE),
    at_most((P * (x - S) / (x * S)) ** 2, P**2 * (x - S) ** 2 / (S**2 * m**2)),
    Sign(P**2 * (x - S) ** 2 * (x - m) * (x + m) / (S**2 * m**2 * x**2)),
    r"$B^2\le\frac{L(x_t-x^*)^2}{x^{*2}m^2}$.",
)
pair = one_step(
    "together", (), at_most((A - B) ** 2, 2 * A**2 + 2 * B**2), Sign((A + B) ** 2), r"$(A-B)^2\le2A^2+2B^2$."
)

D, e = sequence("D"), sequence("e")
c = sympy.Symbol("c", real=True)
averaged = one_step(
    "the mean square deviation of the angle",
    (
        Hypothesis(
            "angle",
            at_most(D(k), 2 * eta**2 / (a * m**2) * (V / L + L / S**2 * e(k))),
            (k,),
            "averaged: the expectation of the four bounds above, a = q², D = E(Δ-Δ*)², e = E(x-x*)²",
        ),
        Hypothesis("norm", at_most(e(k), a ** (2 * k) * e(0) + c), (k,), "SMD-T1, corrected; c = η²V/(2θal)"),
        FLOOR,
        AT_FIXED,
        Hypothesis("a", positive(a), meaning="a > 0"),
        Hypothesis("L", positive(L), meaning="L > 0"),
    ),
    at_most(
        D(k),
        2 * eta**2 / (a * m**2) * (V / L + L / S**2 * c) + 2 * eta**2 * L / (a * m**2 * S**2) * a ** (2 * k) * e(0),
    ),
    Sign(
        (2 * eta**2 / (a * m**2) * (V / L + L / S**2 * e(k)) - D(k))
        + 2 * eta**2 * L / (a * m**2 * S**2) * (a ** (2 * k) * e(0) + c - e(k))
    ),
    r"$E(\Delta_{K+k}-\Delta^*)^2\le a^{2k}C+\frac{2\eta^2}{am^2}\big(\frac VL+\frac{Lc}{x^{*2}}\big)$.",
)
remaining = one_step(
    "the floor",
    (
        Hypothesis("level", equal(m**2, 2 * theta * a * eta**2 * low / (1 - a**2)), meaning="m² = θY, as in SMD-T1"),
        Hypothesis("fixed point", equal(S**2, eta**2 * L / (1 - a)), meaning="η²L = (1-a)x*²"),
        FLOOR,
        AT_FIXED,
        Hypothesis("θ", positive(theta), meaning="0 < θ < 1"),
        Hypothesis("l", positive(low), meaning="l > 0"),
        Hypothesis("L", positive(L), meaning="L > 0"),
        Hypothesis("a", positive(a), meaning="a > 0"),
        Hypothesis("a < 1", positive(1 - a), meaning="a < 1"),
    ),
    equal(
        2 * eta**2 / (a * m**2) * (V / L + L / S**2 * (eta**2 * V / (2 * theta * a * low))),
        (1 - a**2) * V / (theta * a**2 * low * L) * (1 + (1 - a) * L / (2 * theta * a * low)),
    ),
    Identity(),
    r"With $m^2=\theta\frac{2a\eta^2l}{1-a^2}$ the floor is "
    r"$\frac{(1-a^2)V}{\theta a^2lL}\big(1+\frac{(1-a)L}{2\theta al}\big)$.",
)
_v = sympy.Symbol("v", real=True)
fluctuation = one_step(
    "the stationary variance of the angle, linearised",
    (
        Hypothesis("fixed point", equal(L, (1 - a) * S**2 / eta**2), meaning="η²L = (1-a)x*²"),
        Hypothesis("norm's variance", equal(_v, eta**2 * V / (4 * a * L)), meaning="SMD-R1"),
        AT_FIXED,
        RATE,
        Hypothesis("a", positive(a), meaning="a = q² > 0"),
        Hypothesis("a < 1", positive(1 - a), meaning="a < 1"),
    ),
    equal(a**2 * ((1 - a) / a) * (V / (4 * L**2) + _v / S**2), (1 - a) * V / (4 * L**2)),
    Identity(),
    r"$\cos^4\Delta^*\tan^2\Delta^*\big(\frac V{4L^2}+\frac{\mathrm{Var}\,x}{x^{*2}}\big)=\frac{(1-q^2)V}{4L^2}\approx"
    r"\frac{\eta\lambda V}{2L^2}$.",
)
