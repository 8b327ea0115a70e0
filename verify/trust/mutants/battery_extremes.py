"""Gradients that single precision can hardly hold: what comes out is right, or it is seen not to be."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from verify.trust.mutants.battery_settings import Options

SIZES = (1e-30, 1.0, 1e30)
SCALES = (1e-42, 1e-30, 1e19, 1e30, 3e38, math.inf, math.nan)


def is_right_or_not_finite(make: Callable[..., torch.optim.Optimizer], options: Options, invariant: Any) -> str:
    """Two steps in float32, one slice of the first gradient scaled: every slice has the numbers that float64 gives, in
    half of their digits, or it is NaN or infinite; always so where the gradient is.

    Only where the rule divides by a gradient and no ε is added, nothing is asked for where squares underflow.
    """
    exact = options.get("eps", 1.0) > 0
    for size in SIZES if invariant == "channel" else (1.0,):
        for scale in SCALES:
            if not exact and (scale < 1 or size > 1):
                continue
            start, gradients = _drawn(size, scale)
            try:
                found = _run(make, options, invariant, start, gradients)
            except ValueError:  # the norm is refused
                continue
            expected = _run(make, options, invariant, start.double(), [g.double() for g in gradients])
            if not math.isfinite(scale) and found[1].isfinite().all():
                return f"norm {size}: a gradient of {scale} leaves no trace"
            for u, v in zip(found, expected, strict=True):
                if not u.isfinite().all():
                    continue
                close = (u - v).abs() <= torch.finfo(torch.float32).eps ** 0.5 * v.abs().max()
                if not (v.isfinite().all() and close.all()):
                    return f"norm {size}, gradient times {scale}: {u.tolist()}, in float64 {v.tolist()}"
    return ""


def _drawn(size: float, scale: float) -> tuple[Tensor, list[Tensor]]:
    generator = torch.Generator().manual_seed(3)
    start = size * torch.randn(3, 4, generator=generator)
    gradients = [torch.randn(3, 4, generator=generator) / size for _ in range(2)]
    gradients[0][1] *= scale
    limit = torch.finfo(torch.float32).max
    return start, [g.clamp(-limit, limit) if math.isfinite(scale) else g for g in gradients]


def _run(make: Any, options: Options, invariant: Any, start: Tensor, gradients: list[Tensor]) -> Tensor:
    p = nn.Parameter(start.clone())
    optimizer = make([p], invariant=invariant, **options)
    for g in gradients:
        p.grad = g.clone()
        optimizer.step()
    return p.detach().double()
