"""How a row of the table of optimizers is written: factories, arguments and buffer names from hyper-parameters."""

import math
from collections.abc import Callable, Mapping
from inspect import signature
from types import SimpleNamespace
from typing import Any

from derivations.scheme import Scheme
from verify.subject import Optimizer, Subject

Arguments = Callable[[SimpleNamespace], dict[str, Any]]
Buffers = Callable[[SimpleNamespace], Mapping[str, str]]

LOOPS = ({"foreach": False}, {"foreach": True})


def maker(optimizer: type[Optimizer], arguments: Arguments, **fixed: Any) -> Callable[..., Optimizer]:
    """(param groups, hyper-parameters, **options) -> the optimizer, with `fixed` options of its own."""

    def make(params: Any, h: SimpleNamespace, **options: Any) -> Optimizer:
        return optimizer(params, **arguments(h), **fixed, **options)

    return make


def same(h: SimpleNamespace) -> dict[str, Any]:
    """The hyper-parameters by their own names."""
    return vars(h)


def adam(h: SimpleNamespace) -> dict[str, Any]:
    """β₁ and β₂ as `betas`, the others by their own names."""
    rest = {name: value for name, value in vars(h).items() if name not in ("beta1", "beta2")}
    return rest | {"betas": (h.beta1, h.beta2)}


def always(**buffers: str) -> Buffers:
    """The same buffers whatever the hyper-parameters."""
    return lambda h: buffers


def with_momentum(momentum: str, **buffers: str) -> Buffers:
    """And one for the momentum, where there is any: torch keeps no buffer that it does not need."""
    return lambda h: buffers | ({momentum: "momentum_buffer"} if h.momentum else {})


def as_matrix(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a tensor's matrix: a row for each index of its first axis."""
    return shape[0], math.prod(shape[1:])


def row(
    optimizer: type[Optimizer], scheme: Scheme, counter: str | None = None, name: str = "", **buffers: str
) -> Subject:
    """An optimizer that takes its scheme's hyper-parameters by their names, or β₁ and β₂ as `betas`.

    buffers: the scheme's name of each, and the name in optimizer.state[p]; counter: that of the step count.
    """
    arguments = adam if "betas" in signature(optimizer).parameters else same
    shaped = as_matrix if scheme.of_matrix else None
    make = maker(optimizer, arguments)
    return Subject(name or optimizer.__name__, scheme, make, always(**buffers), counter, shaped=shaped)


MOMENTS = {"m": "exp_avg", "v": "exp_avg_sq"}
