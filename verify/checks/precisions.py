"""Laws that hold exactly, told from those that nearly do by computing them twice, in a coarse and in a fine arithmetic.

An exact law fails by rounding only, and rounding shrinks with the unit of the arithmetic: from the coarse to the fine
one the worst error of the same cases falls by the ratio ρ of the units, give or take luck. The error of a law that is
false, or true to some order only, stays. The two are told apart at the geometric mean, √ρ: as much luck is needed to
fail an exact law as to pass one that is wrong by the coarse rounding (2·10⁴ between float32 and float64).
"""

from collections.abc import Callable, Iterable
from typing import Any

import torch

from verify.results import CheckResult

DIGITS = (40, 70)


def exact_in_torch(
    claim: str, law: str, cases: int, errors: Callable[[torch.dtype, torch.device], Any], note: str = ""
) -> list[CheckResult]:
    """errors(dtype, device) → the errors of `cases` cases; float64 judged by float32, on every device there is."""
    results = []
    for device in devices():
        coarse, fine = (float(errors(dtype, device).max()) for dtype in (torch.float32, torch.float64))
        allowed = coarse * (torch.finfo(torch.float64).eps / torch.finfo(torch.float32).eps) ** 0.5
        results.append(CheckResult(claim, law, cases, fine, allowed, "float64", device.type, fine <= allowed, note))
    return results


def exact_in_mpmath(
    claim: str, law: str, cases: int, errors: Callable[[int], Iterable[Any]], note: str = ""
) -> CheckResult:
    """errors(digits) → the errors of `cases` cases; 70 digits judged by 40."""
    coarse, fine = (float(max(errors(digits))) for digits in DIGITS)
    allowed = coarse * 10.0 ** ((DIGITS[0] - DIGITS[1]) / 2)
    return CheckResult(claim, law, cases, fine, allowed, f"mpmath, {DIGITS[1]} digits", "cpu", fine <= allowed, note)


def devices() -> list[torch.device]:
    """The CPU, and the GPU where there is one."""
    return [torch.device("cpu")] + [torch.device("cuda")] * torch.cuda.is_available()
