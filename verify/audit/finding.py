"""What an audit asks, in what setting, and what it finds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from verify.audit.target import Target


class Verdict(StrEnum):
    """What became of a law. A law that only describes says `holds` when its description was tested and stood."""

    HOLDS = "holds"
    DIFFERS = "differs"
    NOT_APPLICABLE = "not applicable"
    ERROR = "error"


@dataclass(frozen=True)
class Setting:
    """Where a law is put to an optimizer. steps: of a short run; a law may take fewer or some times as many."""

    seed: int = 0
    dtype: torch.dtype = torch.float64
    device: str = "cpu"
    steps: int = 20

    def generator(self, salt: int = 0) -> torch.Generator:
        """A fresh generator on the CPU; laws that need several streams give each its salt."""
        return torch.Generator().manual_seed(1_000_003 * self.seed + salt)


@dataclass(frozen=True)
class Finding:
    """What one law found.

    words: one sentence with its number. values: what was measured. allowed: what rounding allows of the value that
    decides, None where the comparison is bit for bit. replay: a standalone script (`verify.audit.replay.script`) that
    prints the number and exits with 1 while it still differs; a finding that differs has one.
    """

    law: str
    verdict: Verdict
    words: str
    values: Mapping[str, float] = field(default_factory=dict)
    allowed: float | None = None
    replay: str | None = None


@dataclass(frozen=True)
class Law:
    """A question to any optimizer. id: a short word. title: the question or the law, in a few words.

    binding: a difference is a fault (exit status 1); otherwise the law describes, and a difference is only told.
    """

    id: str
    title: str
    function: Callable[["Target", Setting], Finding]
    binding: bool = True
