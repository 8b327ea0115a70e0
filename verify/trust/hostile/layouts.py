"""Tensors that lie in memory otherwise than usual: in columns, with gaps, over each other."""

from collections.abc import Callable

import torch
from torch import Tensor

from verify.tolerance import roundoff
from verify.trust.hostile.tensors import SHAPE, STEPS, Make, Structure, walk

LARGE, ROWS = (960, 64), 640
"""Large enough for native kernels to share the rows of two parameters out among threads."""


def same(change: Callable[[Tensor], Tensor], gradient: Callable[[Tensor], Tensor]) -> Structure:
    """The same numbers in another layout: after the same steps the same bits as in the usual one, or as the loop's,
    which is the way for what has gaps. A way that rounds otherwise than the loop may do so by layout, too: what ten
    operations a coordinate and step may lose.
    """

    def structure(make: Make, generator: torch.Generator) -> bool:
        start = torch.randn(SHAPE, generator=generator)
        plain, slow = torch.nn.Parameter(start.clone()), torch.nn.Parameter(start.clone())
        other = torch.nn.Parameter(change(start.clone()))
        optimizers = make([plain]), make([slow], plainly=True), make([other])
        for _ in range(STEPS):
            drawn = torch.randn(SHAPE, generator=generator)
            plain.grad, slow.grad, other.grad = drawn, drawn.clone(), gradient(drawn.clone())
            for optimizer in optimizers:
                optimizer.step()
        allowed = roundoff(10 * SHAPE[1] * STEPS, plain.dtype) * plain.abs().max()
        near = not torch.equal(plain, slow) and bool(((plain - other).abs() <= allowed).all())
        return near or torch.equal(plain, other) or torch.equal(slow, other)

    return structure


def transposed(t: Tensor) -> Tensor:
    """The same numbers, column by column."""
    return t.mT.contiguous().mT


def strided(t: Tensor) -> Tensor:
    """The same numbers, every second one of a longer row."""
    return torch.stack([t, torch.full_like(t, 7.0)], dim=-1)[..., 0]


def overlapping(first: slice, second: slice) -> Structure:
    """Two parameters that are views of the same memory, of which threads would write: they make their steps in turn, as
    in the loop, but for what ten operations a coordinate and step may lose.
    """

    def structure(make: Make, generator: torch.Generator) -> bool:
        rows = torch.randn(LARGE, generator=generator)
        ends = []
        for plainly in (True, False):
            memory, drawn = rows.clone(), torch.Generator().manual_seed(5)
            views = [torch.nn.Parameter(memory[part]) for part in (first, second)]
            walk(make(views, plainly=plainly, lr=0.1), drawn)
            ends.append(memory)
        allowed = roundoff(10 * LARGE[1] * 2 * STEPS, rows.dtype) * ends[0].abs().max()
        return bool(((ends[0] - ends[1]).abs() <= allowed).all())

    return structure


def expanded(make: Make, generator: torch.Generator) -> None:
    walk(make([torch.nn.Parameter(torch.ones(1, 4).expand(3, 4))]), generator)
