"""The numeric side of the claims: each law checked on drawn cases, listed here."""

from pathlib import Path

from verify.checks.invariance import gradient_is_tangent_and_scales_inversely
from verify.checks.result import CheckResult, load
from verify.checks.run import Check
from verify.checks.steps import step_and_radius_follow_from_the_effective_quantities

CHECKS: tuple[Check, ...] = (
    Check(gradient_is_tangent_and_scales_inversely, ("SP-L1",)),
    Check(step_and_radius_follow_from_the_effective_quantities, ("SP-T2-STEP", "SP-T2-RADIUS")),
)

RECORD = Path("data") / "checks.json"
"""Where the results of the last `orthodrome report` stand, under the directory of the pages."""


def recorded(reports: Path) -> tuple[CheckResult, ...]:
    """The results that the pages under `reports` show; none where nothing was recorded."""
    return load(reports / RECORD)
