"""The numeric checks hold on drawn seeds, and every one of them fails once its law is broken."""

import sys
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from adamp_norm_controls import ADAMP_NORM_CONTROLS
from adamp_projection_controls import ADAMP_PROJECTION_CONTROLS
from adamp_toy_controls import ADAMP_TOY_CONTROLS
from effective_table_controls import EFFECTIVE_TABLE_CONTROLS
from epsilon_controls import EPSILON_CONTROLS
from equilibria_controls import EQUILIBRIA_CONTROLS
from hypothesis import given, settings
from hypothesis import strategies as st
from motion_controls import MOTION_CONTROLS
from profiles import left_to_ci
from psi_controls import PSI_CONTROLS
from psi_image_controls import PSI_IMAGE_CONTROLS
from psi_rates_controls import PSI_RATES_CONTROLS
from scaling_controls import SCALING_CONTROLS

from derivations.schemes import AdaGradG, AdamG, SphericalSGD, by_name
from derivations.sphere import exponential, tangent_projection
from impl.optim import AdaGradG as AdaGradGOptimizer
from verify.checks import (
    CHECKS,
    adagrad,
    adam_phenomena,
    distance,
    equivalence,
    expansion_variable,
    generic_scheme,
    image_step,
    invariance,
    momentum,
    neutralised,
    normalisation,
    steps,
    table_1,
    theorem_4,
)
from verify.checks.run import SEED, run
from verify.checks.walks import SPACE
from verify.tolerance import Tracked

CASES = 60
HANDFUL = 5


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
@settings(max_examples=1)
@given(seed=st.integers(0, 2**32 - 1))
def test_every_law_holds_whatever_the_seed(check, seed):
    failed = [result for result in run(check, CASES, seed) if not result.passed]
    assert not failed


LONGER = {"stochastic_descent_keeps_the_printed_rates", "torch_gives_the_fourteen_numbers"}
"""Checks that draw as another one of their module does, which takes half of the time."""
ONE_A_MODULE = list({check.law.__module__: check for check in CHECKS if check.name not in LONGER}.values())


@pytest.mark.parametrize("check", ONE_A_MODULE, ids=lambda check: check.name)
def test_a_check_draws_the_same_cases_again(check, monkeypatch):
    if check.law.__module__ == image_step.__name__:
        monkeypatch.setattr(image_step, "SCHEMES", FEW["SCHEMES"])  # all are drawn for alike
    assert run(check, 2, SEED) == run(check, 2, SEED)


def test_a_module_is_left_out_of_no_law():
    assert {check.law.__module__ for check in ONE_A_MODULE} == {check.law.__module__ for check in CHECKS}
    assert {check.name for check in CHECKS} > LONGER


Law = Callable[[int, int], list]


class KeepsMomentum(AdamG):
    """Adam-G that forgets to carry its momentum along."""

    def step(self, space, k, x, gradient, state, h):
        x_next, new = super().step(space, k, x, gradient, state, h)
        tangent = tangent_projection(space, gradient, x)
        return x_next, {**new, "m": h.beta1 * state["m"] + (1 - h.beta1) * tangent}


class DropsTheLastTerm(SphericalSGD):
    """The all-order scheme cut back to AdaGradG's order."""

    def step(self, space, k, x, gradient, state, h):
        x_next, new = super().step(space, k, x, gradient, state, h)
        square = space.dot(gradient, gradient)
        return x_next, {"w": new["w"] - h.lr**4 * (square * square) / state["w"]}


def with_broken(scheme):
    return lambda name: scheme if name == scheme.name else by_name(name)


def matching_adagrad_g(params, lr, weight_decay):
    return AdaGradGOptimizer.matching_sgd(params, lr=lr, weight_decay=weight_decay)


def not_invariant(d, **_):
    return lambda x: (x * x).sum(-1)


def in_part(model, module, rho):
    normalisation_rescale(model, module, np.where(np.arange(len(rho)) == 0, rho, 1.0))
    weight = module.get_parameter(model.parameter).detach()
    weight.view(model.slice_count, -1)[:, 0] *= 2


normalisation_rescale, first_broken = normalisation.rescale, normalisation._broken
first_image, first_schedule, first_bounds = image_step.image, equivalence.schedule, distance.bounds
first_momentum, first_division = generic_scheme.momentum, generic_scheme.adam_division
first_matching, first_moment = theorem_4.matching, table_1.second_moment
first_decay, first_velocity = adam_phenomena.decay_part, adam_phenomena.adamw_velocity


def loosened(space, h, start_square):
    lr, beta, v0 = first_matching(space, h, start_square)
    return lr, beta, 2 * v0


def decoupled(space, h, start_square):
    return first_matching(space, SimpleNamespace(lr=space.scalar(1), weight_decay=h.weight_decay), start_square)


