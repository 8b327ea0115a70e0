"""Mutants of update rules that are the same rule, and why; most are shown to be by their normal form."""

from collections.abc import Mapping

EQUIVALENT: Mapping[str, str] = {
    "radam.RAdam.rectified: space.maximum(length, 5) -> length": (
        "r_t is used only where ρ_t > 5, and then ρ_∞ > 5 too: both maxima are the lengths themselves; elsewhere r_t "
        "may be anything, as the rule chooses the other step"
    ),
}
"""{label: reason}."""
