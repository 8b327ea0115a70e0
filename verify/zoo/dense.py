"""The zoo: nets of dense layers, weight norms and other reparametrisations."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, normalize
from torch.nn.utils.parametrizations import spectral_norm, weight_norm

from verify.zoo.architecture import Architecture

WIDTH, CLASSES, PIXELS = 12, 10, 64


def dense(*between: nn.Module, bias: bool = False) -> nn.Sequential:
    """Two layers, the modules between them, and a head."""
    hidden = nn.Linear(PIXELS, WIDTH, bias=bias)
    return nn.Sequential(hidden, *between, nn.Linear(WIDTH, CLASSES))


def two(first: nn.Module, second: nn.Module, bias: bool) -> nn.Sequential:
    """Two hidden layers, each followed by its normalisation and ReLU."""
    return nn.Sequential(
        nn.Linear(PIXELS, WIDTH, bias=bias),
        first,
        nn.ReLU(),
        nn.Linear(WIDTH, WIDTH, bias=bias),
        second,
        nn.ReLU(),
        nn.Linear(WIDTH, CLASSES),
    )


def batch(eps: float, width: int = WIDTH) -> nn.BatchNorm1d:
    return nn.BatchNorm1d(width, eps)


class Cosine(nn.Module):
    """An embedding of length 1 and classes of length 1, as for faces."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(PIXELS, WIDTH), nn.Tanh())
        self.embed = nn.Linear(WIDTH, WIDTH, bias=False)
        self.classes = nn.Parameter(torch.randn(CLASSES, WIDTH))

    def forward(self, x: Tensor) -> Tensor:
        return 10 * linear(normalize(self.embed(self.body(x))), normalize(self.classes))


class FrozenStatistics(nn.BatchNorm1d):
    """A BatchNorm that stays in evaluation mode."""

    def train(self, mode: bool = True) -> "FrozenStatistics":
        return super().train(False)


class Shared(nn.Module):
    """One layer used twice; the second use with a BatchNorm of its own, or without."""

    def __init__(self, eps: float, normalised: bool) -> None:
        super().__init__()
        self.first = nn.Linear(PIXELS, WIDTH)
        self.shared = nn.Linear(WIDTH, WIDTH, bias=False)
        self.norm = batch(eps)
        self.again = batch(eps) if normalised else nn.Identity()
        self.head = nn.Linear(WIDTH, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.tanh(self.norm(self.shared(torch.tanh(self.first(x)))))
        return self.head(torch.tanh(self.again(self.shared(x))))


class DoubleNorm(nn.Module):
    """A gain without shift, a layer without bias, and a LayerNorm after them."""

    def __init__(self, eps: float) -> None:
        super().__init__()
        self.first = nn.Linear(PIXELS, WIDTH)
        self.rms = nn.RMSNorm(WIDTH, eps)
        self.linear = nn.Linear(WIDTH, WIDTH, bias=False)
        self.norm = nn.LayerNorm(WIDTH, eps)
        self.head = nn.Linear(WIDTH, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(torch.relu(self.norm(self.linear(self.rms(torch.tanh(self.first(x)))))))


ORIGINAL = "*parametrizations.weight.original1"


def _weight_norm(dim: Any) -> nn.Sequential:  # torch takes None for the whole, its annotation does not
    layers = nn.Linear(PIXELS, WIDTH), nn.Linear(WIDTH, CLASSES)
    return nn.Sequential(weight_norm(layers[0], dim=dim), nn.ReLU(), weight_norm(layers[1], dim=dim))


def _spectral(_eps: float) -> nn.Sequential:
    return nn.Sequential(spectral_norm(nn.Linear(PIXELS, WIDTH)), nn.ReLU(), nn.Linear(WIDTH, CLASSES))


def _frozen(eps: float) -> nn.Sequential:
    model = two(batch(eps), batch(eps), False)
    model[0].weight.requires_grad_(False)
    return model


CHANNELS = {"0.weight": "channel", "3.weight": "channel"}
ARCHITECTURES = (
    Architecture("mlp", "vectors", lambda eps: dense(nn.ReLU(), bias=True), why="nothing normalises"),
    Architecture("mlp-bn", "vectors", lambda eps: two(batch(eps), batch(eps), False), CHANNELS, {}),
    Architecture(
        "mlp-bn-bias", "vectors", lambda eps: two(batch(eps), batch(eps), True), CHANNELS, {}, "BN removes the bias"
    ),
    Architecture("mlp-bn-frozen-layer", "vectors", _frozen, CHANNELS, {}, "a frozen weight is as invariant as others"),
    Architecture(
        "mlp-bn-eval",
        "vectors",
        lambda eps: dense(FrozenStatistics(WIDTH, eps), nn.ReLU()),
        why="fixed statistics normalise nothing",
    ),
    Architecture(
        "mlp-ln",
        "vectors",
        lambda eps: two(nn.LayerNorm(WIDTH, eps), nn.LayerNorm(WIDTH, eps), False),
        {"0.weight": "whole", "3.weight": "whole"},
    ),
    Architecture(
        "mlp-ln-bias",
        "vectors",
        lambda eps: two(nn.LayerNorm(WIDTH, eps), nn.LayerNorm(WIDTH, eps), True),
        why="LN removes the mean over neurons only: a weight is invariant together with its bias",
    ),
    Architecture(
        "mlp-relu-bn",
        "vectors",
        lambda eps: dense(nn.ReLU(), batch(eps)),
        {"0.weight": "channel"},
        {},
        "ReLU(ρx) = ρ ReLU(x) for ρ > 0",
    ),
    Architecture("mlp-tanh-bn", "vectors", lambda eps: dense(nn.Tanh(), batch(eps)), why="tanh is not homogeneous"),
    Architecture(
        "deep-linear-bn",
        "vectors",
        lambda eps: dense(nn.ReLU(), nn.Linear(WIDTH, WIDTH, bias=False), batch(eps)),
        {"0.weight": "whole", "2.weight": "channel"},
        {},
        "a channel of the first goes to every channel of the second",
    ),
    Architecture(
        "double-norm",
        "vectors",
        DoubleNorm,
        {"rms.weight": "whole", "linear.weight": "whole"},
        why="a gain without shift is a diagonal layer",
    ),
    Architecture("weight-norm", "vectors", lambda eps: _weight_norm(0), {ORIGINAL: "channel"}),
    Architecture("weight-norm-whole", "vectors", lambda eps: _weight_norm(None), {ORIGINAL: "whole"}),
    Architecture("weight-norm-inputs", "vectors", lambda eps: _weight_norm(1), {ORIGINAL: "columns"}),
    Architecture(
        "spectral-norm",
        "vectors",
        _spectral,
        {"*parametrizations.weight.original": "whole"},
        why="W/uᵀWv, with u and v held fixed",
    ),
    Architecture("cosine-classes", "vectors", lambda eps: Cosine(), {"embed.weight": "whole", "classes": "channel"}),
    Architecture(
        "shared-both-bn", "vectors", lambda eps: Shared(eps, True), {"shared.weight": "channel"}, {}, "tied weights"
    ),
    Architecture(
        "shared-one-bn",
        "vectors",
        lambda eps: Shared(eps, False),
        why="one of two uses of a tied weight is not normalised",
    ),
)
