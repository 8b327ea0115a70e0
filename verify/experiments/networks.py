"""Networks whose weights have radially-invariant slices of several shapes: filters, groups of them, whole matrices."""

from dataclasses import dataclass

import torch
from torch import nn

from impl.data import Dataset
from impl.groups import Invariant, as_rows, invariant_parameters
from impl.models import ResNet20
from impl.models.mobilenet import MobileNetV2
from impl.models.shufflenet import ShuffleNetV2

NETWORKS = ("resnet20-bn", "resnet20-wn", "conv-gn", "mlp-bn", "mlp-ln", "mobilenet-v2", "shufflenet-v2")
GROUPS = 4


@dataclass(frozen=True)
class Network:
    """A module with the `invariant` of each of its parameters (`impl.groups`), None where nothing is invariant."""

    module: nn.Module
    invariants: dict[str, Invariant]

    def invariant(self) -> list[tuple[nn.Parameter, Invariant]]:
        """The parameters that have invariant slices, in the order of the layers."""
        parameters = dict(self.module.named_parameters())
        return [(parameters[name], invariant) for name, invariant in self.invariants.items() if invariant is not None]

    def rows(self) -> list[torch.Tensor]:
        """The invariant slices as the rows of float64 matrices, copied, one matrix a parameter."""
        return [as_rows(p.detach(), invariant).double().clone() for p, invariant in self.invariant()]

    def groups(self, weight_decay: float) -> list[dict]:
        """Parameter groups: weight decay on the invariant weights, on nothing else.

        The theorems speak about those alone. The others train better without a decay that is large enough for many
        equilibria in a short run.
        """
        decayed = [p for p, _ in self.invariant()]
        chosen = {id(p) for p in decayed}
        rest = [p for p in self.module.parameters() if id(p) not in chosen]
        return [{"params": decayed, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]


def network(name: str, data: Dataset, *, width: int, seed: int) -> Network:
    """One of `NETWORKS` for images of the size of `data`; `width` is its number of filters in the first layer."""
    builders = {
        "resnet20-bn": lambda: _found(ResNet20(norm="bn", width=width, **_shape(data))),
        "resnet20-wn": lambda: _found(ResNet20(norm="wn", width=width, **_shape(data))),
        "conv-gn": lambda: _group_norm(data, width),
        "mlp-bn": lambda: _found(_batch_norm(data, 4 * width)),
        "mobilenet-v2": lambda: _found(MobileNetV2(width=width, **_shape(data))),
        "shufflenet-v2": lambda: _found(ShuffleNetV2(width=width, **_shape(data))),
        "mlp-ln": lambda: _layer_norm(data, 4 * width),
    }
    if name not in builders:
        raise ValueError(f"network={name!r}: choose one of {NETWORKS}")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return builders[name]()


def _shape(data: Dataset) -> dict[str, int]:
    return {"in_channels": data.channels, "classes": data.classes}


def _found(module: nn.Module) -> Network:
    return Network(module, invariant_parameters(module))


def _by_hand(module: nn.Module, kinds: dict[type, Invariant]) -> Network:
    """LayerNorm and GroupNorm make larger slices invariant than filters: all weights of a type that stands before."""
    invariants = dict.fromkeys(dict(module.named_parameters()), None) | {
        f"{name}.weight": kinds[type(m)]
        for name, m in module.named_modules()
        if type(m) in kinds and getattr(m, "bias", None) is None
    }
    return Network(module, invariants)


def _group_norm(data: Dataset, width: int) -> Network:
    widths = (data.channels, GROUPS * width, 2 * GROUPS * width, 2 * GROUPS * width)
    layers: list[nn.Module] = []
    for before, after in zip(widths, widths[1:], strict=False):
        layers += [nn.Conv2d(before, after, 3, padding=1, bias=False), nn.GroupNorm(GROUPS, after), nn.ReLU()]
    head = [nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(4 * widths[-1], data.classes)]
    return _by_hand(nn.Sequential(*layers, *head), {nn.Conv2d: GROUPS})


def _batch_norm(data: Dataset, width: int) -> nn.Sequential:
    widths = (data.train_images[0].numel(), width, width, width)
    layers: list[nn.Module] = [nn.Flatten()]
    for before, after in zip(widths, widths[1:], strict=False):
        layers += [nn.Linear(before, after, bias=False), nn.BatchNorm1d(after), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(width, data.classes))


def _layer_norm(data: Dataset, width: int) -> Network:
    widths = (data.train_images[0].numel(), width, width, width)
    layers: list[nn.Module] = [nn.Flatten()]
    for before, after in zip(widths, widths[1:], strict=False):
        layers += [nn.Linear(before, after, bias=False), nn.LayerNorm(after), nn.ReLU()]
    return _by_hand(nn.Sequential(*layers, nn.Linear(width, data.classes)), {nn.Linear: "whole"})
