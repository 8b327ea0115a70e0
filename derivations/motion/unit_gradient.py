"""Lemma 1 and the unit gradient: tangency and homogeneity of degree -1 of the gradient at a scale-invariant weight."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict
from derivations.notation import chain, t
from derivations.rules import ChainRule, Nondegenerate
from derivations.space import Value, gradient, vector
from derivations.spherical.lemma_1 import homogeneous, tangent
from derivations.statement import equal, positive

LOSS = r"\mathcal{L}"
w, h = vector("w"), vector("h")
norm = sympy.Symbol("n", real=True)
"""‖w‖."""

_here, _there = gradient(LOSS, w), gradient(LOSS, w / norm)
unit_gradient = chain(
    "the unit gradient",
    (
        Hypothesis(
            "invariance nearby",
            equal(Value(LOSS, w + t * h), Value(LOSS, (w + t * h) / norm)),
            meaning="(32) with k = 1/‖w‖, for every direction h and every t near 0; n = ‖w‖",
        ),
        Hypothesis("weight", positive(norm), meaning="w ≠ 0, as Definition 1 says"),
    ),
    (
        Step(
            "in every direction",
            equal(_here.dot(h), (_there / norm).dot(h)),
            ChainRule(t),
            ("invariance nearby", "weight"),
        ),
        Step("as vectors", equal(_here, _there / norm), Nondegenerate(h), ("in every direction", "weight")),
    ),
    r"(8): $\partial_w\mathcal L|_w=\frac1{\|w\|}\partial_w\mathcal L|_{w/\|w\|}$.",
)

CLAIM = Claim(
    id="SMD-L1",
    paper="002",
    where="Lemma 1, (6)–(8), (32), (33)",
    printed=r"\langle\partial_wL|_{w_t},w_t\rangle=0,\quad\partial_wL|_{kw_t}=\tfrac1k\,\partial_wL|_{w_t}\ (k>0),\quad"
    r"\partial_wL|_{w_t}=\tfrac1{\|w_t\|}\,\partial_wL|_{\tilde w_t}",
    verdict=Verdict.HOLDS,
    finding=r"Holds at every $w_t\ne0$ where the loss is differentiable, in every dimension; $k>0$ is printed and is "
    r"needed. In $d=1$ the gradient is 0.",
    theorems=(tangent, homogeneous, unit_gradient),
    notes=(
        "The scan has lost the inner product with w_t in (6), the 1 of the factor 1/k in (7), and in (8) the 1 over "
        "‖w_t‖ and the tilde that tells the weights on both sides apart; (32), (33), “perpendicular” below (11) and "
        "the sentence before (8) give them back.",
        "In (33) the derivative in k is taken at any k > 0: the factor 1/k is harmless.",
    ),
)
