"""The term of ω, for SGD-G and Adam-G: products of matrices, which torch's own do best."""

import threading

import torch
from torch import Tensor

from impl.groups import Invariant, Rows, as_rows


class _Kept(threading.local):
    """Memory of a thread, kept from step to step: of parameter size it costs more to get than to use."""

    def __init__(self) -> None:
        self.by_use: dict[tuple[str, torch.dtype], Tensor] = {}

    def matrix(self, use: str, rows: int, columns: int, dtype: torch.dtype) -> Tensor:
        """A matrix of any numbers, until the next of the same use."""
        kept = self.by_use.get((use, dtype))
        if kept is None or kept.numel() < rows * columns:
            kept = self.by_use[use, dtype] = torch.empty(rows * columns, dtype=dtype)
        return kept[: rows * columns].view(rows, columns)


_kept = _Kept()


@torch.no_grad()
def pulled_apart(parameter: Tensor, gradient: Tensor, invariant: Invariant, orthogonality: float) -> Rows:
    """∇L(y) + 2ω(YYᵀY - Y), with the slices y of the parameter for the columns of Y; valid until the next call.

    By rows it is g + 2ω(RRᵀ - 1)R = g + 2ωR(RᵀR - 1), of which the smaller product is taken.
    """
    y, g = as_rows(parameter, invariant), as_rows(gradient, invariant)
    n, d = y.shape
    left, right = (y, y.mT) if n <= d else (y.mT, y)
    overlap = torch.mm(left, right, out=_kept.matrix("overlap", min(n, d), min(n, d), y.dtype))
    overlap.diagonal().sub_(1)
    pair = (overlap, y) if n <= d else (y, overlap)
    return torch.addmm(g, *pair, alpha=2 * orthogonality, out=_kept.matrix("gradient", n, d, y.dtype))
