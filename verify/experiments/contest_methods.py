"""What takes part in the comparisons: networks with BatchNorm, and how each method trains them from a setting."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from impl.data import Dataset
from impl.groups import invariant_groups
from impl.models import ResNet20
from impl.models.vgg import SMALL, VGG16, vgg
from impl.optim import PSISGD, SGDG, SGDP, AdamG, AdamWithoutA, AdamWithoutAB, AdamWithoutABC

MOMENTUM = 0.9
REST_LR = 1e-3
"""000 §4.2 keeps standard Adam on all parameters but the filters: this is its rate, the same for every variant."""


@dataclass(frozen=True)
class Setting:
    """What a search tries. The rate and the decay of 000 are those of the filters alone."""

    lr: float
    weight_decay: float = 0.0


Optimizers = list[torch.optim.Optimizer]
Build = Callable[[nn.Module, Setting], Optimizers]


def _on_filters(build: Callable[[list[dict[str, Any]], Setting], torch.optim.Optimizer]) -> Build:
    """The method on the radially-invariant filters, Adam on the rest (000 §4.2)."""

    def optimizers(model: nn.Module, setting: Setting) -> Optimizers:
        groups = invariant_groups(model)
        inside = [group for group in groups if group["invariant"] is not None]
        outside = [group for group in groups if group["invariant"] is None]
        return [build(inside, setting), torch.optim.Adam(outside, lr=REST_LR)]

    return optimizers


def _on_all(build: Callable[[list[dict[str, Any]], Setting], torch.optim.Optimizer]) -> Build:
    """One optimizer on all parameters: the method on the filters, its base method on the rest."""
    return lambda model, setting: [build(invariant_groups(model), setting)]


def _psi(groups: list[dict[str, Any]], setting: Setting, momentum: float) -> torch.optim.Optimizer:
    # 004 §6.2: the other parameters are updated by SGD, which has no momentum in Algorithm 1.
    without = [group | ({"momentum": 0.0} if group["invariant"] is None else {}) for group in groups]
    return PSISGD(without, lr=setting.lr, momentum=momentum)


METHODS: dict[str, tuple[str, Build]] = {
    "adam": ("Adam", _on_filters(lambda p, s: torch.optim.Adam(p, lr=s.lr, weight_decay=s.weight_decay))),
    "adamw": ("AdamW", _on_filters(lambda p, s: torch.optim.AdamW(p, lr=s.lr, weight_decay=s.weight_decay))),
    "adam-g": ("AdamG", _on_filters(lambda p, s: AdamG(p, lr=s.lr))),
    "adam-without-a": ("Adam w/o (a)", _on_filters(lambda p, s: AdamWithoutA(p, lr=s.lr, weight_decay=s.weight_decay))),
    "adam-without-ab": (
        "Adam w/o (ab)",
        _on_filters(lambda p, s: AdamWithoutAB(p, lr=s.lr, weight_decay=s.weight_decay)),
    ),
    "adam-without-abc": (
        "Adam w/o (abc)",
        _on_filters(lambda p, s: AdamWithoutABC(p, lr=s.lr, weight_decay=s.weight_decay)),
    ),
    "vanilla-sgd": ("vanilla SGD", _on_all(lambda p, s: torch.optim.SGD(p, lr=s.lr, weight_decay=s.weight_decay))),
    "momentum-sgd": (
        "momentum SGD",
        _on_all(lambda p, s: torch.optim.SGD(p, lr=s.lr, momentum=MOMENTUM, weight_decay=s.weight_decay)),
    ),
    "sgdp": (
        "SGDP",
        _on_all(lambda p, s: SGDP(p, lr=s.lr, momentum=MOMENTUM, weight_decay=s.weight_decay)),
    ),
    "sgd": ("SGD", _on_all(lambda p, s: torch.optim.SGD(p, lr=s.lr, momentum=MOMENTUM))),
    "plain-adam": ("Adam", _on_all(lambda p, s: torch.optim.Adam(p, lr=s.lr))),
    "sgdg": ("SGDG", _on_all(lambda p, s: SGDG(p, lr=s.lr))),
    "psi-sgd": ("PSI-SGD", _on_all(lambda p, s: _psi(p, s, 0.0))),
    "psi-sgdm": ("PSI-SGDM", _on_all(lambda p, s: _psi(p, s, MOMENTUM))),
}
"""Name → how the papers call it, and its optimizers."""


def architecture(name: str, data: Dataset, *, width: int, seed: int) -> nn.Module:
    """One of `ARCHITECTURES` for the images of `data`; every method starts from the same weights of a seed."""
    if name not in ARCHITECTURES:
        raise ValueError(f"architecture={name!r}: choose one of {', '.join(ARCHITECTURES)}")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return ARCHITECTURES[name](width, data.channels, data.classes)


ARCHITECTURES: dict[str, Callable[[int, int, int], nn.Module]] = {
    "resnet20": lambda width, channels, classes: ResNet20(width=width, in_channels=channels, classes=classes),
    "vgg": lambda width, channels, classes: vgg(SMALL, width=width, in_channels=channels, classes=classes),
    # 64 filters in the first layer where ResNet20 has 16.
    "vgg16": lambda width, channels, classes: vgg(VGG16, width=4 * width, in_channels=channels, classes=classes),
}
