"""Theorem 3: the angular update at equilibrium, for SGD and SGD with momentum."""

from types import SimpleNamespace

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict
from derivations.notation import chain, eta, k, lam, one_step
from derivations.rules import Identity, Sign, Square
from derivations.schemes.sgd_m import SGDM
from derivations.series import Series
from derivations.space import AbstractSpace, vector
from derivations.statement import at_most, equal, nonnegative, positive

alpha = sympy.Symbol("alpha", real=True)
# w_t, v_{t-1}, g_t of (18), (19); one step of the scheme from them.
w, v, g = vector("w_t"), vector("v_{t-1}"), vector("g_t")
AFTER, _state = SGDM().step(
    AbstractSpace(), k, w, g, {"m": v}, SimpleNamespace(lr=eta, momentum=alpha, weight_decay=lam)
)
VELOCITY = _state["m"]
BEFORE = w + eta * v
"""w_{t-1}, by (19)."""
LEMMA_1 = Hypothesis("lemma 1", equal(w.dot(g), 0), meaning="Lemma 1: ⟨w_t, g_t⟩ = 0")

recursion = one_step(
    "the inner product of neighbours",
    (LEMMA_1,),
    equal(AFTER.dot(w), (1 + alpha - lam * eta) * w.dot(w) - alpha * w.dot(BEFORE)),
    Identity(),
    r"(61): $\langle w_{t+1},w_t\rangle=(1+\alpha-\lambda\eta)\|w_t\|^2-\alpha\langle w_t,w_{t-1}\rangle$, "
    r"whatever the gradients.",
)

# At a fixed point of (61) and of the norm: x = ‖w‖², b = ⟨w_{t+1}, w_t⟩.
x, b, s, phi = sympy.symbols("x b s phi", real=True)
MOMENTUM = Hypothesis("momentum", nonnegative(alpha), meaning="α ≥ 0; α = 0 is SGD")
cosine = chain(
    "the cosine at equilibrium",
    (
        Hypothesis("equilibrium", equal(b, (1 + alpha - lam * eta) * x - alpha * b), meaning="(61) at a fixed point"),
        Hypothesis("norm", positive(x), meaning="‖w‖² > 0, the same at every step"),
        MOMENTUM,
    ),
    (
        Step("cleared", equal((1 + alpha) * b, (1 + alpha - lam * eta) * x), Identity(), ("equilibrium",)),
        Step("cosine", equal(b / x, 1 - lam * eta / (1 + alpha)), Identity(), ("cleared", "norm", "momentum")),
    ),
    r"$\cos\Delta^*=1-\frac{\lambda\eta}{1+\alpha}$, exactly.",
)

chord = chain(
    "the printed value is the chord",
    (
        Hypothesis(
            "angle", equal(1 - s, sympy.cos(phi) ** 2 - sympy.sin(phi) ** 2), meaning="cos Δ* = 1 - s with φ = Δ*/2"
        ),
        Hypothesis("half angle", nonnegative(sympy.sin(phi)), meaning="0 ≤ Δ* ≤ π, hence sin φ ≥ 0"),
    ),
    (
        Step("s", equal(s, 2 * sympy.sin(phi) ** 2), Identity(), ("angle",)),
        Step("chord", equal(sympy.sqrt(2 * s), 2 * sympy.sin(phi)), Square(), ("s", "half angle")),
    ),
    r"$\sqrt{2s}=2\sin\frac{\Delta^*}2$ with $s=1-\cos\Delta^*$: the printed value is the distance of the two "
    r"directions, exactly, in place of their angle.",
)
remainder = one_step(
    "how much longer the angle is",
    (
        Hypothesis("half angle", nonnegative(phi), meaning="φ = Δ*/2 ≥ 0"),
        Hypothesis("range", at_most(phi, sympy.Rational(11, 7)), meaning="Δ* ≤ π"),
    ),
    at_most(sympy.Abs(2 * phi - 2 * sympy.sin(phi)), sympy.Rational(7, 20) * phi**3),
    Series(phi, 3),
    r"$0\le\Delta^*-2\sin\frac{\Delta^*}2\le\frac7{160}{\Delta^*}^3$ up to $\Delta^*=\pi$; the coefficient tends to "
    r"$\frac1{24}$.",
)

