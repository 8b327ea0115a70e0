"""004's Table 1 by scipy's Welch test, beside the exact bounds of its claim: PSI-TAB1."""

from typing import Any

import flint
from scipy.stats import ttest_ind_from_stats

from derivations.enclose import enclose, precision
from derivations.psi.table_1 import CERTAIN, COMPARISONS, EXCLUDED, TABLE, freedoms, p_value, square
from verify.results import CheckResult
from verify.spaces import Balls

LEVEL, BITS = 0.05, 256
SIGNIFICANT, AFTER_HOLM, PSI_APART = 19, 18, 9
"""At 5 %: comparisons with SGDG, each by itself; with Holm's correction; rows where PSI-SGD and PSI-SGDM differ."""


def welch(name: str, method: str, other: str = "SGDG") -> float:
    """The two-sided p-value, the deviations taken as those of samples."""
    a, b = TABLE[name][method], TABLE[name][other]
    groups = [(float(x.mean), float(x.deviation), x.runs) for x in (a, b)]
    return float(ttest_ind_from_stats(*groups[0], *groups[1], equal_var=False).pvalue)


def two_sided(t_square: Any, freedom: int) -> Any:
    """P(|T| > t) of Student's law as an incomplete beta function, in an Arb ball: I_x(½freedom, ½), x = n/(n+t²)."""
    n = flint.arb(freedom)
    return (n / (n + t_square)).beta_lower(n / 2, flint.arb("0.5"), regularized=True)


def holm(values: list[float]) -> int:
    """How many hypotheses Holm's step-down procedure rejects at LEVEL."""
    kept = [p > LEVEL / (len(values) - number) for number, p in enumerate(sorted(values))]
    return kept.index(True) if True in kept else len(values)


def the_comparisons_with_sgdg_are_significant_in_part(cases: int, seed: int) -> list[CheckResult]:
    """Welch's test at 5 % finds 19 of 22 comparisons significant, 18 with Holm's correction; 17 and 3 are certain."""
    values = {comparison: welch(*comparison) for comparison in COMPARISONS}
    counted = (
        sum(p <= LEVEL for p in values.values()),
        holm(list(values.values())),
        sum(welch(name, "PSI-SGDM", "PSI-SGD") <= LEVEL for name in TABLE),
    )
    off = sum(abs(a - b) for a, b in zip(counted, (SIGNIFICANT, AFTER_HOLM, PSI_APART), strict=True))
    off += sum(values[c] > LEVEL for c in CERTAIN) + sum(values[c] <= LEVEL for c in EXCLUDED)
    note = f"{counted[0]} of 22 each by itself, {counted[1]} with Holm's correction, {counted[2]} of 11 between the two"
    law = "Welch's test on the printed means and deviations"
    first = CheckResult("PSI-TAB1", law, len(values), off, 0.0, "float64", "cpu", off == 0, note)
    apart, radius = 0, 0.0
    with precision(BITS):
        for name, method in COMPARISONS:
            for freedom in freedoms(name):
                statistic = square(name, method, 0)
                difference = enclose(p_value(statistic, freedom), {}) - two_sided(Balls().scalar(statistic), freedom)
                apart += not (difference.contains(0) and difference.rad() < 2.0 ** (-BITS / 2))
                radius = max(radius, float(difference.rad()))
    law, kind = "Student's law in closed form is the incomplete beta function", f"Arb, {BITS} bits"
    note = f"pairs of balls apart; their differences are known to {radius:.0e}"
    return [first, CheckResult("PSI-TAB1", law, 44, apart, 0.0, kind, "cpu", apart == 0, note)]
