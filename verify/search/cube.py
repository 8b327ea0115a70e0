"""A stream of numbers that a searcher chooses: `verify.batched` draws its cases from it as from its own."""

import torch
from torch import Tensor

LEAST = 2.0**-20
"""How near to the ends of its distribution a coordinate may be pushed: within 5.5 of 0."""


class Cube:
    """`verify.batched.counter.Stream` on points of the cube, a case a row, a column a number.

    What it gives is smooth in the point, and of about the same distribution as a stream's where points are uniform.
    `slot` columns have been used.
    """

    def __init__(self, points: Tensor) -> None:
        self.points, self.slot = points, 0

    @property
    def rows(self) -> int:
        return len(self.points)

    def columns(self, count: int) -> Tensor:
        """The next numbers in [0, 1], (rows, count). IndexError where the point has no more."""
        first, self.slot = self.slot, self.slot + count
        if self.slot > self.points.shape[-1]:
            raise IndexError(f"a case asks for {self.slot} numbers, a point has {self.points.shape[-1]}")
        return self.points[:, first : self.slot]

    def vector(self, d: int) -> Tensor:
        """(rows, d), stored by columns: normal, of variance 4/3, where the point is uniform."""
        found = torch.special.ndtri(self.columns(d).clamp(LEAST, 1 - LEAST)) * (4 / 3) ** 0.5
        return found.T.contiguous().T

    def uniform(self) -> Tensor:
        return self.columns(1).clamp(max=1 - 2.0**-53)

    def scale(self, low: int, high: int) -> Tensor:
        return torch.exp2(low + (high - low) * self.uniform())

    def choice(self, options: int) -> Tensor:
        return torch.floor(self.uniform() * options).long()
