"""What is handed to the reference, of a block that is unfit and to torch.compile, by hand: empty where it is right."""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch
from torch import nn

from verify.trust.mutants.battery_paths import replaced

FAR = 1e12
"""A norm whose fourth power is beyond float32."""


def refers_each_part(package: ModuleType) -> str:
    """Of a block in which one slice is too long, every parameter makes the very step that it makes without blocks."""
    for name in ("SGDP", "AdamP", "AdamWithoutAB", "AdamWithoutABC"):
        ends = []
        for foreach in (False, None):
            generator = torch.Generator().manual_seed(8)
            parameters = [nn.Parameter(torch.randn(2, 3, generator=generator)) for _ in range(3)]
            parameters[0].data[0] *= FAR
            optimizer = getattr(package, name)(parameters, lr=0.1, foreach=foreach)
            for _ in range(3):
                for p in parameters:
                    p.grad = torch.randn(2, 3, generator=generator)
                optimizer.step()
            kept = [t for p in parameters for t in optimizer.state[p].values() if isinstance(t, torch.Tensor)]
            ends.append([*(p.detach() for p in parameters), *kept])
        if not all(torch.equal(x, y) for x, y in zip(*ends, strict=True)):
            return f"{name}: a norm of {FAR} beside moderate ones changes the step"
    return ""


def compiles_for_wide_numbers(package: ModuleType) -> str:
    """The rate and the count of steps are given in float64, also to weights of float32: not rounded on the way."""
    given: list[Any] = []

    def compiled(update: Any, **_: Any) -> Any:
        def call(*tensors: Any, **options: Any) -> Any:
            given.extend((name, options[name]) for name in ("k", "lr"))
            return update(*tensors, **options)

        return call

    kept = sys.modules[package.__name__ + "._paths"].compiled
    for dtype in (torch.float32, torch.float64):
        kept.cache_clear()  # of what was compiled before, and of this
        p = nn.Parameter(torch.tensor([[3.0, 4.0]], dtype=dtype))
        optimizer = package.AdamP([p], lr=0.1, compile=True)
        p.grad = torch.ones_like(p)
        with replaced(torch, "compile", compiled):
            optimizer.step()
    kept.cache_clear()
    found = [(name, value.item(), value.dtype) for name, value in given]
    return (
        "" if found == [("k", 0, torch.float64), ("lr", 0.1, torch.float64)] * 2 else f"torch.compile is given {found}"
    )


def names_the_ways_that_exclude_each_other(package: ModuleType) -> str:
    """All that were asked for, in the words in which they were."""
    try:
        package.SGDP([nn.Parameter(torch.ones(1, 2))], foreach=False, fused=True, compile=True)
    except ValueError as error:
        return "" if str(error).startswith("foreach=False, fused=True, compile=True: ") else str(error)
    return "three ways at once are taken"


LAWS: tuple[tuple[str, Callable[[ModuleType], str]], ...] = (
    ("refers", refers_each_part),
    ("compiles for", compiles_for_wide_numbers),
    ("names ways", names_the_ways_that_exclude_each_other),
)
