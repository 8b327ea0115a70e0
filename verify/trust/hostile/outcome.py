"""What becomes of a hostile input."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from inspect import signature
from pathlib import Path
from typing import Any

import impl.optim
from impl.native import available

HOME = Path(impl.__file__).resolve().parent
WAYS_OUT = ("required", "use ", "choose", "lower", "leave", "keep ", "initialise", "give ", "for example", "put ")


class Outcome(StrEnum):
    """The first four are what is meant to happen; which of them, says the input."""

    RIGHT = "right"
    ERROR = "error"
    SEEN = "seen"
    TORCH = "torch"
    FAULT = "FAULT"


MEANING = {
    Outcome.RIGHT: "the right answer: that of the rule in 60 digits, or the property that the input asks for",
    Outcome.ERROR: "an error of ours that names what came, what is required and the way out",
    Outcome.SEEN: "NaN or infinity in every entry of every slice that was touched, and in no other slice; of a rule "
    "that goes by coordinate (Lion), as of torch.optim.SGD, in the coordinates that were touched, the others right",
    Outcome.TORCH: "what torch.optim does with the same input: its error, or its numbers",
    Outcome.FAULT: "anything else",
}


@dataclass(frozen=True)
class Trial:
    """One input, one optimizer, one of its `ways`; words: what was seen, where it is not what was expected."""

    input: str
    optimizer: str
    way: str
    outcome: Outcome
    words: str = ""


def ways(optimizer: Callable[..., Any]) -> dict[str, dict[str, bool]]:
    """The ways in which an optimizer computes a step on this machine, by name; fused is ours alone.

    torch's fused SGD writes beyond the memory of weights that share it (torch 2.13), which ends the process.
    """
    found: dict[str, dict[str, bool]] = {"loop": {"foreach": False}, "foreach": {"foreach": True}, "unasked": {}}
    native = optimizer in impl.optim.OPTIMIZERS and "fused" in signature(optimizer).parameters and available()
    return found | ({"fused": {"fused": True}} if native else {})


def is_clear(error: BaseException) -> bool:
    """Whether an error is one of ours, with a way out in its words."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = bool(frames) and HOME in Path(frames[-1].filename).resolve().parents
    return ours and isinstance(error, (TypeError, ValueError)) and any(way in str(error).lower() for way in WAYS_OUT)


def words(error: BaseException) -> str:
    """An error in a line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:160]}"
