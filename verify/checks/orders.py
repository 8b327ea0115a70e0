"""Measured orders as results."""

from verify.results import CheckResult
from verify.slopes import IDENTIFIED, Power

NOTE = "the slope's distance from the order, or the constant's from its value, relative"


def order_result(
    claim: str, law: str, found: Power, exponent: float, constant: float, dtype: str = "mpmath, 60 digits"
) -> CheckResult:
    """Whether |error| ~ constant · t^exponent was found, from `found.points` values of t."""
    off = max(abs(found.exponent - exponent), abs(found.constant / constant - 1))
    return CheckResult(claim, law, found.points, off, IDENTIFIED, dtype, "cpu", off <= IDENTIFIED, NOTE)
