"""torch's optimizers trained on random radially-invariant losses by autograd, recorded for the checks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from impl.models.losses import LOSSES

Make = Callable[[list[torch.Tensor], SimpleNamespace], torch.optim.Optimizer]


@dataclass(frozen=True)
class Visit:
    """Step k as torch took it: x_k and ∇L(x_k), (rows, d); the hyper-parameters; the buffers after it; x_{k+1}."""

    k: int
    x: np.ndarray
    gradient: np.ndarray
    h: SimpleNamespace
    buffers: dict[str, np.ndarray]
    following: np.ndarray


def torch_runs(
    make: Make, draw: Callable[[np.random.Generator], SimpleNamespace], cases: int, seed: int, steps: int = 6
) -> Iterator[list[Visit]]:
    """Runs of about `cases` steps in all, over dimensions, losses, hyper-parameters; in every other η_k = η/(1 + k/3).

    make(parameters, hyper-parameters) builds the optimizer, h.lr being its learning rate.
    """
    kinds = [(number, d) for d in (8, 3, 64, 2) for number in range(len(LOSSES))]
    rows, builders = -(-cases // (len(kinds) * steps)), list(LOSSES.values())
    for number, d in kinds[: -(-cases // steps)]:
        generator = np.random.default_rng((seed, number, d))
        h = draw(generator)
        start = generator.normal(size=(rows, d)) * 10 ** generator.uniform(-3, 3, size=(rows, 1))
        loss = builders[number](d, seed=seed + number, batch_shape=(rows,))
        yield _run(make, h, loss, torch.tensor(start), steps, decays=number % 2 == 0)


def _run(make: Make, h: SimpleNamespace, loss: Any, start: torch.Tensor, steps: int, decays: bool) -> list[Visit]:
    parameter = torch.nn.Parameter(start)
    optimizer = make([parameter], h)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: 1 / (1 + k / 3) if decays else 1.0)
    visits = []
    for k in range(steps):
        rate = optimizer.param_groups[0]["lr"]
        optimizer.zero_grad()
        loss(parameter).sum().backward()
        x, gradient = _numbers(parameter), _numbers(parameter.grad)
        optimizer.step()
        schedule.step()
        state = {n: _numbers(v) for n, v in optimizer.state[parameter].items() if isinstance(v, torch.Tensor)}
        now = SimpleNamespace(**{**vars(h), "lr": rate})
        visits.append(Visit(k, x, gradient, now, state, _numbers(parameter)))
    return visits


def _numbers(tensor: Any) -> np.ndarray:
    return tensor.detach().numpy().copy()
