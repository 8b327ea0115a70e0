"""(17) about the printed (w*)², which is not SGD's fixed point: true wherever V is not far below λη·lL."""

import sympy

from derivations.claim import Hypothesis, Step
from derivations.motion.norm_contraction import AT_FIXED, L, S, V, a, low, theta, x
from derivations.notation import chain, eta, k, one_step, r, sequence, t
from derivations.rules import Identity, Sign
from derivations.statement import at_most, equal, nonnegative, positive

R = sympy.Rational
# W = (w*)² as printed, S = x* exactly, s = ηλ.
W, s, v, tau = sympy.symbols("W s v tau", real=True)
FIXED_POINTS = Hypothesis(
    "fixed points", equal((1 - s / 2) * S**2, W**2), meaning="S² = ηL/(λ(2-ηλ)), W² = ηL/(2λ), s = ηλ"
)
PRINTED = Hypothesis("W", positive(W), meaning="W > 0")
DECAY = Hypothesis("s", positive(s), meaning="ηλ > 0")
TENTH = Hypothesis("ηλ ≤ 1/10", equal(s, R(1, 10) - r), meaning="r = 1/10 - ηλ")
ROOM = Hypothesis("r", nonnegative(r), meaning="ηλ ≤ 1/10")
LOWER = Hypothesis("l", positive(low), meaning="l > 0")
MEAN = Hypothesis("L", positive(L), meaning="L > 0")
EXCESS = Hypothesis("v", nonnegative(v), meaning="v ≥ 0")

