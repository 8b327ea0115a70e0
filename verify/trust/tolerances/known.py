"""Errors beyond their bound that are known, and not ours: each with where it is reported."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Known:
    """A fault of the code under test, in all cells of some optimizers, on some paths, in a dtype, on a device.

    reference: where it is reported, or a program that shows it.
    """

    optimizers: tuple[str, ...]
    paths: tuple[str, ...]
    dtype: str
    device: str
    what: str
    reference: str

    def explains(self, cell: Mapping[str, Any]) -> bool:
        """Whether it is about this cell."""
        name = cell["optimizer"].removeprefix("torch.optim.").partition(" ")[0]
        place = cell["dtype"], cell["device"]
        return name in self.optimizers and cell["path"] in self.paths and place == (self.dtype, self.device)


KNOWN = (
    Known(
        ("SGD",),
        ("fused",),
        "bfloat16",
        "cpu",
        "torch 2.13 leaves whole vectors of 16-bit weights as they were, and writes their momentum from what is none",
        "https://github.com/pytorch/pytorch/issues/191763",
    ),
    Known(
        ("ASGD", "Adadelta", "RMSprop", "Rprop"),
        ("compiled",),
        "float64",
        "cpu",
        "torch 2.13 loses what a compiled function writes into a float64 tensor of no dimension and does not use: step "
        "counts stay at 0, and ASGD keeps its first rate and weight, and so leaves its formula",
        "`def f(t): t.add_(1)`, compiled (backend aot_eager), leaves `torch.zeros((), dtype=torch.float64)` at 0",
    ),
    Known(
        ("Rprop",),
        ("loop", "foreach", "compiled"),
        "bfloat16",
        "cpu",
        "where η⁻ rounds to 1 in the dtype of the weights, torch takes a product of gradients that is 0 for a negative "
        "one, and the first step is none",
        "`torch.optim.Rprop([p], etas=(0.999, 1.2))` leaves a bfloat16 p as it was; the scheme asks for η⁻ < 1 in "
        "float32",
    ),
)
