"""Cuts: which filters of a parameter belong together in one radially-invariant slice, and the search for them.

A slice S of filters is invariant only if Σ_{i∈S} ⟨∇_iL, x_i⟩ = 0 for every loss L of the model's outputs (Euler's
theorem for degree 0). One gradient gives these inner products for every filter; the slices are the shortest runs of
consecutive filters over which they cancel.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from impl.groups.slices import Invariant

LONGEST = 4096
"""Filters of a parameter up to which runs are looked for; beyond, single filters and the whole only."""

SILENT = 1e-12
"""Where ‖∇_i‖‖x_i‖ is that small a part of the model's largest, it is rounding, and says nothing about the filter."""


@dataclass(frozen=True)
class Cut:
    """Slices of a parameter: of its filters along `dim`, `start` to `stop` - 1, so many consecutive ones a slice.

    dim: 0, or 1 for the output channels of a transposed convolution with so many `groups`: then its filters are
    counted group by group.
    """

    dim: int
    start: int
    stop: int
    size: int
    groups: int = 1

    @property
    def count(self) -> int:
        """How many slices."""
        return (self.stop - self.start) // self.size

    def covers(self, p: Tensor) -> bool:
        """Whether every number of `p` belongs to one of the slices."""
        return self.start == 0 and self.stop == filters(p, self.dim, self.groups).shape[0]

    def rows(self, p: Tensor) -> Tensor:
        """The slices of `p`, one a row."""
        return filters(p, self.dim, self.groups)[self.start : self.stop].reshape(self.count, -1)

    def scaled(self, p: Tensor, factors: Tensor) -> Tensor:
        """`p` with its i-th slice multiplied by factors[i]."""
        by_filter = p.new_ones(filters(p, self.dim, self.groups).shape[0])
        by_filter[self.start : self.stop] = factors.to(p).repeat_interleave(self.size)
        if self.dim == 0:
            return p * by_filter.reshape(-1, *[1] * (p.dim() - 1))
        parts = p.reshape(self.groups, p.shape[0] // self.groups, p.shape[1], -1)
        return (parts * by_filter.reshape(self.groups, 1, p.shape[1], 1)).reshape(p.shape)

    def words(self) -> str:
        """For a table."""
        kind = {1: "channel"}.get(self.size, f"{self.size} filters")
        along = "" if self.dim == 0 else f" along dim 1{f', {self.groups} groups' if self.groups > 1 else ''}"
        return f"{self.count} × {kind} [{self.start}:{self.stop}]{along}"


def filters(p: Tensor, dim: int = 0, groups: int = 1) -> Tensor:
    """The filters of `p` along a dimension, one a row; a scalar is one filter."""
    if p.dim() == 0:
        return p.reshape(1, 1)
    if dim == 0:
        return p.reshape(p.shape[0], -1)
    parts = p.reshape(groups, p.shape[0] // groups, p.shape[1], -1)
    return parts.transpose(1, 2).reshape(groups * p.shape[1], -1)


def find_cuts(
    p: Tensor, gradients: Sequence[Tensor], groups: int, *, tolerance: float, floor: float
) -> tuple[tuple[Cut, ...], int]:
    """The finest cuts of `p` into slices to which every gradient is orthogonal, and how many filters are silent.

    tolerance: the cosine between a gradient and a slice up to which they count as orthogonal. floor: ‖∇_i‖‖x_i‖ up to
    which a filter is silent.
    """
    best: tuple[Cut, ...] = ()
    silent = 0
    for dim in (0, 1) if p.dim() > 1 else (0,):
        inner, steep, size = _moments(filters(p, dim, groups), [filters(g, dim, groups) for g in gradients])
        live = np.flatnonzero(np.sqrt(steep.max(0) * size) > floor)
        if dim == 0:
            silent = len(size) - len(live)
        runs = _absorb(_runs(inner[:, live], steep[:, live], size[live], tolerance), live, len(size))
        cuts = _merged(runs, dim, groups if dim else 1)
        if sum(cut.count for cut in cuts) > sum(cut.count for cut in best):
            best = cuts
    return best, silent


def invariant_of(p: Tensor, cuts: Sequence[Cut]) -> Invariant:
    """The option `invariant` for `p`: None where a part of it is not invariant, "whole" for slices along dim 1."""
    if len(cuts) != 1 or not cuts[0].covers(p):
        return "whole" if cuts and _covered(p, cuts) else None
    cut = cuts[0]
    if cut.dim == 1 or cut.count == 1:
        return "whole"
    return "channel" if cut.size == 1 and p.dim() > 1 else cut.count


def _covered(p: Tensor, cuts: Sequence[Cut]) -> bool:
    """Whether cuts of several sizes leave nothing out: scaling all of `p` then scales each slice."""
    dim, groups = cuts[0].dim, cuts[0].groups
    return sum(cut.stop - cut.start for cut in cuts) == filters(p, dim, groups).shape[0]


def _moments(x: Tensor, gradients: Sequence[Tensor]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """⟨∇_i, x_i⟩ and ‖∇_i‖² of shape (gradients, filters), ‖x_i‖² of shape (filters,)."""
    g = torch.stack(list(gradients)).double()
    x = x.double()
    return (g * x).sum(-1).numpy(force=True), g.square().sum(-1).numpy(force=True), x.square().sum(-1).numpy(force=True)


def _runs(inner: np.ndarray, steep: np.ndarray, size: np.ndarray, tolerance: float) -> list[tuple[int, int]]:
    """The shortest runs [j, k) with |Σ inner| ≤ tolerance (Σ steep)^½ (Σ size)^½ for every gradient."""
    n = len(size)
    if n == 0:
        return []
    if (np.abs(inner) <= tolerance * np.sqrt(steep * size)).all():
        return [(k, k + 1) for k in range(n)]
    zero = np.zeros((len(inner), 1))
    sums, slopes = (np.concatenate([zero, a.cumsum(1)], 1) for a in (inner, steep))
    sizes = np.concatenate([[0.0], size.cumsum()])
    found: list[tuple[int, int]] = []
    open_ = [0]
    for k in range(1, n + 1) if n <= LONGEST else (n,):
        j = np.array(open_)
        allowed = tolerance * np.sqrt((slopes[:, [k]] - slopes[:, j]) * (sizes[k] - sizes[j]))
        hits = np.flatnonzero((np.abs(sums[:, [k]] - sums[:, j]) <= allowed).all(0))
        if len(hits):
            start = open_[hits[-1]]
            if not any(a >= start for a, _ in found):
                found.append((start, k))
            open_ = open_[: hits[-1] + 1]
        open_.append(k)
    return found


def _absorb(runs: list[tuple[int, int]], live: np.ndarray, n: int) -> list[tuple[int, int]]:
    """Runs of live filters as runs of filters: a silent one goes with the run before it, or by itself to a channel."""
    if runs and all(stop - start == 1 for start, stop in runs) and len(runs) == len(live):
        return [(k, k + 1) for k in range(n)]
    borders = [0, *(int(k) for k in live[1:]), n]
    return [(borders[start], borders[stop]) for start, stop in runs]


def _merged(runs: list[tuple[int, int]], dim: int, groups: int) -> tuple[Cut, ...]:
    """Neighbouring runs of equal length as one cut."""
    cuts: list[Cut] = []
    for start, stop in runs:
        last = cuts[-1] if cuts else None
        if last is not None and last.stop == start and last.size == stop - start:
            cuts[-1] = Cut(dim, last.start, stop, last.size, groups)
        else:
            cuts.append(Cut(dim, start, stop, stop - start, groups))
    return tuple(cuts)
