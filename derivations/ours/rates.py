"""OD-RATES: how fast the norm reaches its equilibrium, exactly, and when it oscillates on the way."""

import sympy

from derivations.claim import Claim, Hypothesis, Theorem, Verdict
from derivations.notation import one_step, z
from derivations.rules import Identity, Sign
from derivations.schemes import by_name
from derivations.smt import Smt
from derivations.space import AbstractSpace, vector
from derivations.statement import at_most, equal, nonnegative, positive, unequal

# A scheme whose weight obeys w_{t+1} = s w_t - p w_{t-1} - γ g_t: SGD (p = 0), with momentum, dampened, SGDW.
s, p, gamma, L, x, c, mu = sympy.symbols("s p gamma L x c mu", real=True)
kappa = (1 - p) * ((1 + p) ** 2 - s**2) / (1 + p)
"""γ²L/x*², by how much the gradient term flattens the map at the fixed point."""
LINEAR = sympy.Matrix([[s**2, -2 * p * s, p**2], [s, -p, 0], [1, 0, 0]])
"""The linear part of the map of (‖w_t‖², ⟨w_t, w_{t-1}⟩, ‖w_{t-1}‖²)."""
DISTINCT = Hypothesis("p", unequal(1 + p, 0), meaning="p ≠ -1; p is β, β(1-ηλ) or 0")
ANGLE = Hypothesis("angle", equal(c, s / (1 + p)), meaning="c = cos Δ*")


def _three_terms(name: str, trace, determinant, rate) -> Theorem:
    """The scheme's own step, twice, as the recursion in w alone."""
    scheme, space = by_name(name), AbstractSpace()
    h = scheme.symbols()
    k = sympy.Symbol("k", integer=True, nonnegative=True)
    w, m, g, following = vector("w"), vector("m"), vector("g"), vector("g'")
    once, state = scheme.step(space, k, w, g, {"m": m}, h)
    twice, _ = scheme.step(space, k + 1, once, following, state, h)
    return one_step(
        f"{scheme.title} in three terms",
        (),
        equal(twice, trace(h) * once - determinant(h) * w - rate(h) * following),
        Identity(),
        rf"{scheme.title}: $w_{{t+1}}=s\,w_t-p\,w_{{t-1}}-\gamma g_t$ with $s={sympy.latex(trace(h))}$, "
        rf"$p={sympy.latex(determinant(h))}$, $\gamma={sympy.latex(rate(h))}$.",
    )


momentum = _three_terms("sgd-m", lambda h: 1 + h.momentum - h.lr * h.weight_decay, lambda h: h.momentum, lambda h: h.lr)
decoupled = _three_terms(
    "sgdw",
    lambda h: 1 - h.lr * h.weight_decay + h.momentum,
    lambda h: h.momentum * (1 - h.lr * h.weight_decay),
    lambda h: h.lr,
)
dampened = _three_terms(
    "sgd-dampened",
    lambda h: 1 + h.momentum - h.lr * (1 - h.dampening) * h.weight_decay,
    lambda h: h.momentum,
    lambda h: h.lr * (1 - h.dampening),
)


def _characteristic() -> Theorem:
    jacobian = LINEAR - kappa * sympy.diag(1, 0, 0)
    return one_step(
        "the eigenvalues",
        (DISTINCT, ANGLE),
        equal((mu * sympy.eye(3) - jacobian).det(), (mu - p**2) * (mu**2 - (1 + p) * (2 * c**2 - 1) * mu + p)),
        Identity(),
        r"The map linearised at its fixed point has the eigenvalues $p^2$ and the two roots of "
        r"$\mu^2-(1+p)\cos(2\Delta^*)\,\mu+p=0$, with $\cos\Delta^*=\frac s{1+p}$. For SGD, $p=0$: $\mu=\cos2\Delta^*"
        r"=2(1-\eta\lambda)^2-1$.",
    )


def _fixed() -> Theorem:
    """The fixed point of the three-term map and its angle."""
    inner = Hypothesis("angle", equal(c, s / (1 + p)), meaning="⟨w_{t+1}, w_t⟩ = c x")
    norm = Hypothesis("norm", equal(x**2 * kappa, gamma**2 * L), meaning="x = ‖w*‖²")
    weight = Hypothesis("weight", positive(x), meaning="w ≠ 0")
    return one_step(
        "the fixed point",
        (inner, norm, weight, DISTINCT),
        equal(s**2 * x - 2 * p * s * c * x + p**2 * x + gamma**2 * L / x, x),
        Identity(),
        r"$\|w^*\|^4=\frac{\gamma^2L(1+p)}{(1-p)((1+p)^2-s^2)}$ and $\cos\Delta^*=\frac s{1+p}$.",
    )


_root = sympy.Symbol("q", real=True)
ROOT = Hypothesis("root", equal(p, _root**2), meaning="q = √p")
oscillates = one_step(
    "where it begins to oscillate",
    (ROOT, Hypothesis("threshold", equal(2 * (1 + _root**2) * c**2, (1 + _root) ** 2), meaning="the angle Δ*")),
    equal((1 + p) ** 2 * (2 * c**2 - 1) ** 2, 4 * p),
    Identity(),
    r"The two roots meet, at $\mu=\sqrt p$, where $\cos^2\Delta^*=\frac{(1+\sqrt p)^2}{2(1+p)}$; for smaller "
    r"$\cos\Delta^*$ they are complex with $|\mu|=\sqrt p$, and the norm swings through its equilibrium. SGD-M: at "
    r"$\lambda\eta=(1+\beta)-(1+\sqrt\beta)\sqrt{\frac{1+\beta}2}$, which is about $\frac14(1-\sqrt\beta)^2$: a "
    r"quarter "
    r"of the bound up to which the eigenvalues of (63) are real.",
)


