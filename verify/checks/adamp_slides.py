"""The slides of 003 before Lemma 2.1: the momentum rule, scale invariance, the effective step, orthogonality."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from impl.models.losses import LOSSES
from verify.checks.adamp_walks import Rule, Walk, walks
from verify.checks.precisions import exact_in_torch
from verify.checks.tally import Tally
from verify.results import CheckResult
from verify.tolerance import Tracked, TrackedSpace

MOMENTUM = Rule(0.9, buffer=True)


def rule(walk: Walk, t: int) -> np.ndarray:
    """(7): w_{t+1} = w_t - η(βp_{t-1} + ∇f(w_t))."""
    return walk.w[t] - walk.rates[t] * (walk.rule.momentum * walk.p[t - 1] + walk.g[t])


def printed_rule(walk: Walk, t: int) -> np.ndarray:
    """As the momentum slide prints it, with ∇f(w_{t-1})."""
    return walk.w[t] - walk.rates[t] * (walk.rule.momentum * walk.p[t - 1] + walk.g[t - 1])


def torch_takes_the_gradient_where_it_stands(cases: int, seed: int) -> list[CheckResult]:
    """torch.optim.SGD with momentum is (7), and differs from the rule of the momentum slide."""
    count = max(cases // 4, 1)

    def errors(dtype: torch.dtype, device: torch.device) -> torch.Tensor:
        return torch.tensor(max(_misses(rule, walks(MOMENTUM, count, seed, dtype, device))))

    results = exact_in_torch("AP-MOM", "torch.optim.SGD moves by (7)", count, errors, "relative to ‖w‖ + η‖p‖")
    cpu = torch.device("cpu")
    least = min(_misses(printed_rule, walks(MOMENTUM, count, seed, torch.float64, cpu)))
    allowed = results[0].allowed
    note = "what rounding may make of (7), over the smallest difference"
    law = "the rule with ∇f(w_{t-1}) is another one"
    apart = allowed / max(least, np.finfo(np.float64).tiny)
    return [*results, CheckResult("AP-MOM", law, count, apart, 1.0, "float64", "cpu", apart <= 1, note)]


def _misses(law: Callable[[Walk, int], np.ndarray], found: Iterator[Walk]) -> list[float]:
    """The largest relative error of each run."""
    misses = []
    for walk in found:
        worst = 0.0
        for t in range(1, len(walk.rates)):
            scale = _norm(walk.w[t]) + walk.rates[t] * _norm(walk.p[t])
            worst = max(worst, float((_norm(walk.w[t + 1] - law(walk, t)) / scale).max()))
        misses.append(worst)
    return misses


def gradient_at(scale: torch.Tensor, gradient: torch.Tensor) -> torch.Tensor:
    """∇f(cw) from ∇f(w)."""
    return gradient / scale


def the_gradient_knows_the_norm(cases: int, seed: int) -> list[CheckResult]:
    """f(cw) = f(w), but ∇f(cw) = ∇f(w)/c; and ⟨w, ∇f(w)⟩ = 0."""
    count = max(cases // 10, 1)

    def errors(which: str) -> Callable[[torch.dtype, torch.device], torch.Tensor]:
        return lambda dtype, device: torch.stack([p[which] for p in _scaled(count, seed, dtype, device)])

    laws = (
        ("AP-INV", "f(cw) = f(w)", "value", "relative to 1 + |f|"),
        ("AP-INV", "∇f(cw) = ∇f(w)/c", "gradient", "relative to ‖∇f(w)‖/c + 1/‖cw‖"),
        ("AP-ORTH", "⟨w, ∇f(w)⟩ = 0", "product", "relative to ‖w‖‖∇f(w)‖ + 1"),
    )
    return [r for claim, law, key, note in laws for r in exact_in_torch(claim, law, count, errors(key), note)]


def _scaled(cases: int, seed: int, dtype: torch.dtype, device: torch.device) -> Iterator[dict[str, torch.Tensor]]:
    rows = -(-cases // (2 * len(LOSSES)))
    for d in (2, 16):
        for number, build in enumerate(LOSSES.values()):
            generator = np.random.default_rng((seed, d, number))
            w = torch.tensor(generator.normal(size=(rows, d)), dtype=dtype, device=device)
            c = torch.tensor(10 ** generator.uniform(-3, 3, size=(rows, 1)), dtype=dtype, device=device)
            loss = build(d, seed=seed + number, batch_shape=(rows,), dtype=dtype, device=device)
            (f, g), (far, slope) = _value_and_gradient(loss, w), _value_and_gradient(loss, c * w)
            norm, size = _length(w), _length(g)
            product = (w * g).sum(-1, keepdim=True).abs() / (norm * size + 1)
            gradient = _length(slope - gradient_at(c, g)) * c * norm / (norm * size + 1)
            value = (far - f).abs() / (1 + f.abs())
            yield {"value": value.max(), "gradient": gradient.max(), "product": product.max()}


def chord(moved: Tracked, x: Tracked, following: Tracked) -> Tracked:
    """‖Δŵ‖² from ‖Δw‖², ‖w_t‖ and ‖w_{t+1}‖."""
    return (moved - (following - x) ** 2) / (x * following)


def printed_chord(z: np.ndarray) -> np.ndarray:
    """‖Δŵ‖² as printed, z = ‖Δw‖/‖w‖; for GD at most ¾z⁴ too large."""
    return z**2


def share(scale: float) -> float:
    """‖Δŵ‖ at w over ‖Δŵ‖ at cw to leading order, for GD with the same η."""
    return scale**2


def directions_turn_by_the_effective_step(cases: int, seed: int) -> list[CheckResult]:
    """‖Δŵ‖² exactly, on torch.optim.SGD with momentum and L2; for GD within z² - ¾z⁴ and z², and ‖Δŵ‖ ∝ ‖w‖⁻²."""
    count = max(cases // 4, 1)
    law = "‖Δŵ‖² = (‖Δw‖² - (‖w_{t+1}‖-‖w_t‖)²)/(‖w_t‖‖w_{t+1}‖)"
    tally, space = Tally("AP-EFF", law, "torch.optim.SGD with momentum and L2"), TrackedSpace(torch.float64)
    for walk in walks(Rule(0.9, 0.1, buffer=True), count, seed, torch.float64, torch.device("cpu")):
        for before, after in itertools.pairwise(map(space.vector, walk.w)):
            x, following = space.norm(before), space.norm(after)
            turned = after / following - before / x
            moved = space.dot(after - before, after - before)
            tally.equal(space.dot(turned, turned), chord(moved, x, following))
    return [tally.result(), *_single_step_laws(count, seed)]


def _single_step_laws(cases: int, seed: int) -> list[CheckResult]:
    bounds, shares, count = 0.0, 0.0, 0
    for z, turned, far, far_turned in _single_steps(cases, seed):
        seen = (z > 1e-2) & (z < 1)  # rounding is 10⁻¹⁴ of ‖Δŵ‖ there, and the bounds are 10⁻⁹ apart
        z, turned, far, far_turned = (part[seen] for part in (z, turned, far, far_turned))
        bounds = max(bounds, _worst(turned**2 / printed_chord(z), (z**2 - 0.75 * z**4) / turned**2))
        # ‖Δŵ‖ lies between (1 - z²/2) z and z, and so does the one at twice the norm.
        ratio = far_turned * share(2.0) / turned
        shares = max(shares, _worst(ratio * (1 - z**2 / 2), (1 - far**2 / 2) / ratio))
        count += len(z)
    within, quarter = "GD: z² - ¾z⁴ ≤ ‖Δŵ‖² ≤ z²", "GD at twice the norm: ‖Δŵ‖ is a quarter, up to z²/2"
    return [
        CheckResult("AP-EFF", within, count, bounds, 1.0, "float64", "cpu", bounds <= 1, "over its bound"),
        CheckResult("AP-EFF", quarter, count, shares, 1.0, "float64", "cpu", shares <= 1, "over its bound"),
    ]


def _single_steps(cases: int, seed: int) -> Iterator[tuple[np.ndarray, ...]]:
    """z and ‖Δŵ‖ of one step of torch.optim.SGD from w, then from 2w, on the same losses with the same η."""
    rows = -(-cases // len(LOSSES))
    for number, build in enumerate(LOSSES.values()):
        generator = np.random.default_rng((seed, number))
        w = torch.tensor(generator.normal(size=(rows, 4)))
        w /= _length(w)
        loss, found = build(4, seed=seed + number, batch_shape=(rows,)), []
        for start in (w, 2 * w):
            parameter = torch.nn.Parameter(start.clone())
            optimizer = torch.optim.SGD([parameter], lr=0.3)
            loss(parameter).sum().backward()
            optimizer.step()
            after = parameter.detach()
            turned = after / _length(after) - start / _length(start)
            found += [_length(after - start) / _length(start), _length(turned)]
        yield tuple(part.squeeze(-1).numpy() for part in found)


def _worst(*ratios: np.ndarray) -> float:
    return float(max(ratio.max(initial=0.0) for ratio in ratios))


def _value_and_gradient(loss: Any, w: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    w = w.clone().requires_grad_()
    value = loss(w)
    return value.detach(), torch.autograd.grad(value.sum(), w)[0]


def _length(v: torch.Tensor) -> torch.Tensor:
    return torch.linalg.vector_norm(v, dim=-1, keepdim=True)


def _norm(v: np.ndarray) -> np.ndarray:
    return np.linalg.norm(v, axis=-1)
