"""What a record of the monitor holds, and how it is made of the numbers of a parameter's slices."""

from collections.abc import Sequence
from dataclasses import fields

import torch
from torch import Tensor

from impl.monitor.effective import Effective
from impl.monitor.rules import Rule
from impl.monitor.sinks import Record
from impl.monitor.slices import Watched

MEASURED = tuple(field.name for field in fields(Effective))
PREDICTED = ("equilibrium_radius", "equilibrium_angle", "distance", "angle_ratio", "steps_left")
QUANTITIES = (*MEASURED, *PREDICTED)
UNKNOWN = ("effective_learning_rate", "c_tangent", *PREDICTED)
"""What is None where nothing is known; elsewhere a NaN is one of the run."""


def mean(part: Tensor) -> Tensor:
    """Of `QUANTITIES`, shape (quantities, slices), over the slices that are not 0.

    A slice without a gradient has no prediction and takes none from the others; a number that is not finite stays one.
    """
    there, split = part[0] != 0, len(MEASURED)
    part = part if bool(there.all()) or not bool(there.any()) else part[:, there]
    return torch.cat([part[:split].mean(1), part[split:].nanmean(1)])


def record(step: int, w: Watched, known: Rule, means: Sequence[float], part: Tensor | None) -> Record:
    """The record of a parameter at a step, with its slices one by one where `part` is given."""
    made: Record = {"step": step, "name": w.name, "kind": known.kind, "slices": w.count, "dimension": w.dimension}
    made |= {"lr": known.lr, "weight_decay": known.decay} | dict(zip(QUANTITIES, means, strict=True))
    made |= {name: None for name in UNKNOWN if made[name] != made[name]}
    return made if part is None else made | {"by_slice": dict(zip(QUANTITIES, part.tolist(), strict=True))}
