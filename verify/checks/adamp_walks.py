"""Momentum optimizers on random scale-invariant losses by autograd, in one dtype: what the norm laws of 003 are fed.

torch.optim.SGD in all its variants, and the scheme of SGDW, which torch does not ship; with a schedule or without, from
an empty buffer or not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from derivations.schemes import by_name
from impl.models.losses import LOSSES, Loss
from verify.follower import Follower

STEPS = 10


@dataclass(frozen=True)
class Rule:
    """A variant: β, λ (in the gradient, or decoupled), Nesterov, dampening, a schedule, a buffer at the start."""

    momentum: float = 0.0
    decay: float = 0.0
    decoupled: bool = False
    nesterov: bool = False
    dampening: float = 0.0
    scheduled: bool = False
    buffer: bool = False


@dataclass(frozen=True)
class Walk:
    """w_0..w_T, (T + 1, rows, d); g_t, and p_t after step t (g_t without momentum), (T, rows, d); η_t; p_{-1}."""

    rule: Rule
    w: np.ndarray
    g: np.ndarray
    p: np.ndarray
    rates: np.ndarray
    first_buffer: np.ndarray


def walks(rule: Rule, cases: int, seed: int, dtype: torch.dtype, device: torch.device) -> Iterator[Walk]:
    """Runs of about `cases` steps in all, over dimensions and losses; the same cases in every dtype."""
    kinds = list(enumerate((8, 2, 64, 3, 16)[: len(LOSSES)]))
    rows = -(-cases // (len(kinds) * STEPS))
    for number, d in kinds:
        generator = np.random.default_rng((seed, number, d))
        start = generator.normal(size=(rows, d))
        start *= 10 ** generator.uniform(-0.3, 0.3, size=(rows, 1)) / np.linalg.norm(start, axis=-1, keepdims=True)
        buffer = generator.normal(size=(rows, d)) * rule.buffer
        lr = float(10 ** generator.uniform(-1.5, -0.5))
        loss = list(LOSSES.values())[number](d, seed=seed + number, batch_shape=(rows,), dtype=dtype, device=device)
        first, old = (torch.tensor(part, dtype=dtype, device=device) for part in (start, buffer))
        yield walk(rule, loss, lr, first, old)


def walk(rule: Rule, loss: Loss, lr: float, start: torch.Tensor, buffer: torch.Tensor, steps: int = STEPS) -> Walk:
    """One run; under a schedule η_t rises over the first steps and falls again."""
    parameter = torch.nn.Parameter(start.clone())
    optimizer, name = _make(rule, parameter, lr)
    if rule.buffer:
        optimizer.state[parameter][name] = buffer.clone()
    points, gradients, buffers, rates = [_numbers(parameter)], [], [], []
    for t in range(steps):
        rate = lr * ((t + 1) / 3 if t < 3 else 2 / t) if rule.scheduled else lr
        optimizer.param_groups[0]["lr"] = rate
        if isinstance(optimizer, Follower):
            optimizer.h.lr = rate
        optimizer.zero_grad()
        loss(parameter).sum().backward()
        gradients.append(_numbers(parameter.grad))
        optimizer.step()
        points.append(_numbers(parameter))
        state = optimizer.state[parameter]
        buffers.append(_numbers(state[name]) if rule.momentum else gradients[-1])
        rates.append(rate)
    taken = [np.array(part) for part in (points, gradients, buffers, rates)]
    return Walk(rule, taken[0], taken[1], taken[2], taken[3], _numbers(buffer))


def _make(rule: Rule, parameter: torch.nn.Parameter, lr: float) -> tuple[torch.optim.Optimizer, str]:
    if rule.decoupled:
        h = SimpleNamespace(lr=lr, momentum=rule.momentum, weight_decay=rule.decay)
        return Follower([parameter], by_name("sgdw"), h), "m"
    options: dict[str, Any] = {"momentum": rule.momentum, "dampening": rule.dampening, "weight_decay": rule.decay}
    return torch.optim.SGD([parameter], lr=lr, nesterov=rule.nesterov, **options), "momentum_buffer"


def _numbers(tensor: torch.Tensor | None) -> np.ndarray:
    if tensor is None:
        raise ValueError("a parameter has no gradient: the loss does not depend on it")
    return tensor.detach().double().cpu().numpy().copy()
