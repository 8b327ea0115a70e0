"""Errors beyond their bound that are known, and not ours: each with where it is reported."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Known:
    """A fault of the code under test, in all cells of some optimizers, on a path, in a dtype, on a device.

    reference: where it is reported, or a program that shows it.
    """

    optimizers: tuple[str, ...]
    path: str
    dtype: str
    device: str
    what: str
    reference: str

    def explains(self, cell: Mapping[str, Any]) -> bool:
        """Whether it is about this cell."""
        name = cell["optimizer"].removeprefix("torch.optim.").partition(" ")[0]
        place = (cell["path"], cell["dtype"], cell["device"])
        return name in self.optimizers and place == (self.path, self.dtype, self.device)


KNOWN = (
    Known(
        ("SGD",),
        "fused",
        "bfloat16",
        "cpu",
        "torch 2.13 leaves whole vectors of 16-bit weights as they were, and writes their momentum from what is none",
        "https://github.com/pytorch/pytorch/issues/191763",
    ),
    Known(
        ("ASGD", "Adadelta", "RMSprop", "Rprop"),
        "compiled",
        "float64",
        "cpu",
        "torch 2.13 loses what a compiled function writes into a float64 tensor of no dimension and does not use: step "
        "counts stay at 0, and ASGD keeps its first rate and weight, and so leaves its formula",
        "`def f(t): t.add_(1)`, compiled (backend aot_eager), leaves `torch.zeros((), dtype=torch.float64)` at 0",
    ),
)
