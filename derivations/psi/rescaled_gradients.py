"""(5): the gradient in a block under a rescaling of all blocks, each by its own factor."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict
from derivations.notation import chain, t
from derivations.rules import ChainRule, Nondegenerate
from derivations.space import Value, gradient, vector
from derivations.statement import equal

a = sympy.Symbol("a_i", real=True)
w, other, h = vector("w_i"), vector("g"), vector("h")
# As functions of one block alone, the other ones standing at W, g and at T_a W, g.
HERE, THERE = r"\mathcal{L}_{W}", r"\mathcal{L}_{T_aW}"

INVARIANT = Hypothesis(
    "invariance",
    equal(Value(HERE, w + t * h), Value(THERE, a * (w + t * h))),
    meaning="L(T_a W, g) = L(W, g), for w_i and every weight near it; the other blocks stand at w_j and a_j w_j",
)
UNSCALED = Hypothesis(
    "invariance",
    equal(Value(HERE, other + t * h), Value(THERE, other + t * h)),
    meaning="L(T_a W, g) = L(W, g), for g and every g near it",
)
scaled = chain(
    "the gradient in a block",
    (INVARIANT,),
    (
        Step(
            "in every direction",
            equal(gradient(HERE, w).dot(h), (a * gradient(THERE, a * w)).dot(h)),
            ChainRule(t),
            ("invariance",),
        ),
        Step(
            "as vectors",
            equal(gradient(HERE, w), a * gradient(THERE, a * w)),
            Nondegenerate(h),
            ("in every direction",),
        ),
    ),
    r"$\nabla_{w_i}\mathcal L(W,g)=a_i\nabla_{a_iw_i}\mathcal L(T_aW,g)$, whatever the factors of the other blocks.",
)
unscaled = chain(
    "the gradient in g",
    (UNSCALED,),
    (
        Step(
            "in every direction",
            equal(gradient(HERE, other).dot(h), gradient(THERE, other).dot(h)),
            ChainRule(t),
            ("invariance",),
        ),
        Step(
            "as vectors",
            equal(gradient(HERE, other), gradient(THERE, other)),
            Nondegenerate(h),
            ("in every direction",),
        ),
    ),
    r"$\nabla_g\mathcal L(W,g)=\nabla_g\mathcal L(T_aW,g)$.",
)

CLAIM = Claim(
    id="PSI-E5",
    paper="004",
    where="(5)",
    printed=r"\nabla_{w^{(i)}}\mathcal L(W,g)=a_i\nabla_{a_iw^{(i)}}\mathcal L(T_a(W),g)",
    verdict=Verdict.HOLDS,
    finding=r"Exact at every point of differentiability, which carries over from $W$ to $T_a(W)$; the factors of the "
    r"other blocks do not enter, and $\nabla_g\mathcal L$ is the same at both points. At $W=V$: "
    r"$\nabla_{w_i}\mathcal L(W,g)=\frac1{\|w_i\|}\nabla_{v_i}\mathcal L(V,g)$.",
    theorems=(scaled, unscaled),
    notes=(
        "The printed index has a comma, “a_i, w”, in the copy at hand.",
        "In d_i = 1 both sides are 0.",
    ),
)
