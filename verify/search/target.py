"""What is searched: a score on the unit cube that proposes, and a confirmation that decides."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import Tensor

Score = Callable[[Tensor], Tensor]
"""(n, dimension) in [0, 1] → (n,): above 0 where the statement seems violated, below 0 the nearer the larger."""


@dataclass(frozen=True)
class Counterexample:
    """A point where a statement was shown to be false. point: numbers as JSON has them, which replay."""

    target: str
    point: dict[str, Any]
    words: str


@dataclass(frozen=True)
class Target:
    """A statement to be refuted. dimension: of the cube.

    confirm: a point of the cube → the counterexample there or at simple numbers nearby, None where there is none.
    false: whether it is known to be; None where that is not known. smooth: whether the score has gradients. group:
    which family it is of; words: what it says.
    """

    name: str
    group: str
    words: str
    dimension: int
    score: Score
    confirm: Callable[[Tensor], Counterexample | None]
    false: bool | None
    smooth: bool = True
