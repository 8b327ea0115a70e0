"""Remark 2: how fast the norm approaches its equilibrium, with momentum and without; the exact local rates."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict, Witness
from derivations.motion.angular_update import MOMENTUM, alpha
from derivations.motion.momentum import ALPHA, BETA, in_the_roots, m, n
from derivations.motion.momentum_eigenvalues import first, second
from derivations.motion.norm_variance import JACOBIAN
from derivations.notation import beta, chain, one_step, z
from derivations.rules import Identity, Sign
from derivations.statement import at_most, equal, less, positive, unequal

B = 2 * beta * (2 - beta / (1 + alpha))
"""The decay that the linearised map sees: its modes are those of μ² - (1+α-B)μ + α."""
s = 1 + alpha - B
SLOW = Hypothesis("slow", positive(1 - alpha), meaning="α < 1")
DECAY = Hypothesis("decay", positive(beta), meaning="β = λη > 0")

modes = one_step(
    "the local modes",
    (Hypothesis("momentum", unequal(1 + alpha, 0), meaning="α ≠ -1"),),
    equal((z * sympy.eye(3) - JACOBIAN).det(), (z - alpha**2) * (z**2 - s * z + alpha)),
    Identity(),
    r"The map linearised at its fixed point has the eigenvalues $\alpha^2$ and the roots of "
    r"$\mu^2-(1+\alpha-B)\mu+\alpha$, $B=4\lambda\eta-\frac{2(\lambda\eta)^2}{1+\alpha}$. For $\alpha=0$ it is SGD's "
    r"$1-B=2(1-\lambda\eta)^2-1$.",
)
attracts = one_step(
    "the equilibrium attracts",
    (MOMENTUM, DECAY, Hypothesis("within", positive(2 * (1 + alpha) - beta), meaning="λη < 2(1+α)")),
    positive(B),
    Sign(2 * beta * (1 + alpha + (1 + alpha - beta)) / (1 + alpha)),
    r"$B>0$ for $0<\lambda\eta<2(1+\alpha)$.",
)
bounded = one_step(
    "and does not overshoot",
    (MOMENTUM, Hypothesis("not upright", unequal(1 + alpha - beta, 0), meaning="λη ≠ 1+α")),
    less(B, 2 * (1 + alpha)),
    Sign(2 * (1 + alpha - beta) ** 2 / (1 + alpha)),
    r"$B<2(1+\alpha)$ for $\lambda\eta\ne1+\alpha$. With $0<B$ and $0\le\alpha<1$ all eigenvalues are inside the unit "
    r"circle.",
)
rate = in_the_roots(
    "the slow mode",
    equal(1 - m, BETA / (1 - ALPHA) + n * (1 - m) ** 2 / (1 - ALPHA)),
    Identity(),
    ("α < 1",),
    r"While the roots $\mu_-<\mu_+$ of that polynomial are real, $1-\mu_+=\frac "
    r"B{1-\alpha}+\frac{\mu_-B^2}{(1-\mu_-)^2(1-\alpha)}$: to first order $\frac{4\lambda\eta}{1-\alpha}$, and never "
    r"less than $\frac B{1-\alpha}$.",
)
faster = one_step(
    "at least 1/(1-α) times SGD's",
    (MOMENTUM, SLOW),
    at_most(2 * beta * (2 - beta) / (1 - alpha), B / (1 - alpha)),
    Sign(2 * alpha * beta**2 / ((1 + alpha) * (1 - alpha))),
    r"$\frac B{1-\alpha}\ge\frac{1}{1-\alpha}\left(1-(2q^2-1)\right)$, $q=1-\lambda\eta$: the ratio of the rates is "
    r"at least $\frac1{1-\alpha}$ while the roots are real.",
)
_re, _im = sympy.symbols(r"\operatorname{Re}\mu \operatorname{Im}\mu", real=True)
_re, _im, _s = sympy.symbols(r"\operatorname{Re}\mu \operatorname{Im}\mu s", real=True)
beyond = chain(
    "beyond",
    (
        Hypothesis("real part", equal(_re**2 - _im**2 - _s * _re + alpha, 0), meaning="Re(μ² - sμ + α) = 0, s = 1+α-B"),
        Hypothesis("imaginary part", equal(2 * _re * _im - _s * _im, 0), meaning="Im(μ² - sμ + α) = 0"),
        Hypothesis("complex", unequal(_im, 0), meaning="Im μ ≠ 0: (1-√α)² < B < (1+√α)²"),
    ),
    (
        Step("half", equal(_s, 2 * _re), Identity(), ("imaginary part", "complex")),
        Step("beyond", equal(_re**2 + _im**2, alpha), Identity(), ("real part", "half")),
    ),
    r"For $(1-\sqrt\alpha)^2<B<(1+\sqrt\alpha)^2$ the roots are complex, of modulus $\sqrt\alpha$, whatever "
    r"$\lambda\eta$: the norm oscillates about its equilibrium and approaches it no faster.",
)

_a = sympy.Rational(9, 10)
_b = _a * (1 - sympy.sqrt(_a)) ** 2
_values = {alpha: _a, beta: _b}
SATURATED = Witness(
    r"$\alpha=\frac9{10}$, $\lambda\eta=\frac9{10}(1-\sqrt\alpha)^2\approx0.0024$: a step shortens the deviation by "
    r"$1-\sqrt\alpha=0.051$ with momentum, $0.0095$ without, a factor 5.4 in place of 10.",
    given=(less(_b, (1 - sympy.sqrt(_a)) ** 2), less(s.subs(_values) ** 2, 4 * _a)),
    printed=at_most(2 * _b * (2 - _b) / (1 - _a), 1 - sympy.sqrt(_a)),
)

CLAIM = Claim(
    id="SMD-R2",
    paper="002",
    where="Remark 2",
    printed=r"\text{the approaching rate of SGDM is }\frac1{1-\alpha}\text{ times that of SGD with the same "
    r"}\lambda\eta",
    verdict=Verdict.ORDER,
    finding=r"True to first order in $\lambda\eta$, far from the equilibrium ($1-\lambda_1$ against $1-q^2$) and near "
    r"it. There the modes are exactly those of momentum with $B=4\lambda\eta-\frac{2(\lambda\eta)^2}{1+\alpha}$ in "
    r"place of $\lambda\eta$, and $\alpha^2$: the rate is at least $\frac1{1-\alpha}$ times SGD's until "
    r"$B=(1-\sqrt\alpha)^2$, where it is about $\frac{1}{1-\sqrt\alpha}$ times; from there, "
    r"$\lambda\eta\approx\frac14(1-\sqrt\alpha)^2$, it stays at $1-\sqrt\alpha$ and the gain shrinks, to about "
    r"$\frac{1+\sqrt\alpha}4$ of $\frac1{1-\alpha}$ at $\lambda\eta=(1-\sqrt\alpha)^2$. For $\alpha<7-4\sqrt3\approx"
    r"0.07$, though, $B$ passes $(1+\sqrt\alpha)^2$ before that, and from there, where the roots are real and "
    r"negative, the rate falls below $1-\sqrt\alpha$. The equilibrium attracts for all $0<\lambda\eta<2(1+\alpha)$, "
    r"$\lambda\eta\ne1+\alpha$.",
    theorems=(modes, attracts, bounded, rate, faster, beyond, first, second),
    witnesses=(SATURATED,),
    corrected_latex=r"1-\mu=\frac{B}{1-\alpha}+\frac{\nu B^2}{(1-\nu)^2(1-\alpha)},\quad\mu\nu=\alpha,\ "
    r"(1-\mu)(1-\nu)=B=4\lambda\eta-\frac{2(\lambda\eta)^2}{1+\alpha}\le(1-\sqrt\alpha)^2;\qquad|\mu|=\sqrt\alpha"
    r"\text{ for }(1-\sqrt\alpha)^2<B<(1+\sqrt\alpha)^2",
    notes=(
        "The remark compares (1-4λη)^T in (17) with (1-4λη/(1-α))^t in (20). Both are bounds on a square: the squared "
        "deviation itself goes with the squared local mode, (1-8λη)^T and (1-8λη/(1-α))^t to first order.",
        "All eigenvalues inside the unit circle: for μ² - sμ + α that is |α| < 1 and |s| < 1+α (Jury). At λη = 1+α, "
        "where ⟨w_{t+1}, w_t⟩ = 0 at the fixed point, one is -1.",
        "For B > (1+√α)² the roots are real and negative, of product α: one is beyond -√α, down to -1 at λη = 1+α. At "
        "λη = (1-√α)² that is so for √α < 2-√3, the root of 2(1-√α)²(2 - (1-√α)²/(1+α)) = (1+√α)².",
        "The Jacobian is that of SMD-R12, derived from SMD-T2-MAP.",
    ),
)
