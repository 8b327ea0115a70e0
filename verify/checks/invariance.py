"""SP-L1 on random radially-invariant losses, differentiated by autograd."""

from collections.abc import Callable, Mapping

import torch

from impl.models.losses import LOSSES, Loss
from verify.results import CheckResult

DIMENSIONS = (1, 2, 3, 8, 64)
SLACK = 8
"""How much luckier float32 may have been than float64, between the worst of as many cases."""

Builder = Callable[..., Loss]


def gradient_is_tangent_and_scales_inversely(cases: int, seed: int) -> list[CheckResult]:
    """⟨∇L(x), x⟩ = 0 and ∇L(x) = ρ∇L(ρx), 001 (2), for random losses, points x and scales ρ in [10⁻³, 10³]."""
    return gradient_laws(LOSSES, cases, seed)


def gradient_laws(losses: Mapping[str, Builder], cases: int, seed: int) -> list[CheckResult]:
    """Both laws on any losses.

    What is exactly true fails by rounding only, and rounding shrinks with the unit of the dtype: the worst error in
    float64 may be that of the same cases in float32 times 2⁻²⁹, times SLACK. A law that is false keeps its error.
    """
    each = -(-cases // (len(losses) * len(DIMENSIONS)))
    errors: dict[str, dict[torch.dtype, float]] = {"gradient is tangent": {}, "gradient scales inversely": {}}
    for dtype in (torch.float64, torch.float32):
        worst = [0.0, 0.0]
        for number, build in enumerate(losses.values()):
            for d in DIMENSIONS:
                found = _errors(build, d, each, seed + number, dtype)
                worst = [max(w, f) for w, f in zip(worst, found, strict=True)]
        for law, value in zip(errors, worst, strict=True):
            errors[law][dtype] = value
    units = torch.finfo(torch.float64).eps / torch.finfo(torch.float32).eps
    count = each * len(losses) * len(DIMENSIONS)
    return [
        _result(law, count, by_dtype[torch.float64], SLACK * units * by_dtype[torch.float32])
        for law, by_dtype in errors.items()
    ]


def _errors(build: Builder, d: int, cases: int, seed: int, dtype: torch.dtype) -> tuple[float, float]:
    """The largest |⟨∇L(x), x⟩| and ‖x‖‖∇L(x) - ρ∇L(ρx)‖, both free of scale."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(cases, d, generator=generator, dtype=torch.float64)
    rho = 10 ** (6 * torch.rand(cases, 1, generator=generator, dtype=torch.float64) - 3)
    x, rho = x.to(dtype), rho.to(dtype)
    loss = build(d, seed=seed, batch_shape=(cases,), dtype=dtype)
    here, there = _gradient(loss, x), _gradient(loss, rho * x)
    radius = torch.linalg.vector_norm(x, dim=-1)
    tangent = (here * x).sum(-1).abs().max()
    scaling = (radius * torch.linalg.vector_norm(here - rho * there, dim=-1)).max()
    return float(tangent), float(scaling)


def _gradient(loss: Loss, x: torch.Tensor) -> torch.Tensor:
    x = x.detach().requires_grad_()
    return torch.autograd.grad(loss(x).sum(), x)[0]


def _result(law: str, cases: int, worst: float, allowed: float) -> CheckResult:
    return CheckResult("SP-L1", law, cases, worst, allowed, "float64", "cpu", worst <= allowed)
