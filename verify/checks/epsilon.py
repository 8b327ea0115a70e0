"""OD-EPS on torch: layers with an ε, Adam with an ε, and weights of few digits."""

import math
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import nn

from impl.models.layers import MODULES, Model
from impl.models.losses import LOSSES
from verify.checks.normalisation import POPULATIONS, drawn, rescale
from verify.checks.precisions import exact_in_torch
from verify.checks.tally import Tally
from verify.results import CheckResult
from verify.tolerance import TrackedSpace

CLAIM = "OD-EPS"
EPSILONS = (1e-3, 1e-1, 10.0)
EACH = 20
"""Cases to a network, as in `normalisation`."""

SPACE = TrackedSpace(torch.float64)
LAYERS = [m for m in MODULES if m.name in POPULATIONS]
GAINS = [m for m in LAYERS if m.name.startswith("batch")]
"""Where each population has a gain of its own."""

STEPS, ROWS, DIMENSION = 3, 4, 6
NARROW = (torch.float16, torch.bfloat16)


def share(spread: Any, eps: float) -> Any:
    """κ = ε/(V + ε)."""
    return eps / (spread + eps)


def adam_share(root: Any, eps: float) -> Any:
    """κ = ε/(√v̂ + ε)."""
    return eps / (root + eps)


def gradients_leave_the_tangent_space_by_the_outputs_slopes(cases: int, seed: int) -> list[CheckResult]:
    """⟨∇L(x), x⟩ = Σ_j κ_j⟨∂L/∂z_j, z_j⟩ over the populations of a slice; under BatchNorm κγ∂L/∂γ."""
    return [
        *_exact("the radial part of a gradient is its outputs' slopes times κ", LAYERS, _radial, cases, seed),
        *_exact("the radial part of a gradient is κ times its gain's own", GAINS, _by_gain, cases, seed),
    ]


def an_epsilon_scales_with_the_weight(cases: int, seed: int) -> list[CheckResult]:
    """∇L at ρx with ρ²ε is 1/ρ times ∇L at x with ε, through whole networks."""
    return _exact("the gradient at ρx with ρ²ε is 1/ρ times that at x with ε", LAYERS, _rescaled, cases, seed)


def norms_follow_the_law_with_epsilon(cases: int, seed: int) -> list[CheckResult]:
    """‖w'‖² = (1-ηλ)²‖w‖² + η²‖g‖² - 2η(1-ηλ)κγ∂L/∂γ: torch.optim.SGD on filters before BatchNorm."""
    return _exact("torch.optim.SGD: the squared norm after a step", GAINS, _stepped, cases, seed)


