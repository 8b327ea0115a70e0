"""What each kernel is given: which buffers, and which options in which order."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PROJECTIONS = ("always", "inner_product", "cosine")


@dataclass(frozen=True)
class Rule:
    """A kernel of `kernels/`, named after its file.

    buffers: in the order of the kernel's tensors, after the weights and the gradients. per_row: those of them that have
    one number a slice. counts: whether the last tensor is the step count. needs: the option without which there are no
    buffers. options: in the order in which the kernel reads them.
    """

    buffers: tuple[str, ...]
    options: tuple[str, ...]
    per_row: tuple[str, ...] = ()
    counts: bool = False
    needs: str = ""

    def names(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The buffers that there are, and the step count."""
        held = self.buffers if not self.needs or options[self.needs] else ()
        return (*held, "step") if self.counts else held

    def numbers(self, options: Mapping[str, Any]) -> list[float]:
        """The options as numbers: a pair takes two places, None is no bound, a projection its place in PROJECTIONS."""
        found: list[float] = []
        for name in self.options:
            value = options[name]
            if name == "projection":
                value = PROJECTIONS.index(value)
            found += value if isinstance(value, (tuple, list)) else [math.inf if value is None else value]
        return found


MOMENTS = ("exp_avg", "exp_avg_sq")
ADAM = ("lr", "betas", "eps", "weight_decay")
SGD = ("lr", "momentum", "weight_decay", "nesterov")
PROJECTION = ("projection", "delta", "wd_ratio")
TRANSPORTED = Rule((*MOMENTS, "previous"), ADAM, per_row=("exp_avg_sq",), counts=True)

RULES = {
    "adagrad_g": Rule(("second_moment",), ("lr", "beta"), per_row=("second_moment",)),
    "spherical_sgd": Rule(("fourth_power_radius",), ("lr", "weight_decay"), per_row=("fourth_power_radius",)),
    "adam_without_a": Rule(MOMENTS, ADAM, per_row=("exp_avg_sq",), counts=True),
    "adam_without_ab": TRANSPORTED,
    "adam_without_abc": TRANSPORTED,
    "sgdp": Rule(("momentum_buffer",), (*SGD, "project_buffer", *PROJECTION)),
    "adamp": Rule(MOMENTS, (*ADAM, "nesterov", "bias_correction", *PROJECTION), counts=True),
    "psi_sgd": Rule(("momentum_buffer",), (*SGD, "max_norm"), needs="momentum"),
    "sgd_g": Rule(("momentum_buffer",), ("lr", "momentum", "clip")),
    "adam_g": Rule(MOMENTS, ("lr", "betas", "eps", "clip"), per_row=("exp_avg_sq",), counts=True),
}
"""By the name of the rule's file, in impl/optim and in kernels."""

BASE = {
    "base_sgd": Rule(("momentum_buffer",), SGD, needs="momentum"),
    "base_adam": Rule(MOMENTS, (*ADAM, "decoupled"), counts=True),
}
"""Of the base methods, for parameters that are not radially invariant."""

KERNELS = RULES | BASE
