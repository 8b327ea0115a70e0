"""An optimizer and the scheme that it is to follow: a row of the tables that `verify.trace` runs over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import torch

from derivations.scheme import Scheme

Optimizer = torch.optim.Optimizer

DTYPES = (torch.float64, torch.float32)
"""In which optimizers are compared with their schemes."""


@dataclass(frozen=True)
class Subject:
    """An optimizer and the scheme that it is to follow.

    make: (param groups, hyper-parameters, **options) -> optimizer; `options` are variants of it, such as foreach=True.
    buffers: hyper-parameters -> {the scheme's buffer: the name in optimizer.state[p]}; counter: that of the step count.
    sliced: the optimizer works by slices, and its groups take the option `invariant`.
    spends_gradient: options under which it is known to overwrite p.grad, which is not held against it then.
    shaped: for an optimizer that sees a tensor as one weight: a tensor's shape -> the shape that is given to it.
    scalars: the dtype in which it computes with hyper-parameters, where that is not Python's.
    The option `maximize` is known here: the scheme is then given -∇L.
    """

    name: str
    scheme: Scheme
    make: Callable[..., Optimizer]
    buffers: Callable[[SimpleNamespace], Mapping[str, str]]
    counter: str | None = None
    options: tuple[Mapping[str, Any], ...] = ({},)
    sliced: bool = False
    spends_gradient: tuple[str, ...] = ()
    shaped: Callable[[tuple[int, ...]], tuple[int, ...]] | None = None
    scalars: torch.dtype = torch.float64


def is_about(subject: Subject, optimizer: type[Optimizer]) -> bool:
    """Whether a row of the table of optimizers is about this class."""
    home = "torch.optim" if subject.name.startswith("torch.optim.") else "impl.optim"
    name = subject.name.removeprefix("torch.optim.").partition(" ")[0]
    return optimizer.__name__ == name and optimizer.__module__.startswith(home)
