"""What the parts that the optimizers of impl.optim share must compute, by hand: batches, steps along great circles."""

import math
import sys
from types import ModuleType

import torch
from torch import Tensor

CUT = ((2, 3), (1, 3), (1, 6), (1, 12))
"""Shapes; the first two have slices of equal length."""
APART, TOGETHER = [(2, 3), (1, 3), (1, 6), (1, 12)], [(3, 3), (1, 6), (1, 12)]
"""The batches that they make."""


def joins(package: ModuleType) -> str:
    """Slices of equal length and type are together with foreach, which None means on accelerators alone.

    A parameter that is alone is not copied; one without a count of steps has made none. "meta" stands for an
    accelerator: a tensor there has a shape and no numbers.
    """
    batches = sys.modules[package.__name__ + "._batches"].batches
    cpu, other = ["cpu"] * 4, ["meta"] * 4
    for foreach, devices, expected in (
        (False, cpu, APART),
        (True, cpu, TOGETHER),
        (None, cpu, APART),
        (None, other, TOGETHER),
        (False, other, APART),
        (None, [*cpu[:1], *other[1:]], APART),
    ):
        parameters = [_with_gradient(shape, device) for shape, device in zip(CUT, devices, strict=True)]
        states = {p: dict[str, Tensor]() for p in parameters}
        found = list(batches(parameters, states, {"foreach": foreach, "invariant": "channel"}))
        if [tuple(b.points.shape) for b in found] != expected or any(b.k for b in found):
            return f"foreach={foreach} on {devices}: {[(b.points.shape, b.k) for b in found]}"
    p, q = _with_gradient((1, 3), "cpu"), _with_gradient((1, 3), "cpu", torch.float64)
    states = {p: {"step": torch.tensor(2.0)}, q: {"step": torch.tensor(2.0)}}
    found = list(batches([p, q], states, {"foreach": True, "invariant": "channel"}))
    if [(b.points.dtype, b.k) for b in found] != [(torch.float32, 2), (torch.float64, 2)]:
        return f"two types: {[(b.points.dtype, b.k) for b in found]}"
    views = [b.points.data_ptr() for b in found] + [b.gradients.data_ptr() for b in found]
    return "" if views == [p.data_ptr(), q.data_ptr(), *_places(p, q)] else "a parameter that is alone is copied"


def _with_gradient(shape: tuple[int, ...], device: str, dtype: torch.dtype = torch.float32) -> Tensor:
    p = torch.ones(shape, device=device, dtype=dtype)
    p.grad = torch.ones_like(p)
    return p


def _places(*parameters: Tensor) -> list[int]:
    return [p.grad.data_ptr() for p in parameters if p.grad is not None]


def turns(package: ModuleType) -> str:
    """A step along a great circle ends on the sphere, after many steps too, and nowhere where its length is lost in
    rounding; what is clipped does not feel how long it was."""
    exponential, tangent_gradient = package.sgd_g.exponential, package.sgd_g.tangent_gradient
    y, d = torch.eye(2, dtype=torch.float64).split(1)
    limit = 1 / torch.finfo(torch.float64).eps
    for length, ends in ((math.nextafter(limit, 0), True), (limit, False), (1.5 * limit, False)):
        if exponential(y, length * d, torch.full((1, 1), length, dtype=torch.float64)).isfinite().all() != ends:
            return f"an arc of {length} radians"
    generator = torch.Generator().manual_seed(0)
    draw = torch.randn(64, 4, generator=generator)
    x = draw / draw.norm(dim=1, keepdim=True)
    for _ in range(200):
        g = torch.randn(64, 4, generator=generator) / 64
        t = g - (x * g).sum(1, keepdim=True) * x
        x = exponential(x, t, torch.linalg.vector_norm(t, dim=1, keepdim=True))
    off = (torch.linalg.vector_norm(x, dim=1, dtype=torch.float64) - 1).abs().max().item()
    if not off <= 4 * torch.finfo(torch.float32).eps:  # one step leaves 2, and what a division rounds
        return f"after 200 short steps the norm is {off} from 1"
    options = {"orthogonality": 0.0, "clip": 0.1}
    g = torch.randn(64, 4, generator=generator)  # of which none is short along the sphere
    short, long = (tangent_gradient(x, size * g, [64], **options) for size in (8.0, 2.0**100))
    return "" if torch.equal(short, long) else "a gradient of 2^100 is clipped to another one than one of 8"
