"""Measurements on random losses that are invariant to the length of each row of the weights."""

from collections.abc import Callable
from typing import Any

import torch

from impl.models import losses
from verify.audit.finding import Finding, Setting
from verify.audit.laws import examine as plain
from verify.audit.laws.examine import Measure, Values
from verify.audit.laws.trial import descend
from verify.audit.target import Target

HEADER = (
    "from collections.abc import Callable\n\nfrom torch import Tensor\nfrom torch.nn.functional import softplus\n\n"
    "Loss = Callable"
)
SHARED = (losses.direction, losses._apply, losses._normal)


def examine(
    law: str,
    target: Target,
    setting: Setting,
    measure: Measure,
    words: Callable[[Values], str],
    parts: tuple[Callable[..., Any], ...] = (),
    **given: Any,
) -> Finding:
    """As `examine.examine`, in float64, where a small step is told from rounding; the seed chooses the loss.

    measure: takes build, (dimension, *, seed, batch_shape, dtype) -> loss of each row, and drive, what a step
    needs (`trial.descend`), too.
    """
    build = Named(list(losses.LOSSES.values())[setting.seed % len(losses.LOSSES)])
    exact = Setting(setting.seed, torch.float64, setting.device, setting.steps)
    needed: tuple[Callable[..., Any], ...] = (descend, *SHARED, build.function, *parts)
    drive = " ".join(name for name in ("closure", "graph") if getattr(target.needs, name))
    given |= {"build": build, "drive": drive}
    return plain.examine(law, target, exact, measure, words, parts=needed, header=HEADER, **given)


class Named:
    """A function whose repr is its name, as a script writes it."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self.function(*args, **options)

    def __repr__(self) -> str:
        return self.function.__name__
