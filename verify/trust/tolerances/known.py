"""Errors beyond their bound that are known, and not ours: each with where it is reported."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Known:
    """A fault of the code under test, in all cells of some optimizers, on a path, in a dtype, on a device."""

    optimizer: str
    path: str
    dtype: str
    device: str
    what: str
    reference: str

    def explains(self, cell: Mapping[str, Any]) -> bool:
        """Whether it is about this cell."""
        here = (cell["optimizer"].partition(" ")[0], cell["path"], cell["dtype"], cell["device"])
        return here == (self.optimizer, self.path, self.dtype, self.device)


KNOWN = (
    Known(
        "torch.optim.SGD",
        "fused",
        "bfloat16",
        "cpu",
        "leaves whole vectors of 16-bit weights as they were, and writes their momentum from what is no momentum",
        "https://github.com/pytorch/pytorch/issues/191763",
    ),
)
