"""(9), (10): the step on the unit sphere without decay, as printed and exactly."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict
from derivations.motion.sgd import LEMMA_1, RATE, UNDECAYED, WEIGHT, G, g, w, x
from derivations.notation import chain, eta, one_step, z
from derivations.rules import Identity, Monotone
from derivations.statement import at_most, equal, nonnegative

STEADY = Hypothesis("equal norms", equal(UNDECAYED.dot(UNDECAYED), x), meaning="‖w_{t+1}‖ = ‖w_t‖, without decay")
_root = sympy.sqrt(x)
no_gradient = chain(
    "an unchanged norm without decay",
    (STEADY, LEMMA_1, RATE),
    (
        Step("cleared", equal(eta**2 * G, 0), Identity(), ("equal norms", "lemma 1")),
        Step("no gradient", equal(G, 0), Identity(), ("cleared", "rate")),
    ),
    r"$w_{t+1}=w_t-\eta g_t$ and $\|w_{t+1}\|=\|w_t\|$ force $g_t=0$.",
)
printed = one_step(
    "the printed step",
    (WEIGHT,),
    equal(UNDECAYED / _root, w / _root - (eta / x) * (_root * g)),
    Identity(),
    r"$\frac{w_{t+1}}{\|w_t\|}=\tilde w_t-\frac\eta{\|w_t\|^2}\tilde g_t$, $\tilde g_t=\|w_t\|g_t$: (10), whose left "
    r"side "
    r"is $\tilde w_{t+1}$ if $\|w_{t+1}\|=\|w_t\|$.",
)
exact = one_step(
    "the step on the sphere, exactly",
    (WEIGHT, LEMMA_1),
    equal(
        UNDECAYED / UNDECAYED.norm(),
        (w / _root - (eta / x) * (_root * g)) / sympy.sqrt(1 + (eta / x) ** 2 * (x * G)),
    ),
    Identity(),
    r"$\tilde w_{t+1}=\frac{\tilde w_t-\eta_{\rm eff}\tilde g_t}{\sqrt{1+\eta_{\rm eff}^2\|\tilde g_t\|^2}}$ for every "
    r"gradient.",
)
excess = one_step(
    "by how much (10) leaves the sphere",
    (Hypothesis("step", nonnegative(z), meaning="z = η_eff‖g̃‖ ≥ 0"),),
    at_most(sympy.sqrt(1 + z**2), 1 + z**2 / 2),
    Monotone(z, z * z**2 / (sympy.sqrt(1 + z**2) * (1 + sympy.sqrt(1 + z**2)))),
    r"The right side of (10) has norm $\sqrt{1+z^2}\le1+\frac{z^2}2$, $z=\eta_{\rm eff}\|\tilde g_t\|$.",
)

CLAIM = Claim(
    id="SMD-E10",
    paper="002",
    where="(9), (10)",
    printed=r"\text{if }\|w_t\|=\|w_{t+1}\|,\ w_{t+1}=w_t-\eta\,\partial_wL|_{w_t}:\quad"
    r"\tilde w_{t+1}=\tilde w_t-\frac\eta{\|w_t\|^2}\,\partial_wL|_{\tilde w_t}",
    verdict=Verdict.ORDER,
    finding=r"The exact step is $\tilde w_{t+1}=\frac{\tilde w_t-\eta_{\rm eff}\tilde g_t}{\sqrt{1+\eta_{\rm eff}^2"
    r"\|\tilde g_t\|^2}}$, for every gradient: with the premise meant approximately, as footnote 1 says, (10) is right "
    r"up to a relative $\frac{z^2}2$, $z=\eta_{\rm eff}\|\tilde g_t\|$, along $\tilde w_{t+1}$. Read literally it is "
    r"true and empty: without decay $\|w_{t+1}\|=\|w_t\|$ only if $g_t=0$.",
    theorems=(printed, no_gradient, exact, excess),
    notes=(
        "With decay the norm can stand still, and the exact step has η_eff/(1-ηλ) for η_eff: the case β = 0 of "
        "SP-T2-STEP.",
    ),
)
