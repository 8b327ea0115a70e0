"""The eigenvalues and eigenvectors of Theorem 2's matrix."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict
from derivations.motion.angular_update import alpha
from derivations.motion.momentum import ALPHA, BETA, MODES, SHARES, P, combined, in_the_roots, m, matrix, n
from derivations.notation import beta, chain, one_step
from derivations.rules import Identity, Sign
from derivations.statement import at_most, equal, less, positive

# In α and β = λη, with the root as printed.
p = 1 + alpha - beta
root = sympy.sqrt(p**2 - 4 * alpha)
larger, smaller = (p + root) / 2, (p - root) / 2
MOMENTUM = Hypothesis("momentum", positive(alpha), meaning="α > 0")
SLOW = Hypothesis("slow", positive(1 - alpha), meaning="α < 1")
DECAY = Hypothesis("decay", positive(beta), meaning="β = λη > 0")
BOUND = Hypothesis("bound", positive((1 - sympy.sqrt(alpha)) ** 2 - beta), meaning="λη < (1-√α)²")
GIVEN = (MOMENTUM, SLOW, DECAY, BOUND)

_gap = (1 - sympy.sqrt(alpha)) ** 2 - beta
_real = Step("real", positive(p**2 - 4 * alpha), Sign(_gap * (_gap + 4 * sympy.sqrt(alpha))), ("momentum", "bound"))
_acute = Step("1+α-λη > 0", positive(p), Sign(_gap + 2 * sympy.sqrt(alpha)), ("momentum", "bound"))
_small = Step("μ₋ > 0", positive(smaller), Sign(2 * alpha / (p + root)), ("momentum", "real", "1+α-λη > 0"))
_large = Step(
    "μ₊ < 1",
    less(larger, 1),
    Sign(2 * beta / (1 - alpha + beta + root)),
    ("slow", "decay", "real"),
)
real = chain(
    "the discriminant",
    (MOMENTUM, BOUND),
    (_real,),
    r"$(1+\alpha-\lambda\eta)^2-4\alpha=\left((1-\sqrt\alpha)^2-\lambda\eta\right)\left((1+\sqrt\alpha)^2-\lambda"
    r"\eta\right)>0$: the eigenvalues are real and distinct. Between the two zeros they are complex.",
)
between = chain(
    "the roots",
    GIVEN,
    (
        _real,
        _acute,
        _small,
        _large,
        Step(
            "0 < μ₋ < μ₊ < 1",
            positive(smaller * (larger - smaller) * (1 - larger)),
            Sign(smaller * root * (1 - larger)),
            ("real", "μ₋ > 0", "μ₊ < 1"),
        ),
    ),
    r"(70): $0<\mu_-<\mu_+<1$, hence $0<\lambda_3<\alpha<\lambda_1<1$.",
)
printed = one_step(
    "the printed roots are squares",
    (Hypothesis("real", positive(p**2 - 4 * alpha), meaning="the eigenvalues are real"),),
    equal(
        combined(sympy.Matrix([(p**2 + p * root) / 2 - alpha, alpha, (p**2 - p * root) / 2 - alpha, beta])),
        combined(sympy.Matrix([larger**2, larger * smaller, smaller**2, (1 - larger) * (1 - smaller)])),
    ),
    Identity(),
    r"(67)–(69): $\lambda_1=\mu_+^2$, $\lambda_2=\alpha=\mu_+\mu_-$, $\lambda_3=\mu_-^2$ with "
    r"$\mu_\pm=\frac12\left(1+\alpha-\lambda\eta\pm\sqrt{(1+\alpha-\lambda\eta)^2-4\alpha}\right)$, and "
    r"$\lambda\eta=(1-\mu_+)(1-\mu_-)$.",
)

# From here on in the roots.
S = sympy.Matrix([[1, 1, 1], [P / (ALPHA + mode) for mode in MODES], [1 / mode for mode in MODES]])
"""(73)."""


def _printed_inverse() -> sympy.Matrix:
    """(74), with 1+α-λη written as printed."""
    (one, two, three), sign = MODES, (1, -1, 1)
    gaps = ((one - two) * (one - three), (one - two) * (two - three), (two - three) * (one - three))
    columns = [
        [(ALPHA + one) * one, 2 * ALPHA**2, (ALPHA + three) * three],
        [-2 * mode * (ALPHA + one) * (ALPHA + three) / P for mode in MODES],
        [one * three * (ALPHA + one), 2 * ALPHA * one * three, (ALPHA + three) * one * three],
    ]
    return sympy.Matrix(3, 3, lambda i, j: sign[i] * columns[j][i] / gaps[i])


INVERSE = _printed_inverse()
diagonal = in_the_roots(
    "the eigenvectors",
    equal(combined(matrix(ALPHA, P) * S), combined(S * sympy.diag(*MODES))),
    Identity(),
    ("μ₊ > 0", "μ₋ > 0"),
    r"(71)–(73): $AS=S\Lambda$.",
)
inverse = in_the_roots(
    "the inverse",
    equal(combined(INVERSE * S), combined(sympy.eye(3))),
    Identity(),
    ("μ₊ > 0", "μ₋ > 0", "real"),
    r"(74): every entry.",
)
_Y = sympy.Matrix(sympy.symbols(r"\tilde{a} \tilde{b} \tilde{c}", real=True))
_push = sympy.Symbol("u", real=True)
recursions = in_the_roots(
    "the recursions",
    equal(
        combined(S * (sympy.diag(*MODES) * _Y + _push * sympy.Matrix(SHARES))),
        combined(matrix(ALPHA, P) * S * _Y + _push * sympy.Matrix([1, 0, 0])),
    ),
    Identity(),
    ("μ₊ > 0", "μ₋ > 0", "real"),
    r"(76)–(78): $\tilde a'=\lambda_1\tilde a+k_1u$, $\tilde b'=\alpha\tilde b+k_2u$, $\tilde c'=\lambda_3\tilde "
    r"c+k_3u$, $u=\frac{\tilde h_t\eta^2}{\tilde a+\tilde b+\tilde c}$, with "
    r"$k=\frac{(\mu_+^2,-2\mu_+\mu_-,\mu_-^2)}{(\mu_+-\mu_-)^2}$.",
)
_unit = (1 - m) ** 2 / (1 - ALPHA)
"""r = (λη)²/((1-μ₋)²(1-α))."""
_linear = 1 - 2 * BETA / (1 - ALPHA)
_SIGNS = ("μ₊ > 0", "μ₋ > 0", "α < 1")
first = in_the_roots(
    "λ₁ from above",
    at_most(m**2, _linear + _unit),
    Sign(_unit * n * (2 + m)),
    _SIGNS,
    r"$\lambda_1\le1-\frac{2\lambda\eta}{1-\alpha}+r$.",
)
second = in_the_roots(
    "λ₁ from below",
    at_most(_linear - 2 * _unit, m**2),
    Sign(_unit * ((1 - n) * 2 + (1 - ALPHA))),
    ("μ₋ < 1", "α < 1"),
    r"(67): $\lambda_1\ge1-\frac{2\lambda\eta}{1-\alpha}-2r$, $r=\frac{(\lambda\eta)^2}{(1-\mu_-)^2(1-\alpha)}$, for "
    r"every $\lambda\eta<(1-\sqrt\alpha)^2$.",
)
third = in_the_roots(
    "λ₃",
    equal(n**2, ALPHA**2 + 2 * ALPHA**2 * BETA / (1 - ALPHA) + _unit * n**2 * (1 + 2 * m - ALPHA)),
    Identity(),
    ("α < 1",),
    r"(69): $\lambda_3=\alpha^2+\frac{2\alpha^2}{1-\alpha}\lambda\eta+r\lambda_3(1+2\mu_+-\alpha)$.",
)
apart = in_the_roots(
    "the constant",
    less(1 - sympy.sqrt(ALPHA), 1 - n),
    Sign(n * (m - n) / (sympy.sqrt(ALPHA) + n)),
    ("μ₊ > 0", "μ₋ > 0", "real"),
    r"$1-\mu_->1-\sqrt\alpha$, so that $r<\frac{(\lambda\eta)^2}{(1-\sqrt\alpha)^2(1-\alpha)}$.",
)

CLAIM = Claim(
    id="SMD-T2-EIG",
    paper="002",
    where="(67)–(78)",
    printed=r"\lambda\eta<(1-\sqrt\alpha)^2\Rightarrow\lambda_i\in\mathbb R,\ "
    r"\lambda_1=1-\frac{2\lambda\eta}{1-\alpha}+O(\lambda^2\eta^2),\ \lambda_2=\alpha,\ "
    r"\lambda_3=\alpha^2+\frac{2\alpha^2}{1-\alpha}\lambda\eta+O(\lambda^2\eta^2),\ "
    r"0<\lambda_3<\alpha<\lambda_1<1;\quad S,\ S^{-1},\ (76)\text{–}(78)",
    verdict=Verdict.HOLDS,
    finding=r"$\lambda_1=\mu_+^2$, $\lambda_2=\mu_+\mu_-$, $\lambda_3=\mu_-^2$ with $\mu_\pm$ the roots of "
    r"$\mu^2-(1+\alpha-\lambda\eta)\mu+\alpha$, so that $\lambda_1\lambda_3=\alpha^2$; real also for "
    r"$\lambda\eta\ge(1+\sqrt\alpha)^2$. The remainders are at most $\frac{2(\lambda\eta)^2}{(1-\sqrt\alpha)^2(1-"
    r"\alpha)}$ for $\lambda_1$, whose second-order term $\frac{1-3\alpha}{(1-\alpha)^3}(\lambda\eta)^2$ is negative "
    r"for $\alpha>\frac13$, and $\frac{3\lambda_3(\lambda\eta)^2}{(1-\sqrt\alpha)^2(1-\alpha)}$ for $\lambda_3$. All "
    r"of (74) is right.",
    theorems=(real, between, printed, diagonal, inverse, recursions, first, second, third, apart),
    notes=(
        "The scan shows (71) as “S TAS = Λ” and (75) with “STX”; in (89) it shows S⁻¹e, which the proof needs, the "
        "same way, so that T stands for a lost -1: read S⁻¹AS = Λ and Y = S⁻¹X. With a transpose they would be wrong.",
        "Recovered from the scan: the third row of S, (1/λ₁, 1/λ₂, 1/λ₃), the signs of the second row and of the "
        "second column of (74), and the factors 1+α-λη in its second column (β there is λη).",
        "The constants are large where momentum is: 1/((1-√α)²(1-α)) is at most 4/(1-α)³, 3800 at α = 0.9.",
    ),
)
