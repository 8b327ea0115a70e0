"""Theorem 2's equilibrium norm, exactly."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict
from derivations.motion.angular_update import alpha
from derivations.motion.momentum import BETA, KAPPA, combined, m, matrix, n
from derivations.notation import chain, eta, lam, one_step
from derivations.rules import Identity, Sign
from derivations.statement import equal, positive, unequal

x, b, c, L = sympy.symbols("a b c L", real=True)
P = 1 + alpha - lam * eta
NORM = Hypothesis("norm", positive(x), meaning="‖w‖² > 0")
MOMENTUM = Hypothesis("momentum", positive(1 + alpha), meaning="α > -1")
SLOW = Hypothesis("slow", positive(1 - alpha), meaning="α < 1")
RATE = Hypothesis("rate", positive(eta), meaning="η > 0")
DECAY = Hypothesis("decay", positive(lam), meaning="λ > 0")
ACUTE = Hypothesis("λη < 2(1+α)", positive(2 * (1 + alpha) - lam * eta), meaning="λη < 2(1+α)")
# (66) with h̃ = L at a state that it reproduces, row by row.
FIRST = Hypothesis(
    "first row", equal(x, P**2 * x - 2 * alpha * P * b + alpha**2 * c + L * eta**2 / x), meaning="(66), first row"
)
SECOND = Hypothesis("second row", equal(b, P * x - alpha * b), meaning="(66), second row")
THIRD = Hypothesis("third row", equal(c, x), meaning="(66), third row")

unique = chain(
    "a fixed point has this norm",
    (FIRST, SECOND, THIRD, NORM, MOMENTUM, SLOW, RATE, DECAY, ACUTE),
    (
        Step("inner product", equal((1 + alpha) * b, P * x), Identity(), ("second row",)),
        Step("solved", equal(b, P * x / (1 + alpha)), Identity(), ("inner product", "momentum")),
        Step(
            "balance",
            equal(lam * (1 - alpha) * (2 * (1 + alpha) - lam * eta) * x**2, (1 + alpha) * L * eta),
            Identity(),
            ("first row", "solved", "third row", "norm", "rate"),
        ),
        Step(
            "fourth power",
            equal(x**2, L * eta / (lam * (1 - alpha) * (2 - lam * eta / (1 + alpha)))),
            Identity(),
            ("balance", "momentum", "slow", "decay", "λη < 2(1+α)"),
        ),
    ),
    r"At a fixed point of (66) with $\tilde h=L$, $\|w\|^4=\frac{L\eta}{\lambda(1-\alpha)\left(2-\frac{\lambda\eta}"
    r"{1+\alpha}\right)}$.",
)
_square = L * eta / (lam * (1 - alpha) * (2 - lam * eta / (1 + alpha)))
_state = sympy.Matrix([x, P * x / (1 + alpha), x])
exists = one_step(
    "and with this norm there is one",
    (
        Hypothesis("value", equal(L, x**2 * lam * (1 - alpha) * (2 - lam * eta / (1 + alpha)) / eta)),
        NORM,
        MOMENTUM,
        RATE,
    ),
    equal(combined(matrix(alpha, P) * _state + sympy.Matrix([L * eta**2 / x, 0, 0])), combined(_state)),
    Identity(),
    r"$X^*=x^*\left(1,\frac{1+\alpha-\lambda\eta}{1+\alpha},1\right)$ is reproduced by (66).",
)
modes = one_step(
    "in the roots",
    (
        Hypothesis("α", equal(alpha, m * n), meaning="α = μ₊μ₋"),
        Hypothesis("λ", equal(lam, BETA / eta), meaning="λη = (1-μ₊)(1-μ₋)"),
        Hypothesis("rate", unequal(eta, 0), meaning="η ≠ 0"),
        Hypothesis("momentum", unequal(1 + m * n, 0), meaning="α ≠ -1"),
    ),
    equal(lam * eta * (1 - alpha) * (2 - lam * eta / (1 + alpha)), KAPPA),
    Identity(),
    r"$\frac{L\eta^2}{(x^*)^2}=\frac{(1-\mu_+^2)(1-\mu_-^2)(1-\alpha)}{1+\alpha}$.",
)
within = one_step(
    "Theorem 2's domain lies inside",
    (MOMENTUM, Hypothesis("acute", positive(P), meaning="λη < 1+α")),
    positive(2 * (1 + alpha) - lam * eta),
    Sign((1 + alpha) + P),
    r"$\lambda\eta<1+\alpha$, let alone $(1-\sqrt\alpha)^2$, gives $\lambda\eta<2(1+\alpha)$.",
)

CLAIM = Claim(
    id="SMD-T2-FIX",
    paper="002",
    where="Thm 2",
    printed=r"w^*=\sqrt[4]{\frac{L\eta}{\lambda(1-\alpha)\left(2-\frac{\lambda\eta}{1+\alpha}\right)}}",
    verdict=Verdict.HOLDS,
    finding=r"Exact: with $\tilde h_t=L$ the map (66) has one fixed point of positive norm, this one, for "
    r"$0<\lambda\eta<2(1+\alpha)$ and $-1<\alpha<1$; for larger $\lambda\eta$ there is none. Nothing is omitted in "
    r"$\lambda\eta$, unlike in Theorem 1, whose $\sqrt[4]{\frac{L\eta}{2\lambda}}$ is the case $\alpha=0$ to first "
    r"order only.",
    theorems=(unique, exists, modes, within),
    notes=(
        "At the fixed point ⟨w_{t+1}, w_t⟩ = (1 - λη/(1+α))‖w‖². That it attracts is SMD-T2 and SMD-R2.",
        "It is the fixed point of the map at the mean of h̃. Under stationary noise of mean L given the past the mean "
        "of x = ‖w_t‖² is larger: (66) gives Ex = x*²E(1/x), hence Ex ≥ x* by Jensen's inequality; to first order in "
        "the noise by the relative ληV/(4(1-α)L²), half the relative variance of SMD-R12.",
    ),
)
