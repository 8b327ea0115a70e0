"""Instance, layer, group and weight normalization: invariance of the proper slice."""

import sympy

from derivations.claim import Claim, Hypothesis, Verdict, Witness
from derivations.notation import one_step
from derivations.rules import Identity
from derivations.space import vector
from derivations.spherical.batch_norm import SCALE, SPREAD, rho, variance
from derivations.statement import equal, positive

# One normalised output of a layer W x + b: `linear` is the part from the slice W, `bias` the part that is not scaled.
linear, bias, mean_linear, mean_bias = sympy.symbols("t b mu_t mu_b", real=True)
_v = vector("v")
_gain = sympy.Symbol("gamma", real=True)

standardised = one_step(
    "a normalised slice is invariant",
    (SCALE, SPREAD),
    equal(
        (rho * linear - rho * mean_linear) / sympy.sqrt(rho**2 * variance),
        (linear - mean_linear) / sympy.sqrt(variance),
    ),
    Identity(),
    r"With $\epsilon=0$ and outputs linear in the slice, scaling the slice scales every output that shares a mean "
    r"and a variance, and cancels. "
    r"The slice is a filter (IN), the group's filters (GN), the whole weight (LN).",
)
weight_norm = one_step(
    "weight normalization",
    (SCALE, Hypothesis("direction", positive(_v.dot(_v)), meaning="v ≠ 0")),
    equal(_gain * (rho * _v) / (rho * _v).norm(), _gain * _v / _v.norm()),
    Identity(),
    r"$w=g\frac{v}{\|v\|}$ is radially invariant in $v$, exactly: there is no $\epsilon$.",
)
with_bias = one_step(
    "with the bias in the group",
    (SCALE, SPREAD),
    equal(
        (rho * (linear + bias) - rho * (mean_linear + mean_bias)) / sympy.sqrt(rho**2 * variance),
        ((linear + bias) - (mean_linear + mean_bias)) / sympy.sqrt(variance),
    ),
    Identity(),
    r"A layer with a bias is invariant when the bias is scaled with the weight: the group is $(W,b)$.",
)


def _layer_norm(outputs: list, scale: int) -> list:
    """LayerNorm over two outputs w_j s + b_j, with ε = 0, biases (1, 0), weights scaled."""
    values = [scale * sympy.Integer(w) + b for w, b in outputs]
    mean = sympy.Add(*values) / len(values)
    spread = sympy.Add(*((v - mean) ** 2 for v in values)) / len(values)
    return [(v - mean) / sympy.sqrt(spread) for v in values]


BIASED = Witness(
    r"LayerNorm over three outputs $w_js+b_j$ with $s=1$, $w=(0,1,3)$, $b=(1,0,0)$, $\epsilon=0$: scaling $w$ by 2 "
    r"changes the first output.",
    given=(),
    printed=equal(_layer_norm([(0, 1), (1, 0), (3, 0)], 2)[0], _layer_norm([(0, 1), (1, 0), (3, 0)], 1)[0]),
)

CLAIM = Claim(
    id="SP-INV-NL",
    paper="001",
    where="App. B/C; 2.1",
    printed=r"\text{InstanceNorm, LayerNorm (whole weight), GroupNorm (filters of a group), WeightNorm are radially "
    r"invariant for the proper slice}",
    verdict=Verdict.HYPOTHESIS,
    finding=r"Right for bias-free layers with $\epsilon=0$ (then to first order in $\epsilon$, as for BN). With a "
    r"bias, the default of nn.Linear and nn.Conv2d, LN and GN over several channels are not invariant in the weight: "
    r"the bias must be in the group. IN subtracts it; WN is exact.",
    witnesses=(BIASED,),
    theorems=(weight_norm,),
    corrected=(standardised, with_bias),
    corrected_latex=r"\text{The same for layers without bias, or with the bias in the group.}",
    notes=(
        "Under LN a single row of the weight is not invariant, under GN a single filter of a group of several is "
        "not: only all of them together.",
        "Appendix B's bilinear map has no bias; Appendix C carries its conclusion over without saying so.",
    ),
)
