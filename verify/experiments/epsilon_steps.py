"""torch's optimizers at chosen norms: Adam's ε, steps that rounding loses, growth that it hides, AdamW at rest."""

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from impl.models.losses import LOSSES
from verify.experiments.summary import rounded

ADAM_EPS, BETAS = 1e-8, (0.9, 0.999)
DTYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32, "float64": torch.float64}
SGD_RATE, ADAM_RATE = 0.1, 1e-3
DIMENSION = 1024


def adam(exponent: int, seed: int, steps: int = 10) -> dict[str, Any]:
    """torch.optim.Adam at ‖w‖ ≈ 10^exponent at the rate that the scaling law gives, ε at its default.

    points: rε/n and the last step over ηm̂/√v̂, by coordinate; error: the largest difference of that from 1-κ.
    """
    result: dict[str, Any] = {"norm": exponent, "error": {}, "points": {}}
    for dtype in (torch.float64, torch.float32):
        loss = LOSSES["fourier"](8, seed=seed, batch_shape=(4,), dtype=dtype)
        generator = torch.Generator().manual_seed(seed)
        start = torch.randn(4, 8, generator=generator, dtype=torch.float64)
        p = nn.Parameter((10.0**exponent * start / start.norm(dim=-1, keepdim=True)).to(dtype))
        lr = ADAM_RATE * 10.0**exponent
        optimizer = torch.optim.Adam([p], lr=lr, betas=BETAS, eps=ADAM_EPS)
        before = p.detach().clone()
        for _ in range(steps):
            before = p.detach().clone()
            optimizer.zero_grad()
            loss(p).sum().backward()
            optimizer.step()
        state = optimizer.state[p]
        first, second = (
            state[n].double() / (1 - b**steps) for n, b in zip(("exp_avg", "exp_avg_sq"), BETAS, strict=True)
        )
        root = second.sqrt()
        ratio = (before.double() - p.detach().double()) / (lr * first / root)
        expected = root / (root + ADAM_EPS)
        seen = before.double().abs() * torch.finfo(dtype).eps < 1e-3 * (lr * first / (root + ADAM_EPS)).abs()
        name = str(dtype).removeprefix("torch.")
        result["error"][name] = rounded(float((ratio - expected).abs()[seen].max())) if seen.any() else None
        pairs = zip((ADAM_EPS / root[seen]).tolist()[::3], ratio[seen].tolist()[::3], strict=True)
        result["points"][name] = [[rounded(a), rounded(b)] for a, b in pairs]
    return result


def lost(exponent: float, seed: int) -> dict[str, Any]:
    """One step at ‖w‖ = 10^exponent in each dtype: the share of coordinates that move, and its bounds.

    From below: those whose step is more than u|w_i|; from above: more than u|w_i|/2. broken: the share of Adam's
    coordinates that are not finite after it, ε = 0, and the share whose first v rounds to 0. growth:
    |what rounding the new weight does to ‖w‖²| over η²‖g‖², SGD, and its bound.
    """
    result: dict[str, Any] = {"norm": exponent}
    for name, dtype in DTYPES.items():
        w, g = _drawn(exponent, seed, dtype)
        if not torch.isfinite(w).all():
            continue
        unit, entry = torch.finfo(dtype).eps / 2, {}
        for label, maker, change in (
            ("sgd", partial(torch.optim.SGD, lr=SGD_RATE), SGD_RATE * g.double().abs()),
            (
                "adam",
                partial(torch.optim.Adam, lr=ADAM_RATE, eps=0.0),
                torch.full_like(g, ADAM_RATE, dtype=torch.float64),
            ),
        ):
            p = nn.Parameter(w.clone())
            p.grad = g.clone()
            maker([p]).step()
            size = unit * w.double().abs()
            moved = (p.detach() != w) & torch.isfinite(p.detach())
            shares = [moved, change > size, change > size / 2]
            entry[label] = [rounded(float(s.double().mean())) for s in shares]
            if label == "adam":
                moment = ((1 - BETAS[1]) * g.double() ** 2).to(dtype)
                shares = [~torch.isfinite(p.detach()), moment == 0]
                entry["broken"] = [rounded(float(s.double().mean())) for s in shares]
            else:
                exact = w.double() - SGD_RATE * g.double()
                growth = SGD_RATE**2 * float(g.double().square().sum())
                rounding = abs(float(p.detach().double().square().sum() - exact.square().sum()))
                bound = (2 * unit + unit**2) * float(exact.square().sum())
                entry["growth"] = [rounded(rounding / growth), rounded(bound / growth)]
        result[name] = entry
    return result


def _drawn(exponent: float, seed: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """w of norm r and a gradient of norm 1/r, tangent before it is rounded."""
    generator = torch.Generator().manual_seed(seed)
    u, g = (torch.randn(DIMENSION, generator=generator, dtype=torch.float64) for _ in range(2))
    u = u / u.norm()
    g = g - (g @ u) * u
    r = 10.0**exponent
    return (r * u).to(dtype), (g / g.norm() / r).to(dtype)


def at_rest(share: float, seed: int, steps: int, dimension: int = 64) -> dict[str, Any]:
    """torch.optim.AdamW without momentum on random tangent gradients, ε such that r₀ε/n = `share`.

    norm: the mean of ‖w‖ over r₀ over the last half, and expected: the root of ρ(1 + ρ·share) = 1; cosine: the mean of
    (1 - cos Δ)/(ηλ).
    """
    lr, decay, size = 1e-2, 1.0, 1.0
    start = (lr * dimension / (decay * (2 - lr * decay))) ** 0.5
    generator = torch.Generator().manual_seed(seed)
    p = nn.Parameter(torch.randn(dimension, generator=generator, dtype=torch.float64))
    with torch.no_grad():
        p.mul_(start / p.norm())
    eps = share * size / start
    optimizer = torch.optim.AdamW([p], lr=lr, betas=(0.0, 0.999), eps=eps, weight_decay=decay)
    norms, turned = [], []
    for _ in range(steps):
        w = p.detach().clone()
        g = size * torch.randn(dimension, generator=generator, dtype=torch.float64) / w.norm()
        p.grad = g - (g @ w) / (w @ w) * w
        optimizer.step()
        norms.append(float(p.detach().norm()) / start)
        turned.append(1 - float(p.detach() @ w / (p.detach().norm() * w.norm())))
    late = slice(steps // 2, None)
    expected = 2 / (1 + (1 + 4 * share) ** 0.5)
    mean = [sum(values[late]) / len(values[late]) for values in (norms, turned)]
    return {
        "share": share,
        "norm": rounded(mean[0]),
        "expected": rounded(expected),
        "cosine": rounded(mean[1] / (lr * decay)),
    }
