"""The numeric side of the claims: each law checked on drawn cases, listed here."""

from verify.checks import distance, generic_scheme, image_step, normalisation, table_1
from verify.checks.invariance import gradient_is_tangent_and_scales_inversely
from verify.checks.run import Check
from verify.checks.steps import step_and_radius_follow_from_the_effective_quantities

CHECKS: tuple[Check, ...] = (
    Check(gradient_is_tangent_and_scales_inversely, ("SP-L1",)),
    Check(normalisation.gradients_through_networks_are_tangent_and_scale_inversely, ("SP-L1",)),
    Check(normalisation.layers_do_not_see_the_scale, ("SP-INV-BN", "SP-INV-NL")),
    Check(normalisation.epsilon_violates_invariance_by_a_known_factor, ("SP-INV-BN", "SP-INV-NL")),
    Check(normalisation.what_breaks_invariance, ("SP-INV-BN", "SP-INV-NL")),
    Check(generic_scheme.schemes_are_the_generic_scheme, ("SP-GEN-SGD", "SP-GEN-ADAM")),
    Check(generic_scheme.torch_is_the_generic_scheme, ("SP-GEN-SGD", "SP-GEN-ADAM")),
    Check(step_and_radius_follow_from_the_effective_quantities, ("SP-T2-STEP", "SP-T2-RADIUS")),
    Check(image_step.every_scheme_moves_by_the_image_step, ("SP-T2-STEP", "SP-T2-RADIUS")),
    Check(image_step.without_h1_the_direction_is_reversed, ("SP-T2-H",)),
    Check(image_step.steps_longer_than_pi_need_no_h2, ("SP-T2-H",)),
    Check(distance.steps_cover_the_arctangent, ("SP-T2-DIST",)),
    Check(distance.steps_follow_the_exponential_map, ("SP-T2-EXP", "OD-EXP")),
    Check(distance.the_exponential_factor_stays_within_its_bounds, ("OD-EXP",)),
    Check(table_1.table_1_is_what_the_steps_do, tuple(table_1.ROWS)),
    Check(table_1.the_second_moment_is_the_printed_sum, ("SP-NU",)),
    Check(generic_scheme.the_printed_sign_of_l2_is_another_scheme, ("SP-SGD-L2",)),
)
