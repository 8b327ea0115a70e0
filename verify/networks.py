"""Small networks with one radially-invariant weight, ready to be trained: module, weight, inputs."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from impl.models import MODULES


@dataclass(frozen=True)
class Network:
    """module: in training mode. weight: a parameter of it; module(inputs) stays when a slice of it is scaled.

    invariant: which slices, as in `impl.groups`: "channel", "whole" or the number of groups of filters.
    slices: how many; slice i is row i of weight.reshape(slices, -1).
    """

    name: str
    module: nn.Module
    weight: nn.Parameter
    invariant: str | int
    slices: int
    inputs: Tensor


def network(name: str, *, seed: int = 0, batch: int = 6, dtype: torch.dtype = torch.float64) -> Network:
    """The network called so in `impl.models.MODULES`, without epsilon and bias, so that its invariance is exact."""
    model = next((model for model in MODULES if model.name == name), None)
    if model is None:
        raise ValueError(f"name={name!r}: choose one of {', '.join(model.name for model in MODULES)}")
    module = model.build(seed=seed, dtype=dtype)
    weight = module.get_parameter(model.parameter)
    inputs = model.inputs(seed=seed + 1, batch=batch, dtype=dtype)
    return Network(name, module, weight, model.invariant, model.slice_count, inputs)
