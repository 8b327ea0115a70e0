"""Negative controls of the checks on spherical motion: what is put in the place of which law, noise or optimizer.

Check → the name that its law is written under, what is put there instead, part of the name of the law that fails.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from verify.checks import (
    motion_directions,
    motion_enumeration,
    motion_lemmas,
    motion_rates,
    motion_schedule,
    motion_stationary,
    motion_vectors,
)
from verify.checks.motion_maps import Setting
from verify.noise import Noise, two_point

first_floor, first_bounds = motion_enumeration.printed_floor, motion_enumeration.fourth_power_bounds
first_variances, first_small = motion_stationary.stationary_variances, motion_stationary.small_step_variances
first_least, first_lower = motion_lemmas.least_epsilon, motion_lemmas.lower_bound
first_eigenvalues = motion_lemmas.eigenvalues
first_steps, first_printed = motion_schedule.steps_bounds, motion_schedule.printed_steps
first_run, first_left = motion_schedule.momentum_run, motion_schedule.angle_left
first_step, first_turns = motion_vectors.printed_step, motion_directions.turns
first_motion, first_nesterov = motion_directions._motion, motion_vectors.nesterov_equilibrium


def without_momentum(setting):
    return setting.lr / (2 * setting.weight_decay)


def misnamed(law):
    """A noise that says that its mean is a third less than it is."""
    return Noise(law.name, law.mean, law.variance, law.lower, math.inf, lambda g, shape: 1.5 * law.sample(g, shape))


def twice_the_norm(setting):
    norm, angle = first_variances(setting)
    return 2 * norm, angle


def twice_the_angle(setting):
    norm, angle = first_variances(setting)
    return norm, 2 * angle


def matrix_eigenvalue(product, a):
    """λ₁ of A itself: what governs the norm far from its equilibrium."""
    k = 1 + a - product
    return ((k + motion_rates.CONTEXT.sqrt(k * k - 4 * a)) / 2) ** 2


def decays_twice(setting, **options):
    numbers = {"lr": setting.lr, "weight_decay": 2 * setting.weight_decay, "momentum": setting.momentum}
    return lambda parameters: torch.optim.SGD(parameters, **numbers, **options)


def a_larger_norm(setting):
    norm, cosine = first_nesterov(setting)
    return 1.3 * norm, cosine


def forgets_the_momentum(setting, x, inner, before, h):
    return first_step(Setting(setting.lr, setting.weight_decay), x, inner, before, h)


def with_persistent_gradients(setting, noise, replicas, steps, seed, warm_up, d=motion_directions.D):
    generator = np.random.default_rng(seed)
    start = motion_directions.sphere(replicas, d, setting.equilibrium, generator)
    make, toward = motion_directions.torch_sgd(setting), torch.eye(d, dtype=torch.float64)[0]
    return motion_directions.run(
        make, start, noise, steps, generator, warm_up, direction=lambda t, w, g: toward + 0 * w
    )


MOTION_CONTROLS: dict[Callable[[int, int], list], list[tuple[str, Any, str]]] = {
    motion_enumeration.the_printed_bounds_are_beaten_by_their_bias: [
        ("full", motion_enumeration.truncated, "floor of the norm fails"),
        ("printed_floor", lambda *numbers: 20 * first_floor(*numbers), "with little noise"),
    ],
    motion_enumeration.the_truncated_map_keeps_the_printed_floor: [
        ("printed_floor", lambda *numbers: first_floor(*numbers) / 4, "keeps the printed floor"),
        ("truncated", motion_enumeration.full, "obeys (48)"),
    ],
    motion_enumeration.the_fourth_power_of_the_norm_approaches_at_one_rate: [
        ("full", motion_enumeration.truncated, "‖w‖⁴"),
        (
            "fourth_power_bounds",
            lambda law, start: ((low, 0.999 * high) for low, high in first_bounds(law, start)),
            "‖w‖⁴",
        ),
    ],
    motion_stationary.norms_balance_whatever_the_noise: [
        ("balance", without_momentum, "SGD with momentum"),
        ("FAMILIES", tuple(map(misnamed, motion_stationary.FAMILIES)), "SGD: norms"),
    ],
    motion_stationary.variances_are_those_of_the_linear_response: [
        ("stationary_variances", twice_the_norm, "SGD: Var ‖w‖²"),
        ("stationary_variances", twice_the_angle, "SGD with momentum: Var Δ"),
    ],
    motion_stationary.variances_for_small_steps: [
        ("small_step_variances", lambda lr, p, a, mean: first_small(lr * (1 - a), p, a, mean), "Var ‖w‖²"),
        ("small_step_variances", lambda lr, p, a, mean: first_small(lr, p * (1 + a), a, mean), "Var Δ"),
    ],
    motion_stationary.noise_correlated_in_time_is_outside_of_the_theorem: [
        ("correlated_variance", lambda setting, correlation: first_variances(setting)[0], "enlarges"),
        ("sticky", lambda low, high, stay: two_point(low, high), "breaks the printed floor"),
    ],
    motion_rates.the_distance_to_equilibrium_shrinks_at_the_local_rate: [
        ("local_rate", lambda product: (1 - product) ** 2, "near the equilibrium"),
    ],
    motion_rates.momentum_approaches_at_the_slow_eigenvalue: [
        ("slow_eigenvalue", matrix_eigenvalue, "times as fast"),
        ("slow_eigenvalue", lambda product, a: 1 - 4 * product / (1 - a), "slow eigenvalue"),
    ],
    motion_rates.momentum_is_slower_than_printed_where_assumption_6_fails: [
        ("printed_momentum_rate", lambda product, a: 1 - 2 * product / (1 - a), "printed rate"),
    ],
    motion_rates.the_norm_lags_behind_a_drifting_gradient: [
        ("lag", lambda square: 1 / (2 * (1 - square)), "lags"),
    ],
    motion_lemmas.lemma_2_holds_for_alpha_from_one_half: [
        ("printed_bound", lambda root, start, power: root, "(35)"),
        ("worst_ratio", lambda alpha: 1.0, "worst sequence"),
    ],
    motion_lemmas.lemma_3_fails_for_small_epsilon: [
        ("least_epsilon", lambda alpha, beta: 1.5 * first_least(alpha, beta), "(52)"),
    ],
    motion_lemmas.momentum_shrinks_the_norm_no_faster_than_its_eigenvalue: [
        ("eigenvalues", lambda setting: tuple(1.0001 * value for value in first_eigenvalues(setting)), "trace"),
        (
            "eigenvalues",
            lambda setting: (1.01 * first_eigenvalues(setting)[0], *first_eigenvalues(setting)[1:]),
            "(83)",
        ),
        ("lower_bound", lambda setting, least: 2 * first_lower(setting, least), "(88)"),
    ],
    motion_schedule.the_new_equilibrium_takes_longer_than_printed: [
        ("steps_bounds", lambda product, ratio: first_steps(product, ratio**0.5), "law of ‖w‖⁴"),
        ("printed_steps", lambda *numbers: 3 * first_printed(*numbers), "too small"),
        ("momentum_run", lambda product, *rest: first_run(product / 2, *rest), "(1-α) times"),
    ],
    motion_schedule.the_stages_on_imagenet: [
        ("angle_left", lambda progress, ratio: first_left(progress / 2, ratio), "law of ‖w‖⁴"),
        ("EPOCH", 3 * motion_schedule.EPOCH, "stage 2"),
    ],
    motion_schedule.rescaling_needs_the_buffer: [
        ("carried", motion_schedule.left_alone, "carried along"),
        ("left_alone", motion_schedule.carried, "left alone"),
    ],
    motion_vectors.torch_moves_by_the_printed_map: [
        ("printed_step", forgets_the_momentum, "moves by (60)"),
        ("printed_step", lambda setting, x, *rest: first_step(setting, (1 - 1e-9) * x, *rest), "moves by (41)"),
    ],
    motion_vectors.accumulated_updates_and_norms_differ_by_their_ends: [
        ("boundary", lambda setting, motion: 0.0, "boundary terms"),
    ],
    motion_vectors.torch_sgd_comes_to_the_predicted_norm: [
        ("balance", without_momentum, "with momentum"),
        ("torch_sgd", decays_twice, "with dampening"),
        ("NOISE", misnamed(motion_vectors.NOISE), "torch.optim.SGD: "),
    ],
    motion_vectors.nesterov_comes_to_its_own_equilibrium: [
        ("nesterov_equilibrium", lambda setting: (setting.scale, setting.cosine), "Nesterov"),
        (
            "nesterov_equilibrium",
            lambda setting: (1.3 * first_nesterov(setting)[0], first_nesterov(setting)[1]),
            "norm",
        ),
    ],
    motion_vectors.torch_sgd_turns_by_the_predicted_angle: [
        ("angular_update", lambda setting: math.sqrt(2 * setting.product), "α = 0.9"),
        ("angular_update", lambda setting: math.sqrt(setting.product), "α = 0"),
    ],
    motion_directions.directions_decay_by_the_recursion: [
        ("turns", lambda s, k: first_turns(Setting(s.lr, s.weight_decay, s.momentum / 2), k), "directions decay"),
    ],
    motion_directions.linear_scaling_keeps_the_angle_but_for_momentum: [
        ("correlation", lambda setting, k: 1 - k * setting.product / (1 + setting.momentum), "momentum: "),
        ("correlation", lambda setting, k: (1 - setting.product) ** (k**0.5), "SGD: "),
    ],
    motion_directions.fresh_gradients_are_orthogonal_to_the_momentum_in_the_mean: [
        ("squared_product", lambda d: 1 / d, "E⟨v,g⟩²"),
        ("squared_product", lambda d: 1 / d, "fluctuates"),
        ("_motion", with_persistent_gradients, "E⟨v,g⟩ = 0"),
        ("_motion", lambda *rest: first_motion(*rest[:-1], d=100), "assumption 6"),
    ],
}
