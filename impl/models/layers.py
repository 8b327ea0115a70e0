"""Tiny networks, one per normalisation layer, each with one weight whose proper slices are radially invariant.

001 App. B, C: after BatchNorm, InstanceNorm or WeightNorm the slices are the filters (``"channel"``), after LayerNorm
the whole weight (``"whole"``), after GroupNorm each group of filters (the number of groups). What breaks it:

- ``eps`` > 0 in the normalisation, by a relative amount of order eps/σ² (WeightNorm has no epsilon);
- ``bias`` before LayerNorm or GroupNorm, which no longer cancels when the weight alone is rescaled (BatchNorm and
  InstanceNorm subtract it, WeightNorm normalises before it is added);
- BatchNorm in evaluation mode, where the statistics are frozen.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations

NO_EPS = 1e-300
"""Torch refuses an epsilon of 0 in BatchNorm; this one is lost in the rounding of every variance above 1e-284."""

CHANNELS, SIZE, FILTERS, GROUPS, CLASSES = 3, 5, 4, 2, 3


@dataclass(frozen=True)
class Model:
    """A network family with one radially-invariant parameter.

    build(seed=, eps=NO_EPS, bias=False, dtype=torch.float64) gives the module; inputs(seed=, batch=) a matching input.
    parameter: its dotted name. invariant: which slices, ``"channel"``, ``"whole"`` or the number of groups of filters.
    """

    name: str
    parameter: str
    invariant: str | int
    layers: Callable[[float, bool], nn.Sequential]
    input_shape: tuple[int, ...] = (CHANNELS, SIZE, SIZE)
    eps_breaks: bool = True
    bias_breaks: bool = False
    eval_breaks: bool = False

    @property
    def slice_count(self) -> int:
        """How many invariant slices the parameter has; slice i is row i of ``p.reshape(slice_count, -1)``."""
        return {"channel": FILTERS, "whole": 1}[self.invariant] if isinstance(self.invariant, str) else self.invariant

    def build(
        self, *, seed: int, eps: float = NO_EPS, bias: bool = False, dtype: torch.dtype = torch.float64
    ) -> nn.Sequential:
        """A module from images (batch, 3, 5, 5) or vectors (batch, 8) to logits (batch, 3), in training mode."""
        if not eps > 0:
            raise ValueError(f"eps={eps!r}: a normalisation's epsilon must be positive; NO_EPS stands for none")
        module = self.layers(eps, bias).double()
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for p in module.parameters():
                p.copy_(torch.randn(p.shape, generator=generator, dtype=torch.float64))
        return module.to(dtype)

    def inputs(self, *, seed: int, batch: int = 6, dtype: torch.dtype = torch.float64) -> Tensor:
        """Standard normal inputs, shape (batch, *input_shape)."""
        generator = torch.Generator().manual_seed(seed)
        return torch.randn((batch, *self.input_shape), generator=generator, dtype=torch.float64).to(dtype)


def _conv(norm: nn.Module, bias: bool) -> nn.Sequential:
    head = nn.Linear(FILTERS * SIZE * SIZE, CLASSES)
    return nn.Sequential(nn.Conv2d(CHANNELS, FILTERS, 3, padding=1, bias=bias), norm, nn.Tanh(), nn.Flatten(), head)


def _linear(norm: nn.Module, bias: bool) -> nn.Sequential:
    return nn.Sequential(nn.Linear(8, FILTERS, bias=bias), norm, nn.Tanh(), nn.Linear(FILTERS, CLASSES))


def batch_norm(eps: float, bias: bool) -> nn.Sequential:
    return _conv(nn.BatchNorm2d(FILTERS, eps), bias)


def batch_norm_linear(eps: float, bias: bool) -> nn.Sequential:
    return _linear(nn.BatchNorm1d(FILTERS, eps), bias)


def instance_norm(eps: float, bias: bool) -> nn.Sequential:
    return _conv(nn.InstanceNorm2d(FILTERS, eps, affine=True), bias)


def layer_norm(eps: float, bias: bool) -> nn.Sequential:
    return _linear(nn.LayerNorm(FILTERS, eps), bias)


def group_norm(eps: float, bias: bool) -> nn.Sequential:
    return _conv(nn.GroupNorm(GROUPS, FILTERS, eps), bias)


def weight_norm(eps: float, bias: bool) -> nn.Sequential:
    layers = _conv(nn.Identity(), bias)
    parametrizations.weight_norm(layers[0])
    return layers


VECTORS = (8,)
DIRECTION = "0.parametrizations.weight.original1"

MODULES: tuple[Model, ...] = (
    Model("batch-norm", "0.weight", "channel", batch_norm, eval_breaks=True),
    Model("batch-norm-linear", "0.weight", "channel", batch_norm_linear, VECTORS, eval_breaks=True),
    Model("instance-norm", "0.weight", "channel", instance_norm),
    Model("layer-norm", "0.weight", "whole", layer_norm, VECTORS, bias_breaks=True),
    Model("group-norm", "0.weight", GROUPS, group_norm, bias_breaks=True),
    Model("weight-norm", DIRECTION, "channel", weight_norm, eps_breaks=False),
)
