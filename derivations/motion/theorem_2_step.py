"""One step of Theorem 2: how the deviation from the fixed point moves, and what the noise adds to it."""

import sympy

from derivations.claim import Hypothesis, Step
from derivations.motion.assumption_6 import THETA, L, least
from derivations.motion.momentum_contraction import HALF, REAL, SHARES, d, nu, squared
from derivations.notation import chain, eta, one_step
from derivations.rules import Identity, Sign
from derivations.statement import at_most, equal, less, nonnegative, positive

# One mode y of Y, its share of the noise, its eigenvalue; x = ‖w_t‖² and x*; κ = Lη²/(x x*).
y, mode, share, x, fixed, h, after, settled = sympy.symbols(r"y \lambda_i k_i x x^* h y' y^*", real=True)
deviation = one_step(
    "the deviation from the fixed point",
    (
        Hypothesis("step", equal(after, mode * y + share * h * eta**2 / x), meaning="(76)–(78)"),
        Hypothesis("fixed point", equal(settled * (1 - mode), share * L * eta**2 / fixed), meaning="(89)"),
        Hypothesis("norm", positive(x), meaning="x > 0"),
        Hypothesis("fixed norm", positive(fixed), meaning="x* > 0"),
    ),
    equal(
        after - settled,
        mode * (y - settled) - L * eta**2 / (x * fixed) * share * (x - fixed) + share * (h - L) * eta**2 / x,
    ),
    Identity(),
    r"(90), (94): $Y_{t+1}-Y^*=\left(\Lambda-\frac{L\eta^2}{x_tx^*}ke^\top\right)(Y_t-Y^*)+\frac{(\tilde "
    r"h_t-L)\eta^2}{x_t}k$.",
)
f = sympy.Symbol("f", real=True)
NOISE = (1 + nu**2) ** 2 / (1 - nu) ** 4
"""N(k) = (λ₁+λ₃)²/(μ₊-μ₋)⁴."""
_pushed = tuple(z + f * s for z, s in zip(d, SHARES, strict=True))
spread = one_step(
    "what the noise adds",
    (REAL,),
    equal(
        squared(HALF, _pushed),
        squared(HALF, d) + 2 * f * (d[0] * SHARES[0] + HALF * d[1] * SHARES[1] + d[2] * SHARES[2]) + f**2 * NOISE,
    ),
    Identity(),
    r"$N(z+fk)=N(z)+2f\langle z,k\rangle_N+f^2N(k)$ with $f=\frac{(\tilde h_t-L)\eta^2}{x_t}$ of mean 0 given the "
    r"past and $Ef^2\le\frac{V\eta^4}{x_t^2}$; $N(k)=\frac{(\lambda_1+\lambda_3)^2}{(\mu_+-\mu_-)^4}$.",
)
back = one_step(
    "from the modes to the norm",
    (),
    at_most(sum(d) ** 2, 4 * squared(HALF, d)),
    Sign((d[1] - d[0] - d[2]) ** 2 + 2 * (d[0] - d[2]) ** 2),
    r"$(\|w_t\|^2-(w^*)^2)^2\le4N(Y_t-Y^*)$.",
)

kappa, reach, star, slowest = sympy.symbols(r"\kappa_t \kappa \kappa^* \lambda_1", real=True)
contracts = chain(
    "the step stays where it contracts",
    (
        Hypothesis("fixed point", equal(star, L * eta**2 / fixed**2), meaning="κ* = Lη²/x*²"),
        Hypothesis("κ_t", equal(kappa, L * eta**2 / (x * fixed)), meaning="κ_t = Lη²/(x_t x*)"),
        Hypothesis("lower bound", nonnegative((1 - slowest) * x**2 - THETA * least * eta**2), meaning="by SMD-E88"),
        Hypothesis(
            "range",
            positive(THETA * least * reach**2 - star * (1 - slowest) * L),
            meaning="by assumption 6; c = κ*(1-λ₁)",
        ),
        Hypothesis("x > 0", positive(x), meaning="x > 0"),
        Hypothesis("x* > 0", positive(fixed), meaning="x* > 0"),
        Hypothesis("λ₁ < 1", positive(1 - slowest), meaning="λ₁ < 1"),
        Hypothesis("η > 0", positive(eta), meaning="η > 0"),
        Hypothesis("κ_t ≥ 0", nonnegative(kappa), meaning="κ_t ≥ 0"),
        Hypothesis("κ > 0", positive(reach), meaning="κ > 0"),
    ),
    (
        Step(
            "square", equal(kappa**2 * x**2, star * L * eta**2), Identity(), ("fixed point", "κ_t", "x > 0", "x* > 0")
        ),
        Step(
            "squares",
            positive(reach**2 - kappa**2),
            Sign(
                (
                    reach**2 * ((1 - slowest) * x**2 - THETA * least * eta**2)
                    + eta**2 * (THETA * least * reach**2 - star * (1 - slowest) * L)
                )
                / ((1 - slowest) * x**2)
            ),
            ("square", "lower bound", "range", "x > 0", "λ₁ < 1", "η > 0"),
        ),
        Step(
            "below the largest",
            less(kappa, reach),
            Sign((reach**2 - kappa**2) / (reach + kappa)),
            ("squares", "κ_t ≥ 0", "κ > 0"),
        ),
    ),
    r"Under assumption 6 and $\|w_t\|^4\ge\theta\frac{l\eta^2}{1-\lambda_1}$: "
    r"$\frac{L\eta^2}{x_tx^*}<\frac12\frac{(\mu_+-\mu_-)^2(\lambda_1-\lambda_3)}{\lambda_1+\lambda_3}$, where $N$ "
    r"contracts by $\lambda_1^2$.",
)
