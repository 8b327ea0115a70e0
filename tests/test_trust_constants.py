"""No rounding tolerance is typed by hand: what rounding may do comes from `verify.tolerance`; in the tests too."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SMALL = 1e-5
KEYWORDS = {"rtol", "atol", "rel", "abs", "rel_tol", "abs_tol", "tol"}
COMPARISONS = {"allclose", "isclose", "assert_close", "assert_allclose", "approx"}
JUDGED = {"CheckResult", "_result"}
WORDS = ("allowed", "rounding", "tolerance", "close", "sharp")
HOME = {"verify/tolerance.py", "verify/tracked.py", "verify/precision.py", "verify/statistics.py"}
EXCEPTIONS = {
    "verify/audit/laws/scale.py": "the size of a perturbation, and a ratio that is no number of steps",
    "verify/checks/motion_lemmas.py": "how near a search comes to an infimum that it never reaches",
    "verify/checks/motion_rates.py": "the quadratic terms of a map, a thousand times, at a distance of 10⁻⁹",
    "verify/checks/psi_acceleration.py": "shares of random losses that a note tells; nothing is judged by it",
    "verify/checks/psi_batches.py": "a threshold of the statement: what counts as orthogonal; no division by 0",
    "verify/checks/psi_geometry.py": "a threshold of the statement: what counts as orthogonal",
    "verify/checks/psi_norms.py": "a threshold of the statement: what counts as shorter",
    "verify/checks/psi_training.py": "no division by 0",
    "verify/experiments/psi_evidence.py": "the law itself says 10⁻¹²",
    "verify/report/search.py": "no division by what is next to 0",
    "verify/search/methods.py": "when a search may stop; nothing is judged by it",
    "verify/trust/hostile/loaders.py": "made-up results, to be loaded",
    "verify/trust/mutants/battery_rows.py": "how far a mutant must be from its original to be told from it",
}
"""Files with small constants that judge something else than rounding."""


IN_TESTS = {
    "the law itself says so: 001 speaks of 10⁻¹², 10⁻⁷ is the size of a perturbation": {
        "test_spherical_equivalence": (
            "test_a_hundred_steps_of_spherical_sgd_stay_within_1e_12_of_sgd",
            "test_spherical_sgd_follows_sgd_with_weight_decay_under_any_schedule",
        ),
    },
    "numbers that were printed: as many digits as the format has": {
        "test_audit": ("test_a_difference_is_named_with_its_size_and_replays_from_its_script",),
    },
    "quadrature, an iteration, a fit or a limit: what the method leaves, far above rounding": {
        "test_audit_laws": (
            "test_the_norm_under_momentum_grows_by_lemma_2_2",
            "test_where_epsilon_stands_shows_in_its_power",
        ),
        "test_equilibria": (
            "test_leading_orders_are_approached_as_the_decay_becomes_small",
            "test_plain_iteration_of_the_map_comes_to_the_fixed_point",
            "test_signs_that_are_uncorrelated_leave_lion_where_it_is_derived_to_be",
        ),
        "test_equilibrium": ("test_the_slow_eigenvalue_is_the_rate_at_which_the_map_comes_back",),
        "test_monitor": (
            "test_the_equilibrium_is_the_one_that_is_derived",
            "test_the_prediction_takes_the_mean_of_the_gradients_so_far",
        ),
        "test_random_gradients": ("test_the_variance_of_the_pareto_law_is_its_integral",),
    },
    "many digits: the precision that was asked for, less some": {
        "test_equilibrium_command": ("test_a_formula_read_back_is_the_formula",),
        "test_trust_routes": (
            "test_a_point_satisfies_the_equations_to_many_digits",
            "test_intervals_of_mpmath_overlap_balls_of_arb",
        ),
    },
    "between two that lie apart by orders of magnitude, what holds and what is broken on purpose": {
        "test_discovery": (
            "test_a_norm_written_as_a_function_loses_its_epsilon_too",
            "test_each_normalisation_has_its_slices_and_a_bias_breaks_what_it_breaks",
            "test_the_epsilon_of_a_norm_of_ones_own_is_found_by_its_name",
        ),
        "test_equilibrium_command": ("test_a_wrong_prediction_would_be_seen",),
        "test_experiments": ("test_the_summary_measures_what_theory_says",),
        "test_models": ("test_an_epsilon_breaks_the_invariance_of_every_layer_that_has_one",),
        "test_psi_experiment": ("test_every_method_moves_every_network_by_its_own_gradient",),
    },
    "a network, a linear system or a run, whose conditioning is not derived: far above rounding, far below an error": {
        "test_batched": ("test_bounds_in_norm_enclose_those_by_coordinates",),
        "test_equilibria": (
            "test_a_follower_moves_as_the_optimizer_of_its_scheme",
            "test_sgd_with_momentum_is_the_printed_map_of_two_successive_weights",
            "test_the_map_of_a_linear_scheme_is_linear",
        ),
        "test_equilibrium": ("test_what_the_gauge_measures_predicts_the_next_norm_and_angle",),
        "test_experiments": ("test_the_effective_quantities_predict_the_next_point",),
        "test_models": (
            "test_a_loss_is_smooth_and_batched_and_its_seed_is_its_identity",
            "test_every_filter_of_resnet20_is_radially_invariant",
            "test_scaling_one_invariant_slice_changes_nothing",
            "test_the_gradient_of_a_module_obeys_lemma_1_on_every_slice",
        ),
        "test_monitor": ("test_a_discovery_says_what_to_watch_and_partial_slices_are_watched_alone",),
        "test_plugin": ("test_networks_do_not_see_the_length_of_a_slice",),
        "test_psi_experiment": (
            "test_batch_normalisation_is_that_of_torch",
            "test_the_networks_of_a_stack_train_as_a_module_of_torch_does_alone",
            "test_the_norm_at_v_is_the_gradient_norm_at_unit_weights",
        ),
        "test_toy": ("test_every_rule_and_objective_moves_as_vectors_do_under_autograd",),
        "test_trust_algebra": ("test_a_sign_that_is_read_off_is_that_of_the_numbers",),
    },
    "the arithmetic of another hand, which nobody states": {
        "test_ordering": ("test_the_trend_is_that_of_another_hand_where_no_values_are_equal",),
    },
    "no tolerance: what an option was set to": {"test_discovery": ("test_the_model_is_left_as_it_was",)},
    "made-up results": {"test_report": ("", "test_claims_json_has_the_documented_keys")},
}
"""Why a tolerance stays typed: {reason: {file: functions}}; "" is outside of any."""


def small(node):
    constants = (c for c in ast.walk(node) if isinstance(c, ast.Constant) and isinstance(c.value, float))
    return any(0 < abs(c.value) <= SMALL for c in constants)


def typed(tree):
    """The lines on which a small constant is compared with, allowed, or left to a default."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = (side for side in (node.left, *node.comparators) if not isinstance(side, ast.Call))
            found = any(map(small, sides))
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            given = [word.value for word in node.keywords if word.arg in KEYWORDS | {None}]
            found = any(map(small, given)) or (name in JUDGED and any(map(small, node.args)))
            found = found or (name in COMPARISONS and not given)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = " ".join(map(ast.unparse, targets)).lower()
            found = any(word in names for word in WORDS) and small(node.value)
        else:
            continue
        if found:
            yield node.lineno


