"""What is kept from step to step, where what it was made of is replaced or dropped: empty where it is noticed."""

import copy
import gc
import sys
import weakref
from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch

from verify.trust.mutants.battery_paths import replaced
from verify.trust.mutants.battery_problem import Problem, numbers, parameters_of, run

NINE = Problem((("channel", ((2, 3),) * 9),), torch.float32, seed=3)
WAYS = ("SGDP", "AdamP", "AdamWithoutABC")


def follows_buffers_that_are_replaced(package: ModuleType) -> str:
    """One after the other, of nine parameters, by tensors of the same numbers elsewhere; or all, by load_state_dict."""
    for name in WAYS:
        cls = getattr(package, name)
        plain = run(NINE, cls(NINE.groups(), lr=0.1), 12)
        for how in (_one, _every):
            found = cls(NINE.groups(), lr=0.1)
            held: list[Any] = []  # what is replaced stays alive, so that its memory is not given out again
            for k in range(12):
                run(NINE, found, range(k, k + 1))
                held += how(found, k)
            if not all(torch.equal(x, y) for x, y in zip(numbers(plain), numbers(found), strict=True)):
                return f"{name}: buffers replaced, {how.__name__.strip('_')} a step: another run"
    return ""


def _one(optimizer: torch.optim.Optimizer, k: int) -> list[Any]:
    p = parameters_of(optimizer)[k % 9]
    held = [*optimizer.state[p].values()]
    optimizer.state[p].update({name: t.clone() for name, t in optimizer.state[p].items()})
    return held


def _every(optimizer: torch.optim.Optimizer, k: int) -> list[Any]:
    held = [t for p in parameters_of(optimizer) for t in optimizer.state[p].values()]
    optimizer.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    return held


def lets_go_of_what_is_dropped(package: ModuleType) -> str:
    """An optimizer that nobody has any more is gone, and its parameters and their memory with it."""
    optimizer = run(NINE, package.SGDP(NINE.groups(), lr=0.1), 2)
    gone: list[Callable[[], Any]] = [weakref.ref(optimizer), *(weakref.ref(t) for t in parameters_of(optimizer))]
    gone += [weakref.ref(p.untyped_storage()) for p in parameters_of(optimizer)]
    del optimizer
    gc.collect()
    return "" if all(one() is None for one in gone) else "an optimizer is kept alive"


def fills_blocks_no_further(package: ModuleType) -> str:
    """Nine parameters of six numbers, in blocks of twenty: three in each."""
    blocks = sys.modules[package.__name__ + "._blocks"]
    with replaced(blocks, "SIZE", 20):
        found = blocks._planned([[torch.ones(2, 3)] for _ in range(9)], [0] * 9, "channel", {}, False)
    counts = [len(block.cut) for block in found]
    return "" if counts == [3, 3, 3] else f"blocks of {counts} parameters"


LAWS: tuple[tuple[str, Callable[[ModuleType], str]], ...] = (
    ("replaced buffers", follows_buffers_that_are_replaced),
    ("dropped", lets_go_of_what_is_dropped),
    ("full blocks", fills_blocks_no_further),
)
