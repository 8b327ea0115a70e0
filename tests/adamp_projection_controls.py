"""Negative controls of the checks on projection, projected steps and 004's Table 1.

Check → the name that its law is written under, what is put there instead, part of the name of the law that fails.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from impl.optim import SGDP, AdamP
from verify.checks import adamp_projection, adamp_steps, psi_table
from verify.checks.walks import SPACE

first_released, first_pair, first_adamp = (
    adamp_projection.released_passing,
    adamp_steps.SGDP_PAIR,
    adamp_steps.ADAMP_PAIR,
)
first_factor, first_taken = adamp_steps.uncorrected_factor, adamp_steps.taken_out


def any_channel(w, g):
    cosine = abs((w * g).sum(-1)) / np.sqrt((w * w).sum(-1) * (g * g).sum(-1))
    return cosine < adamp_projection.DELTA / math.sqrt(w.shape[1])


def signed(w, g):
    """The released rule without its absolute value."""
    cosine = (w * g).sum(-1) / np.sqrt((w * w).sum(-1) * (g * g).sum(-1))
    together = (w * g).sum() / math.sqrt((w * w).sum() * (g * g).sum())
    apart = bool(cosine.max() < adamp_projection.DELTA / math.sqrt(w.shape[1]))
    return np.full(len(w), apart or bool(together < adamp_projection.DELTA / math.sqrt(w.size)))


def with_printed_as_released(w):
    return SGDP(w, lr=0.01, momentum=0.9, projection="cosine")


def with_released_as_printed(w):
    return SGDP(w, lr=0.01, momentum=0.9, projection="inner_product")


def optimizers(**changed):
    return {**adamp_projection.OPTIMIZERS, **changed}


def unprojected(w, lr, memory):
    return torch.optim.SGD(w, lr=lr, momentum=memory)


def corrected_only(w, lr, memory):
    return AdamP(w, lr=lr, betas=(memory, 0.9), bias_correction=False)


def swapped(pair):
    return replace(pair, projecting=pair.plain, plain=pair.projecting, schemes=pair.schemes[::-1])


ADAMP_PROJECTION_CONTROLS: dict[Callable[[int, int], list], list[tuple[str, Any, str]]] = {
    adamp_projection.independent_directions_pass_by_chance: [
        ("released_passing", lambda d: math.erf(0.1 / math.sqrt(2)), "released"),
        ("released_passing", lambda d: first_released(d + 1), "released"),
        ("printed_passing", lambda product, d: 0.5, "printed"),
    ],
    adamp_projection.all_channels_or_the_layer: [
        ("decided", any_channel, "all channels"),
        ("decided", signed, "all channels"),
    ],
    adamp_projection.on_a_quadratic_it_ends_at_the_least_norm_on_the_way: [
        ("nearest", lambda start, target: np.sqrt((start**2).sum(-1)), "least norm"),
        ("nearest", lambda start, target: np.sqrt((target**2).sum(-1)), "least norm"),
        ("_descend", lambda start, target: target, "never moves"),
    ],
    adamp_projection.on_a_regression_the_printed_test_stops_short: [
        ("OPTIMIZERS", optimizers(printed=with_printed_as_released), "stops short"),
        ("OPTIMIZERS", optimizers(released=with_released_as_printed), "no such harm"),
    ],
    adamp_steps.projected_steps_share_circle_and_obey_the_norm_law: [
        ("on_the_circle", lambda both: both.projected, "SGDP leaves"),
        ("on_the_circle", lambda both: both.projected, "AdamP leaves"),
        ("grown", lambda both: SPACE.dot(both.plain, both.plain), "SGDP grows"),
        ("SGDP_PAIR", replace(first_pair, projecting=unprojected), "SGDP leaves"),
        ("ADAMP_PAIR", replace(first_adamp, projecting=corrected_only), "AdamP leaves"),
    ],
    adamp_steps.no_step_grows_more_than_where_adam_points_inward: [
        ("SGDP_PAIR", swapped(first_pair), "SGDP's step"),
        ("growth", lambda both: (SPACE.dot(both.plain, both.plain), SPACE.dot(both.projected, both.projected)), "that"),
        ("growth", lambda both: (SPACE.dot(both.plain, both.plain), SPACE.dot(both.projected, both.projected)), "in"),
    ],
    adamp_steps.the_projection_takes_out_a_sum_of_squares: [
        ("taken_out", adamp_steps.taken_out_of_a_projected_buffer, "as printed"),
        ("taken_out", lambda lr, beta, squares: first_taken(lr, beta, squares) / beta, "as printed"),
        ("taken_out_of_a_projected_buffer", first_taken, "buffer projected"),
    ],
    adamp_steps.printed_adamp_takes_longer_steps: [
        ("uncorrected_factor", lambda b1, b2, t: first_factor(b1, b2, t + 1), "printed"),
        ("uncorrected_factor", lambda b1, b2, t: 1.0, "printed"),
    ],
    adamp_steps.adam_can_shrink_the_norm_for_good: [
        ("ADAMP_PAIR", replace(first_adamp, plain=first_adamp.projecting), "falls"),
        ("ADAMP_PAIR", replace(first_adamp, projecting=first_adamp.plain), "falls"),
    ],
    psi_table.the_comparisons_with_sgdg_are_significant_in_part: [
        ("LEVEL", 0.01, "Welch"),
        ("holm", len, "Welch"),
        ("two_sided", lambda t_square, freedom: (t_square / 2).sqrt().erfc(), "Student"),
    ],
}
