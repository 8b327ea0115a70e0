"""Small batch-normalised networks side by side, one a learning rate and seed, each trained by its own optimizer."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from impl.optim import PSISGD, SGDG

Weights = dict[str, Tensor]
"""The parameters of all networks: each of shape (rates, seeds, *its own)."""
MOMENTUM = 0.9


def _psi_sgd(groups: list[dict[str, Any]], lr: float) -> torch.optim.Optimizer:
    return PSISGD(groups, lr=lr, max_norm=None, foreach=True)


def _psi_sgdm(groups: list[dict[str, Any]], lr: float) -> torch.optim.Optimizer:
    invariant, others = groups
    # Algorithm 1 has momentum for the invariant weights only.
    return PSISGD([invariant, others | {"momentum": 0.0}], lr=lr, momentum=MOMENTUM, max_norm=None, foreach=True)


def _sgd_g(groups: list[dict[str, Any]], lr: float) -> torch.optim.Optimizer:
    return SGDG(groups, lr=lr, base_lr=lr, momentum=MOMENTUM, orthogonality=0.0, clip=None, foreach=True)


def _sgd_g_published(groups: list[dict[str, Any]], lr: float) -> torch.optim.Optimizer:
    return SGDG(groups, lr=lr, base_lr=lr, momentum=MOMENTUM, foreach=True)


def _sgd(groups: list[dict[str, Any]], lr: float) -> torch.optim.Optimizer:
    return torch.optim.SGD(groups, lr=lr, foreach=True)


def _sgd_m(groups: list[dict[str, Any]], lr: float) -> torch.optim.Optimizer:
    return torch.optim.SGD(groups, lr=lr, momentum=MOMENTUM, foreach=True)


def _sgd_m_inside(groups: list[dict[str, Any]], lr: float) -> torch.optim.Optimizer:
    invariant, others = groups
    return torch.optim.SGD([invariant, others | {"momentum": 0.0}], lr=lr, momentum=MOMENTUM, foreach=True)


def _adam(groups: list[dict[str, Any]], lr: float) -> torch.optim.Optimizer:
    return torch.optim.Adam(groups, lr=lr, foreach=True)


METHODS: dict[str, Callable[[list[dict[str, Any]], float], torch.optim.Optimizer]] = {
    "psi-sgd": _psi_sgd,
    "psi-sgdm": _psi_sgdm,
    "sgd-g": _sgd_g,
    "sgd-g-published": _sgd_g_published,
    "sgd": _sgd,
    "sgd-m": _sgd_m,
    "adam": _adam,
    "sgd-m-inside": _sgd_m_inside,
}
"""How to train a network from its two parameter groups, invariant and not. `sgd-g` is without the orthogonality term
and clipping that Cho & Lee publish it with; `sgd-m-inside` has momentum where PSI-SGDM has it, on the invariant weights
alone. No method has weight decay of its own."""


def batch_norm(z: Tensor, gamma: Tensor, beta: Tensor, eps: float | Tensor = 0.0) -> Tensor:
    """004 (2) with an ε: z of shape (…, samples, units), γ and β of shape (…, units)."""
    centred = z - z.mean(-2, keepdim=True)
    variance = centred.square().mean(-2, keepdim=True)
    return centred / (variance + eps).sqrt() * gamma.unsqueeze(-2) + beta.unsqueeze(-2)


class Stack:
    """The networks of `rates` × seeds from common starts; the networks of one rate share an optimizer.

    starts: parameter → its starts, of shape (seeds, *its own). invariant: the names of the radially-invariant ones,
    whose rows are their neurons. decay: λη of the invariant weights, the same for every rate.
    """

    def __init__(
        self,
        method: str,
        starts: Mapping[str, Tensor],
        invariant: Sequence[str],
        rates: Sequence[float],
        decay: float = 0.0,
    ) -> None:
        self.weights: Weights = {
            name: start.detach().expand(len(rates), *start.shape).clone() for name, start in starts.items()
        }
        self.invariant = tuple(invariant)
        self._parameters = {
            # Slices of the stacked tensor: an optimizer's step in place is seen there.
            name: [[nn.Parameter(network) for network in networks] for networks in stacked]
            for name, stacked in self.weights.items()
        }
        self._optimizers = []
        for i, lr in enumerate(rates):
            inside = [p for name in self.invariant for p in self._parameters[name][i]]
            outside = [p for name in starts if name not in self.invariant for p in self._parameters[name][i]]
            groups: list[dict[str, Any]] = [
                {"params": inside, "invariant": "channel"},
                {"params": outside, "invariant": None},
            ]
            if decay:
                groups[0]["weight_decay"] = decay / lr
            self._optimizers.append(METHODS[method](groups, lr))

    def gradients(self, loss: Callable[..., Tensor], *data: Any) -> tuple[Tensor, Weights]:
        """loss(weights, *data), of shape (rates, seeds), and each network's gradient of its own."""
        leaves = {name: value.detach().requires_grad_() for name, value in self.weights.items()}
        losses = loss(leaves, *data)
        found = torch.autograd.grad(losses.sum(), list(leaves.values()))
        return losses.detach(), dict(zip(leaves, found, strict=True))

    def step(self, gradients: Weights) -> None:
        """One step of every optimizer."""
        for name, stacked in gradients.items():
            for networks, of_rate in zip(self._parameters[name], stacked, strict=True):
                for p, gradient in zip(networks, of_rate, strict=True):
                    p.grad = gradient
        for optimizer in self._optimizers:
            optimizer.step()

    def directions(self) -> list[Tensor]:
        """The invariant weights over their norms."""
        return [torch.nn.functional.normalize(self.weights[name], dim=-1, eps=0.0) for name in self.invariant]
