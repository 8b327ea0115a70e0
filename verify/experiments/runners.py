"""The optimizers of the continuation (001 D.4): each trains its own copy of the network, filters by its scheme, all
other parameters by the same SGD."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from impl.groups import invariant_groups
from impl.optim import AdaGradG, SphericalSGD
from verify.experiments.effective import norm, rows
from verify.experiments.pretraining import filter_weights

ADAGRAD_EPS = 1e-10


@dataclass
class Runner:
    """A network, its filters, and the optimizers that train it."""

    model: nn.Module
    filters: list[Tensor]
    optimizers: list[torch.optim.Optimizer]
    prepare: Callable[["Runner"], None] | None = None
    sizes: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.sizes = [len(p) for p in self.filters]

    def loss_and_gradients(self, images: Tensor, labels: Tensor) -> float:
        """The loss on a batch; leaves its gradients in the parameters."""
        for p in self.model.parameters():
            p.grad = None
        loss = cross_entropy(self.model(images), labels)
        loss.backward()
        return loss.item()

    def step(self) -> None:
        if self.prepare:
            self.prepare(self)
        for optimizer in self.optimizers:
            optimizer.step()

    def points(self) -> list[Tensor]:
        """A copy of the filters as rows, one matrix a layer."""
        return [rows(p).clone() for p in self.filters]

    def radii(self) -> Tensor:
        """‖x‖ of every filter, shape (filters,), float64."""
        return torch.cat([norm(rows(p).double()) for p in self.filters])

    def gradients(self) -> list[Tensor]:
        return [rows(p.grad) for p in self.filters if p.grad is not None]

    def state_dict(self) -> dict:
        return {"model": self.model.state_dict(), "optimizers": [o.state_dict() for o in self.optimizers]}

    def load_state_dict(self, state: dict) -> None:
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)


def sgd(model: nn.Module, lr: float, weight_decay: float) -> Runner:
    """SGD with L2, without momentum, on all parameters."""
    model = copy.deepcopy(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, weight_decay=weight_decay)
    return Runner(model, filter_weights(model), [optimizer])


def adagrad_g(model: nn.Module, lr: float, weight_decay: float) -> Runner:
    """AdaGradG with the options of Theorem 4."""
    model = copy.deepcopy(model)
    optimizer = AdaGradG.matching_sgd(invariant_groups(model), lr=lr, weight_decay=weight_decay)
    return Runner(model, filter_weights(model), [optimizer])


def spherical_sgd(model: nn.Module, lr: float, weight_decay: float) -> Runner:
    """The all-order scheme."""
    model = copy.deepcopy(model)
    optimizer = SphericalSGD(invariant_groups(model), lr=lr, weight_decay=weight_decay)
    return Runner(model, filter_weights(model), [optimizer])


def adagrad(model: nn.Module, lr: float, weight_decay: float, *, adagrad_lr: float | None) -> Runner:
    """torch.optim.Adagrad on the filters, without weight decay (Theorem 4's AdaGradG has none either), SGD on the rest.

    adagrad_lr=None sets its rate anew at every step, so that the median filter moves as far as SGD would move it.
    """
    model = copy.deepcopy(model)
    filters = filter_weights(model)
    chosen = {id(p) for p in filters}
    rest = [p for p in model.parameters() if id(p) not in chosen]
    optimizer = torch.optim.Adagrad(filters, lr=adagrad_lr or lr, eps=ADAGRAD_EPS)
    others = torch.optim.SGD(rest, lr=lr, weight_decay=weight_decay)
    runner = Runner(model, filters, [optimizer, others])
    if adagrad_lr is None:
        runner.prepare = lambda runner: _match_step_size(runner, lr)
    return runner


def adagrad_scheduling(runner: Runner) -> Tensor:
    """d^{-1/2}‖b‖ of every filter, shape (filters,), with the b = √(Σ g²) + ε of the last step."""
    optimizer = runner.optimizers[0]
    b = [rows(optimizer.state[p]["sum"]).double().sqrt() + ADAGRAD_EPS for p in runner.filters]
    return torch.cat([norm(t) * t.shape[1] ** -0.5 for t in b])


def _match_step_size(runner: Runner, sgd_lr: float) -> None:
    """AdaGrad's rate for which the median of ‖AdaGrad's step‖/‖SGD's step‖ over the filters is 1."""
    optimizer = runner.optimizers[0]
    ratios = []
    for p, g in zip(runner.filters, runner.gradients(), strict=True):
        total = rows(optimizer.state[p]["sum"]) + g.square()
        ratios.append(norm((g / (total.sqrt() + ADAGRAD_EPS)).double()) / norm(g.double()))
    optimizer.param_groups[0]["lr"] = sgd_lr / torch.cat(ratios).nanmedian().item()
