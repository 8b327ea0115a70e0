"""The table of the equilibrium experiment: what a larger batch enlarges, the angle and the gradient (002, Fig. 8)."""

import math
import statistics
from typing import Any

from verify.experiments.network_figures import METHODS
from verify.experiments.tables import Table


def tables(summary: dict[str, Any]) -> tuple[Table, ...]:
    """One row a method, from its stages with a small and with a large batch."""
    rows = tuple(_row(title, summary["stages"], f"bn-{method}") for method, title in METHODS.items())
    return (
        Table(
            "From small to large batches, each at its own equilibrium, ResNet20 with BatchNorm: the angle of one step, "
            "and the norm of the gradient at ŵ = w/‖w‖, summed over the batch as in 002, Fig. 8, and not averaged. The "
            "angle should grow as the root of the rate; the gradient as the root of the batch if the images of a batch "
            "have little in common, as the batch if they all say the same. Where rates follow batches and gradients "
            "are noise, the two ratios are equal although neither depends on the other. Medians over the filters, and "
            "ratios of medians.",
            ("method", "images", "rate", "angle, small", "angle, large", "ratio", "√ rate’s ratio", "gradient’s ratio"),
            rows,
        ),
    )


def _row(title: str, stages: dict[str, Any], name: str) -> tuple[str, ...]:
    small, large = stages[f"{name}-small"], stages[name]
    images, rates = ([entry["stage"][key] for entry in (small, large)] for key in ("batch_size", "lr"))
    angles = [statistics.median(a for a in entry["late"]["step_angle"] if a is not None) for entry in (small, large)]
    # The gradients of the record are means over the batch.
    sums = [of * math.sqrt(entry["late"]["gradient"][1]) for of, entry in zip(images, (small, large), strict=True)]
    return (
        title,
        f"{images[0]}, {images[1]}",
        f"{rates[0]:g}, {rates[1]:g}",
        *(f"{angle:.4f}" for angle in angles),
        f"{angles[1] / angles[0]:.3f}",
        f"{math.sqrt(rates[1] / rates[0]):.3f}",
        f"{sums[1] / sums[0]:.3f}",
    )