def off_by_one(space, lr, beta, v0, gradients):
    k = len(gradients)
    return lr / space.sqrt(sum((beta ** (k - i) * g for i, g in enumerate(gradients)), beta**k * v0))


def with_half_the_decay(space, h, start_square):
    return first_matching(space, SimpleNamespace(lr=h.lr, weight_decay=h.weight_decay / 2), start_square)


def too_high(context, z):
    lower, *rest = first_bounds(context, z)
    return (lower * (1 + z**6), *rest)


def without_radii(points, gradients, beta):
    on_sphere = [SPACE.norm(x) * g for x, g in zip(points, gradients, strict=True)]
    return first_momentum(points, on_sphere, beta, 0 * beta)


def shrunken(space, u, velocity):
    return exponential(space, u, velocity * (1 + space.scalar("1e-40")))


class ForgetsFaster(AdaGradG):
    """AdaGradG whose second moment is a little too large."""

    def step(self, space, k, x, gradient, state, h):
        return super().step(space, k, x, gradient, {"v": state["v"] + 1 / state["v"]}, h)


def row_without(claim, name, row):
    return {**table_1.ROWS, claim: (name, row)}


def adam_row_without_dimension(t):
    learning_rate, c_tangent = table_1.adam(t)
    return learning_rate * np.sqrt(t.x.value.shape[-1]), c_tangent


def unscaled_momentum(t):
    r = SPACE.norm(t.x)
    u = t.x / r
    c = t.after["m"] * r
    return t.h.lr / (r * r), tangent_projection(SPACE, c, u)


def unweighted_moment(history):
    return first_moment([replace(t, k=history[-1].k) for t in history])


FEW = {"SCHEMES": (by_name("sgd-m"), by_name("adam"))}
"""In the place of all schemes, where what is broken shows in any of them."""

