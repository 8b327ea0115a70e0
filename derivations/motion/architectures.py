"""C.4: the angular update of every scale-invariant weight, whatever its shape and network."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict, Witness
from derivations.motion.angular_update import AFTER, LEMMA_1, chord, cosine, g, recursion, v, w
from derivations.notation import one_step
from derivations.rules import Identity
from derivations.statement import equal, positive

STATIONARY_POINT = Hypothesis("stationary point", equal(g.dot(g), 0), meaning="∇L(w_t) = 0")
NO_GRADIENT = Hypothesis("no gradient", equal(v.dot(g), 0), meaning="hence ⟨v_{t-1}, g_t⟩ = 0")
ALONG = Hypothesis("along", equal(v.dot(w) ** 2, v.dot(v) * w.dot(w)), meaning="v_{t-1} is parallel to w_t")
still = one_step(
    "without a gradient nothing turns",
    (LEMMA_1, STATIONARY_POINT, NO_GRADIENT, ALONG),
    equal(AFTER.dot(w) ** 2, AFTER.dot(AFTER) * w.dot(w)),
    Identity(),
    r"If $\nabla L(w_t)=0$ and $v_{t-1}\parallel w_t$, then $w_{t+1}\parallel w_t$: so it is for every weight of a "
    r"single entry ($d=1$), at every step, and for a network that has converged without noise.",
)

_step = sympy.Rational(1, 10) * sympy.Rational(1, 10**4)
_angle = sympy.sqrt(2 * _step / (1 + sympy.Rational(9, 10)))
ONE_ENTRY = Witness(
    r"A depthwise weight of one entry, $w_t>0$: its gradient is 0 by Lemma 1, $w_{t+1}=(1-\lambda\eta)w_t$ from zero "
    r"momentum, the angle is 0.",
    given=(positive((1 - _step) * 1),),
    printed=equal(sympy.acos((1 - _step) / sympy.sqrt((1 - _step) ** 2)), _angle),
)

CLAIM = Claim(
    id="SMD-ARCH",
    paper="002",
    where="C.4, Figs 3, 9",
    printed=r"\text{the angular update of every scale-invariant weight, whatever its shape or network, is }"
    r"\sqrt{\frac{2\lambda\eta}{1+\alpha}}",
    verdict=Verdict.HYPOTHESIS,
    finding=r"At equilibrium its root mean square is, to the order of SMD-T3, in every dimension $d\ge2$: the "
    r"derivation knows neither the shape nor the network. With momentum the mean angle does know $d$: for isotropic "
    r"gradients of constant norm it is smaller by a relative $\frac{\alpha^2}{2(1+\alpha^2)(d-1)}$ to leading order, "
    r"however small $\lambda\eta$ (0.972 of the printed value at $d=9$, $\alpha=0.9$). It needs the equilibrium, hence "
    r"gradients that do not die: a weight of one entry never turns, nor does one without noise at a stationary point, "
    r"and after a change of the rate the angle is off for $\frac{1-\alpha}{\lambda\eta}$ steps (SMD-S52).",
    theorems=(still,),
    witnesses=(ONE_ENTRY,),
    corrected=(recursion, cosine, chord),
    corrected_latex=r"\text{if }\|w_t\|^2\text{ and }\langle w_{t+1},w_t\rangle\text{ are constant, the first not 0: }"
    r"\cos\Delta=1-\frac{\lambda\eta}{1+\alpha}",
    sampled=True,
    hypotheses=("the filters of small networks with normalization, trained to their equilibrium",),
    notes=(
        "The mean angle: SMD-T3's shortfall with Var h̃ = 4α²L²/((1-α²)(d-1)), to leading order in 1/(d-1). Simulated "
        "at α = 0.9, λη = 10⁻⁴ and 10⁻⁵: 0.806 of the printed value at d = 2, where the leading order gives 0.776; "
        "0.893 at d = 3, 0.972 at d = 9, 0.996 at d = 65; the root mean square is the printed one within 0.3 %.",
        "Figure 9 prints the value as √(2λη/(1+α)); its η = 0.5, λ = 4·10⁻⁵, α = 0.9 give 0.0046, 0.26 degrees.",
        "A layer's tensor before batch normalization is scale invariant, and so is each of its filters: the statement "
        "holds of both, since (61) is linear and its sum over the filters is the tensor's.",
    ),
)
