"""Normalisation layers under a rescaling of their weights: SP-INV-BN, SP-INV-NL; SP-L1 through whole networks."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import nn

from impl.models.layers import GROUPS, MODULES, NO_EPS, Model
from verify.checks.precisions import exact_in_torch
from verify.checks.tally import Tally
from verify.checks.walks import SPACE
from verify.results import CheckResult
from verify.tolerance import Tracked

EPSILONS = (1e-5, 1e-1, 10.0)
EACH = 20
"""Cases to a network: its outputs are hundreds of numbers."""

Drawn = tuple[Model, Any, torch.Tensor, np.ndarray]
"""A network, its module with a trivial affine part, inputs, and a ρ for each slice."""


def filters(t: np.ndarray) -> np.ndarray:
    return t.swapaxes(0, 1).reshape(t.shape[1], -1)


POPULATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "batch-norm": filters,
    "batch-norm-linear": filters,
    "instance-norm": lambda t: t.reshape(t.shape[0] * t.shape[1], -1),
    "layer-norm": lambda t: t.reshape(t.shape[0], -1),
    "group-norm": lambda t: t.reshape(t.shape[0] * GROUPS, -1),
}
"""(batch, filters, positions) → (populations, members): the numbers that share a mean and a variance."""


def normalised(t: Tracked, eps: float) -> Tracked:
    """(13)–(15): (t - μ)/√(σ² + ε), a population a row."""
    return (t - _mean(t)) / SPACE.sqrt(variance(t) + eps)


def variance(t: Tracked) -> Tracked:
    """σ² of (14)."""
    centered = t - _mean(t)
    return _mean(centered * centered)


def violation(rho: float, sigma_squared: Tracked, eps: float) -> Tracked:
    """What ε does to (18): at ρx the output is that at x times ρ√(σ²+ε)/√(ρ²σ²+ε)."""
    return rho * (SPACE.sqrt(sigma_squared + eps) / SPACE.sqrt(rho**2 * sigma_squared + eps))


def layers_do_not_see_the_scale(cases: int, seed: int) -> list[CheckResult]:
    """(12)–(18), App. C: without ε the output at weights ρx, a ρ in 10⁻³..10³ for every slice, is the one at x."""
    tallies = {m.name: _tally(m, "invariant slice by slice") for m in MODULES}
    for model, module, inputs, rho in drawn(cases, seed, eps=lambda g: NO_EPS):
        before = _expected(model, module, inputs, 1.0, 0.0)
        rescale(model, module, rho)
        tallies[model.name].equal(before, _output(model, module, inputs))
    return [tally.result() for tally in tallies.values()]


def epsilon_violates_invariance_by_a_known_factor(cases: int, seed: int) -> list[CheckResult]:
    """With ε the output at ρx is ρ√(σ²+ε)/√(ρ²σ²+ε) times the one at x, σ² being that of x."""
    models = [m for m in MODULES if m.name in POPULATIONS]
    tallies = {m.name: _tally(m, "off by ρ√(σ²+ε)/√(ρ²σ²+ε) with ε") for m in models}
    for model, module, inputs, rho in drawn(cases, seed, models, eps=lambda g: float(g.choice(EPSILONS)), one_rho=True):
        expected = _expected(model, module, inputs, float(rho[0]), module[1].eps)
        rescale(model, module, rho)
        tallies[model.name].equal(expected, _output(model, module, inputs))
    return [tally.result() for tally in tallies.values()]


def what_breaks_invariance(cases: int, seed: int) -> list[CheckResult]:
    """BatchNorm in evaluation mode is affine in ρ; a bias before LayerNorm or GroupNorm stays when x becomes ρx."""
    results = []
    for claim, law, evaluate in (
        ("SP-INV-BN", "BatchNorm in evaluation mode", True),
        ("SP-INV-NL", "LayerNorm and GroupNorm after a bias, in the weight alone,", False),
    ):
        models = [m for m in MODULES if (m.eval_breaks if evaluate else m.bias_breaks)]
        follows, differs = Tally(claim, f"{law} has a known output"), Tally(claim, f"{law} is not invariant")
        for model, module, inputs, rho in drawn(cases, seed, models, lambda g: NO_EPS, not evaluate, one_rho=True):
            module.train(not evaluate)
            outputs = [_broken(model, module, inputs, scale, evaluate) for scale in (float(rho[0]), 1.0)]
            rescale(model, module, rho)
            follows.equal(outputs[0], _output(model, module, inputs))
            differs.differ(*outputs)
        results += [follows.result(), differs.result()]
    return results


def gradients_through_networks_are_tangent_and_scale_inversely(cases: int, seed: int) -> list[CheckResult]:
    """⟨∇L(x), x⟩ = 0 and ∇L(x) = ρ∇L(ρx), 001 (2), for the invariant slices of a network with each normalisation."""

    @cache
    def errors(dtype: torch.dtype, device: torch.device) -> torch.Tensor:
        found = []
        for model, module, inputs, rho in drawn(cases, seed):
            module, inputs = module.to(device, dtype), inputs.to(device, dtype)
            x, here = _slices(model, module, inputs)
            rescale(model, module, rho)
            there = torch.as_tensor(rho, dtype=dtype, device=device)[:, None] * _slices(model, module, inputs)[1]
            radius = torch.linalg.vector_norm(x, dim=-1)
            tangent, scaling = (here * x).sum(-1).abs(), radius * torch.linalg.vector_norm(here - there, dim=-1)
            found.append(torch.stack([tangent.max(), scaling.max()]).cpu())
        return torch.stack(found)

    count = len(MODULES) * -(-cases // (EACH * len(MODULES)))
    laws = ("gradient through a network is tangent", "gradient through a network scales inversely")
    return [
        result
        for i, law in enumerate(laws)
        for result in exact_in_torch("SP-L1", law, count, lambda *where, i=i: errors(*where)[:, i])
    ]


def drawn(
    cases: int,
    seed: int,
    models: Sequence[Model] = MODULES,
    eps: Callable[[np.random.Generator], float] = lambda g: NO_EPS,
    bias: bool = False,
    one_rho: bool = False,
) -> Iterator[Drawn]:
    """`cases`/EACH networks in all; one_rho: the same ρ for all slices."""
    for number, model in enumerate(models):
        for case in range(-(-cases // (EACH * len(models)))):
            generator = np.random.default_rng((seed, number, case))
            module: Any = model.build(seed=int(generator.integers(2**31)), eps=eps(generator), bias=bias)
            if model.name in POPULATIONS:
                nn.init.ones_(module[1].weight)
                nn.init.zeros_(module[1].bias)
            rho = 10 ** generator.uniform(-3, 3, size=1 if one_rho else model.slice_count)
            inputs = model.inputs(seed=int(generator.integers(2**31)))
            yield model, module, inputs, np.broadcast_to(rho, model.slice_count).copy()


def rescale(model: Model, module: Any, rho: np.ndarray) -> None:
    """Multiply every invariant slice by its ρ."""
    with torch.no_grad():
        p = module.get_parameter(model.parameter)
        p.view(model.slice_count, -1).mul_(torch.as_tensor(rho, dtype=p.dtype, device=p.device)[:, None])


def _expected(model: Model, module: Any, inputs: torch.Tensor, rho: float, eps: float) -> Tracked:
    t = _preactivations(model, module, inputs)
    if model.name not in POPULATIONS:
        return t
    return violation(rho, variance(t), eps) * normalised(t, eps) if eps else normalised(t, eps)


def _broken(model: Model, module: Any, inputs: torch.Tensor, rho: float, evaluate: bool) -> Tracked:
    t = _preactivations(model, module, inputs, bias=False)
    if evaluate:  # the running mean is 0, the running variance 1
        return rho * t
    bias = module[0].bias.detach().numpy()[None, :, None]
    shape = _three(module[0](inputs)).shape
    return normalised(rho * t + POPULATIONS[model.name](np.broadcast_to(bias, shape)), 0.0)


def _preactivations(model: Model, module: Any, inputs: torch.Tensor, bias: bool = True) -> Tracked:
    """t of (12), with what two computations of it, at x and at ρx, may round: n|w|·|s| each."""
    layer = module[0]
    with torch.no_grad():
        function = nn.functional.linear if isinstance(layer, nn.Linear) else _convolution
        offset = layer.bias if bias else None
        t = function(inputs, layer.weight, offset)
        rounding = function(inputs.abs(), layer.weight.abs(), None if offset is None else offset.abs())
    # WeightNorm divides by a norm over the slice, which costs as much as the sum itself.
    operations = 2 * (2 * layer.weight[0].numel() + 1)
    populations = POPULATIONS.get(model.name, filters)
    bound = operations * SPACE.precision.unit * populations(_three(rounding))
    return Tracked(populations(_three(t)), bound, SPACE.precision)


def _convolution(inputs: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    return nn.functional.conv2d(inputs, weight, bias, padding=1)


def _output(model: Model, module: Any, inputs: torch.Tensor) -> np.ndarray:
    return POPULATIONS.get(model.name, filters)(_three(module[1](module[0](inputs))))


def _three(t: torch.Tensor) -> np.ndarray:
    return t.detach().numpy().reshape(*t.shape[:2], -1)


def _mean(t: Tracked) -> Tracked:
    return t.sum() / Tracked(float(t.value.shape[-1]))


def _slices(model: Model, module: Any, inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The invariant slices and the gradient of a loss in them."""
    p: Any = module.get_parameter(model.parameter)
    loss = torch.logsumexp(module(inputs), -1).mean()
    gradient = torch.autograd.grad(loss, p)[0]
    return p.detach().reshape(model.slice_count, -1).clone(), gradient.reshape(model.slice_count, -1)


def _tally(model: Model, law: str) -> Tally:
    claim = "SP-INV-BN" if model.name.startswith("batch") else "SP-INV-NL"
    return Tally(claim, f"{model.name}: {law}")