def adam_lies_between_adam_and_sgd(cases: int, seed: int) -> list[CheckResult]:
    """torch.optim.Adam's step is 1-κ times m̂/√v̂ at the rate η, and κ times m̂ at η/ε, from its own buffers."""
    laws = ("1-κ times the step without ε", "κ times the step of SGD-M at η/ε")
    tallies = {(o, i): Tally(CLAIM, f"{o.__name__}: {law}") for o in ADAMS for i, law in enumerate(laws)}
    for case in range(-(-cases // (ROWS * STEPS * len(ADAMS)))):
        for maker in ADAMS:
            for before, after, lr, eps, first, second in _adam_steps(maker, seed + case):
                kappa = adam_share(SPACE.sqrt(second), eps)
                steps = (1 - kappa) * (lr * first / SPACE.sqrt(second)), kappa * (lr / eps * first)
                for i, step in enumerate(steps):
                    tallies[maker, i].equal(before - step, after, scale=abs(step.value).max(-1, keepdims=True))
    return [tally.result() for tally in tallies.values()]


def small_changes_are_lost(cases: int, seed: int) -> list[CheckResult]:
    """SGD's step by less than u|w|/2 changes nothing, by more than u|w| it does: every w with room below it."""
    results = []
    for dtype in NARROW:
        weights = every(dtype)
        unit = torch.finfo(dtype).eps / 2
        bounds = {
            f"steps below {_LOST:g}u|w| are lost": (torch.nextafter(weights * unit * _LOST, 0 * weights), True),
            f"steps above {_KEPT:g}u|w| are not": (torch.nextafter(weights * unit * _KEPT, math.inf * weights), False),
        }
        for law, (change, lost) in bounds.items():
            wrong = sum(
                int(((_stepped_by(weights, s * change, foreach) == weights) != lost).sum())
                for s in (1, -1)
                for foreach in (False, True)
            )
            name = str(dtype).removeprefix("torch.")
            note = "weights that do otherwise, of all but the smallest; both directions; loop and foreach"
            results.append(CheckResult(CLAIM, law, 4 * len(weights), wrong, 0.0, name, "cpu", wrong == 0, note))
    return results


ADAMS = (torch.optim.Adam, torch.optim.AdamW)
_LOST, _KEPT = 0.5, 1.0


def every(dtype: torch.dtype) -> torch.Tensor:
    """Every positive number of a 16-bit dtype of which u/2 times is a normal number, and that is not the largest."""
    numbers = torch.arange(1, 2**15 - 1, dtype=torch.int16).view(dtype)
    info = torch.finfo(dtype)
    return numbers[(numbers < info.max) & (numbers.double() * info.eps / 4 >= info.smallest_normal)]


def _stepped_by(weights: torch.Tensor, change: torch.Tensor, foreach: bool) -> torch.Tensor:
    p = nn.Parameter(weights.clone())
    p.grad = change
    torch.optim.SGD([p], lr=1.0, foreach=foreach).step()
    return p.detach()


def _exact(law: str, models: list[Model], error: Any, cases: int, seed: int) -> list[CheckResult]:
    @cache
    def errors(dtype: torch.dtype, device: torch.device) -> torch.Tensor:
        found = []
        networks = drawn(cases, seed, models, eps=lambda g: float(g.choice(EPSILONS)))
        for number, (model, module, inputs, rho) in enumerate(networks):
            generator = np.random.default_rng((seed, number))
            for p in (module[1].weight, module[1].bias):
                nn.init.normal_(p, generator=torch.Generator().manual_seed(int(generator.integers(2**31))))
            rescale(model, module, np.minimum(rho, 1 / rho))  # where ε matters
            factor = 10 ** float(generator.uniform(-2, 2))
            found.append(error(model, module.to(device, dtype), inputs.to(device, dtype), factor).detach().cpu())
        return torch.stack([e.max().double() for e in found])

    count = len(models) * -(-cases // (EACH * len(models)))
    return exact_in_torch(CLAIM, law, count, errors)


def _slopes(model: Model, module: Any, inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """The slices, their gradients, t before and y after the layer, the gradient in y."""
    p: Any = module.get_parameter(model.parameter)
    module.zero_grad()
    t = module[0](inputs)
    y = module[1](t)
    y.retain_grad()
    torch.logsumexp(module[2:](y), -1).mean().backward()
    rows = (model.slice_count, -1)
    return p.detach().reshape(rows), p.grad.reshape(rows), t.detach(), y.detach(), y.grad


def _radial(model: Model, module: Any, inputs: torch.Tensor, _: float) -> torch.Tensor:
    x, g, t, y, slope = _slopes(model, module, inputs)
    shift = module[1].bias.detach().reshape(1, -1, *[1] * (t.ndim - 2)) if t.ndim > 2 else module[1].bias.detach()
    product = _populations(model, (y - shift) * slope).sum(-1)
    kappa = share(_populations(model, t).var(-1, correction=0), module[1].eps)
    owner = torch.arange(len(product), device=t.device) % model.slice_count  # the slice of each population
    expected = torch.zeros(model.slice_count, dtype=t.dtype, device=t.device).index_add(0, owner, kappa * product)
    return ((g * x).sum(-1) - expected).abs() / (_size(g) * _size(x))


def _by_gain(model: Model, module: Any, inputs: torch.Tensor, _: float) -> torch.Tensor:
    x, g, t = _slopes(model, module, inputs)[:3]
    return ((g * x).sum(-1) - _outward(model, module, t)).abs() / (_size(g) * _size(x))


def _rescaled(model: Model, module: Any, inputs: torch.Tensor, factor: float) -> torch.Tensor:
    here: torch.Tensor = _slopes(model, module, inputs)[1].clone()
    rescale(model, module, np.full(model.slice_count, factor))
    module[1].eps = module[1].eps * factor**POWER
    there = _slopes(model, module, inputs)[1]
    return _size(factor * there - here) / _size(here)


POWER = 2
"""Of ρ, by which ε goes with the weight."""


def _stepped(model: Model, module: Any, inputs: torch.Tensor, factor: float) -> torch.Tensor:
    x, g, t = _slopes(model, module, inputs)[:3]
    x, before, push = x.clone(), _size(x) ** 2, _outward(model, module, t)
    lr = factor * float((_size(x) / _size(g)).median())
    decay = 0.3 / lr
    torch.optim.SGD([module.get_parameter(model.parameter)], lr=lr, weight_decay=decay).step()
    after = module.get_parameter(model.parameter).detach().reshape(len(x), -1)
    kept = 1 - lr * decay
    total = kept**2 * before + lr**2 * _size(g) ** 2
    return (_size(after) ** 2 - total + 2 * lr * kept * push).abs() / total


def _outward(model: Model, module: Any, t: torch.Tensor) -> torch.Tensor:
    """κγ∂L/∂γ, a slice a row."""
    gain = module[1].weight
    return share(_populations(model, t).var(-1, correction=0), module[1].eps) * gain.detach() * gain.grad


def _populations(model: Model, t: torch.Tensor) -> torch.Tensor:
    """A population a row, as torch computes with it."""
    three: Any = t.reshape(*t.shape[:2], -1)
    if POPULATIONS[model.name] is POPULATIONS["batch-norm"]:
        return three.transpose(0, 1).reshape(t.shape[1], -1)
    return three.reshape(len(t) * {"instance-norm": t.shape[1], "layer-norm": 1}.get(model.name, model.slice_count), -1)


def _size(rows: torch.Tensor) -> torch.Tensor:
    return torch.linalg.vector_norm(rows, dim=-1)


def _adam_steps(maker: Any, seed: int) -> Any:
    """Steps at norms of 10⁻² … 10²: x before and after, η, ε, the corrected moments."""
    generator = np.random.default_rng(seed)
    loss = LOSSES["fourier"](DIMENSION, seed=seed, batch_shape=(ROWS,))
    radius = 10 ** generator.uniform(-2, 2)
    p = nn.Parameter(torch.tensor(radius * generator.normal(size=(ROWS, DIMENSION))))
    lr, eps, (beta1, beta2) = radius * 0.1, 10 ** generator.uniform(-2, 1) / radius, (0.9, 0.99)
    optimizer = maker([p], lr=lr, eps=eps, betas=(beta1, beta2), weight_decay=0.0)
    for k in range(1, STEPS + 1):
        before = SPACE.vector(p.detach().clone())
        optimizer.zero_grad()
        loss(p).sum().backward()
        optimizer.step()
        moments = [SPACE.vector(optimizer.state[p][name]) for name in ("exp_avg", "exp_avg_sq")]
        first, second = (m / (1 - SPACE.scalar(b) ** k) for m, b in zip(moments, (beta1, beta2), strict=True))
        yield before, p.detach().numpy().copy(), SPACE.scalar(lr), SPACE.scalar(eps), first, second
