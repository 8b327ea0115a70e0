"""A layer's ε in ResNet20 on digits: filters at chosen norms, and where training leaves them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from impl.data import Dataset
from impl.models import ResNet20
from verify.experiments.summary import rounded

EPS = 1e-5
"""torch's default."""

PAIRS = (("float64", torch.float64), ("float32", torch.float32))


@dataclass(frozen=True)
class Filters:
    """Every filter before a BatchNorm, a row each: norm r, variance V of its output, ⟨∇L, w⟩, γ∂L/∂γ, ‖∇L‖, size d."""

    norm: Tensor
    variance: Tensor
    radial: Tensor
    slope: Tensor
    gradient: Tensor
    size: Tensor


def network(width: int, seed: int, dtype: torch.dtype) -> ResNet20:
    """A fresh ResNet20 in training mode, the same numbers in every dtype."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return ResNet20(norm="bn", in_channels=1, width=width, bn_eps=EPS).to(dtype)


def measure(model: nn.Module, images: Tensor, labels: Tensor) -> Filters:
    """One gradient of the loss on a batch, split by filters."""
    seen: dict[nn.Module, Tensor] = {}
    pairs = list(filters(model))
    hooks = [norm.register_forward_pre_hook(lambda m, a: seen.update({m: a[0].detach()})) for _, norm in pairs]
    model.zero_grad()
    cross_entropy(model(images), labels).backward()
    for hook in hooks:
        hook.remove()
    rows: list[list[Tensor]] = []
    for conv, norm in pairs:
        w, g = (p.detach().flatten(1) for p in (conv.weight, conv.weight.grad))
        variance = seen[norm].transpose(0, 1).flatten(1).var(-1, correction=0)
        slope = norm.weight.detach() * norm.weight.grad
        size = torch.full_like(slope, w.shape[1])
        rows.append([w.norm(dim=-1), variance, (w * g).sum(-1), slope, g.norm(dim=-1), size])
    return Filters(*(torch.cat(column).double() for column in zip(*rows, strict=True)))


def filters(model: nn.Module) -> Iterator[tuple[Any, Any]]:
    """Each convolution and the BatchNorm behind it."""
    modules = dict(model.named_modules())
    for name, conv in modules.items():
        if isinstance(conv, nn.Conv2d):
            yield conv, modules[name.replace("conv", "norm")]


def at_norm(exponent: float, data: Dataset, width: int, batch: int, seed: int, every: int) -> dict[str, Any]:
    """All filters at ‖w‖ = 10^exponent: what is radial in their gradients, beside κγ∂L/∂γ.

    points: every so manieth filter's √(V/ε) and |⟨∇L, w⟩|/|γ∂L/∂γ| by dtype; error: the largest difference from the
    law, in units of ‖∇L‖‖w‖, by dtype. growth: 2|⟨∇L, w⟩|/(η‖∇L‖²) and 2κ|γ∂L/∂γ|/(η‖∇L‖²) in float64, the medians.
    """
    result: dict[str, Any] = {"norm": exponent, "error": {}, "points": {}}
    for name, dtype in PAIRS:
        model = network(width, seed, dtype)
        with torch.no_grad():
            for conv, _ in filters(model):
                conv.weight.mul_(10**exponent / conv.weight.flatten(1).norm(dim=-1)[:, None, None, None])
        found = measure(model, data.train_images[:batch].to(dtype), data.train_labels[:batch])
        expected = EPS / (found.variance + EPS) * found.slope
        error = (found.radial - expected).abs() / (found.gradient * found.norm)
        result["error"][name] = rounded(float(error.max()))
        ratio = (found.radial / found.slope).abs()
        kept = slice(None, None, every)
        x, y = (found.variance[kept] / EPS).sqrt().tolist(), ratio[kept].tolist()
        result["points"][name] = [[rounded(a), rounded(b)] for a, b in zip(x, y, strict=True) if math.isfinite(b)]
        if dtype == torch.float64:
            pairs = found.radial, expected
            growth = [(2 * v.abs() / (RATE * found.gradient**2)).median() for v in pairs]
            result["growth"] = [rounded(float(v)) for v in growth]
    return result


def training(data: Dataset, width: int, batch: int, seed: int, steps: int, looks: tuple[int, ...]) -> dict[str, Any]:
    """SGD with decay on the filters and gains: quantiles over filters of what the laws depend on, at some steps."""
    model = network(width, seed, torch.float32)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, weight_decay=DECAY)
    generator, found = torch.Generator().manual_seed(seed), []
    for step in range(steps + 1):
        chosen = torch.randint(len(data.train_labels), (batch,), generator=generator)
        f = measure(model, data.train_images[chosen], data.train_labels[chosen])
        if step in looks:
            kappa, growth = EPS / (f.variance + EPS), RATE * f.gradient**2
            values = {
                "r": f.norm,
                "s": f.variance.sqrt() / f.norm,
                "n": f.norm * f.gradient / f.size.sqrt(),
                "tangency": kappa,
                "growth": 2 * kappa * f.slope.abs() / growth,
                "decay": kappa * f.slope.abs() / (DECAY * f.norm**2),
            }
            found.append({"step": step, "filters": len(f.norm)} | {n: quantiles(v) for n, v in values.items()})
        optimizer.step()
    return {"lr": RATE, "weight_decay": DECAY, "looks": found}


RATE, DECAY = 0.1, 5e-4


def quantiles(values: Tensor) -> list[float | None]:
    """The least, the median and the largest."""
    return [rounded(float(v)) for v in (values.min(), values.median(), values.max())]
