"""(1), (2): what a normalization layer or weight normalization makes of a weight is invariant under scaling."""

import sympy

from derivations.claim import Claim, Verdict, Witness
from derivations.spherical.batch_norm import invariant, mean_scales, variance_scales
from derivations.spherical.normalization_layers import standardised, weight_norm, with_bias
from derivations.statement import equal

_outputs, _doubled = (0, 1, 3), (0, 2, 3)


def _standardised(values: tuple[int, ...], unit: int) -> sympy.Expr:
    """What layer normalization makes of one of a layer's outputs."""
    mean = sympy.Rational(sum(values), len(values))
    variance = sympy.Add(*((v - mean) ** 2 for v in values)) / len(values)
    return (values[unit] - mean) / sympy.sqrt(variance)


ROW = Witness(
    r"LN over a layer of three units with the outputs $(0,1,3)$: doubling the second unit's weight makes them "
    r"$(0,2,3)$, and the unit's own output $-\frac1{\sqrt{14}}$ becomes $+\frac1{\sqrt{14}}$.",
    given=(),
    printed=equal(_standardised(_doubled, 1), _standardised(_outputs, 1)),
)

CLAIM = Claim(
    id="SMD-INV",
    paper="002",
    where="(1), (2)",
    printed=r"y(X;cw;\gamma,\beta)=y(X;w;\gamma,\beta)\ \forall c>0,\quad "
    r"y=g\Big(\frac{Xw-\mu(Xw)}{\sigma(Xw)}\gamma+\beta\Big)\ (1),\quad "
    r"y=g\Big(X\frac w{\|w\|_2}\gamma+\beta\Big)\ (2)",
    verdict=Verdict.HYPOTHESIS,
    finding=r"Exact where $w$ is all that shares one mean and deviation, with its bias, as (1) writes it, and (1), (2) "
    r"are defined ($\sigma>0$, $w\ne0$): mean and deviation scale with the outputs, and cancel. The paper's “single "
    r"unit” is that under BN and IN only: under LN, which it names, a unit shares them with its whole layer, under GN "
    r"with its group, and its weight alone is not scale-invariant. (2) is exact. No $\epsilon$ is written in (1); "
    r"every implementation adds one.",
    theorems=(mean_scales, variance_scales, invariant, weight_norm),
    corrected=(standardised, with_bias),
    corrected_latex=r"\text{the same for }w\text{ the weights and biases of all units that share }\mu,\sigma",
    witnesses=(ROW,),
    notes=(
        "With ε > 0 the output keeps the factor of SP-INV-BN, of first order in ε over the smaller output variance.",
        "For c < 0 the term that γ multiplies changes its sign, in (1) as in (2), and β does not: c > 0 is needed.",
    ),
)
