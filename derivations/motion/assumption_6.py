"""What assumption 6 of Theorem 2 implies: λη is small, and the step contracts wherever the norm will stay."""

import sympy

from derivations.claim import Hypothesis, Step
from derivations.motion.angular_update import alpha
from derivations.motion.momentum import BETA, KAPPA, in_the_roots, m, n
from derivations.notation import beta
from derivations.rules import Sign
from derivations.smt import Smt
from derivations.statement import at_most, equal, less, nonnegative, positive

L, least, G, c, reach, star = sympy.symbols(r"L l G c \kappa \kappa^*", real=True)
THETA = sympy.Rational(19, 20)
"""The norm stays above √(θ lη²/(1-λ₁)): every θ < 1 is reached, and this one is enough."""
LARGEST = (m - n) ** 3 * (m + n) / (2 * (m**2 + n**2))
"""The largest κ of `momentum_contraction.weighted`."""
p = 1 + alpha - beta
DENOMINATOR = (1 - alpha) ** 3 * (1 + alpha) - 8 * beta * (1 - alpha)
GIVEN = (
    Hypothesis("α", equal(alpha, m * n), meaning="α = μ₊μ₋"),
    Hypothesis("λη", equal(beta, BETA), meaning="λη = (1-μ₊)(1-μ₋)"),
    Hypothesis("G", equal(G, DENOMINATOR), meaning="the denominator in assumption 6"),
    Hypothesis("L > 0", positive(L), meaning="L > 0"),
    Hypothesis("l < L", positive(L - least), meaning="l < h̃_t, whose mean is L"),
    Hypothesis("assumption 6", positive(least * G**2 - 72 * beta**2 * L), meaning="l > 2(6λη/G)²L, cleared of G"),
)
RANGE = (
    Hypothesis("c", equal(c, star * (1 - m**2)), meaning="c = κ*(1-λ₁)"),
    Hypothesis("fixed point", equal(star, KAPPA), meaning="κ* = Lη²/(w*)⁴, by SMD-T2-FIX"),
    Hypothesis("κ", equal(reach, LARGEST), meaning="the largest κ of the contraction"),
)
LEAST = Hypothesis("l > 0", positive(least), meaning="l > 0")

