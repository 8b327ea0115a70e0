"""One step of SGD with and without weight decay, (16) and (9), run on abstract vectors; the symbols of 002."""

from types import SimpleNamespace

import sympy

from derivations.claim import Hypothesis
from derivations.notation import eta, k, lam
from derivations.schemes.sgd import SGD
from derivations.schemes.sgd_l2 import SGDL2
from derivations.space import AbstractSpace, vector
from derivations.statement import equal, less, positive

# w_t and g_t = ∂L/∂w at w_t.
w, g = vector("w_t"), vector("g_t")
AFTER, _ = SGDL2().step(AbstractSpace(), k, w, g, {}, SimpleNamespace(lr=eta, weight_decay=lam))
UNDECAYED, _ = SGD().step(AbstractSpace(), k, w, g, {}, SimpleNamespace(lr=eta))

x, G = w.dot(w), g.dot(g)
"""x_t = ‖w_t‖² and ‖g_t‖²."""
L = sympy.Symbol("L", real=True)
"""‖g̃_t‖² = ‖w_t‖²‖g_t‖², the squared norm of the unit gradient."""

LEMMA_1 = Hypothesis("lemma 1", equal(w.dot(g), 0), meaning="(6): ⟨w_t, g_t⟩ = 0")
UNIT_GRADIENT = Hypothesis("unit gradient", equal(L, x * G), meaning="(8): L = ‖g̃_t‖² = ‖w_t‖²‖g_t‖²")
WEIGHT = Hypothesis("weight", positive(x), meaning="w_t ≠ 0")
GRADIENT = Hypothesis("gradient", positive(G), meaning="g_t ≠ 0")
RATE = Hypothesis("rate", positive(eta), meaning="η > 0")
DECAY = Hypothesis("decay", positive(lam), meaning="λ > 0")
BELOW_2 = Hypothesis("ηλ < 2", positive(2 - eta * lam), meaning="ηλ < 2; for larger ηλ the weight decay alone diverges")
STEADY = Hypothesis("equilibrium", equal(AFTER.dot(AFTER), x), meaning="‖w_{t+1}‖ = ‖w_t‖")
BELOW_1 = Hypothesis("ηλ < 1", less(eta * lam, 1), meaning="ηλ < 1")
