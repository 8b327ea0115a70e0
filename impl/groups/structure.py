"""What torch.fx alone tells: weights that go into a BatchNorm and nowhere else, and the directions of weight_norm."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from impl.groups.slices import Invariant

BATCH_NORM = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm)
FILTERED = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
"""Modules whose weight has a row for each output channel: a transposed convolution has not."""


def unwrapped(model: nn.Module) -> nn.Module:
    """The model inside of torch.compile, DataParallel and DistributedDataParallel."""
    while True:
        if isinstance(model, nn.DataParallel | nn.parallel.DistributedDataParallel):
            model = model.module
        elif isinstance(inner := getattr(model, "_orig_mod", None), nn.Module):
            model = inner
        else:
            return model


def invariant_parameters(model: nn.Module, *, frozen: bool = False) -> dict[str, Invariant]:
    """The trainable parameters of `model` by name, each with its `invariant`, in the order of `named_parameters()`.

    frozen: those that are not trainable too.

    Found: the weight of every `Linear` and `Conv` whose every output goes into a BatchNorm and nowhere else, and the
    direction of `torch.nn.utils.parametrizations.weight_norm`. All else is None, LayerNorm, GroupNorm and InstanceNorm
    included: say those by hand. BatchNorm is taken to be in training mode (001 App. B; in `eval` nothing is invariant),
    unless the model is and it is not, as in a frozen backbone; and a BatchNorm after a Linear to normalise its last
    dimension.

    Raises ValueError when torch.fx cannot trace `model.forward` (a branch on a value, for example).
    """
    found: dict[int, Invariant] = {id(p): "channel" for p in _before_batch_norm(unwrapped(model))}
    found |= {id(p): invariant for p, invariant in _weight_norm_directions(model)}
    return {name: found.get(id(p)) for name, p in model.named_parameters() if frozen or p.requires_grad}


def invariant_groups(model: nn.Module) -> list[dict[str, Any]]:
    """Parameter groups for an optimizer of `impl.optim`: one for each `invariant` that `invariant_parameters` finds.

    Frozen parameters are left out. The optimizers of torch.optim accept the groups too, and ignore `invariant`.
    """
    invariants = invariant_parameters(model)
    parameters = dict(model.named_parameters())
    return [
        {"params": [parameters[name] for name in invariants if invariants[name] == invariant], "invariant": invariant}
        for invariant in dict.fromkeys(invariants.values())
    ]


def _before_batch_norm(model: nn.Module) -> Iterator[nn.Parameter]:
    try:
        nodes = list(torch.fx.symbolic_trace(model).graph.nodes)
    except Exception as error:
        raise ValueError(
            f"model={type(model).__name__}: torch.fx cannot trace its forward ({error}); impl.groups.find_groups(model,"
            " sample) runs it instead, as the monitor does with sample=batch; or write the parameter groups by hand, "
            'each with its "invariant"'
        ) from error
    modules = dict(model.named_modules())
    calls = [(modules[node.target], node) for node in nodes if node.op == "call_module"]

    def normalised(module: nn.Module, node: torch.fx.Node) -> bool:
        readers = [modules[user.target] if user.op == "call_module" else None for user in node.users]
        if not (isinstance(module, FILTERED) and readers):
            return False
        filters = module.weight.shape[0]
        return all(
            isinstance(reader, BATCH_NORM)
            and reader.num_features == filters
            and (reader.training or reader.running_mean is None or not model.training)
            for reader in readers
        )

    # A weight that is read anywhere else, tied or called twice, is invariant only if all its readers are normalised.
    elsewhere = {id(p) for module, node in calls if not normalised(module, node) for p in module.parameters()}
    elsewhere |= {id(_attribute(model, node.target)) for node in nodes if node.op == "get_attr"}
    for module, node in calls:
        weight = module._parameters.get("weight")
        if normalised(module, node) and weight is not None and id(weight) not in elsewhere:
            yield weight


def _attribute(model: nn.Module, target: str) -> Any:
    owner, _, name = target.rpartition(".")
    return getattr(model.get_submodule(owner), name)


def _weight_norm_directions(model: nn.Module) -> Iterator[tuple[nn.Parameter, Invariant]]:
    slices: dict[int, Invariant] = {0: "channel", -1: "whole"}  # weight_norm's dim; it stores dim=None as -1
    for module in model.modules():
        if not isinstance(module, nn.utils.parametrize.ParametrizationList) or len(module) != 1:
            continue
        dim, direction = getattr(module[0], "dim", None), getattr(module, "original1", None)
        if type(module[0]).__name__ == "_WeightNorm" and dim in slices and isinstance(direction, nn.Parameter):
            yield direction, slices[dim]
