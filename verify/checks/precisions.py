"""Laws that hold exactly, told from those that nearly do by computing them twice, in a coarse and in a fine arithmetic.

An exact law fails by rounding only, and rounding shrinks with the unit of the arithmetic: the worst error in the fine
arithmetic may be that of the same cases in the coarse one, times the ratio of the units, times SLACK. A law that is
false, or true to some order only, keeps its error.
"""

from collections.abc import Callable, Iterable
from typing import Any

import torch

from verify.results import CheckResult

SLACK = 8
"""How much luckier the coarse arithmetic may have been than the fine one, between the worst of as many cases."""

DIGITS = (40, 70)


def exact_in_torch(
    claim: str, law: str, cases: int, errors: Callable[[torch.dtype, torch.device], Any], note: str = ""
) -> list[CheckResult]:
    """errors(dtype, device) → the errors of `cases` cases; float64 judged by float32, on every device there is."""
    results = []
    for device in devices():
        coarse, fine = (float(errors(dtype, device).max()) for dtype in (torch.float32, torch.float64))
        allowed = SLACK * coarse * torch.finfo(torch.float64).eps / torch.finfo(torch.float32).eps
        results.append(CheckResult(claim, law, cases, fine, allowed, "float64", device.type, fine <= allowed, note))
    return results


def exact_in_mpmath(
    claim: str, law: str, cases: int, errors: Callable[[int], Iterable[Any]], note: str = ""
) -> CheckResult:
    """errors(digits) → the errors of `cases` cases; 70 digits judged by 40."""
    coarse, fine = (float(max(errors(digits))) for digits in DIGITS)
    allowed = SLACK * coarse * 10.0 ** (DIGITS[0] - DIGITS[1])
    return CheckResult(claim, law, cases, fine, allowed, f"mpmath, {DIGITS[1]} digits", "cpu", fine <= allowed, note)


def devices() -> list[torch.device]:
    """The CPU, and the GPU where there is one."""
    return [torch.device("cpu")] + [torch.device("cuda")] * torch.cuda.is_available()
