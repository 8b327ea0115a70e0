"""What the base methods ask of all their tensors, where one of nine alone is otherwise: empty where it is noticed."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch
from torch import nn

SGD: dict[str, Any] = {"lr": 0.1, "momentum": 0.5, "weight_decay": 0.25}
ADAM: dict[str, Any] = {"lr": 0.1, "betas": (0.5, 0.75), "weight_decay": 0.25}
KINDS = ("begins later", "has transposed gradients", "is transposed", "is complex")


def trains_one_that_is_otherwise(package: ModuleType) -> str:
    """The first or the last, in each kind: bit for bit as torch trains them without fused kernels."""
    for make, of_torch, options in (
        (package.SGDP, torch.optim.SGD, SGD),
        (package.SGDP, torch.optim.SGD, SGD | {"nesterov": True}),
        (package.AdamP, torch.optim.AdamW, ADAM),
    ):
        for kind in KINDS:
            for place in (0, 8):
                ours = _trained(make, options | {"invariant": None}, kind, place)
                theirs = _trained(of_torch, options | {"foreach": False}, kind, place)
                if not all(torch.equal(x, y) for x, y in zip(ours, theirs, strict=True)):
                    return f"{make.__name__}: parameter {place} of nine {kind}: not torch's {of_torch.__name__}"
    return ""


def _trained(make: Any, options: dict[str, Any], kind: str, place: int) -> list[torch.Tensor]:
    parameters = []
    for i in range(9):
        one = i == place
        start = torch.arange(1.0, 10.0).view(3, 3)
        start = torch.complex(start, start / 64) if one and kind == "is complex" else start
        parameters.append(nn.Parameter(start.mT if one and kind == "is transposed" else start))
    optimizer = make(parameters, **options)
    for k in range(2):
        for i, p in enumerate(parameters):
            g = (p.detach() * (i + k + 1)).sin().contiguous()
            if i == place and kind == "has transposed gradients":
                g = g.mT.contiguous().mT
            p.grad = None if i == place and k == 0 and kind == "begins later" else g
        optimizer.step()
    return [p.detach() for p in parameters]


LAWS: tuple[tuple[str, Callable[[ModuleType], str]], ...] = (("one of nine", trains_one_that_is_otherwise),)
