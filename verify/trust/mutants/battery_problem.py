"""Small optimization problems from a seed, and runs of optimizers on them: what the laws of the battery are put to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from impl.groups import row_count


@dataclass(frozen=True)
class Problem:
    """Parameters in groups, and gradients for them, all from one seed."""

    layout: tuple[tuple[Any, tuple[tuple[int, ...], ...]], ...]
    """(invariant, shapes) of every group."""
    dtype: torch.dtype
    seed: int
    transposed: bool = False
    """Whether the parameters are laid out in memory back to front."""

    def groups(self) -> list[dict[str, Any]]:
        """New parameters, the same at every call, of norms from 0.1 to 10."""
        generator = torch.Generator().manual_seed(self.seed)
        return [
            {"params": [self._parameter(shape, generator) for shape in shapes], "invariant": invariant}
            for invariant, shapes in self.layout
        ]

    def _parameter(self, shape: tuple[int, ...], generator: torch.Generator) -> nn.Parameter:
        size = 10 ** (2 * torch.rand((), generator=generator).item() - 1)
        data = size * torch.randn(shape, generator=generator, dtype=self.dtype)
        return nn.Parameter(data.mT.contiguous().mT if self.transposed and data.dim() > 1 else data)

    def set_gradients(self, parameters: list[nn.Parameter], k: int, nudge: float = 0.0) -> None:
        """The gradients of step k; `nudge` changes them relatively, by that much in random directions."""
        generator = torch.Generator().manual_seed(self.seed * 1000 + k)
        for p in parameters:
            gradient = torch.randn(p.shape, generator=generator, dtype=self.dtype)
            p.grad = gradient * (1 + nudge * torch.randn(p.shape, generator=generator, dtype=self.dtype))

    @property
    def length(self) -> int:
        """The largest d of a slice."""
        empty = [
            torch.empty(shape).numel() // row_count(torch.empty(shape), invariant)
            for invariant, shapes in self.layout
            if invariant is not None
            for shape in shapes
        ]
        return max(empty, default=1)


def parameters_of(optimizer: torch.optim.Optimizer) -> list[nn.Parameter]:
    return [p for group in optimizer.param_groups for p in group["params"]]


def run(
    problem: Problem, optimizer: torch.optim.Optimizer, steps: range | int, nudge: float = 0.0
) -> torch.optim.Optimizer:
    """Make the steps, with the problem's gradients; returns the optimizer."""
    for k in range(steps) if isinstance(steps, int) else steps:
        problem.set_gradients(parameters_of(optimizer), k, nudge)
        optimizer.step()
    return optimizer


def numbers(optimizer: torch.optim.Optimizer) -> list[Tensor]:
    """All that an optimizer holds: its parameters, then their buffers."""
    parameters = parameters_of(optimizer)
    buffers = [optimizer.state[p][name] for p in parameters for name in sorted(optimizer.state[p])]
    return [t.detach() for t in [*parameters, *buffers]]


def allowed_error(problem: Problem, make: Callable[[], torch.optim.Optimizer], steps: int) -> list[Tensor]:
    """For each of `numbers`, elementwise: dtype eps × operations × (size + measured conditioning).

    The conditioning is the change of the result when start and gradients change relatively by about `nudge`, over
    `nudge`. Operations: at most d + 40 roundings a step, in sums of d terms and in the rest of the rule.
    """
    nudge = torch.finfo(problem.dtype).eps ** 0.5
    plain, nudged = make(), make()
    generator = torch.Generator().manual_seed(problem.seed)
    for p in parameters_of(nudged):
        p.data *= 1 + nudge * torch.randn(p.shape, generator=generator, dtype=p.dtype)
    pairs = zip(numbers(run(problem, plain, steps)), numbers(run(problem, nudged, steps, nudge)), strict=True)
    roundings = torch.finfo(problem.dtype).eps * (problem.length + 40) * steps
    return [roundings * (a.abs().max() + (a - b).abs().max() / nudge) for a, b in pairs]