CONTROLS: dict[Law, list[tuple]] = {
    invariance.gradient_is_tangent_and_scales_inversely: [
        ("LOSSES", {"square": not_invariant}, "tangent"),
    ],
    normalisation.gradients_through_networks_are_tangent_and_scale_inversely: [
        ("rescale", in_part, "scales inversely"),
    ],
    normalisation.layers_do_not_see_the_scale: [
        ("rescale", in_part, "batch-norm: invariant"),
        ("normalised", lambda t, eps: t / SPACE.sqrt(normalisation.variance(t) + eps), "group-norm"),
    ],
    normalisation.epsilon_violates_invariance_by_a_known_factor: [
        ("violation", lambda rho, variance, eps: Tracked(1.0), "layer-norm"),
    ],
    normalisation.what_breaks_invariance: [
        (
            "_broken",
            lambda model, module, inputs, rho, evaluate: first_broken(model, module, inputs, 1.0, evaluate),
            "not invariant",
        ),
    ],
    generic_scheme.schemes_are_the_generic_scheme: [
        ("momentum", lambda x, g, beta, decay: first_momentum(x, g, beta, -decay), "SGD-M"),
        ("adam_division", lambda x, g, h: first_division(x, g, h, inside=False), "Adam"),
    ],
    generic_scheme.torch_is_the_generic_scheme: [
        ("momentum", lambda x, g, beta, decay: first_momentum(x, g, beta * beta, decay), "torch.optim.SGD"),
        ("adam_division", lambda x, g, h, inside: first_division(x, g, h, True), "torch.optim.Adam"),
    ],
    generic_scheme.the_printed_sign_of_l2_is_another_scheme: [
        ("sgd_l2", generic_scheme.printed_sgd_l2, "torch.optim.SGD"),
        ("printed_sgd_l2", generic_scheme.sgd_l2, "another trajectory"),
    ],
    steps.step_and_radius_follow_from_the_effective_quantities: [
        ("tangent_projection", lambda space, q, u: q, "follows"),
    ],
    image_step.every_scheme_moves_by_the_image_step: [
        ("image", lambda seen: seen.u - seen.learning_rate * seen.c_tangent, "(8)", FEW),
        ("radius_ratio", lambda seen: seen.shrink, "(10)", FEW),
    ],
    image_step.without_h1_the_direction_is_reversed: [
        ("image", lambda seen: -first_image(seen), "antipode", FEW),
    ],
    image_step.steps_longer_than_pi_need_no_h2: [
        ("image", lambda seen: seen.u, "(H2)", FEW),
    ],
    distance.steps_cover_the_arctangent: [
        ("distance", lambda context, z: context.sin(z), "arctan"),
        ("distance", lambda context, z: context.atan(z) * (1 + context.mpf("1e-30")), "arctan"),
    ],
    distance.steps_follow_the_exponential_map: [
        ("exponential_factor", lambda context, z: 1 / context.sqrt(1 + 2 * z * z / 3), "Exp"),
        ("exponential", shrunken, "Exp"),
    ],
    distance.the_exponential_factor_stays_within_its_bounds: [
        ("bounds", too_high, "within its bounds"),
    ],
    table_1.table_1_is_what_the_steps_do: [
        ("ROWS", row_without("SP-TAB1-SGD", "sgd", lambda t: (t.h.lr / SPACE.norm(t.x), t.on_sphere)), "Table 1, SGD"),
        ("ROWS", row_without("SP-TAB1-SGD-L2", "sgd-l2", table_1.sgd), "SGD + L2"),
        ("ROWS", row_without("SP-TAB1-SGDM", "sgd-m", unscaled_momentum), "SGD-M"),
        ("ROWS", row_without("SP-TAB1-ADAM", "adam", adam_row_without_dimension), "Adam"),
    ],
    table_1.the_second_moment_is_the_printed_sum: [
        ("second_moment", unweighted_moment, "(45)"),
    ],
    equivalence.equal_effective_quantities_give_equal_trajectories: [
        ("rate", lambda learning_rate, radial: learning_rate, "equal"),
    ],
    equivalence.weight_decay_is_an_exponential_schedule: [
        ("schedule", lambda lr, decay, k: first_schedule(lr, decay, k) * (1 - lr * decay), "(46)"),
    ],
    equivalence.beyond_one_the_schedule_fails: [
        ("schedule", lambda lr, decay, k: abs(first_schedule(lr, decay, k)), "antipodal"),
    ],
    equivalence.the_all_order_scheme_is_sgd: [
        ("by_name", with_broken(DropsTheLastTerm()), "directions"),
        ("by_name", with_broken(DropsTheLastTerm()), "one step"),
    ],
    equivalence.the_all_order_optimizer_is_torch_sgd: [
        ("SphericalSGD", matching_adagrad_g, "torch.optim.SGD"),
    ],
    theorem_4.the_radius_dynamics_are_solved_to_first_order: [
        ("next_square", lambda square, moved: square + moved, "(48)"),
        ("closed_square", lambda space, start, moved: space.sqrt(sum(moved) + start * start), "t²/2"),
    ],
    theorem_4.the_closed_forms_are_the_effective_rates: [
        ("rate_of_adagrad_g", off_by_one, "AdaGradG's steps"),
        ("matching", loosened, "(49)"),
    ],
    theorem_4.the_first_rates_agree_exactly: [
        ("matching", loosened, "first step"),
    ],
    theorem_4.rates_part_at_second_order_at_each_step: [
        ("by_name", with_broken(ForgetsFaster()), "t²"),
    ],
    theorem_4.rates_part_at_first_order_in_the_long_run: [
        ("bound", lambda t: (1 + t) ** -0.5, "attained"),
        ("matching", with_half_the_decay, "t/4"),
    ],
    theorem_4.rates_stay_within_the_uniform_bound: [
        ("bound", lambda t: (1 + 0.45 * t) ** -0.5, "within the bound"),
    ],
    expansion_variable.the_printed_variable_has_a_unit: [
        ("expansion_variable", expansion_variable.printed_variable, "r⁴"),
        ("printed_variable", expansion_variable.expansion_variable, "ρ²"),
    ],
    expansion_variable.the_variable_becomes_stationary: [
        ("stationary_variable", lambda product: 2 * product, "stationary"),
    ],
    expansion_variable.the_asymptotic_argument_is_bounded: [
        ("printed_ratio", lambda p, k: (1 - (1 - p) ** (2 * k)) / ((1 - p) ** -4 - 1), "(51)"),
    ],
    expansion_variable.the_experiments_numbers: [
        ("matching", decoupled, "β is"),
        ("step_ratio", lambda batch, lr: batch.lr, "equal steps"),
    ],
    adagrad.no_beta2_below_one_gives_adagrad: [
        ("_displacement", lambda t: t.gradient, "no β₂"),
    ],
    adagrad.adagrad_is_the_limit: [
        ("_first_order_constant", lambda space, gradients: 1.0, "first order"),
    ],
    adam_phenomena.adam_deforms_its_first_step: [
        ("deformed", lambda g: g, "ψ"),
        ("farthest", lambda d: (d - 1) / d, "cos"),
    ],
    adam_phenomena.the_momentum_decomposes: [
        ("decay_part", lambda points, beta: first_decay([points[0]] * len(points), beta), "buffers"),
        ("gradient_part", without_radii, "steps"),
    ],
    adam_phenomena.adamw_has_no_explicit_decay: [
        ("adamw_velocity", lambda t: first_velocity(t) * (1 + t.h.lr * t.h.weight_decay), "moves"),
        ("tangent_seen", lambda s, t: t.on_sphere, "β₁ > 0"),
    ],
    adam_phenomena.the_radii_change_adams_direction: [
        ("tangent_seen", lambda s, t: t.on_sphere, "other"),
        ("tangent_seen", lambda s, t: t.gradient, "proportional"),
    ],
    neutralised.variants_neutralise_exactly_what_they_name: [
        ("VARIANTS", {"SP-SRT-A": ("adam-without-a", ("a", "b1"))}, "(b1) is neutralised"),
        ("VARIANTS", {"SP-SRT-ABC": ("adam-without-abc", ("a", "b1", "b2"))}, "(c) is left"),
    ],
    neutralised.variants_keep_the_radius_scheduling_and_adamg_does_not: [
        ("VARIANTS", {"SP-SRT-A": ("adam-g", ())}, "still scheduled"),
        ("by_name", with_broken(KeepsMomentum()), "tangent"),
    ],
    momentum.momentum_is_transported: [
        ("FACTORS", {"sgd-m": ("OD-MOMENTUM", lambda h, radii: h.momentum * radii[1] / radii[0])}, "transported"),
        ("FACTORS", {"adam-without-ab": ("SP-SRT-AB", lambda h, radii: h.beta1)}, "transported"),
    ],
    momentum.elementwise_division_breaks_the_transport: [
        ("ELEMENTWISE", ("adam-without-a",), "no transported momentum"),
    ],
    neutralised.transport_must_rotate_radial_parts: [
        ("transport", lambda space, q, u, v: neutralised.tangent_transport(q, u, v), "carries u"),
        ("tangent_transport", lambda q, u, v: q - SPACE.dot(q, v) * v, "tan(θ/2)"),
    ],
}
"""Check → the name that its law is written under, what is put there instead, part of the name of the law that fails.

A fourth entry, if there is one, is what else is put in place so that the control is cheap: {name: value}.
"""
CONTROLS |= MOTION_CONTROLS
CONTROLS |= EQUILIBRIA_CONTROLS
CONTROLS |= ADAMP_NORM_CONTROLS
CONTROLS |= PSI_CONTROLS
CONTROLS |= PSI_IMAGE_CONTROLS
CONTROLS |= PSI_RATES_CONTROLS
CONTROLS |= ADAMP_PROJECTION_CONTROLS
CONTROLS |= ADAMP_TOY_CONTROLS
CONTROLS |= SCALING_CONTROLS
CONTROLS |= EFFECTIVE_TABLE_CONTROLS
CONTROLS |= EPSILON_CONTROLS

