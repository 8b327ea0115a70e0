"""Two threads that make steps at the same time, in an order that is fixed: empty where neither sees the other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import ModuleType
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from verify.trust.mutants.battery_problem import Problem, numbers, parameters_of, run

HERE, THERE = (Problem((("channel", ((2, 3), (4, 3), (3, 5))),), torch.float32, seed=seed) for seed in (1, 2))
AT_MOST = 12
"""The operations of a step before which the other thread makes one of its own."""


class Between(TorchDispatchMode):
    """Before each of the first operations of this thread, something is done."""

    def __init__(self, action: Callable[[], object]) -> None:
        super().__init__()
        self.action, self.left = action, AT_MOST

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        if self.left:
            self.left -= 1
            self.action()
        return found


def _elsewhere(pool: ThreadPoolExecutor, action: Callable[[], Any]) -> None:
    """In another thread, and waited for."""
    pool.submit(action).result()


def keeps_threads_apart(package: ModuleType) -> str:
    """A step during which another thread makes whole ones, of another optimizer, is the step that it is alone."""
    for name in ("AdamP", "SGDP"):
        cls = getattr(package, name)
        alone = run(HERE, cls(HERE.groups(), lr=0.1), 2)
        other, same = (run(THERE, cls(THERE.groups(), lr=0.1), 1) for _ in range(2))
        mine = run(HERE, cls(HERE.groups(), lr=0.1), 1)
        HERE.set_gradients(parameters_of(mine), 1)
        with ThreadPoolExecutor(1) as pool, Between(partial(_elsewhere, pool, other.step)) as between:
            mine.step()
        for _ in range(AT_MOST - between.left):
            same.step()
        for first, second in ((alone, mine), (same, other)):
            if not all(torch.equal(x, y) for x, y in zip(numbers(first), numbers(second), strict=True)):
                return f"{name}: beside another thread it is another step"
        if between.left == AT_MOST:
            return f"{name}: no operation was seen"
    return ""


LAWS: tuple[tuple[str, Callable[[ModuleType], str]], ...] = (("threads", keeps_threads_apart),)