_apart = s * S**2 / 2 / (S + W)
APART = Step("apart", equal(S - W, _apart), Identity(), ("fixed points", AT_FIXED.name, "W"))
bias_below = chain(
    "the two fixed points",
    (FIXED_POINTS, AT_FIXED, PRINTED, DECAY),
    (
        APART,
        Step(
            "bias",
            at_most(s * W / 4, S - W),
            Sign(s * (2 * S + W) * (S - W) / 4 / (S + W)),
            ("apart", AT_FIXED.name, "W", "s"),
        ),
    ),
    r"$x^*-(w^*)^2\ge\frac{\eta\lambda}4(w^*)^2$: the square of the bias is at least $\frac{L\eta^3\lambda}{32}$.",
)
_square = s**2 * S**4 / (16 * W**2)
_margin = (R(1, 10) - s) * (R(38, 10) + (R(1, 10) - s)) / 4
bias_above = chain(
    "the two fixed points, from above",
    (
        FIXED_POINTS,
        AT_FIXED,
        PRINTED,
        DECAY,
        Hypothesis("printed", equal(eta**2 * L, 2 * s * W**2), meaning="W² = ηL/(2λ)"),
        Hypothesis("ηλ ≤ 1/10", nonnegative(R(1, 10) - s), meaning="ηλ ≤ 1/10"),
    ),
    (
        APART,
        Step(
            "square",
            at_most((S - W) ** 2, _square),
            Sign(s**2 * S**4 / 16 * _apart * (S + 3 * W) / (W**2 * (S + W) ** 2)),
            ("apart", AT_FIXED.name, "W", "s"),
        ),
        Step(
            "size",
            at_most((S - W) ** 2, R(25, 722) * s * eta**2 * L),
            Sign((_square - (S - W) ** 2) + s**2 * W**2 / 16 * _margin * R(400, 361) * S**4 / W**4),
            ("square", "fixed points", "printed", "W", "ηλ ≤ 1/10"),
        ),
    ),
    r"$(x^*-(w^*)^2)^2\le\frac{25}{722}L\eta^3\lambda$ for $\eta\lambda\le\frac1{10}$.",
)
_a = (R(9, 10) + r) ** 2
_spare = sympy.expand(64 * R(19, 20) * _a**3 - (R(19, 10) + r) ** 2 * (1 + _a))
enough = one_step(
    "condition 3 is enough",
    (
        TENTH,
        ROOM,
        DECAY,
        Hypothesis("a", equal(a, _a), meaning="a = (1-ηλ)²"),
        Hypothesis("θ", equal(theta, R(19, 20) + tau), meaning="τ = θ - 19/20"),
        Hypothesis("τ", nonnegative(tau), meaning="θ ≥ 19/20"),
        LOWER,
        MEAN,
        Hypothesis("condition 3", nonnegative(low * (1 - 2 * s) ** 2 - 8 * s**2 * L), meaning="l ≥ 2[2λη/(1-2λη)]²L"),
    ),
    nonnegative(8 * theta * a**3 * low - (1 - a) ** 2 * (1 + a) * L),
    Sign(
        8 * theta * a**3 * ((low * (1 - 2 * s) ** 2 - 8 * s**2 * L) + 4 * low * s * (R(9, 10) + r))
        + s**2 * L * (_spare + 64 * tau * a**3)
    ),
    r"For $\eta\lambda\le\frac1{10}$ and $\theta\ge\frac{19}{20}$ the condition on $l$ follows from 3).",
)
WEIGHT = Hypothesis("weight", positive(t), meaning="t > 0")
shifted = one_step(
    "about the printed value",
    (WEIGHT,),
    at_most((x - W) ** 2, (1 + t) * (x - S) ** 2 + (1 + 1 / t) * (S - W) ** 2),
    Sign((t * (x - S) - (S - W)) ** 2 / t),
    r"$(x-(w^*)^2)^2\le(1+t)(x-x^*)^2+(1+\frac1t)(x^*-(w^*)^2)^2$ for every $t>0$.",
)
d, e = sequence("d"), sequence("e")
F, b, beta, c = sympy.symbols("F b beta c", real=True)
together = one_step(
    "both floors together",
    (
        Hypothesis(
            "averaged",
            at_most(d(k), (1 + t) * e(k) + (1 + 1 / t) * b**2),
            (k,),
            "averaged: the expectation of the theorem above; d, e: about the printed value and the exact one",
        ),
        WEIGHT,
        Hypothesis("exact", at_most(e(k), a ** (2 * k) * e(0) + F), (k,), "the floor F about the exact value"),
        Hypothesis("bias", at_most(b**2, beta), meaning="b: the exact value minus the printed one"),
        Hypothesis("floors", at_most((1 + t) * F + (1 + 1 / t) * beta, c), meaning="c: the floor to be shown"),
    ),
    at_most(d(k), (1 + t) * a ** (2 * k) * e(0) + c),
    Sign(
        ((1 + t) * e(k) + (1 + 1 / t) * b**2 - d(k))
        + (1 + t) * (a ** (2 * k) * e(0) + F - e(k))
        + (1 + 1 / t) * (beta - b**2)
        + (c - (1 + t) * F - (1 + 1 / t) * beta)
    ),
    r"$E(x_{K+k}-(w^*)^2)^2\le(1+t)a^{2k}E(x_K-x^*)^2+c$ where $(1+t)F+(1+\frac1t)\beta\le c$.",
)
_printed = eta**2 * V / low
below_printed = one_step(
    "a floor below the printed one, about (w*)²",
    (
        Hypothesis("noise", equal(V, s * low * L + v), meaning="v = V - ληlL"),
        EXCESS,
        Hypothesis("ηλ ≤ 1/10", nonnegative(a - R(81, 100)), meaning="a = (1-ηλ)² ≥ 81/100"),
        Hypothesis("a", positive(a), meaning="a > 0"),
        DECAY,
        LOWER,
        MEAN,
    ),
    at_most(
        R(5, 4) * (_printed / (2 * R(19, 20) * a)) + 5 * (R(25, 722) * s * eta**2 * L),
        R(99, 100) * _printed,
    ),
    Sign(
        _printed * (R(99, 100) - R(125, 722) - R(1250, 1539) + (a - R(81, 100)) / a * R(1250, 1539))
        + R(125, 722) * eta**2 * v / low
    ),
    r"For $V\ge\lambda\eta lL$, $\eta\lambda\le\frac1{10}$ and $\theta=\frac{19}{20}$, $t=\frac14$, "
    r"$c=\frac{99}{100}\frac{V\eta^2}l$ will do.",
)
