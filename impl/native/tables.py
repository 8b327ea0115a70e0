"""Where the tensors of a group are in memory, as a kernel reads it; kept from step to step while it holds."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import attrgetter, is_

import torch
from torch import Tensor

from impl.groups import Invariant, row_count

TYPE, SHAPE, ON_CPU = map(attrgetter, ("dtype", "shape", "is_cpu"))
NO_MEMORY = "fused=True: a tensor has no memory of its own; use fused=False"


@dataclass(frozen=True)
class Cut:
    """How parameters are cut: of each, how many rows, how many numbers; as tables for C, rows and their lengths."""

    invariant: Invariant
    rows: list[int]
    sizes: list[int]
    row_table: array
    lengths: array


@dataclass(frozen=True)
class Table:
    """Parameters and buffers (buffer by buffer, each of every parameter) that a kernel can work on as they lie."""

    parameters: Sequence[Tensor]
    buffers: Sequence[Tensor]
    cut: Cut
    shapes: list[torch.Size]
    memory: list[int]
    """Of the parameters, then of the buffers."""
    pointers: array
    """Of the parameters, their gradients, and the buffers."""

    @classmethod
    def of(cls, parameters: Sequence[Tensor], buffers: Sequence[Tensor], cut: Cut) -> "Table":
        memory = list(map(Tensor.data_ptr, chain(parameters, buffers)))
        n = len(parameters)
        if 0 in memory:
            raise ValueError(NO_MEMORY)
        pointers = array("Q", [*memory[:n], *[0] * n, *memory[n:]])
        return cls(parameters, buffers, cut, list(map(SHAPE, parameters)), memory, pointers)

    def holds(self, parameters: Sequence[Tensor], buffers: Sequence[Tensor]) -> bool:
        """Whether these are the same tensors, and still lie where they lay: a p.data may have been replaced."""
        return (
            len(parameters) == len(self.parameters)
            and len(buffers) == len(self.buffers)
            and all(map(is_, parameters, self.parameters))
            and all(map(is_, buffers, self.buffers))
            and list(map(Tensor.data_ptr, chain(parameters, buffers))) == self.memory
            and list(map(SHAPE, parameters)) == self.shapes
            and all(map(Tensor.is_contiguous, parameters))
        )

    def takes(self, gradients: Sequence[Tensor]) -> bool:
        """Whether a kernel can read the gradients where they lie; they are in the table then.

        They are on the CPU, where autograd lets no parameter have another's.
        """
        if not are_plain(gradients, self.cut.sizes, self.parameters[0].dtype):
            return False
        n, memory = len(gradients), list(map(Tensor.data_ptr, gradients))
        if 0 in memory:
            raise ValueError(NO_MEMORY)
        self.pointers[n : 2 * n] = array("Q", memory)
        return True


def are_plain(tensors: Sequence[Tensor], sizes: list[int], dtype: torch.dtype) -> bool:
    """Whether each is so many contiguous numbers of the type. ValueError where there are not so many."""
    if list(map(Tensor.numel, tensors)) != sizes:
        wrong, size = next((t, n) for t, n in zip(tensors, sizes, strict=True) if t.numel() != n)
        raise ValueError(
            f"fused=True: a buffer has shape {tuple(wrong.shape)} where {size} numbers are required, as if saved with "
            "another `invariant`; load the state that belongs to these parameters"
        )
    return all(map(Tensor.is_contiguous, tensors)) and set(map(TYPE, tensors)) == {dtype}


@lru_cache(maxsize=256)
def cut_of(shapes: tuple[torch.Size, ...], invariant: Invariant) -> Cut:
    """The cut of parameters of these shapes."""
    like = [torch.empty(shape, device="meta") for shape in shapes]
    sizes = [t.numel() for t in like]
    rows = sizes if invariant is None else [row_count(t, invariant) for t in like]  # then each number is a row
    return Cut(invariant, rows, sizes, array("q", rows), array("q", [n // r for n, r in zip(sizes, rows, strict=True)]))
