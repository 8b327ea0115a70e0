"""How far the squared norm fluctuates at equilibrium: SGD against SGD with momentum."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Theorem, Verdict
from derivations.motion.angular_update import MOMENTUM, alpha
from derivations.motion.momentum_orthogonality import SLOW
from derivations.notation import beta, chain, one_step
from derivations.rules import Identity
from derivations.smt import Smt
from derivations.space import Vector
from derivations.statement import at_most, equal, less, positive

# β = ηλ; x* the equilibrium value of ‖w‖². A deviation d of (18)'s state (‖w_t‖², ⟨w_t, w_{t-1}⟩, ‖w_{t-1}‖²) from
# its equilibrium obeys d' = J d + η²(h̃ - L)/x* e to first order, with J = A - κ e eᵀ and κ = η²L/x*².
m = 1 + alpha - beta
sigma = 2 + 2 * alpha - beta
kappa = beta * (1 - alpha) * sigma / (1 + alpha)
JACOBIAN = sympy.Matrix([[m**2 - kappa, -2 * alpha * m, alpha**2], [m, -alpha, 0], [1, 0, 0]])
DECAY = Hypothesis("decay", positive(beta), meaning="β = ηλ > 0")
UPRIGHT = Hypothesis("upright", positive(1 - beta), meaning="β < 1")
ACUTE = Hypothesis("acute", positive(m), meaning="β < 1 + α: the angular update is below 90°")

COMMON = (1 - alpha**2) ** 2 * (1 + alpha + alpha**2) + 2 * alpha**2 * beta * sigma


def _covariance() -> sympy.Matrix:
    """The stationary covariance of the linearised state, in units of η²V/L: the solution of P = JPJᵀ + κeeᵀ."""
    a, b = alpha, beta
    cubic = 4 * a**4 + 8 * a**3 + 4 * a**2 + 4 * a + 4
    square = (1 + a) ** 2 * (1 + a**2) * (1 + a + a**2)
    norm = square - 4 * a * b * (2 * a**3 + a**2 + a + 2) + 2 * a * b**2 * (2 * a**2 - a + 2)
    norm *= (1 + a) ** 2 / (4 * (1 + a**2) * m**2 * COMMON)
    mixed = square - b * cubic + 2 * b**2 * (a**3 + a**2 + 1)
    mixed *= (1 + a) / (4 * (1 + a**2) * m * COMMON)
    lagged = (JACOBIAN[0, 0] * norm - 2 * a * m * mixed) / (1 - a**2)
    inner = (m**2 * norm - 2 * a * m * mixed) / (1 - a**2)
    across = m * norm - a * mixed
    return sympy.Matrix([[norm, mixed, lagged], [mixed, inner, across], [lagged, across, norm]])


COVARIANCE = _covariance()
VARIANCE = COVARIANCE[0, 0]
"""Of ‖w‖² at equilibrium, linearised, in units of η²V/L."""


def entries(matrix: sympy.Matrix) -> Vector:
    """A symmetric matrix as a combination of named unit matrices."""
    pairs = [(i, j) for i in range(3) for j in range(i, 3)]
    return Vector.combine((f"E_{{{i + 1}{j + 1}}}", matrix[i, j]) for i, j in pairs)


stationary = one_step(
    "the stationary covariance with momentum",
    (SLOW, DECAY, ACUTE),
    equal(
        entries(COVARIANCE),
        entries(JACOBIAN * COVARIANCE * JACOBIAN.T + kappa * sympy.diag(1, 0, 0)),
    ),
    Identity(),
    r"The covariance $P$ of $(\|w_t\|^2,\langle w_t,w_{t-1}\rangle,\|w_{t-1}\|^2)$ that the linearised map "
    r"reproduces, $P=JPJ^\top+\kappa ee^\top$ in units of $\frac{\eta^2V}L$.",
)
without = one_step(
    "the stationary variance without",
    (UPRIGHT,),
    equal(1 / (4 * (1 - beta) ** 2), (1 - 2 * beta * (2 - beta)) ** 2 / (4 * (1 - beta) ** 2) + beta * (2 - beta)),
    Identity(),
    r"For SGD, $J=2q^2-1$ with $q=1-\lambda\eta$: $\frac{\eta^2V}{4Lq^2}$, in units of $\frac{\eta^2V}L$.",
)
same = one_step(
    "momentum 0",
    (Hypothesis("α = 0", equal(alpha, 0), meaning="no momentum"), UPRIGHT),
    equal(VARIANCE, 1 / (4 * (1 - beta) ** 2)),
    Identity(),
    r"At $\alpha=0$ the two agree.",
)
limit = one_step(
    "at small λη",
    (MOMENTUM, SLOW, Hypothesis("limit", equal(beta, 0), meaning="β = λη → 0")),
    equal(VARIANCE, 1 / (4 * (1 - alpha) ** 2)),
    Identity(),
    r"$\operatorname{Var}\|w\|^2\to\frac{\eta^2V}{4L(1-\alpha)^2}$ as $\lambda\eta\to0$.",
)
SMALL = Hypothesis("small", at_most(10 * beta, (1 - alpha) ** 2), meaning="λη ≤ (1-α)²/10")
STRICT = Hypothesis("momentum", positive(alpha), meaning="α > 0")


def _larger(name: str, left: sympy.Expr, right: sympy.Expr, words: str) -> Theorem:
    return chain(
        name,
        (STRICT, SLOW, DECAY, SMALL),
        (
            Step("β < 1", positive(1 - beta), Smt(), ("momentum", "slow", "small")),
            Step("larger", less(left, right), Smt(), ("momentum", "slow", "decay", "small", "β < 1")),
        ),
        words,
    )


larger = _larger(
    "momentum has the larger variance",
    1 / (4 * (1 - beta) ** 2),
    VARIANCE,
    r"For $0<\alpha<1$ and $\lambda\eta\le\frac{(1-\alpha)^2}{10}$ the linearised variance is larger with momentum.",
)
relative = _larger(
    "also relative to the norm",
    beta * (2 - beta) / (4 * (1 - beta) ** 2),
    kappa * VARIANCE,
    r"The same of $\frac{\operatorname{Var}\|w\|^2}{(w^*)^4}$, in units of $\frac V{L^2}$: to first order "
    r"$\frac{\lambda\eta}2$ without momentum, $\frac{\lambda\eta}{2(1-\alpha)}$ with it.",
)

assumed = one_step(
    "Theorem 2 assumes as much",
    (
        SLOW,
        Hypothesis(
            "small",
            positive((1 - alpha) ** 3 * (1 + alpha) - 8 * beta * (2 - alpha)),
            meaning="by assumption 6 and l < L, see SMD-T2",
        ),
    ),
    at_most(10 * beta, (1 - alpha) ** 2),
    Smt(),
    r"Assumption 6 can hold only where $8\lambda\eta(2-\alpha)<(1-\alpha)^3(1+\alpha)$, and there "
    r"$\lambda\eta\le\frac{(1-\alpha)^2}{10}$.",
)

CLAIM = Claim(
    id="SMD-R12",
    paper="002",
    where="4",
    printed=r"\text{with the same }\eta,\lambda\text{, SGDM may have a larger variance of }\|w_t\|^2",
    verdict=Verdict.ORDER,
    finding=r"To first order in the noise the stationary variance is $\frac{\eta^2V}{4L(1-\lambda\eta)^2}$ without "
    r"momentum and tends to $\frac{\eta^2V}{4L(1-\alpha)^2}$ with it as $\lambda\eta\to0$: larger by "
    r"$\frac1{(1-\alpha)^2}$, relative to the norm by $\frac1{1-\alpha}$, if $V$ and $L$ are the "
    r"same. Wherever assumption 6 of Theorem 2 can hold it is larger, to first order in the noise.",
    theorems=(without, stationary, same, limit, larger, relative, assumed),
    notes=(
        "Equations (17) and (20) compare upper bounds, from which nothing about the variances themselves follows.",
        "Where assumption 6 cannot hold, near λη = (1-√α)² with a small α, the linearised variance is the smaller one: "
        "at α = 1/100, λη = 4/5 for example.",
        "V is the variance of ‖g̃‖² for SGD and of h̃ = ‖g̃‖² + 2α‖w‖²⟨v, g⟩ for SGDM. For gradients symmetric given "
        "the "
        "past the latter is larger by 4α²E⟨v, g⟩²‖w‖⁴; for isotropic ones in d dimensions that is 4α²L²/((1-α²)(d-1)) "
        "to leading order, small for a filter of some hundred weights.",
        "The map is SMD-T2-MAP, linearised at its fixed point, with h̃ of mean L and variance V given the past. What "
        "the quadratic terms add to the variance is of relative order λη V/L² and is not proved.",
    ),
)
