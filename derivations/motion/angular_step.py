"""(11), (12): the angle of one step of SGD, its tangent, and what separates the two."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict
from derivations.motion.sgd import AFTER, LEMMA_1, RATE, UNDECAYED, WEIGHT, G, w, x
from derivations.notation import eta, lam, one_step, q, z
from derivations.rules import Arccos, Monotone
from derivations.statement import at_most, equal, nonnegative, positive

_tangent = (eta / x) * sympy.sqrt(x) * sympy.sqrt(G)
"""η_eff‖g̃‖, with ‖g̃‖ = ‖w‖‖g‖."""
_decayed = AFTER.subs(lam, (1 - q) / eta)


def _cosine(after):
    return after.dot(w) / (sympy.sqrt(x) * sympy.sqrt(after.dot(after)))


tangent = one_step(
    "the angle of a step without decay",
    (LEMMA_1, RATE, WEIGHT),
    equal(sympy.acos(_cosine(UNDECAYED)), sympy.atan(_tangent)),
    Arccos(),
    r"$\Delta_t=\arctan(\eta_{\rm eff}\|\tilde g_t\|)$, exactly: the second equality of (12) needs no small angle.",
)
decayed = one_step(
    "the angle of a step with decay",
    (
        LEMMA_1,
        RATE,
        WEIGHT,
        Hypothesis("ηλ < 1", positive(q), meaning="q = 1 - ηλ > 0"),
    ),
    equal(sympy.acos(_cosine(_decayed)), sympy.atan(_tangent / q)),
    Arccos(),
    r"With decay, $\Delta_t=\arctan\frac{\eta_{\rm eff}\|\tilde g_t\|}{q}$ with $q=1-\eta\lambda>0$.",
)
STEP = Hypothesis("tangent", nonnegative(z), meaning="z = tan Δ ≥ 0")
above = one_step(
    "the angle is at most its tangent",
    (STEP,),
    at_most(sympy.atan(z), z),
    Monotone(z, z**2 / (1 + z**2)),
    r"$\Delta\le\tan\Delta$.",
)
below = one_step(
    "and differs from it in third order",
    (STEP,),
    at_most(z - z**3 / 3, sympy.atan(z)),
    Monotone(z, z**4 / (1 + z**2)),
    r"$\tan\Delta-\Delta\le\frac13\tan^3\Delta$, for every step size.",
)

CLAIM = Claim(
    id="SMD-E12",
    paper="002",
    where="(11), (12)",
    printed=r"\Delta_t=\tan\Delta_t=\frac\eta{\|w_t\|}\Big\|\frac{\partial L}{\partial w}\Big|_{w=w_t}\Big\|_2="
    r"\eta_{\rm eff}\|\tilde g_t\|_2",
    verdict=Verdict.ORDER,
    finding=r"For (9), without decay, everything but the first equality is exact; that one has the error "
    r"$0\le\tan\Delta-\Delta\le\frac13\tan^3\Delta$, which is third order in the step. With "
    r"decay, as in every theorem that follows, $\tan\Delta_t=\frac{\eta_{\rm eff}\|\tilde g_t\|}{1-\eta\lambda}$.",
    theorems=(tangent, decayed, above, below),
    notes=("For ηλ > 1 the weight changes its side, and the angle is π minus the arctangent of the absolute value.",),
)
