"""Negative controls of the checks on the rates of 004; see `motion_controls`."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from verify.checks import psi_acceleration, psi_counterexamples, psi_rates
from verify.checks.psi_losses import Constants, unit

first_constants, first_blocks = psi_rates.printed_constants, psi_counterexamples.block_norms
first_bounds, first_noisy = psi_counterexamples.bounds_on_blocks, psi_rates.printed_noisy_bound
first_angle, first_waves = psi_counterexamples.at_angle, psi_acceleration.waves


def without_the_other_blocks(problems):
    """L̃_{v_i} = L_ii^vv and L̃_g = L^gg only."""
    vv, _, gg = problems.constants()
    return Constants(vv.diagonal(dim1=1, dim2=2), gg)


def a_smaller_constant(problems):
    constants = first_constants(problems)
    return Constants(0.6 * constants.of_blocks, 0.6 * constants.of_g)


PSI_RATES_CONTROLS: dict[Callable[[int, int], list], list[tuple[str, Any, str]]] = {
    psi_rates.gradient_descent_keeps_the_printed_rates: [
        ("printed_constants", a_smaller_constant, "(15)"),
        ("printed_constants", without_the_other_blocks, "(15)"),
        ("GD", replace(psi_rates.GD, norms=(0.1, 0.5)), "(22)"),
    ],
    psi_rates.stochastic_descent_keeps_the_printed_rates: [
        ("printed_noisy_bound", lambda gap, *rest: first_noisy(gap / 2, *rest), "(16)"),
        ("SGD", replace(psi_rates.SGD, norms=(0.1, 0.5)), "(23)"),
    ],
    psi_counterexamples.the_hessian_is_bounded_away_from_zero_only: [
        ("bounds_on_blocks", lambda problems: 0.8 * first_bounds(problems), "bound the Hessian"),
        ("block_norms", lambda problems, w, g: first_blocks(problems, unit(w), g), "near 0"),
    ],
    psi_counterexamples.the_variance_depends_on_the_norm: [
        ("noise_at", lambda norms, extra: norms * (extra**2).sum(-1), "variance at V"),
    ],
    psi_counterexamples.variance_at_w_is_not_enough: [
        ("printed_noisy_bound", lambda *numbers: 2 * first_noisy(*numbers), "(14) at W"),
        ("printed_noisy_bound", lambda *numbers: first_noisy(*numbers) / 1000, "keep (16)"),
        ("at_angle", lambda angle, length: first_angle(angle, length / length), "(14) at W"),
    ],
    psi_counterexamples.short_weights_miss_the_rates: [
        ("at_angle", lambda angle, length: first_angle(angle, length / length), "below norm 1"),
    ],
    psi_acceleration.norms_are_bounded_without_noise_only: [
        ("growth_of_gd", lambda norms: 2 * (norms - norms[0]), "under GD"),
        ("growth_of_psi_gd", lambda norms: 2 * (norms / norms[0]).log(), "under PSI-GD"),
        ("mean_growth", lambda rate: 1 + rate**2, "E‖w_t‖²"),
        ("sgd", psi_acceleration.psi_sgd, "‖w_t‖⁴"),
    ],
    psi_acceleration.gradient_descent_may_win: [
        ("waves", lambda *terms, rows: first_waves(terms[0], rows=rows), "ahead of PSI-GD"),
        ("sgd", psi_acceleration.psi_sgd, "tenfold"),
    ],
}
