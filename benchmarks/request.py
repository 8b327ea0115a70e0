"""What is asked of a benchmark."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from verify.speed import ROUNDS

Progress = Callable[[str, int, int], None]
"""(what is measured, done, total)."""


@dataclass(frozen=True)
class Request:
    """reports: where records are. rounds: of each subject. anew: measure again what is recorded of the same sources.

    only, shapes: of the optimizers, those whose name holds one of these words, on the shapes of these names; all where
    there are none. threads: of torch.
    """

    reports: Path
    rounds: int = ROUNDS
    anew: bool = False
    only: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    threads: int = 2
