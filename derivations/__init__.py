"""Theorems about optimizers on radially-invariant weights, in SymPy: what is claimed, and why it is true.

`MODULES` lists every file of claims, in the order of the papers; `CLAIMS` are the claims in them, loaded when they are
first asked for. A new claim is its file and a line here.
"""

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from derivations.claim import Claim

    CLAIMS: tuple[Claim, ...]

MODULES = (
    "spherical.lemma_1",
    "spherical.batch_norm",
    "spherical.normalization_layers",
    "spherical.generic_scheme",
    "spherical.image_step",
    "spherical.distance",
    "spherical.exponential_map",
    "spherical.hypotheses",
    "spherical.table_1",
    "spherical.second_moment",
    "spherical.lemma_3",
    "spherical.l2_sign",
    "spherical.weight_decay_schedule",
    "spherical.radius_dynamics",
    "spherical.effective_rates",
    "spherical.theorem_4",
    "spherical.expansion_variable",
    "spherical.trajectories",
    "spherical.hyperparameters",
    "spherical.adagrad_special_case",
    "spherical.deformation",
    "spherical.radial_terms",
    "spherical.decoupled_decay",
    "spherical.radius_ratio",
    "spherical.without_a",
    "spherical.without_ab",
    "spherical.without_abc",
    "spherical.table_2",
    "motion.invariance",
    "motion.effective_learning_rate",
    "motion.relative_update",
    "motion.accumulated_update",
    "motion.unit_gradient",
    "motion.sphere_step",
    "motion.angular_step",
    "motion.norm_growth",
    "motion.norm_update",
    "motion.lemma_2",
    "motion.weight_norm_map",
    "motion.theorem_1",
    "motion.remark_1",
    "motion.momentum_map",
    "motion.momentum_eigenvalues",
    "motion.momentum_inequalities",
    "motion.momentum_lower_bound",
    "motion.momentum_contraction",
    "motion.momentum_fixed_point",
    "motion.theorem_2",
    "motion.remark_2",
    "motion.remark_5",
    "motion.momentum_orthogonality",
    "motion.angular_update",
    "motion.theorem_3_sgd",
    "motion.theorem_3_momentum",
    "motion.remark_3",
    "motion.corollary_3_1",
    "motion.epochs",
    "motion.rescaling",
    "motion.varying_gradients",
    "motion.linear_scaling",
    "motion.norm_variance",
    "motion.architectures",
    "adamp.momentum_rule",
    "adamp.scale_invariance",
    "adamp.effective_step",
    "adamp.orthogonality",
    "adamp.lemma_2_1",
    "adamp.lemma_2_2",
    "adamp.momentum_growth",
    "adamp.projection",
    "adamp.sgdp",
    "adamp.adamp",
    "adamp.toy",
    "adamp.tables",
    "adamp.robustness",
    "psi.positive_scaling",
    "psi.rescaled_gradients",
    "psi.rescaled_hessians",
    "psi.proposition_1",
    "psi.proposition_2",
    "psi.proposition_3",
    "psi.algorithm_1",
    "psi.theorem_1",
    "psi.bounded_variance",
    "psi.theorem_2",
    "psi.theorem_3",
    "psi.gradient_norms",
    "psi.lemma_1",
    "psi.theorem_4",
    "psi.theorem_5",
    "psi.acceleration",
    "psi.norm_cap",
    "psi.figure_1",
    "psi.figure_4",
    "psi.table_1",
    "psi.timing",
    "ours.exact_scheme",
    "ours.uniform_bound",
    "ours.exponential_factor",
    "ours.transported_momentum",
    "ours.equilibria",
    "ours.rates",
    "ours.lasting_turn",
    "ours.psi_image",
    "ours.epsilon",
    "ours.scaling",
    "ours.effective_table",
)


def claims_of(module: str) -> "tuple[Claim, ...]":
    """The claims of one of `MODULES`: its CLAIMS, or its CLAIM."""
    loaded = import_module(f"derivations.{module}")
    return loaded.CLAIMS if hasattr(loaded, "CLAIMS") else (loaded.CLAIM,)


@cache
def listed() -> "tuple[Claim, ...]":
    """The claims of all of them."""
    return tuple(claim for module in MODULES for claim in claims_of(module))


def __getattr__(name: str) -> Any:
    if name != "CLAIMS":
        raise AttributeError(f"module 'derivations' has no attribute {name!r}")
    return listed()
