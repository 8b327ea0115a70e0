"""Running numeric checks: fixed seed, fail closed."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from verify.results import CheckResult

CASES = 1000
"""Cases a check draws by default."""

SEED = 20261121
"""Fixed, so that two runs draw the same cases."""

Function = Callable[[int, int], list[CheckResult]]


@dataclass(frozen=True)
class Check:
    """A law as a function (cases, seed) → results, and the claims that it must speak about."""

    law: Function
    claims: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.law.__name__

    @property
    def description(self) -> str:
        """What is checked, in a sentence: the first line of the function's docstring."""
        return (self.law.__doc__ or "").strip().partition("\n")[0]


def run_checks(
    checks: Sequence[Check],
    cases: int = CASES,
    seed: int = SEED,
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[CheckResult, ...]:
    """Results of all checks. A check that raises, or is silent about a claim of its own, is a failure, not a gap.

    progress(name, done, total) is called before each check and once at the end.
    """
    results: list[CheckResult] = []
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # sums split among threads round differently
    try:
        for done, check in enumerate(checks):
            if progress:
                progress(check.name, done, len(checks))
            results += run(check, cases, seed)
    finally:
        torch.set_num_threads(threads)
    if progress:
        progress("", len(checks), len(checks))
    return tuple(results)


def run(check: Check, cases: int = CASES, seed: int = SEED) -> tuple[CheckResult, ...]:
    """The results of one check, with a failing one for each claim on which it raised or was silent."""
    try:
        results = tuple(check.law(cases, seed))
    except Exception as error:  # whatever broke, the claim is not checked
        return tuple(_failure(check, claim, f"raised {type(error).__name__}: {error}") for claim in check.claims)
    spoken = {result.claim for result in results}
    silent = [claim for claim in check.claims if claim not in spoken]
    return results + tuple(_failure(check, claim, "returned no result") for claim in silent)


def _failure(check: Check, claim: str, note: str) -> CheckResult:
    return CheckResult(claim, check.name, 0, math.inf, 0.0, "-", "-", False, note)