_SMALL = (
    Step("α > 0", positive(alpha), Sign(), ("α", "μ₊ > 0", "μ₋ > 0")),
    Step("1-α > 0", positive(1 - alpha), Sign(1 - m * n), ("α", "α < 1")),
    Step("λη > 0", positive(beta), Sign(), ("λη", "μ₊ < 1", "μ₋ < 1")),
    Step(
        "G² > 72(λη)²",
        positive(G**2 - 72 * beta**2),
        Sign((G**2 * (L - least) + (least * G**2 - 72 * beta**2 * L)) / L),
        ("L > 0", "l < L", "assumption 6"),
    ),
    Step(
        "G > -8λη",
        positive(G + 8 * beta),
        Sign((1 - alpha) ** 3 * (1 + alpha) + 8 * alpha * beta),
        ("G", "α > 0", "1-α > 0", "λη > 0"),
    ),
    Step(
        "G > 8λη",
        positive(G - 8 * beta),
        Sign(((G**2 - 72 * beta**2) + 8 * beta**2) / (G + 8 * beta)),
        ("G² > 72(λη)²", "G > -8λη"),
    ),
)
small = in_the_roots(
    "λη is small",
    positive((1 - alpha) ** 3 * (1 + alpha) - 8 * beta * (2 - alpha)),
    Sign(G - 8 * beta),
    ("G", "G > 8λη"),
    r"Assumption 6 and $l<L$ imply $8\lambda\eta(2-\alpha)<(1-\alpha)^3(1+\alpha)$: it says how small "
    r"$\lambda\eta\ll1$ is.",
    GIVEN,
    _SMALL,
)
BOUND = Hypothesis(
    "small", positive((1 - m * n) ** 3 * (1 + m * n) - 8 * BETA * (2 - m * n)), meaning="8λη(2-α) < (1-α)³(1+α)"
)
slow = in_the_roots(
    "λ₁ is large",
    less(sympy.Rational(7, 9), m**2),
    Smt(),
    ("μ₋ > 0", "real", "small"),
    r"Then $\lambda_1>\frac79$, so that Lemma 2 applies.",
    (BOUND,),
)
_lowest = 4 * beta**2 * (1 - alpha) / (m - n)
_left, _right = 16 * (1 - alpha) * G * (m**2 + n**2), 33 * (m - n) ** 4 * (m + n)
inside = in_the_roots(
    "the step contracts",
    positive(THETA * least * reach**2 - c * L),
    Sign(
        (_lowest - c) * L
        + (1 - alpha) / (18 * (m - n)) * (least * G**2 - 72 * beta**2 * L)
        + least / (72 * beta**2) * (72 * THETA * beta**2 * reach**2 - _lowest * G**2)
    ),
    ("noise", "range", "real", "1-α > 0", "L > 0", "l > 0", "assumption 6", "λη > 0"),
    r"and $\frac{\lambda\eta(1-\alpha)\left(2-\frac{\lambda\eta}{1+\alpha}\right)(1-\lambda_1)L}{\theta "
    r"l}<\frac14\left(\frac{(\mu_+-\mu_-)^2(\lambda_1-\lambda_3)}{\lambda_1+\lambda_3}\right)^2$, "
    r"$\theta=\frac{19}{20}$: $\frac{L\eta^2}{\|w_t\|^2(w^*)^2}$ stays in the range where the step contracts.",
    (*GIVEN, *RANGE, LEAST),
    (
        *_SMALL,
        Step("1-λ₁ > 0", positive(1 - m**2), Sign((1 - m) * (1 + m)), ("μ₊ > 0", "μ₊ < 1")),
        Step("1-λ₃ > 0", positive(1 - n**2), Sign((1 - n) * (1 + n)), ("μ₋ > 0", "μ₋ < 1")),
        Step(
            "κ* > 0",
            positive(star),
            Sign(KAPPA),
            ("fixed point", "1-λ₁ > 0", "1-λ₃ > 0", "α < 1", "μ₊ > 0", "μ₋ > 0"),
        ),
        Step(
            "κ*",
            at_most(star, 2 * beta * (1 - alpha)),
            Sign(BETA**2 * (1 - m * n) / (1 + m * n)),
            ("fixed point", "α", "λη", "α < 1", "μ₊ > 0", "μ₋ > 0"),
        ),
        Step(
            "1-λ₁",
            at_most(1 - m**2, 2 * beta / (m - n)),
            Sign((1 - m) ** 2 * (1 + m + (1 - n)) / (m - n)),
            ("λη", "real"),
        ),
        Step(
            "noise",
            at_most(c, _lowest),
            Sign(2 * beta / (m - n) * (2 * beta * (1 - alpha) - star) + star * (2 * beta / (m - n) - (1 - m**2))),
            ("c", "κ*", "1-λ₁", "real", "λη > 0", "κ* > 0"),
        ),
        Step(
            "in α and λη",
            at_most(16 * (1 - alpha) * G * (p**2 - 2 * alpha), 33 * (p**2 - 4 * alpha) ** 2 * p),
            Smt(),
            ("G", "G > 8λη", "1-α > 0", "λη > 0"),
        ),
        Step("in the roots", nonnegative(_right - _left), Sign(), ("in α and λη", "α", "λη")),
        Step("gap", nonnegative(1 - alpha - (m - n)), Sign((1 - m) * (1 + n)), ("α", "μ₊ < 1", "μ₋ > 0")),
        Step("G > 0", positive(G), Sign((beta * (G - 8 * beta) + 8 * beta**2) / beta), ("G > 8λη", "λη > 0")),
        Step(
            "range",
            nonnegative(72 * THETA * beta**2 * reach**2 - _lowest * G**2),
            Sign(
                beta**2
                / (64 * (m - n) ** 2 * (m**2 + n**2) ** 2)
                * (
                    sympy.Rational(3, 605) * _right**2
                    + (_right - _left) * (_right + _left)
                    + _left**2 / (1 - alpha) * (1 - alpha - (m - n))
                )
            ),
            ("κ", "in the roots", "gap", "real", "μ₋ > 0", "1-α > 0", "G > 0"),
        ),
    ),
)
