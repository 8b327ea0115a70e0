"""(1), (2): what a normalization layer or weight normalization makes of a weight is invariant under scaling."""

from derivations.claim import Claim, Verdict
from derivations.spherical.batch_norm import invariant, mean_scales, variance_scales
from derivations.spherical.normalization_layers import weight_norm, with_bias

CLAIM = Claim(
    id="SMD-INV",
    paper="002",
    where="(1), (2)",
    printed=r"y(X;cw;\gamma,\beta)=y(X;w;\gamma,\beta)\ \forall c>0,\quad "
    r"y=g\Big(\frac{Xw-\mu(Xw)}{\sigma(Xw)}\gamma+\beta\Big)\ (1),\quad "
    r"y=g\Big(X\frac w{\|w\|_2}\gamma+\beta\Big)\ (2)",
    verdict=Verdict.HOLDS,
    finding=r"Exact, wherever (1) and (2) are defined ($\sigma>0$, $w\ne0$): mean and deviation scale with the "
    r"outputs, "
    r"and cancel. $w$ has to be all that shares one mean and deviation, with its bias, as (1) writes it; and no "
    r"$\epsilon$, which (1) does not write and every implementation adds.",
    theorems=(mean_scales, variance_scales, invariant, with_bias, weight_norm),
    notes=(
        "Under LN a single unit's row is not invariant, under GN not a single filter of a group of several: “a single "
        "unit” is right for BN and IN only.",
        "With ε > 0 the output keeps the factor of SP-INV-BN, of first order in ε over the smaller output variance.",
        "For c < 0 both (1) and (2) change the sign of the argument of g: c > 0 is needed.",
    ),
)
