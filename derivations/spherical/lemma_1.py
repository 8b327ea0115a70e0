"""Lemma 1: the gradient of a radially-invariant function is tangent and homogeneous of degree -1."""

import sympy

from derivations.claim import Claim, Hypothesis, Step, Verdict
from derivations.notation import chain, t
from derivations.rules import ChainRule, Nondegenerate
from derivations.space import Value, gradient, vector
from derivations.statement import equal

LOSS = r"\mathcal{L}"
x, h = vector("x"), vector("h")
rho = sympy.Symbol("rho", real=True)

along_ray = Hypothesis(
    "invariance along the ray", equal(Value(LOSS, (1 + t) * x), Value(LOSS, x)), meaning="for every t > -1"
)
nearby = Hypothesis(
    "invariance nearby",
    equal(Value(LOSS, rho * (x + t * h)), Value(LOSS, x + t * h)),
    meaning="for every direction h and every t near 0",
)

tangent = chain(
    "the gradient is tangent",
    (along_ray,),
    (Step("differentiate in t", equal(gradient(LOSS, x).dot(x), 0), ChainRule(t), (along_ray.name,)),),
    r"$\mathcal L$ radially invariant and differentiable at $x$ implies $\langle\nabla\mathcal L(x), x\rangle = 0$.",
)

_there, _here = gradient(LOSS, rho * x), gradient(LOSS, x)
homogeneous = chain(
    "the gradient is homogeneous of degree -1",
    (nearby,),
    (
        Step("in every direction", equal((rho * _there).dot(h), _here.dot(h)), ChainRule(t), (nearby.name,)),
        Step("as vectors", equal(rho * _there, _here), Nondegenerate(h), ("in every direction",)),
    ),
    r"$\nabla\mathcal L(x) = \rho\,\nabla\mathcal L(\rho x)$.",
)

CLAIM = Claim(
    id="SP-L1",
    paper="000, 001",
    where="Lemma 1, (2)",
    printed=r"\langle\nabla\mathcal{L}(x), x\rangle = 0 \quad\text{and}\quad \nabla\mathcal{L}(x) = "
    r"\rho\,\nabla\mathcal{L}(\rho x)",
    verdict=Verdict.HOLDS,
    finding=r"Holds at every point of differentiability; differentiability at $x$ carries over to $\rho x$. It needs "
    r"$\rho>0$: for a loss that is not even it fails at $\rho<0$, which is where Theorem 4 breaks for $\eta\lambda>1$.",
    theorems=(tangent, homogeneous),
    notes=("“Almost everywhere” is not used: the argument is at one point. In d = 1 both sides are 0.",),
)
