"""A filter followed by batch normalization: invariance, and what ε takes from it."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict, Witness
from derivations.notation import eps, one_step
from derivations.rules import Identity
from derivations.statement import equal, less, nonnegative, positive

# One output t_j of the filter, the batch mean μ and variance σ²; all linear resp. quadratic in the filter.
rho, output, mean, variance = sympy.symbols("rho t_j mu V", real=True)
SCALE = Hypothesis("scale", positive(rho), meaning="ρ > 0")
SPREAD = Hypothesis("spread", positive(variance), meaning="σ² = V > 0: the output is not constant over the batch")
EPSILON = Hypothesis("epsilon", nonnegative(eps), meaning="ε ≥ 0")

_values, _j = sympy.Function("t", real=True), sympy.Symbol("j", integer=True, nonnegative=True)
_m = sympy.Symbol("m", integer=True, nonnegative=True)


def _mean(values, size):
    return sympy.Sum(values, (_j, 0, size - 1)) / size


mean_scales = one_step(
    "the mean scales",
    (Hypothesis("batch", positive(_m), meaning="a batch of m > 0 outputs"),),
    equal(_mean(rho * _values(_j), _m), rho * _mean(_values(_j), _m)),
    Identity(),
    r"(17) of 001: $\tilde\mu=\rho\mu$, exactly.",
)
variance_scales = one_step(
    "the variance scales",
    (Hypothesis("batch", positive(_m), meaning="a batch of m > 0 outputs"),),
    equal(
        _mean((rho * _values(_j) - rho * mean) ** 2, _m),
        rho**2 * _mean((_values(_j) - mean) ** 2, _m),
    ),
    Identity(),
    r"(18) of 001: $\tilde\sigma^2=\rho^2\sigma^2$, exactly: no $\approx$ and no $\epsilon$.",
)
_before = (output - mean) / sympy.sqrt(variance + eps)
_after = (rho * output - rho * mean) / sympy.sqrt(rho**2 * variance + eps)
_factor = rho * sympy.sqrt(variance + eps) / sympy.sqrt(rho**2 * variance + eps)
exact = one_step(
    "the output, exactly",
    (SCALE, SPREAD, EPSILON),
    equal(_after, _factor * _before),
    Identity(),
    r"(15) after rescaling is $\frac{\rho\sqrt{\sigma^2+\epsilon}}{\sqrt{\rho^2\sigma^2+\epsilon}}$ times (15) before.",
)
invariant = one_step(
    "invariance without ε",
    (SCALE, SPREAD),
    equal(_after.subs(eps, 0), _before.subs(eps, 0)),
    Identity(),
    r"For $\epsilon=0$ and a non-constant output the filter is radially invariant.",
)
violation = one_step(
    "the violation, exactly",
    (SCALE, SPREAD, EPSILON),
    equal(1 - _factor**2, (1 - rho**2) * eps / (rho**2 * variance + eps)),
    Identity(),
    r"The squared factor is $1-\frac{(1-\rho^2)\epsilon}{\rho^2\sigma^2+\epsilon}$: first order in "
    r"$\epsilon$ over the smaller of the output variances $\sigma^2$, $\rho^2\sigma^2$.",
)
EPSILON_MATTERS = Witness(
    r"$\sigma^2=1$, $\epsilon=10^{-5}$ (the default), $\rho=10^{-3}$: the output shrinks by the factor "
    r"$\frac{\rho\sqrt{1+\epsilon}}{\sqrt{\rho^2+\epsilon}}\approx0.30$.",
    given=(less(0, sympy.Rational(1, 1000)),),
    printed=equal(
        _factor.subs({rho: sympy.Rational(1, 1000), variance: 1, eps: sympy.Rational(1, 100000)}), sympy.Integer(1)
    ),
)

CLAIM = Claim(
    id="SP-INV-BN",
    paper="000, 001",
    where="App. A/B, (12)–(18)",
    printed=r"\text{a filter followed by BN is radially invariant: }\tilde\mu=\rho\mu,\ "
    r"\tilde\sigma^2\approx\rho^2\sigma^2\text{ for small }\epsilon",
    verdict=Verdict.ORDER,
    finding=r"(17) and (18) hold exactly, without “≈”; $\epsilon$ enters only in (15), where the output keeps the "
    r"factor $\frac{\rho\sqrt{\sigma^2+\epsilon}}{\sqrt{\rho^2\sigma^2+\epsilon}}$: invariant up to an error of "
    r"first order in $\epsilon/\min(\sigma^2,\rho^2\sigma^2)$, which is of order 1 once one of the two variances is "
    r"below $\epsilon$ and $\rho$ is not near 1.",
    theorems=(mean_scales, variance_scales, exact, invariant, violation),
    witnesses=(EPSILON_MATTERS,),
    versions="000's appendix is not in the copy at hand; the statement is that of its Section 2.1 and of 001's "
    "Appendix B.",
    notes=(
        "In training mode only: in evaluation mode BN uses stored moments and is affine in the filter.",
        "A filter whose output is constant over the batch (σ² = 0) gives 0 for every ρ when ε > 0, and 0/0 when ε = 0.",
        "A bias before BN is harmless: it is subtracted with the mean.",
    ),
)