# u = ‖v_t‖²/E‖v_t‖² - 1, or ‖g̃_t‖²/L - 1 without momentum: the angle is √(1+u) times its root mean square.
u = sympy.Symbol("u", real=True)
_root = sympy.sqrt(1 + u)
shortfall = one_step(
    "the mean of the angle is smaller",
    (Hypothesis("length", nonnegative(1 + u), meaning="1 + u, a ratio of squares"),),
    at_most(_root, 1 + u / 2 - u**2 / 8 + u**3 / 16),
    Sign((_root - 1) ** 4 * (_root**2 + 4 * _root + 5) / 16),
    r"$\sqrt{1+u}\le1+\frac u2-\frac{u^2}8+\frac{u^3}{16}$; with $Eu=0$, "
    r"$E\sqrt{1+u}\le1-\frac{Eu^2}8+\frac{Eu^3}{16}$.",
)

CLAIM = Claim(
    id="SMD-T3",
    paper="002",
    where="Thm 3",
    printed=r"\text{at equilibrium }\Delta=\sqrt{2\lambda\eta}\text{ (SGD)},\qquad"
    r"\Delta=\sqrt{\frac{2\lambda\eta}{1+\alpha}}\text{ (SGDM)}",
    verdict=Verdict.ORDER,
    finding=r"Exact at a fixed point of norm and neighbouring inner product: "
    r"$\cos\Delta^*=1-\frac{\lambda\eta}{1+\alpha}$, for $\lambda\eta<2(1+\alpha)$. The printed value is the chord "
    r"$2\sin\frac{\Delta^*}2=\|\tilde w_{t+1}-\tilde w_t\|$, exactly; the angle is longer by "
    r"$\frac{{\Delta^*}^3}{24}$, a relative $\frac{\lambda\eta}{12(1+\alpha)}$. Under noise the value is the root "
    r"mean square of the angle; its mean is smaller by a relative $\frac V{8L^2}$ (SGD) or "
    r"$\frac{(1-\alpha^2)V}{8(1+\alpha^2)L^2}$ (SGDM, $V=\operatorname{Var}\tilde h$), to leading order, however "
    r"small $\lambda\eta$. For isotropic gradients in $d$ dimensions the momentum alone makes that "
    r"$\frac{\alpha^2}{2(1+\alpha^2)(d-1)}$.",
    theorems=(recursion, cosine, chord, remainder, shortfall),
    notes=(
        "(61) holds along every run, for any gradients: the angle in equilibrium is a consequence of the two inner "
        "products being stationary, and knows neither L nor V nor the dimension.",
        "With random gradients it is a statement about means, E⟨w_{t+1}, w_t⟩/E‖w_t‖² = 1 - λη/(1+α) once both means "
        "are stationary; how far the angle itself fluctuates is in SMD-T3-SGD and SMD-T3-SGDM.",
        "The shortfall: Eu² = V/L² without momentum and (1-α²)V/((1+α²)L²) with it, since ‖v_t‖² averages h over "
        "1/(1-α²) steps.",
        "With momentum V contains 4α²E⟨ṽ, g̃⟩², with ṽ = ‖w‖v: for isotropic gradients 4α²L²/((1-α²)(d-1)) to "
        "leading order, even at constant ‖g̃‖ (SMD-R12). What the mean angle then is, simulated: SMD-ARCH.",
        "At λη = 1 + α the angle is a right one; from 2(1 + α) on, where the decay alone reflects the weight, there is "
        "no equilibrium.",
    ),
)
