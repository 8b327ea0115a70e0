"""Where a great circle ends, in place, by hand: empty where it ends there."""

import math
from collections.abc import Callable
from types import ModuleType

import torch

from verify.trust.mutants.battery_block import block_of


def turns_as_far_as_rounding_lets_it(package: ModuleType) -> str:
    """By a right angle onto the tangent, and by no arc that is so long that rounding alone turns by a radian."""
    limit = 1 / torch.finfo(torch.float64).eps
    arcs = ((math.pi / 2, True), (math.nextafter(limit, 0), True), (limit, False), (1.5 * limit, False))
    for length, ends in arcs:
        block = block_of(package, torch.tensor([[1.0, 0.0]], dtype=torch.float64))
        block.vector("d").copy_(torch.tensor([0.0, length]))
        package._neurons.turn(block, "d", torch.tensor([length], dtype=torch.float64))
        x = block.vector("x")
        if x.isfinite().all().item() is not ends:
            return f"an arc of {length} radians ends at {x.tolist()}"
        if length < 2 and (x - torch.tensor([0.0, 1.0])).abs().max() > 4 * torch.finfo(x.dtype).eps:
            return f"a right angle ends at {x.tolist()}"
    return ""


LAWS: tuple[tuple[str, Callable[[ModuleType], str]], ...] = (("turn", turns_as_far_as_rounding_lets_it),)
