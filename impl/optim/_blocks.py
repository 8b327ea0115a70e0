"""Slices by the block that stays in cache, for updates in place that take no new memory of the size of a parameter."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from impl.groups import Invariant, PerRow, Rows, lie_apart, row_count
from impl.optim._batches import Group, steps
from impl.optim._sphere import divisors, or_nan, rounding, wide_type

SIZE = 2**18
"""The numbers of a block: a megabyte of float32, so that its vectors stay in the second level of cache."""

ROWS, PER_ROW = "rows", "per row"
"""What a buffer holds: as much as the parameter, or one number a slice."""


class Unfit(Exception):
    """The numbers of a block need the reference; nothing has been written."""


class Block:
    """Slices of many small parameters, gathered; or some slices of a large one, where they are.

    Its vectors, named, are the point "x", the "gradient", the buffers, and scratch: all slices one after the other.
    """

    def __init__(self) -> None:
        self.k = 0
        """The number of steps that its parameters have made."""
        self.parts: dict[str, list[Tensor]] = {}
        """By name, what the parameters and buffers have of this block, slice by slice: views of shape (rows, d)."""
        self.cut: list[tuple[int, int, int]] = []
        """For each part: its parameter's place in the step, its first row, the row after its last."""
        self.made: dict[str, tuple[Tensor, list[Rows], list[Rows]]] = {}
        self.gathered: set[str] = set()

    def measure(self) -> None:
        """Once it has all its parts."""
        parts = self.parts["x"]
        self.counts = [rows for rows, _ in (p.shape for p in parts)]
        self.numel = sum(p.numel() for p in parts)
        lengths = {d: sum(p.shape[0] for p in parts if p.shape[1] == d) for d in (p.shape[1] for p in parts)}
        self.shapes = [(rows, d) for d, rows in lengths.items()]
        self.heights = [rows for rows, _ in self.shapes]
        self.lengths = torch.cat([torch.full((rows,), float(d), dtype=torch.float64) for rows, d in self.shapes])
        self.rounding = torch.cat(
            [torch.full((rows,), rounding(parts[0], d), dtype=torch.float64) for rows, d in self.shapes]
        )

    def vector(self, name: str) -> Tensor:
        """The point, the gradient or a buffer, gathered, or the very memory of a single part; else scratch, where the
        numbers are that were last left there.
        """
        if name in self.parts and name not in self.gathered:
            self.gathered.add(name)
            parts = self.parts[name]
            if len(parts) == 1:
                self.made[name] = parts[0].view(-1), parts, parts
            else:
                torch._foreach_copy_(self._room(name)[2], parts)
        return self._room(name)[0]

    def bands(self, name: str) -> list[Rows]:
        """A vector as matrices (rows, d), one for each length of slices."""
        self.vector(name)
        return self.made[name][1]

    def pieces(self, name: str) -> list[Rows]:
        """A vector as matrices (rows, d), one for each part of a parameter."""
        self.vector(name)
        return self.made[name][2]

    def release(self) -> None:
        """Let go of the gradients."""
        self.parts["gradient"].clear()
        if len(self.counts) == 1:
            self.made.pop("gradient", None)

    def scalars(self, name: str) -> PerRow:
        """A buffer of one number a slice, in float64: `Batch.scalars` says why."""
        joined = torch.cat(self.parts[name])
        return joined.to(wide_type(joined))

    def norms(self, name: str) -> PerRow:
        """`norm` of the slices, summed in float64."""
        vector = self.vector(name)
        wide = wide_type(vector)
        if vector.dtype != wide:
            self._room(name := f"{wide}", wide)[0].copy_(vector)
        found = torch.cat([torch.linalg.vector_norm(band, dim=1) for band in self.bands(name)])
        return or_nan(found, found)

    def moderate(self, name: str) -> PerRow:
        """The norms of the slices in their own type; Unfit where the fourth power of one might be 0 or no number."""
        norms = torch.cat([torch.linalg.vector_norm(band, dim=1) for band in self.bands(name)])
        limits = torch.finfo(norms.dtype)
        least, most = torch.aminmax(norms)
        if not limits.tiny**0.25 <= least.item() <= most.item() <= limits.max**0.25:
            raise Unfit
        return norms

    def dot(self, name: str, other: str) -> PerRow:
        """<a, b> of every slice, summed in the type of the parameters."""
        torch.mul(self.vector(name), self.vector(other), out=self.vector("product"))
        return torch.cat([band.sum(1) for band in self.bands("product")])

    def times(self, name: str, factors: PerRow, out: str) -> None:
        """out ← every slice times its factor."""
        for band, factor, to in zip(self.bands(name), self._columns(factors), self.bands(out), strict=True):
            torch.mul(band, factor, out=to)

    def divide(self, name: str, divisors: PerRow) -> None:
        """Every slice over its divisor."""
        for band, divisor in zip(self.bands(name), self._columns(divisors), strict=True):
            band.div_(divisor)

    def add(self, name: str, factors: PerRow, other: str) -> None:
        """To every slice, the other's times its factor."""
        for band, factor, term in zip(self.bands(name), self._columns(factors), self.bands(other), strict=True):
            band.addcmul_(term, factor)

    def add_quotient(self, name: str, factor: float, other: str, divisors: PerRow) -> None:
        """To every slice, the other's times the factor, over its divisor."""
        for band, term, divisor in zip(self.bands(name), self.bands(other), self._columns(divisors), strict=True):
            band.addcdiv_(term, divisor, value=factor)

    def project(self, name: str) -> None:
        """`projected`, in place."""
        self.divide(name, divisors(self.norms(name), self.rounding, self.vector(name)))

    def write(self, *names: str, **scalars: PerRow) -> None:
        """Bring vectors back to where they were gathered from, and store buffers of one number a slice."""
        for name in names if len(self.counts) > 1 else ():
            torch._foreach_copy_(self.parts[name], self.pieces(name))
        for name, values in scalars.items():
            torch._foreach_copy_(self.parts[name], list(values.split(self.counts)))

    def _columns(self, scalars: PerRow) -> Sequence[Rows]:
        return scalars.to(self.parts["x"][0].dtype).unsqueeze(1).split(self.heights)

    def _room(self, name: str, dtype: torch.dtype | None = None) -> tuple[Tensor, list[Rows], list[Rows]]:
        if name not in self.made:
            parts = self.parts["x"]
            vector = KEPT.room(name, dtype or parts[0].dtype, parts[0].device, self.numel)
            bands = vector.split([rows * d for rows, d in self.shapes])
            pieces = vector.split([p.numel() for p in parts])
            self.made[name] = (
                vector,
                [t.view(shape) for t, shape in zip(bands, self.shapes, strict=True)],
                [t.view(p.shape) for t, p in zip(pieces, parts, strict=True)],
            )
        return self.made[name]


