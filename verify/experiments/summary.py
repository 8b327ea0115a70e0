"""Records of a training run, reduced to a summary of a few hundred kilobytes that renders into figures."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from verify.experiments.checkpoint import Records

BINS = 110
"""A long run is drawn with this many points: enough for a figure, few enough for a committed file."""

EXTREMES = ("radial", "radial_signed", "tangential", "mismatch")

REDUCTIONS: dict[str, Callable[[Sequence[float]], float]] = {
    "min": min,
    "max": max,
    "median": lambda values: sorted(values)[len(values) // 2],
    "mean": lambda values: math.fsum(values) / len(values),
}


def pretraining_summary(records: Records, steps_per_epoch: int) -> dict[str, Any]:
    """One entry of `pretraining` in the schema of `trajectories`."""
    steps = len(records["loss"])
    width = math.ceil(steps / BINS)

    def binned(name: str, reduction: str) -> list[float | None]:
        values = records[name]
        return [rounded(REDUCTIONS[reduction](values[i : i + width])) for i in range(0, steps, width)]

    def spread(name: str) -> dict[str, list[float | None]]:
        return {statistic: binned(f"{name}_{statistic}", statistic) for statistic in ("min", "median", "max")}

    return {
        "steps": steps,
        "steps_per_epoch": steps_per_epoch,
        "step": [min(i + width, steps) for i in range(0, steps, width)],
        "loss": binned("loss", "mean"),
        "test_accuracy": [rounded(value) for value in records["test_accuracy"]],
        "radial": binned("radial", "max"),
        "radial_signed": binned("radial_signed", "max"),
        "tangential": binned("tangential", "max"),
        "tangential_median": binned("tangential_median", "median"),
        "nu": spread("nu"),
        "scheduling": spread("scheduling"),
        "radius": spread("radius"),
        "largest": {name: rounded(max(records[name])) for name in EXTREMES},
    }


def continuation_summary(records: Records, indices: Sequence[int], names: Sequence[str]) -> dict[str, Any]:
    """One entry of `continuation` in the schema of `trajectories`; `indices` are those of the tracked filters."""
    schemes = [name.partition(":")[2] for name in records if name.startswith("loss:")]
    plain = [name for name in records if ":" not in name and name not in ("step", "excess")]
    return {
        "step": records["step"],
        "filters": list(names),
        "sgd": {name: [rounded(value) for value in records[name]] for name in plain},
        "excess": rounded(max(records["excess"])),
        "schemes": {scheme: _scheme_summary(records, scheme, indices) for scheme in schemes},
    }


def _scheme_summary(records: Records, scheme: str, indices: Sequence[int]) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    for name in (name for name in records if name.endswith(f":{scheme}")):
        label, values = name.partition(":")[0], records[name]
        if not isinstance(values[0], Tensor):
            entry[label] = [rounded(value) for value in values]
            continue
        entry[label] = {
            "mean": [rounded(value.mean()) for value in values],
            "median": [rounded(value.median()) for value in values],
            "max": [rounded(value.max()) for value in values],
        }
        if label == "misalignment":
            entry[label]["tracked"] = [[rounded(value[i], 3) for value in values] for i in indices]
    return entry


def rounded(value: float | Tensor, digits: int = 5) -> float | None:
    """A number for JSON, to `digits` significant digits; None, JSON's null, when it is not finite."""
    number = float(value)
    return float(f"{number:.{digits}g}") if math.isfinite(number) else None


def versions() -> dict[str, str]:
    """What the numbers depend on beside the configuration."""
    return {"torch": torch.__version__}
