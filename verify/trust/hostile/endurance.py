"""10⁵ steps of each of our optimizers in float32 on random radially-invariant losses: what has to hold still does."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from impl.optim import OPTIMIZERS, SphericalSGD
from verify.trust.hostile.outcome import Outcome

STEPS = 100_000
ROWS, LENGTH = 2, 4
MAX_NORM = 1e4
EPS = float(torch.finfo(torch.float32).eps)


@dataclass(frozen=True)
class Row:
    """What a run kept; radius: how far the norm was off, in units of what is allowed, where there is a law for it."""

    optimizer: str
    law: str
    worst: float
    faults: tuple[str, ...]

    @property
    def outcome(self) -> Outcome:
        return Outcome.FAULT if self.faults or not self.worst <= 1 else Outcome.RIGHT


def runs(steps: int = STEPS, progress: Callable[[str, int, int], None] | None = None) -> Iterator[Row]:
    """Every optimizer, one after the other."""
    for i, cls in enumerate(OPTIMIZERS):
        if progress:
            progress(f"{steps} steps: {cls.__name__}", i, len(OPTIMIZERS))
        yield run(cls, steps)


def run(cls: Callable[..., torch.optim.Optimizer], steps: int) -> Row:
    """One optimizer, with the gradients of new random losses ⟨a, x/‖x‖⟩ at every step: tangent, and of degree -1."""
    generator = torch.Generator().manual_seed(11)
    p = torch.nn.Parameter(torch.randn(ROWS, LENGTH, generator=generator))
    start = torch.linalg.vector_norm(p.detach().double(), dim=1)
    options = {"lr": 0.05, "weight_decay": 0.01} if cls is SphericalSGD else {}
    optimizer = cls([p], **options)
    radius, worst, faults = start.clone(), 0.0, list[str]()
    sphere = bool((torch.linalg.vector_norm(p.detach().double(), dim=1) - 1).abs().max() < 8 * EPS)
    p.grad = torch.zeros_like(p)
    for k in range(steps):
        if k % 1000 == 0:
            drawn = torch.randn(1000, ROWS, LENGTH, generator=generator, dtype=torch.float64)
        x, a = p.detach().double(), drawn[k % 1000]
        square = (x * x).sum(1, keepdim=True)
        p.grad.copy_((a - (a * x).sum(1, keepdim=True) / square * x) / square.sqrt())
        optimizer.step()
        if cls is SphericalSGD:
            radius = _radius(radius, p.grad.double(), **options)
        if k % 1000 == 999 or k + 1 == steps:
            worst = max(worst, _worst(optimizer, p, radius, sphere, k + 1))
            faults += _broken(optimizer, p, k + 1)
            if faults:
                break
    law = "r⁴ is SGD's" if cls is SphericalSGD else "norm 1" if sphere else f"norm below {MAX_NORM:g}"
    return Row(getattr(cls, "__name__", ""), law, float(f"{worst:.2g}"), tuple(faults[:3]))


def _radius(r: Tensor, gradient: Tensor, *, lr: float, weight_decay: float) -> Tensor:
    """SGD's own norm, in float64: r² ← ((1-ηλ) r)² + (η ‖∇L(u)‖/r)², ∇L(u)/r being its gradient there."""
    slope = torch.linalg.vector_norm(gradient, dim=1)
    return (((1 - lr * weight_decay) * r) ** 2 + (lr * slope / r) ** 2).sqrt()


def _worst(optimizer: torch.optim.Optimizer, p: Tensor, radius: Tensor, sphere: bool, steps: int) -> float:
    """How far the law of the norm is from its bound: 1 is at the bound."""
    norms = torch.linalg.vector_norm(p.detach().double(), dim=1)
    if sphere:
        off = float((norms - 1).abs().max()) / ((LENGTH + 4) * EPS)
        if isinstance(optimizer, SphericalSGD):  # each step rounds r⁴ to ε/2, and a gradient within a few ε
            w = optimizer.state[p]["fourth_power_radius"].double()
            off = max(off, float((w / radius**4 - 1).abs().max()) / (8 * steps * EPS))
        return off
    return float(norms.max()) / MAX_NORM


def _broken(optimizer: torch.optim.Optimizer, p: Tensor, steps: int) -> list[str]:
    """What is not finite, and a count of steps that is wrong."""
    values = {"weights": p.detach(), **optimizer.state[p]}
    found = [f"{name} not finite after {steps} steps" for name, v in values.items() if not torch.isfinite(v).all()]
    count = optimizer.state[p].get("step")
    return found + ([f"counts {int(count)} steps, not {steps}"] if count is not None and int(count) != steps else [])
