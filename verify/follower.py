"""An optimizer that takes its steps from a scheme, for schemes that nobody ships."""

from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import torch

from derivations.scheme import Scheme
from verify.spaces import Torch


class Follower(torch.optim.Optimizer):
    """`scheme` with the hyper-parameters `h`; the last axis of a parameter is one weight, its buffers are its state."""

    def __init__(self, params: Iterable[Any], scheme: Scheme, h: SimpleNamespace) -> None:
        super().__init__(params, {})
        self.scheme, self.h, self.steps = scheme, h, 0

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step of every parameter that has a gradient; returns the closure's loss."""
        space, loss = Torch(), None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    known = dict(self.state[p]) or self.scheme.initial_state(space, p.detach(), self.h)
                    x, new = self.scheme.step(space, self.steps, p.detach(), p.grad, known, self.h)
                    p.copy_(x)
                    self.state[p].update(new)
        self.steps += 1
        return loss
