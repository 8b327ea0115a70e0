"""Hyper-parameters of every row, over their whole domains, extremes included."""

from collections.abc import Callable
from types import SimpleNamespace

from torch import Tensor

from derivations.scheme import Scheme
from verify.batched.counter import Stream

Draw = Callable[[Stream, SimpleNamespace], Tensor]


def between(low: int, high: int, zeros: bool = False) -> Draw:
    """Any scale in [2^low, 2^high); with `zeros` 0 in a quarter of the rows."""

    def draw(stream: Stream, drawn: SimpleNamespace) -> Tensor:
        value = stream.scale(low, high)
        return value * (stream.choice(4) > 0) if zeros else value

    return draw


def decay_product(low: int, high: int, zeros: bool = True) -> Draw:
    """λ with ηλ in [2^low, 2^high), and 0 in a quarter of the rows."""

    def draw(stream: Stream, drawn: SimpleNamespace) -> Tensor:
        return between(low, high, zeros)(stream, drawn) / drawn.lr

    return draw


def memory(stream: Stream, drawn: SimpleNamespace) -> Tensor:
    """0, 9/10, uniform, or within 2^-20..2^-3 of 1, a quarter each."""
    kind, uniform, near = stream.choice(4), stream.uniform(), 1 - stream.scale(-20, -3)
    return (kind == 1) * 0.9 + (kind == 2) * uniform + (kind == 3) * near


DRAWS: dict[str, Draw] = {
    "lr": between(-20, 6),
    "weight_decay": decay_product(-26, 0),
    "momentum": memory,
    "dampening": memory,
    "beta": lambda stream, drawn: 1 - memory(stream, drawn),
    "beta1": memory,
    "beta2": memory,
    "eps": between(-40, -7),
    "lr_decay": between(-10, 0, zeros=True),
    "initial_accumulator_value": between(-10, 10, zeros=True),
    "v0": between(-10, 20),
}

MEMORIES = ("momentum", "beta1", "beta2")
"""The β of which code may keep the weight 1-β only."""


def draw_numbers(scheme: Scheme, stream: Stream, fixed: dict[str, float | Draw]) -> SimpleNamespace:
    """One of each for every row, (rows, 1); fixed: numbers, or draws of their own."""
    drawn = SimpleNamespace()
    for name in scheme.hyperparameters:
        choice = fixed.get(name, DRAWS[name])
        setattr(drawn, name, choice(stream, drawn) if callable(choice) else float(choice))
    return drawn
