"""Where the arithmetic in place ends, and what room it takes, by hand: empty where it is so."""

import math
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn


def _steps(make: Callable[..., Any], weights: list[Tensor], gradients: list[Tensor]) -> list[list[Tensor]]:
    """The weights and buffers after a step, by the reference, and unasked."""
    ends = []
    for foreach in (False, None):
        parameters = [nn.Parameter(w.clone()) for w in weights]
        optimizer = make(parameters, foreach=foreach)
        for p, gradient in zip(parameters, gradients, strict=True):
            p.grad = gradient.clone()
        optimizer.step()
        buffers = [t for p in parameters for t in optimizer.state[p].values() if isinstance(t, Tensor)]
        ends.append([*(p.detach() for p in parameters), *buffers])
    return ends


def _alike(a: list[Tensor], b: list[Tensor]) -> bool:
    """Finite in the same places, and there equal but for a few roundings."""
    pairs = list(zip(a, b, strict=True))
    apart = 16 * torch.finfo(torch.float32).eps
    return all(torch.equal(x.isfinite(), y.isfinite()) for x, y in pairs) and all(
        bool(((x - y).abs() <= apart * x.abs())[x.isfinite()].all()) for x, y in pairs
    )


def knows_squares_of_single_numbers(package: ModuleType) -> str:
    """A slice of one number has that number for a norm: its square overflows where no norm does."""
    ends = _steps(lambda p, **way: package.AdamP(p, lr=0.1, **way), [torch.ones(3, 1)], [torch.full((3, 1), 1e25)])
    return "" if _alike(*ends) else f"a gradient of 1e25, d = 1: {[t.tolist() for end in ends for t in end]}"


def multiplies_in_the_type_of_the_weights(package: ModuleType) -> str:
    """A factor beyond it is no number of it, whatever it is multiplied by."""
    cases = (
        (lambda p, **way: package.AdaGradG(p, lr=1e30, v0=1e-30, **way), [1.0, 1.0], [1e-30, 0.0]),
        (lambda p, **way: package.PSISGD(p, lr=1e20, max_norm=None, **way), [5e24] * 4, [1e-37] * 4),
    )
    for make, x, g in cases:
        ends = _steps(make, [torch.tensor([x])], [torch.tensor([g])])
        if not _alike(*ends):
            return f"{x} with a gradient of {g}: {[t.tolist() for end in ends for t in end]}"
    return ""


def carries_along_the_shortest_steps(package: ModuleType) -> str:
    """What is carried along a step that is shorter than ε is turned as far as the step turns."""
    turned = 1e-8
    for foreach in (False, None):
        p = nn.Parameter(torch.tensor([[0.0, 1.0]]))
        options: dict[str, Any] = {"eps": 1.0, "betas": (0.9, 0.99), "orthogonality": 0.0, "clip": None}
        optimizer = package.AdamG([p], lr=turned, foreach=foreach, **options)
        p.grad = torch.zeros(1, 2)
        optimizer.step()
        optimizer.state[p]["exp_avg"].copy_(torch.tensor([[1.0, 0.0]]))
        optimizer.step()
        m = optimizer.state[p]["exp_avg"][0].tolist()
        # The buffer is 0.9 (1, 0), and the step in its direction; 16 for the roundings on the way.
        arc = -p[0, 0].item()
        if not abs(m[1] - m[0] * arc) <= 16 * torch.finfo(torch.float32).eps * abs(m[0] * arc):
            return f"foreach={foreach}: after an arc of {arc} the moment is {m}"
    return ""


def caps_beside_no_number(package: ModuleType) -> str:
    """A slice that is no number hides none that is too long, of whatever length the two are."""
    short, long = torch.ones(1, 2), torch.tensor([[1.0, 1.0, 1.0], [2e4, 0.0, 0.0]])
    broken = torch.tensor([[math.nan, 0.0, 0.0], [0.0, 0.0, 0.0]])
    for first in (False, True):
        weights, gradients = [short, long], [torch.zeros(1, 2), broken]
        if first:
            weights, gradients = weights[::-1], gradients[::-1]
        ends = _steps(lambda p, **way: package.PSISGD(p, max_norm=1e4, **way), weights, gradients)
        if not _alike(*ends) or any((end[0 if first else 1][1].norm() > 1.5) for end in ends):
            return f"beside a NaN: {[t.tolist() for end in ends for t in end]}"
    return ""


def takes_no_more_room_than_a_block(package: ModuleType) -> str:
    """Of a large parameter whose slices do not depend on one another."""
    blocks = sys.modules[package.__name__ + "._blocks"]
    makes = (
        lambda p: package.AdamG(p, orthogonality=0.0),
        lambda p: package.SGDG(p, orthogonality=0.0),
        lambda p: package.AdamP(p),
    )
    for make in makes:
        blocks.KEPT.rooms.clear()
        p = nn.Parameter(torch.ones(600, 1000))
        optimizer = make([p])
        p.grad = torch.ones(600, 1000)
        optimizer.step()
        most = max((room.numel() for room in blocks.KEPT.rooms.values()), default=0)
        if most > blocks.SIZE:
            return f"{type(optimizer).__name__} takes {most} numbers for a parameter of {p.numel()}"
    return ""


LAWS: tuple[tuple[str, Callable[[ModuleType], str]], ...] = (
    ("squares", knows_squares_of_single_numbers),
    ("factors", multiplies_in_the_type_of_the_weights),
    ("short arcs", carries_along_the_shortest_steps),
    ("cap beside NaN", caps_beside_no_number),
    ("rooms", takes_no_more_room_than_a_block),
)
