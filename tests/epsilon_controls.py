"""Negative controls of the checks on ε and rounding; see `motion_controls`."""

from typing import Any

from verify.checks import epsilon

first_share = epsilon.share


def first_order(spread, eps):
    """κ to first order, and no further."""
    return eps / spread


def by_deviation(spread, eps):
    return first_share(spread**0.5, eps)


def truncated(weights, change, foreach):
    """Rounding towards 0, by 16 bits of a wider number."""
    return (weights.double() - change.double()).mul(0.999).to(weights.dtype)


EPSILON_CONTROLS: dict[Any, list[tuple[str, Any, str]]] = {
    epsilon.gradients_leave_the_tangent_space_by_the_outputs_slopes: [
        ("share", first_order, "slopes times"),
        ("share", lambda spread, eps: 0 * spread, "its gain's own"),
        ("share", by_deviation, "its gain's own"),
    ],
    epsilon.an_epsilon_scales_with_the_weight: [
        ("POWER", 1, "with ρ²ε"),
        ("POWER", 0, "with ρ²ε"),
    ],
    epsilon.norms_follow_the_law_with_epsilon: [
        ("share", lambda spread, eps: 0 * spread, "squared norm"),
        ("share", first_order, "squared norm"),
    ],
    epsilon.adam_lies_between_adam_and_sgd: [
        ("adam_share", first_order, "1-κ"),
        ("adam_share", lambda root, eps: eps / (root * root + eps), "SGD-M"),
    ],
    epsilon.small_changes_are_lost: [
        ("_LOST", 0.51, "are lost"),
        ("_KEPT", 0.99, "are not"),
        ("_stepped_by", truncated, "are lost"),
    ],
}