def _no_faster() -> Theorem:
    """|μ|² ≥ p for the larger root, because the product of the two is p: shown for real roots a ≥ b ≥ 0."""
    a, b = sympy.symbols("a b", real=True)
    return one_step(
        "no faster than momentum forgets",
        (
            Hypothesis("product", equal(p, a * b), meaning="the product of the roots"),
            Hypothesis("order", nonnegative(a - b), meaning="a is the larger root"),
            Hypothesis("positive", nonnegative(a)),
        ),
        at_most(p, a**2),
        Sign(a * (a - b)),
        r"The larger of two real positive roots is at least $\sqrt p$, whatever $\lambda\eta$.",
    )


_r = sympy.Symbol("r", real=True)
R = Hypothesis("r", equal(2 * _r**2, 1 + _root**2), meaning="r = √((1+β)/2), q = √β")
POSITIVE = (Hypothesis("r positive", positive(_r)), Hypothesis("q", nonnegative(_root), meaning="q ≥ 0"))
quarter = one_step(
    "a quarter of the paper's bound",
    (R,),
    at_most((1 - _root) ** 2 / 4, 2 * _r**2 - (1 + _root) * _r),
    Smt(),
    r"That $\lambda\eta$, $(1+\beta)-(1+\sqrt\beta)\sqrt{\frac{1+\beta}2}$, is at least $\frac14(1-\sqrt\beta)^2$ …",
)
less_than_a_third = one_step(
    "and less than a third",
    (R, *POSITIVE),
    at_most(2 * _r**2 - (1 + _root) * _r, 3 * (1 - _root) ** 2 / 10),
    Smt(),
    r"… and at most $\frac3{10}(1-\sqrt\beta)^2$.",
)
_slow = 1 - z * (1 + p) / (1 - p)
small = one_step(
    "to first order",
    (
        Hypothesis("p", unequal(1 - p, 0), meaning="p ≠ 1"),
        Hypothesis("z", equal(c**2, 1 - z / 2), meaning="z = 1 - cos 2Δ*"),
    ),
    equal(_slow**2 - (1 + p) * (2 * c**2 - 1) * _slow + p, p * z**2 * (1 + p) ** 2 / (1 - p) ** 2),
    Identity(),
    r"$1-\frac{1+p}{1-p}(1-\cos2\Delta^*)$ misses the equation of the slow eigenvalue by $O(z^2)$, "
    r"$z=1-\cos2\Delta^*\approx\frac{4\lambda\eta}{1+\beta}$ (SGDW: $\frac{4\lambda\eta(1-\beta)}{1+\beta}$): "
    r"$\mu=1-4\eta\lambda+\dots$ for SGD, "
    r"$1-\frac{4\eta\lambda}{1-\beta}+\dots$ for SGD-M, $1-4\eta\lambda+\dots$ again for SGDW.",
)

CLAIM = Claim(
    id="OD-RATES",
    paper="ours",
    where="Theorems 1 to 3 of 002, exactly",
    printed=r"\text{near its equilibrium }\|w\|^2\text{ approaches it by the factor }\mu\text{ a step, the root of "
    r"larger modulus of }\mu^2-(1+p)\cos(2\Delta^*)\,\mu+p=0,\quad\cos\Delta^*=\frac s{1+p},\quad "
    r"w_{t+1}=s\,w_t-p\,w_{t-1}-\gamma g_t",
    verdict=Verdict.HOLDS,
    finding=r"One equation for SGD ($\mu=\cos2\Delta^*$), momentum, dampening and SGDW. $\mu\approx1-4\lambda\eta$, "
    r"for SGD-M $1-\frac{4\lambda\eta}{1-\beta}$, dampened $1-\frac{4\lambda\eta(1-\tau)}{1-\beta}$, so a mean "
    r"square falls by $\mu^2$: twice as fast as "
    r"(17) and (20) say. Never faster than $\sqrt p$ a step. With SGD-M the approach oscillates from a $\lambda\eta$ "
    r"on that is between $\frac14$ and $\frac3{10}$ of $(1-\sqrt\beta)^2$, up to which 002 has real eigenvalues; "
    r"decoupled decay gains nothing from momentum: $1-4\lambda\eta$.",
    theorems=(
        momentum,
        decoupled,
        dampened,
        _fixed(),
        _characteristic(),
        small,
        oscillates,
        quarter,
        less_than_a_third,
        _no_faster(),
    ),
    notes=(
        "Stationary variances, exact for the linearised map: SMD-R12 (norm), SMD-T3-SGDM (angle), and for every other "
        "scheme by `orthodrome equilibrium`, gradients that are not quite orthogonal to the buffer included.",
        "The corrected theorems stand with the printed ones: SMD-L2, SMD-L3, SMD-T1, SMD-T2, SMD-T3-SGD, SMD-T3-SGDM, "
        "SMD-C31.",
        "Stability: |μ| < 1 for both roots if |p| < 1 and |cos 2Δ*| < 1, so for SGD-M for all 0 < λη < 2(1+β) but "
        "1+β, for SGDW for all 0 < λη < 2 but 1+β; dampened with (1-τ)λη for λη.",
    ),
)
