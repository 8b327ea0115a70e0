"""What the Adam variants of 000 §4.2 share: their options and their buffers."""

from typing import Any

import torch
from torch import Tensor

from impl.groups import Invariant, row_count
from impl.optim._batches import Group
from impl.optim._validation import check_learning_rate, check_number, check_weight_decay


def check_options(group: Group) -> None:
    """Raise unless lr, betas, eps and weight_decay are in range."""
    check_learning_rate("lr", group["lr"])
    check_weight_decay("weight_decay", group["weight_decay"])
    check_number("eps", group["eps"], advice="for example eps=1e-8")
    check_betas(group["betas"])


def check_betas(betas: Any) -> None:
    """Raise unless `betas` are two numbers in [0, 1)."""
    if not isinstance(betas, (tuple, list)) or len(betas) != 2:
        raise ValueError(f"betas={betas!r}: required two numbers; for example betas=(0.9, 0.999)")
    for i, beta in enumerate(betas):
        check_number(f"betas[{i}]", beta, high=1.0, excluded=(1.0,), advice="for example betas=(0.9, 0.999)")


def options(group: Group) -> dict[str, Any]:
    """The hyper-parameters of the update rules."""
    return {name: group[name] for name in ("lr", "betas", "eps", "weight_decay")}


def start(
    parameters: list[Tensor], states: dict[Tensor, dict[str, Any]], invariant: Invariant, *, previous: bool = False
) -> None:
    """Give every parameter without buffers the ones of m_{-1} = 0, v_{-1} = 0 and, if asked for, x_{-1} = x_0."""
    for p in parameters:
        if states[p]:
            continue
        states[p].update(
            step=torch.tensor(0.0), exp_avg=torch.zeros_like(p), exp_avg_sq=p.new_zeros(row_count(p, invariant))
        )
        if previous:
            states[p]["previous"] = p.clone()
