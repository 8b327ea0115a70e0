"""SP-L1 on random radially-invariant losses, differentiated by autograd."""

from collections.abc import Callable
from functools import cache

import torch

from impl.models.losses import LOSSES, Loss
from verify.checks.precisions import exact_in_torch
from verify.results import CheckResult

DIMENSIONS = (1, 2, 3, 8, 64)

Builder = Callable[..., Loss]


def gradient_is_tangent_and_scales_inversely(cases: int, seed: int) -> list[CheckResult]:
    """⟨∇L(x), x⟩ = 0 and ∇L(x) = ρ∇L(ρx), 001 (2), for random losses, points x and scales ρ in [10⁻³, 10³]."""
    each = -(-cases // (len(LOSSES) * len(DIMENSIONS)))

    @cache
    def errors(dtype: torch.dtype, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
        drawn = [
            _errors(build, d, each, seed + number, dtype, device)
            for number, build in enumerate(LOSSES.values())
            for d in DIMENSIONS
        ]
        return torch.stack([tangent for tangent, _ in drawn]), torch.stack([scaling for _, scaling in drawn])

    count = each * len(LOSSES) * len(DIMENSIONS)
    return [
        *exact_in_torch("SP-L1", "gradient is tangent", count, lambda *where: errors(*where)[0]),
        *exact_in_torch("SP-L1", "gradient scales inversely", count, lambda *where: errors(*where)[1]),
    ]


def _errors(
    build: Builder, d: int, cases: int, seed: int, dtype: torch.dtype, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    """The largest |⟨∇L(x), x⟩| and ‖x‖‖∇L(x) - ρ∇L(ρx)‖, both free of scale."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(cases, d, generator=generator, dtype=torch.float64)
    rho = 10 ** (6 * torch.rand(cases, 1, generator=generator, dtype=torch.float64) - 3)
    x, rho = x.to(device, dtype), rho.to(device, dtype)
    loss = build(d, seed=seed, batch_shape=(cases,), dtype=dtype, device=device)
    here, there = _gradient(loss, x), _gradient(loss, rho * x)
    radius = torch.linalg.vector_norm(x, dim=-1)
    tangent = (here * x).sum(-1).abs().max()
    scaling = (radius * torch.linalg.vector_norm(here - rho * there, dim=-1)).max()
    return tangent, scaling


def _gradient(loss: Loss, x: torch.Tensor) -> torch.Tensor:
    x = x.detach().requires_grad_()
    return torch.autograd.grad(loss(x).sum(), x)[0]