LONG = {
    "both_ends_are_approached",
    "fluctuations_are_those_of_the_linear_response",
    "fresh_gradients_are_orthogonal_to_the_momentum_in_the_mean",
    "gradient_descent_keeps_the_printed_rates",
    "no_step_grows_more_than_where_adam_points_inward",
    "norms_grow_by_the_lemmas",
    "on_a_quadratic_it_ends_at_the_least_norm_on_the_way",
    "on_a_regression_the_printed_test_stops_short",
    "projected_steps_share_circle_and_obey_the_norm_law",
    "stochastic_descent_keeps_the_printed_rates",
    "the_all_order_scheme_is_sgd",
    "torch_gives_the_fourteen_numbers",
    "torch_sgd_comes_to_the_predicted_norm",
}
"""Checks that take a third of a second whatever the number of cases: one control of each, and in CI all of them."""


@pytest.mark.parametrize(
    ("law", "name", "wrong", "fails", "cheap"),
    [
        pytest.param(
            *(law, *row[:3], dict(*row[3:])),
            id=f"{law.__name__}-{row[0]}-{number}",
            marks=[left_to_ci] if number and law.__name__ in LONG else [],
        )
        for law, rows in CONTROLS.items()
        for number, row in enumerate(rows)
    ],
)
def test_a_check_fails_when_its_law_is_broken(law, name, wrong, fails, cheap, monkeypatch):
    for other, value in cheap.items():
        monkeypatch.setattr(sys.modules[law.__module__], other, value)
    if cheap:
        assert all(result.passed for result in law(CASES, SEED))  # what fails below fails for `wrong`
    monkeypatch.setattr(sys.modules[law.__module__], name, wrong)
    for cases in (HANDFUL, CASES):  # what is wrong in a few cases is wrong
        failed = [result.law for result in law(cases, SEED) if not result.passed]
        if any(fails in name for name in failed):
            return
    raise AssertionError(failed)


def test_every_check_has_a_control():
    assert {check.law for check in CHECKS} == set(CONTROLS)
    assert {law.__name__ for law in CONTROLS} >= LONG
