"""Scale invariance of what a normalization layer makes of a weight, and what the weight's norm does to the gradient."""

import sympy

from derivations.adamp.exact_runs import second_coordinate
from derivations.claim import Claim, Hypothesis, Step, Verdict, Witness
from derivations.notation import chain, t
from derivations.rules import ChainRule
from derivations.space import Value, gradient, vector
from derivations.spherical.batch_norm import invariant, mean_scales, variance_scales
from derivations.spherical.lemma_1 import homogeneous
from derivations.statement import equal

w, v, h = vector("w"), vector("v"), vector("h")
c = sympy.Symbol("c", real=True)
_here, _there = gradient("f", w + v), gradient("f", c * w + v)
elsewhere = chain(
    "the gradient of everything else",
    (
        Hypothesis(
            "scale invariance",
            equal(Value("f", c * w + v + t * h), Value("f", w + v + t * h)),
            meaning="c > 0; v: all other parameters, h: any direction among them, w + v: both together",
        ),
    ),
    (Step("in every direction", equal(_there.dot(h), _here.dot(h)), ChainRule(t), ("scale invariance",)),),
    r"$\nabla_vf(cw,v)=\nabla_vf(w,v)$: what is passed back to the rest of the network does not depend on $\|w\|$.",
)

R = sympy.Rational
_small, _large = (R(3, 5), R(4, 5)), (R(6, 5), R(8, 5))
HALVED = Witness(
    r"$f(w)=\frac{w_2^2}{\|w\|^2}$ at $w=(\frac35,\frac45)$ and at $2w$: the gradient is halved.",
    given=(equal(second_coordinate(_small)[0], R(-96, 125)), equal(_large[0], 2 * _small[0])),
    printed=equal(second_coordinate(_large)[0], second_coordinate(_small)[0]),
)
CLAIM = Claim(
    id="AP-INV",
    paper="003",
    where="Normalization layer and scale invariance",
    printed=r"\mathrm{Norm}_k(w^\top x)=\mathrm{Norm}_k((cw)^\top x)\ (c>0);\quad\|w\|_2\text{ affects neither the "
    r"forward }f(w)\text{ nor the backward }\nabla_wf(w)",
    verdict=Verdict.FALSE,
    finding=r"The forward half is exact for $c>0$, $\sigma>0$ and no $\epsilon$ (none is printed). The backward half "
    r"is "
    r"false: $\nabla f(cw)=\frac1c\nabla f(w)$, so that doubling $\|w\|$ halves the gradient, and the slides need this "
    r"themselves where the effective step falls with the norm. Unaffected are the gradients of all other parameters, "
    r"and $\|w\|\nabla_wf(w)$.",
    theorems=(mean_scales, variance_scales, invariant),
    corrected=(homogeneous, elsewhere),
    corrected_latex=r"f(cw)=f(w),\quad\nabla_wf(cw)=\tfrac1c\nabla_wf(w),\quad\nabla_vf(cw,v)=\nabla_vf(w,v)",
    witnesses=(HALVED,),
    notes=(
        "For c < 0 the output changes its sign; c > 0 is printed where scale invariance is defined, not beside Norm.",
        "With ε > 0, as in every implementation, the forward half holds up to the factor of SP-INV-BN; a layer norm "
        "is invariant in the weights of a whole layer only (SMD-INV).",
    ),
)
