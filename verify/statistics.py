"""Means of independent replicas against predictions, with the false-alarm rate of every comparison stated.

A check that draws is allowed to fail by bad luck with a stated probability, FALSE_ALARM by default. The comparisons of
one check share it equally (Bonferroni), so that the check as a whole keeps it. The intervals and what they assume:

- `student`: independent replicas with a finite variance, whose mean is close to normal. Feed it replicas that are
  themselves averages (over a run), not single heavy-tailed draws; no interval at such a rate is exact otherwise.
- `bernstein`: independent replicas between known bounds; valid at every sample size (Maurer and Pontil 2009).

The intervals speak of rows: axis 0 is the replicas, and each column is a comparison of its own.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from verify.results import CheckResult, rounded_up

FALSE_ALARM = 1e-6
"""The probability that a statistical check fails although its law is true."""

RESOLUTION = 0.25
"""The replicas of a comparison count as cases when it would have seen a relative error of this size; they must agree
anyway."""

UNIT = "in units of the confidence interval"


@dataclass(frozen=True)
class Interval:
    """estimate ± half_width contains the mean with the probability 1 - rate; a column each."""

    estimate: np.ndarray
    half_width: np.ndarray
    deviation: np.ndarray | None = None
    freedom: int = 0
    """Of a t interval: the standard error of the mean, and its degrees of freedom."""

    def tail(self, off: float) -> float:
        """P(estimate - mean ≥ off) by the t distribution, for one column; 1 for an interval of another kind."""
        if self.deviation is None or off <= 0:
            return 1.0
        return float(stdtr(self.freedom, -off / float(self.deviation))) if self.deviation > 0 else 0.0


def student(values: np.ndarray, rate: float = FALSE_ALARM) -> Interval:
    """The t interval of the mean over axis 0."""
    values = np.asarray(values, dtype=np.float64)
    replicas = len(values)
    if replicas < 2:
        raise ValueError(f"a t interval needs at least 2 replicas, got {replicas}")
    quantile = -float(stdtrit(replicas - 1, rate / 2))
    deviation = values.std(0, ddof=1) / math.sqrt(replicas)
    return Interval(values.mean(0), quantile * deviation, deviation, replicas - 1)


def bernstein(values: np.ndarray, low: float, high: float, rate: float = FALSE_ALARM) -> Interval:
    """The empirical Bernstein interval: √(2 s² log(4/rate)/n) + 7 (high - low) log(4/rate)/(3 (n - 1))."""
    values = _bounded(values, low, high)
    replicas, logarithm = len(values), math.log(4 / rate)
    deviation = np.sqrt(2 * values.var(0, ddof=1) * logarithm / replicas)
    return Interval(values.mean(0), deviation + 7 * (high - low) * logarithm / (3 * (replicas - 1)))


class Comparisons:
    """Means of replicas against predictions under one law; `total` comparisons share the false-alarm rate.

    `equal` is two-sided: the prediction lies in the interval. `at_most` is one-sided: it fails when the whole interval
    lies above the bound. `above` wants that: a violation that luck does not explain.
    """

    def __init__(self, claim: str, law: str, total: int, note: str = "", rate: float = FALSE_ALARM) -> None:
        self.claim, self.law, self.total, self.note, self.rate = claim, law, total, note, rate
        self.worst, self.made, self.cases, self.coarsest = 0.0, 0, 0, 0.0
        self.rarest = 1.0

    def equal(self, values: np.ndarray, expected: float, scale: float | None = None, beyond: float = 0.0) -> None:
        """The mean is `expected`, up to `beyond`, a bound on what the prediction leaves out.

        What the comparison can see is told relative to `scale`, by default to `expected`.
        """
        found = self._interval(values)
        width = float(found.half_width) + beyond
        off = abs(float(found.estimate) - expected)
        self._add(off / width if width else math.inf)
        self._rare(2 * found.tail(off - beyond))
        self._see(width / abs(expected if scale is None else scale), len(values))

    def at_most(self, values: np.ndarray, bound: float) -> None:
        """The mean is not above the bound."""
        found = self._interval(values)
        width = float(found.half_width)
        off = max(float(found.estimate) - bound, 0.0)
        self._add(off / width if width else math.inf)
        self._rare(found.tail(off))
        self._see(width / abs(bound), len(values))

    def above(self, values: np.ndarray, bound: float, between: tuple[float, float] | None = None) -> None:
        """The mean is above the bound by more than the interval: `worst` is the half-width over the excess.

        between: bounds of the values, where they have any; the interval is then Bernstein's.
        """
        found = bernstein(values, *between, self.rate / self.total) if between else self._interval(values)
        excess = float(found.estimate) - bound
        self._add(float(found.half_width) / excess if excess > 0 else math.inf)
        self._see(0.0, len(values))

    def result(self) -> CheckResult:
        if self.made > self.total:
            raise ValueError(f"{self.made} comparisons share a false-alarm rate meant for {self.total}")
        seen = f"{UNIT} at the false-alarm rate {self.rate:g}"
        if self.coarsest:
            seen += f", which sees {rounded_up(100 * self.coarsest):g} %"
        note = seen + (f". {self.note}" if self.note else "")
        return CheckResult(
            self.claim,
            self.law,
            self.cases,
            self.worst,
            1.0,
            "float64",
            "cpu",
            self.worst <= 1,
            note,
            false_alarm=self.rate,
            chance=min(1.0, self.total * self.rarest),
        )

    def _rare(self, probability: float) -> None:
        self.rarest = min(self.rarest, probability)

    def _interval(self, values: np.ndarray) -> Interval:
        return student(values, self.rate / self.total)

    def _add(self, ratio: float) -> None:
        self.made += 1
        self.worst = max(self.worst, ratio if math.isfinite(ratio) else math.inf)

    def _see(self, resolution: float, replicas: int) -> None:
        if resolution <= RESOLUTION:
            self.cases, self.coarsest = self.cases + replicas, max(self.coarsest, resolution)


def _bounded(values: np.ndarray, low: float, high: float) -> np.ndarray:
    values = np.asarray(values, dtype=np.float64)
    if len(values) < 2 or values.min() < low or values.max() > high:
        raise ValueError(f"the interval needs at least 2 replicas, all between {low} and {high}")
    return values
