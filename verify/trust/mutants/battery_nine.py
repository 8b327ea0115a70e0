"""An optimizer of many groups, parameters and lengths: empty where each is trained as it would be alone."""

from collections.abc import Callable

import torch

from verify.trust.mutants.battery_laws import close
from verify.trust.mutants.battery_problem import Problem, allowed_error, numbers, parameters_of, run
from verify.trust.mutants.battery_settings import Options

LENGTHS = tuple((2, d) for d in range(2, 11))
NINE = Problem(
    (
        *((cut, ((2, 3),)) for cut in ("channel", "whole", None) for _ in range(3)),
        ("channel", ((2, 3),) * 9),
        ("channel", LENGTHS),
        (None, LENGTHS),
    ),
    torch.float64,
    seed=4,
)
"""Nine groups of one parameter; then one of nine that are alike, two of nine lengths."""


def trains_nine_of_everything(make: Callable[..., torch.optim.Optimizer], options: Options) -> str:
    """By the loop, to the bit, as nine optimizers for each group, and for each parameter, would; and in each way."""
    plain = run(NINE, make(NINE.groups(), foreach=False, **options), 2)
    apart = [
        make([group | {"params": [p]}], foreach=False, **options) for group in NINE.groups() for p in group["params"]
    ]
    for k in range(2):
        NINE.set_gradients([p for optimizer in apart for p in parameters_of(optimizer)], k)
        for optimizer in apart:
            optimizer.step()
    for i, (p, alone) in enumerate(zip(parameters_of(plain), apart, strict=True)):
        (q,) = parameters_of(alone)
        state, other = plain.state[p], alone.state[q]
        if not torch.equal(p, q) or state.keys() != other.keys():
            return f"parameter {i} is trained in another way than alone"
        if not all(torch.equal(state[name], other[name]) for name in state):
            return f"parameter {i} has other buffers than alone"
    allowed = allowed_error(NINE, lambda: make(NINE.groups(), foreach=False, **options), 2)
    for foreach in (True, None):
        found = run(NINE, make(NINE.groups(), foreach=foreach, **options), 2)
        if len(numbers(found)) != len(allowed) or not close(found, plain, [2 * error for error in allowed]):
            return f"foreach={foreach}: nine of everything are trained in another way"
    return ""