class _Kept(threading.local):
    """What a thread keeps: the blocks of each optimizer's groups, and the scratch that they share."""

    def __init__(self) -> None:
        self.plans: WeakKeyDictionary[torch.optim.Optimizer, dict[int, tuple[Any, list[Block]]]] = WeakKeyDictionary()
        self.rooms: dict[Any, Tensor] = {}

    def room(self, name: str, dtype: torch.dtype, device: torch.device, count: int) -> Tensor:
        key = (name, dtype, device)
        if key not in self.rooms or self.rooms[key].numel() < count:
            self.rooms[key] = torch.empty(max(count, SIZE), dtype=dtype, device=device)
        return self.rooms[key][:count]


KEPT = _Kept()


def blocks(
    optimizer: torch.optim.Optimizer,
    parameters: Sequence[Tensor],
    group: Group,
    buffers: Mapping[str, str],
    whole: bool,
) -> list[Block]:
    """The blocks of the parameters with this step's gradients; none where the plain path has to be taken.

    whole: never divide a parameter. Blocks are for a CPU, and for parameters, gradients and buffers that lie in memory
    without gaps and apart from each other.
    """
    states = [optimizer.state[p] for p in parameters]
    gradients = [p.grad for p in parameters if p.grad is not None]
    if not all([g.is_contiguous() and g.is_cpu for g in gradients]):
        return []
    ks = [steps(state) for state in states]
    held = [[p, *[state[name] for name in buffers]] for p, state in zip(parameters, states, strict=True)]
    now = [[t.data_ptr() for own in held for t in own], [k - ks[0] for k in ks], group["invariant"]]
    now += [[p.shape for p in parameters], [p.is_contiguous() for p in parameters]]
    plans = KEPT.plans.setdefault(optimizer, {})
    place = next(i for i, other in enumerate(optimizer.param_groups) if other is group)
    if place not in plans or plans[place][0] != now:
        plans[place] = now, _planned(held, ks, group["invariant"], buffers, whole)
    for block in plans[place][1]:
        block.gathered.clear()
        block.k = ks[block.cut[0][0]]
        ends = zip(block.cut, block.parts["x"], strict=True)
        block.parts["gradient"] = [_some(gradients[i].view(-1, x.shape[1]), i0, i1) for (i, i0, i1), x in ends]
    return plans[place][1]


def _planned(
    held: Sequence[Sequence[Tensor]], ks: Sequence[int], invariant: Invariant, buffers: Mapping[str, str], whole: bool
) -> list[Block]:
    """Large parameters in blocks of their own, small ones of equal type and step count together, by length."""
    everything = [t for own in held for t in own]
    alike = all(t.is_contiguous() and t.dtype == own[0].dtype for own in held for t in own)
    if not (alike and lie_apart(everything)):
        return []
    counts = [row_count(own[0], invariant) for own in held]
    lengths = [own[0].numel() // count for own, count in zip(held, counts, strict=True)]
    found: list[Block] = []
    last: dict[Any, Block] = {}
    for i in sorted(range(len(held)), key=lambda i: lengths[i]):
        count, d = counts[i], lengths[i]
        most = count if whole else max(1, SIZE // d)
        for start in range(0, count, most):
            end = min(start + most, count)
            kind = (held[i][0].dtype, ks[i])
            block = last.get(kind)
            if block is None or sum(p.numel() for p in block.parts["x"]) + (end - start) * d > SIZE:
                block = last[kind] = Block()
                found.append(block)
            block.cut.append((i, start, end))
            for name, cut, t in zip(("x", *buffers), (ROWS, *buffers.values()), held[i], strict=True):
                rows = t.detach().view((count, d) if cut == ROWS else (count,))
                block.parts.setdefault(name, []).append(_some(rows, start, end))
    for block in found:
        block.measure()
    return found


def _some(rows: Tensor, start: int, end: int) -> Tensor:
    return rows if end - start == rows.shape[0] else rows[start:end]
