"""Hostile numbers for the optimizers: weights, gradients and hyper-parameters, each with what is meant to happen."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch

from verify.trust.hostile.outcome import Outcome

Arrays = list[np.ndarray]
Spoil = Callable[[Arrays], None]
SHAPES = ((3, 4), (2, 4))
STEPS = 4
HIT = 1
"""The step at which a gradient is spoilt."""

RIGHT, ERROR, SEEN = Outcome.RIGHT, Outcome.ERROR, Outcome.SEEN


@dataclass(frozen=True)
class Input:
    """weights, gradients: spoil the arrays of the two parameters; options: hyper-parameters of the scheme, where it has
    them; meant: the outcomes that are in order; touched: slices that are spoilt, (parameter, row)."""

    name: str
    meant: frozenset[Outcome]
    weights: Spoil | None = None
    gradients: Spoil | None = None
    options: Mapping[str, float] = field(default_factory=dict)
    dtype: torch.dtype = torch.float32
    shapes: tuple[tuple[int, ...], ...] = SHAPES
    touched: frozenset[tuple[int, int]] = frozenset()


def one(value: float) -> Spoil:
    """A coordinate of the first slice of the first parameter."""

    def spoil(arrays: Arrays) -> None:
        arrays[0][0, 0] = value

    return spoil


def row(value: float) -> Spoil:
    """The first slice of the first parameter."""

    def spoil(arrays: Arrays) -> None:
        arrays[0][0] = value

    return spoil


def times(factor: float) -> Spoil:
    """Every number."""

    def spoil(arrays: Arrays) -> None:
        for array in arrays:
            array *= factor

    return spoil


FIRST = frozenset({(0, 0)})
ALL = frozenset({(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)})
OK, REFUSED, NOT_FINITE = frozenset({RIGHT}), frozenset({ERROR}), frozenset({SEEN})
REACHED = frozenset({RIGHT, SEEN})
"""Right as long as the numbers of the dtype reach; beyond, not finite."""
EITHER = frozenset({RIGHT, ERROR, SEEN})

INPUTS = (
    Input("a slice of zeros", REFUSED, weights=row(0.0)),
    Input("NaN in a weight", REFUSED, weights=one(math.nan)),
    Input("infinity in a weight", REFUSED, weights=one(math.inf)),
    Input("a slice of subnormal numbers", REFUSED, weights=row(1e-42)),
    Input("weights of norm 1e25", EITHER, weights=times(1e25), gradients=times(1e-25), touched=ALL),
    Input("weights of norm 1e-25", EITHER, weights=times(1e-25), gradients=times(1e-3), touched=ALL),
    Input("weights of norm 1e200, float64", REFUSED, weights=times(1e200), dtype=torch.float64),
    Input("NaN in a gradient", NOT_FINITE, gradients=one(math.nan), touched=FIRST),
    Input("infinity in a gradient", NOT_FINITE, gradients=one(math.inf), touched=FIRST),
    Input("minus infinity in a gradient", NOT_FINITE, gradients=one(-math.inf), touched=FIRST),
    Input("a gradient of 1e15", REACHED, gradients=row(1e15), touched=FIRST),
    Input("a gradient of 1e30", REACHED, gradients=row(1e30), touched=FIRST),
    Input("the largest float32 for gradient", REACHED, gradients=row(3.4028234e38), touched=FIRST),
    Input("a gradient of 1e200, float64", REACHED, gradients=row(1e200), dtype=torch.float64, touched=FIRST),
    Input("a gradient of zeros", OK, gradients=times(0.0)),
    Input("a gradient of subnormal numbers", OK, gradients=times(1e-40)),
    Input("d = 1", OK, shapes=((3, 1), (2, 1))),
    Input("d = 2", OK, shapes=((3, 2), (2, 2))),
    Input("lr = 0", OK, options={"lr": 0.0}),
    Input("lr = 1e5", EITHER, options={"lr": 1e5}, touched=ALL),
    Input("lr = 1e30", EITHER, options={"lr": 1e30}, touched=ALL),
    Input("lr = 1e300", frozenset({ERROR, SEEN}), options={"lr": 1e300}, touched=ALL),
    Input("lr = 1e300, float64", EITHER, options={"lr": 1e300}, dtype=torch.float64, touched=ALL),
    Input("lr = NaN", REFUSED, options={"lr": math.nan}),
    Input("lr = infinity", REFUSED, options={"lr": math.inf}),
    Input("lr = -1", REFUSED, options={"lr": -1.0}),
    Input("ηλ = 1", EITHER, options={"lr": 0.5, "weight_decay": 2.0}, touched=ALL),
    Input("ηλ = 3", EITHER, options={"lr": 1.5, "weight_decay": 2.0}, touched=ALL),
)
