"""The printed proof of Theorem 1, (43)–(51), line by line: for the map (42), a = 1-2λη."""

import sympy

from derivations.claim import Hypothesis, Step
from derivations.motion.norm_contraction import AT_FIXED, FIXED, FLOOR, L, S, V, a, low, m, theta
from derivations.notation import chain, eta, one_step
from derivations.rules import Identity, Sign
from derivations.statement import equal, less, nonnegative, positive

s = sympy.Symbol("s", real=True)
_below_1 = Hypothesis("a < 1", positive(1 - a), meaning="λη > 0")
_positive = Hypothesis("a > 0", positive(a), meaning="λη < 1/2")
_margin = eta**2 / 2 * (a**2 * low - 2 * (1 - a) ** 2 * L) / (1 - a)
no_overshoot = chain(
    "(45) and (46)",
    (
        FIXED,
        AT_FIXED,
        FLOOR,
        _positive,
        _below_1,
        Hypothesis("level", equal(2 * (1 - a) * m**2, eta**2 * low), meaning="m² = lη/(4λ), 1-a = 2λη"),
        Hypothesis("condition 3", nonnegative(a**2 * low - 2 * (1 - a) ** 2 * L), meaning="l ≥ 2[2λη/(1-2λη)]²L"),
    ),
    (
        Step(
            "squares", equal(a**2 * m**2 - (1 - a) ** 2 * S**2, _margin), Identity(), ("fixed point", "level", "a < 1")
        ),
        Step(
            "no overshoot",
            nonnegative(a * m - (1 - a) * S),
            Sign(_margin / (a * m + (1 - a) * S)),
            ("squares", "condition 3", "fixed norm", "floor", "a > 0", "a < 1"),
        ),
    ),
    r"(46): condition 3 is exactly $\frac{\eta^2L}{mx^*}\le a$ at $m^2=\frac{l\eta}{4\lambda}$, so that the factor of "
    r"(44) "
    r"lies in $[0,a]$; $[-a,a]$ would do.",
)
wrong_way = one_step(
    "(48) does not give (49)",
    (Hypothesis("ηλ", positive(s), meaning="s = ηλ > 0"),),
    less(1 - 4 * s, (1 - 2 * s) ** 2),
    Sign(4 * s**2),
    r"$(1-2\lambda\eta)^2>1-4\lambda\eta$: replacing the factor by the smaller one turns the bound around.",
)
paper_floor = one_step(
    "the floor of (48)",
    (
        Hypothesis("ηλ", positive(s), meaning="s = ηλ > 0"),
        Hypothesis("ηλ < 1", positive(1 - s), meaning="ηλ < 1"),
        Hypothesis("l", positive(low), meaning="l > 0"),
    ),
    equal(4 * V * eta**2 * s / low / (1 - (1 - 2 * s) ** 2), V * eta**2 / low / (1 - s)),
    Identity(),
    r"The fixed point of (48) is $\frac{V\eta^2}{l(1-\lambda\eta)}$.",
)
attainable = one_step(
    "a floor below the printed one",
    (
        _positive,
        Hypothesis("θ", positive(theta), meaning="θ > 0"),
        Hypothesis("2θa > 1", positive(2 * theta * a - 1), meaning="2θa > 1, θ < 1: possible for a > 1/2"),
        Hypothesis("noise", positive(V), meaning="V > 0"),
        Hypothesis("l", positive(low), meaning="l > 0"),
        Hypothesis("rate", positive(eta), meaning="η > 0"),
    ),
    less(eta**2 * V / low / (2 * theta * a), eta**2 * V / low),
    Sign(eta**2 * V / low * (2 * theta * a - 1) / (2 * theta * a)),
    r"$\frac{\eta^2V}{2\theta al}<\frac{\eta^2V}l$ for $2\theta a>1$: on (42) the printed floor is not attained, and "
    r"every rate would be true with some $B$.",
)
