"""(21) about the printed √(2λη), which is not SGD's angle: true wherever V/(Ll) is not far below (λη)³."""

import sympy

from derivations.claim import Hypothesis
from derivations.motion.norm_contraction import L, a, low
from derivations.motion.printed_norm import DECAY, EXCESS, LOWER, MEAN, R, s, v
from derivations.notation import one_step, r
from derivations.rules import Sign
from derivations.statement import at_most, equal, nonnegative, positive

TWENTIETH = Hypothesis("ηλ ≤ 1/20", equal(s, R(1, 20) - r), meaning="r = 1/20 - ηλ")
ROOM = Hypothesis("r", nonnegative(r), meaning="ηλ ≤ 1/20")
RATE = Hypothesis("a", equal(a, (R(19, 20) + r) ** 2), meaning="a = (1-ηλ)²")
_cond = low * (1 - 2 * s) ** 2 - 8 * s**2 * L
_rest = sympy.expand((10 - 34 * s + 39 * s**2 - 20 * s**3 + 4 * s**4).subs(s, R(1, 20) - r))
by_norm = one_step(
    "the norm's part of the floor",
    (
        TWENTIETH,
        ROOM,
        RATE,
        LOWER,
        MEAN,
        Hypothesis("condition 3", nonnegative(_cond), meaning="l ≥ 2[2λη/(1-2λη)]²L"),
    ),
    at_most((1 - a**2) * (1 - a) * L / (2 * a**3 * low), R(1, 2)),
    Sign((a**3 * _cond + s**4 * L * _rest) / (R(9, 10) + 2 * r) ** 2 / (2 * a**3 * low)),
    r"$\frac{(1-a^2)(1-a)L}{2a^3l}\le\frac12$: by condition 3 it is no more.",
)
_TOP = R(400, 361) ** 2 - 1
by_gradient = one_step(
    "the gradient's part of the floor",
    (
        Hypothesis("ηλ ≤ 1/20", nonnegative(a - R(361, 400)), meaning="a = (1-ηλ)² ≥ 361/400"),
        Hypothesis("a > 0", positive(a), meaning="a > 0"),
    ),
    at_most((1 - a**2) / a**2, _TOP),
    Sign((a - R(361, 400)) * (a + R(361, 400)) / a**2 * R(400, 361) ** 2),
    r"$\frac{1-a^2}{a^2}\le0.228$ for $\eta\lambda\le\frac1{20}$.",
)
A, B, U = sympy.symbols("A B U", real=True)
theta = R(99, 100)
_first, _second = A / theta, B / theta**2
below_printed = one_step(
    "a floor below the printed one, about √(2λη)",
    (
        Hypothesis("gradient's part", at_most(A, _TOP), meaning="A = (1-a²)/a²"),
        Hypothesis("norm's part", at_most(B, R(1, 2)), meaning="B = (1-a²)(1-a)L/(2a³l)"),
        Hypothesis("noise", equal(U, s**3 + v), meaning="U = V/(Ll), v = U - (λη)³"),
        EXCESS,
        DECAY,
    ),
    at_most(R(7, 6) * (U * (A / theta + B / theta**2)) + 7 * (R(361, 20000) * s**3), R(199, 200) * U),
    Sign(
        U * (_TOP - A) * R(7, 6) / theta
        + U * (R(1, 2) - B) * R(7, 6) / theta**2
        + U * (R(199, 200) - R(2527, 20000) - R(7, 6) * (_TOP / theta + R(1, 2) / theta**2))
        + R(2527, 20000) * v
    ),
    r"For $\frac V{Ll}\ge(\lambda\eta)^3$, $\eta\lambda\le\frac1{20}$ and $\theta=\frac{99}{100}$, $t=\frac16$, "
    r"$c=\frac{199}{200}\frac V{Ll}$ will do, by the theorem “both floors together” of SMD-T1.",
)
