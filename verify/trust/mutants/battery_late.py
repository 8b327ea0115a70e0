"""A step that comes late, in every way, beside its formula by hand: empty where the count of steps is right."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

COUNTS = (1000, 10_000, 1064, 1000)
"""The steps that the parameters have made: two that are equal up to 64 are not equal, nor are two beyond 8."""
BETAS = (0.999, 0.9998)
"""So near to 1 that what is left of the start shows after thousands of steps."""
RATE, EPS = 0.1, 0.2
SMALL = 1e-80
"""A norm that no rule in place takes: its fourth power is no number."""


def counts_late_steps(package: ModuleType) -> str:
    """In each way, from given buffers; with one slice so short that blocks are referred too."""
    known: tuple[tuple[str, Callable[..., Tensor]], ...] = (
        ("AdamP", _adamp),
        ("AdamWithoutA", _adam),
        ("AdamWithoutAB", _adam),
        ("AdamWithoutABC", _adam),
        ("AdamG", _adam_g),
    )
    for name, rule in known:
        cls = getattr(package, name, None)
        for way in (False, True, None) if cls else ():
            for size in (1.0, SMALL) if name != "AdamG" else (1.0,):
                if found := _departs(cls, rule, way, size):
                    return f"{name}, foreach={way}, norms of {size}: {found}"
    return ""


def _departs(cls: Any, rule: Callable[..., Tensor], foreach: bool | None, size: float) -> str:
    generator = torch.Generator().manual_seed(3)

    def random(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    own = {"orthogonality": 0.0, "clip": None} if rule is _adam_g else {}
    parameters = [nn.Parameter(random(2, 3)) for _ in COUNTS]
    optimizer = cls(parameters, lr=RATE, betas=BETAS, eps=EPS, foreach=foreach, **own)
    for p in parameters:
        p.grad = random(2, 3)
    optimizer.step()
    parameters[1].data[0] *= size
    expected = []
    for p, k in zip(parameters, COUNTS, strict=True):
        state, p.grad = optimizer.state[p], random(2, 3)
        state["step"].fill_(k)
        state["exp_avg"].copy_(random(2, 3))
        if rule is _adam_g:  # whose moment is tangent
            state["exp_avg"] -= (state["exp_avg"] * p.detach()).sum(1, keepdim=True) * p.detach()
        state["exp_avg_sq"].copy_(random(*state["exp_avg_sq"].shape).abs())
        if "previous" in state:
            state["previous"].copy_(p.detach())  # so that nothing is transported
        expected.append(rule(p.detach(), p.grad, state["exp_avg"], state["exp_avg_sq"], k))
    optimizer.step()
    for i, (p, x) in enumerate(zip(parameters, expected, strict=True)):
        # Some fifty roundings, of numbers that no subtraction makes much smaller.
        if not (p.detach() - x).abs().max() <= 64 * torch.finfo(torch.float64).eps * x.abs().max():
            return f"parameter {i} after {COUNTS[i]} steps"
    return ""


def _start(beta: float, k: int) -> float:
    return -torch.expm1((k + 1) * torch.tensor(beta, dtype=torch.float64).log()).item()


def _adam(x: Tensor, g: Tensor, m: Tensor, v: Tensor, k: int) -> Tensor:
    """000 §4.2, where the point before was x."""
    m = BETAS[0] * m + (1 - BETAS[0]) * g
    v = BETAS[1] * v + (1 - BETAS[1]) * g.square().mean(1)
    return x - RATE * m / _start(BETAS[0], k) / (v / _start(BETAS[1], k) + EPS).sqrt()[:, None]


def _adamp(x: Tensor, g: Tensor, m: Tensor, v: Tensor, k: int) -> Tensor:
    """003, Algorithm 2, with bias correction, every slice projected."""
    m = BETAS[0] * m + (1 - BETAS[0]) * g
    v = BETAS[1] * v + (1 - BETAS[1]) * g.square()
    p = m / _start(BETAS[0], k) / ((v / _start(BETAS[1], k)).sqrt() + EPS)
    u = x / x.norm(dim=1, keepdim=True)
    return x - RATE * (p - (u * p).sum(1, keepdim=True) * u)


def _adam_g(y: Tensor, g: Tensor, m: Tensor, v: Tensor, k: int) -> Tensor:
    """Cho & Lee 2017, Algorithm 4, unclipped."""
    h = g - (y * g).sum(1, keepdim=True) * y
    m = BETAS[0] * m + (1 - BETAS[0]) * h
    v = BETAS[1] * v + (1 - BETAS[1]) * h.square().sum(1)
    rate = RATE * _start(BETAS[1], k) ** 0.5 / _start(BETAS[0], k)
    d = -rate * m / (v + EPS).sqrt()[:, None]
    size = d.norm(dim=1, keepdim=True)
    return y * size.cos() + d * size.sin() / size


LAWS: tuple[tuple[str, Callable[[ModuleType], str]], ...] = (("late steps", counts_late_steps),)
