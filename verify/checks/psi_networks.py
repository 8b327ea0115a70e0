"""Networks as 004 (1) has them, every layer followed by batch normalization, for the checks of its geometry."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.func import functional_call

from impl.models.layers import NO_EPS

INPUTS, HIDDEN, OUTPUTS, BATCH = 6, 5, 4, 8
WEIGHTS = ("0.weight", "3.weight")
"""W: a row for each neuron. The other parameters, γ and β, are g."""

Parameters = dict[str, Tensor]


@dataclass(frozen=True)
class Case:
    """A network, its parameters, a training set, and a factor in 10⁻³..10³ for every neuron, (rows, 1)."""

    network: nn.Module
    parameters: Parameters
    inputs: Tensor
    labels: Tensor
    factors: Parameters

    def rescaled(self) -> Parameters:
        """T_a(W), g."""
        return {n: self.factors[n] * p if n in WEIGHTS else p for n, p in self.parameters.items()}

    def losses(self, parameters: Parameters, members: list[int] | None = None) -> Tensor:
        """The losses of the samples, all of them or a batch's, with the statistics of that batch in training mode."""
        chosen = slice(None) if members is None else members
        outputs = functional_call(self.network, parameters, self.inputs[chosen])
        return nn.functional.cross_entropy(outputs, self.labels[chosen], reduction="none")

    def gradient(self, parameters: Parameters, members: list[int] | None = None) -> Parameters:
        """The gradient of the mean loss."""
        leaves = {n: p.detach().requires_grad_() for n, p in parameters.items()}
        found = torch.autograd.grad(self.losses(leaves, members).mean(), list(leaves.values()))
        return dict(zip(leaves, found, strict=True))


def networks(
    cases: int, seed: int, dtype: torch.dtype = torch.float64, device: torch.device | None = None
) -> Iterator[Case]:
    """One network for every HIDDEN + OUTPUTS cases: the neurons are the cases."""
    for number in range(count(cases)):
        generator = torch.Generator().manual_seed(seed + number)

        def normal(*shape: int, generator: torch.Generator = generator) -> Tensor:
            return torch.randn(*shape, generator=generator, dtype=torch.float64).to(device, dtype)

        first, second = (nn.Linear(*shape, bias=False) for shape in ((INPUTS, HIDDEN), (HIDDEN, OUTPUTS)))
        norms = (nn.BatchNorm1d(width, NO_EPS, track_running_stats=False) for width in (HIDDEN, OUTPUTS))
        network = nn.Sequential(first, next(norms), nn.Tanh(), second, next(norms)).to(device, dtype)
        parameters = {name: normal(*p.shape) for name, p in network.named_parameters()}
        scales = torch.rand(HIDDEN + OUTPUTS, 1, generator=generator, dtype=torch.float64)
        factors = dict(zip(WEIGHTS, (10 ** (6 * scales - 3)).to(device, dtype).split((HIDDEN, OUTPUTS)), strict=True))
        labels = torch.randint(OUTPUTS, (BATCH,), generator=generator).to(device)
        yield Case(network, parameters, normal(BATCH, INPUTS), labels, factors)


def count(cases: int) -> int:
    return -(-cases // (HIDDEN + OUTPUTS))


def row_norms(rows: Tensor) -> Tensor:
    return torch.linalg.vector_norm(rows, dim=-1, keepdim=True)
