"""What hostile tensors are given to, and how it is driven."""

from collections.abc import Callable

import torch
from torch import Tensor

Optimizer = torch.optim.Optimizer
Make = Callable[..., Optimizer]
"""(params or groups) → an optimizer."""
Structure = Callable[[Make, torch.Generator], bool]
"""Whether the optimizer does what is right; what it raises is judged apart."""

SHAPE, STEPS = (3, 4), 3


def parameter(generator: torch.Generator, shape: tuple[int, ...] = SHAPE, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.nn.Parameter(torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype))


def walk(optimizer: Optimizer, generator: torch.Generator, steps: int = STEPS) -> None:
    """Steps with drawn gradients, for the parameters that take one."""
    for _ in range(steps):
        for p in (p for group in optimizer.param_groups for p in group["params"]):
            drawn = torch.randn(p.shape, generator=generator, dtype=torch.float64).to(p.dtype)
            p.grad = drawn if p.requires_grad else None
        optimizer.step()


def refused(change: Callable[[Make, torch.Generator], object]) -> Structure:
    """What must be refused: to get through is wrong."""

    def structure(make: Make, generator: torch.Generator) -> bool:
        change(make, generator)
        return False

    return structure
