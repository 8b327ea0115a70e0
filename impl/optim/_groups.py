"""Parameter groups, as the optimizers take them in."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from impl.optim._batches import Group


def copied(params: Iterable[Any]) -> list[Group]:
    """`params` in any form that torch.optim takes, as a list of new groups."""
    if isinstance(params, Tensor):
        raise TypeError(
            f"params is a tensor of shape {tuple(params.shape)}: required an iterable of them; pass [params]"
        )
    items = list(params)
    if not items:
        return []  # for which torch has an error
    return [dict(item) for item in items] if isinstance(items[0], dict) else [{"params": items}]


def own(param_group: Any) -> Any:
    """A copy of the group; torch has an error for what is none.

    A copy, since torch fills a group in place with its optimizer's options, and the next optimizer that the caller
    gives it to would take them for the caller's wishes.
    """
    return dict(param_group) if isinstance(param_group, dict) else param_group


def with_base_lr(param_group: Any, defaults: dict[str, Any]) -> Any:
    """A copy of the group, with the base method's `base_lr` for `lr` if it is not invariant and names no lr itself."""
    group = own(param_group)
    if isinstance(group, dict) and group.get("invariant", defaults["invariant"]) is None:
        base_lr = group.get("base_lr", defaults["base_lr"])
        group.setdefault("lr", defaults["lr"] if base_lr is None else base_lr)
    return group


@contextmanager
def removed_on_error(optimizer: torch.optim.Optimizer) -> Iterator[Group]:
    """The group just added, which is taken out again if the block raises, or if it has a parameter twice."""
    group = optimizer.param_groups[-1]
    try:
        check_distinct(group)
        yield group
    except Exception:
        optimizer.param_groups.pop()
        raise


def check_distinct(group: Group) -> None:
    """Raise ValueError where a parameter is listed twice: torch only warns, and would update it twice a step."""
    first: dict[int, int] = {}
    for i, p in enumerate(group["params"]):
        if first.setdefault(id(p), i) != i:
            raise ValueError(
                f"parameters {first[id(p)]} and {i}, of shape {tuple(p.shape)}, are one: required each parameter once; "
                "leave one out"
            )
