"""The numeric side of the claims: each law checked on drawn cases, listed here."""

from verify.checks.invariance import gradient_is_tangent_and_scales_inversely
from verify.checks.run import Check
from verify.checks.steps import step_and_radius_follow_from_the_effective_quantities

CHECKS: tuple[Check, ...] = (
    Check(gradient_is_tangent_and_scales_inversely, ("SP-L1",)),
    Check(step_and_radius_follow_from_the_effective_quantities, ("SP-T2-STEP", "SP-T2-RADIUS")),
)