def within(tree, line):
    """The name of the outermost function of a line."""
    functions = (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.lineno <= line <= n.end_lineno)
    return next((f.name for f in functions), "")


def typed_in_tests():
    """{file: names of the functions with a typed tolerance}."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if path != Path(__file__) and (names := {within(tree, line) for line in typed(tree)}):
            found[path.stem] = names
    return found


def files_with_typed_tolerances():
    names = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "verify").rglob("*.py")}
    return {n for n, path in names.items() if any(typed(ast.parse(path.read_text(encoding="utf-8"))))}


def test_no_rounding_tolerance_is_typed_by_hand():
    assert files_with_typed_tolerances() - HOME <= set(EXCEPTIONS)


def test_a_test_derives_its_tolerance_or_says_why_it_does_not():
    listed = {}
    for files in IN_TESTS.values():
        for file, names in files.items():
            assert not listed.setdefault(file, set()) & set(names)
            listed[file] |= set(names)
    assert typed_in_tests() == listed


@pytest.mark.parametrize(
    "code",
    [
        "ok = worst < 1e-12",
        "ok = abs(a - b) <= 1 + 1e-9 * scale",
        "torch.allclose(a, b, rtol=1e-6, atol=0)",
        "torch.allclose(a, b)",
        "CheckResult(claim, law, n, worst, 1e-10, dtype, device, ok)",
        "ROUNDING = 1e-9",
        "allowed: float = 3 * 1e-14",
    ],
)
def test_a_tolerance_that_is_typed_is_seen(code):
    assert list(typed(ast.parse(code)))


@pytest.mark.parametrize("code", ["lr = 1e-6", "ok = worst <= roundoff(3)", "ok = share > 0.5", "f(lr=1e-8)"])
def test_other_constants_are_none(code):
    assert not list(typed(ast.parse(code)))
