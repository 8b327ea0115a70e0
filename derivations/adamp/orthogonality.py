"""The gradient of a scale-invariant function is orthogonal to the weight."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict
from derivations.notation import chain, t
from derivations.rules import ChainRule
from derivations.space import Value, gradient, vector
from derivations.statement import equal

w = vector("w")
c = sympy.Symbol("c", real=True)

orthogonal = chain(
    "orthogonality, at every scale",
    (
        Hypothesis(
            "scale invariance", equal(Value("f", (c + t) * w), Value("f", w)), meaning="for every t near 0, with c > 0"
        ),
    ),
    (Step("differentiate in the scale", equal(gradient("f", c * w).dot(w), 0), ChainRule(t), ("scale invariance",)),),
    r"$\frac{\partial f(cw)}{\partial c}=w^\top\nabla f(cw)=0$ at every $c>0$; at $c=1$ this is the statement.",
)
at_the_weight = chain(
    "orthogonality",
    (Hypothesis("scale invariance", equal(Value("f", (1 + t) * w), Value("f", w)), meaning="for every t near 0"),),
    (Step("differentiate in the scale", equal(gradient("f", w).dot(w), 0), ChainRule(t), ("scale invariance",)),),
    r"$0=w^\top\nabla f(w)$.",
)

CLAIM = Claim(
    id="AP-ORTH",
    paper="003",
    where="Effective step sizes for vanilla gradient descent (GD)",
    printed=r"0=\frac{\partial f(cw)}{\partial c}=w^\top\nabla_wf(w)",
    verdict=Verdict.HOLDS,
    finding=r"Holds at every $w\ne0$ where $f$ is differentiable, in every dimension (in $d=1$ the gradient is 0). At "
    r"$c\ne1$ the derivative is $w^\top\nabla f(cw)=\frac1cw^\top\nabla f(w)$; all of them are 0.",
    theorems=(orthogonal, at_the_weight),
    notes=("The same as the first half of Lemma 1 of 000 and 001 (SP-L1).",),
)
