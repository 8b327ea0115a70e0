"""What the theorems of 002 speak about, measured on every invariant weight at every step of SGD with momentum."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from impl.groups import as_rows
from verify.experiments.effective import norm
from verify.experiments.networks import Network

QUANTITIES = ("norm_squared", "gradient", "momentum", "radial", "angle")
"""‖w‖², ‖g̃‖² = ‖g‖²‖w‖², ⟨v_{t-1}, g_t⟩‖w_t‖², ⟨g, w⟩/(‖g‖‖w‖), the angle from w_t to w_{t+1} in radians."""


class Gauge:
    """Call `before` between backward and step, `after` after the step. `span`: steps of an accumulated angle."""

    def __init__(self, network: Network, optimizer: torch.optim.Optimizer, span: int) -> None:
        self.network, self.optimizer, self.span = network, optimizer, span
        self.anchor = network.rows()

    def before(self) -> None:
        self.points = self.network.rows()
        parts = []
        for (p, invariant), w in zip(self.network.invariant(), self.points, strict=True):
            if p.grad is None:
                raise ValueError(f"a weight of shape {tuple(p.shape)} has no gradient: call backward() first")
            g = as_rows(p.grad, invariant).double()
            buffer = self.optimizer.state[p].get("momentum_buffer")
            v = torch.zeros_like(g) if buffer is None else as_rows(buffer.detach(), invariant).double()
            x, squared, inner = (w * w).sum(1), (g * g).sum(1), (w * g).sum(1)
            length = (x * squared).sqrt()
            parts.append(
                torch.stack((x, x * squared, x * (v * g).sum(1), torch.where(length > 0, inner / length, 0.0)))
            )
        self.measured = torch.cat(parts, 1)

    def after(self, step: int) -> dict[str, Tensor]:
        """The record of the step: `quantities`, shape (5, weights), and now and then `accumulated`, (weights,)."""
        points = self.network.rows()
        angle = angles(self.points, points)
        record = {"quantities": torch.cat((self.measured, angle[None])).float()}
        if (step + 1) % self.span == 0:
            record["accumulated"] = angles(self.anchor, points).float()
            self.anchor = points
        return record

    def state_dict(self) -> dict[str, Any]:
        return {"anchor": self.anchor}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.anchor = list(state["anchor"])


def angles(start: list[Tensor], end: list[Tensor]) -> Tensor:
    """The angle between the rows of each pair, as 2 arcsin(½‖u - u'‖): an arccos would lose the small ones."""
    chords = [norm(a / norm(a)[:, None] - b / norm(b)[:, None]) for a, b in zip(start, end, strict=True)]
    return 2 * torch.cat(chords).div(2).clamp(max=1).asin()
