"""What is known of each optimizer of impl.optim by hand: defaults, options to try, the method of its other groups."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

Options = dict[str, Any]
Base = Callable[[list[nn.Parameter], Options], torch.optim.Optimizer]


class PlainLion(torch.optim.Optimizer):
    """Chen et al. 2023, Algorithm 2, one parameter at a time."""

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        for group in self.param_groups:
            (beta1, beta2), lr, decay = group["betas"], group["lr"], group["weight_decay"]
            for p in group["params"]:
                m = self.state[p].get("exp_avg", torch.zeros_like(p))
                self.state[p]["exp_avg"] = beta2 * m + (1 - beta2) * p.grad
                p.copy_((1 - lr * decay) * p - lr * (beta1 * m + (1 - beta1) * p.grad).sign())


def base_sgd(parameters: list[nn.Parameter], o: Options) -> torch.optim.Optimizer:
    """torch's SGD with the `base_` options; None stands for the invariant slices' own."""
    lr, decay = o["base_lr"], o["base_weight_decay"]
    return torch.optim.SGD(
        parameters,
        lr=o["lr"] if lr is None else lr,
        momentum=o["base_momentum"],
        weight_decay=o["weight_decay"] if decay is None else decay,
    )


def torch_sgd(parameters: list[nn.Parameter], o: Options) -> torch.optim.Optimizer:
    """torch's SGD with the same options."""
    return torch.optim.SGD(
        parameters,
        lr=o["lr"],
        momentum=o["momentum"],
        weight_decay=o["weight_decay"],
        nesterov=o["nesterov"] and o["momentum"] > 0,  # torch refuses it without momentum, where it is SGD
    )


def _adam(parameters: list[nn.Parameter], o: Options) -> torch.optim.Optimizer:
    return torch.optim.Adam(parameters, **o)


def _adamw(parameters: list[nn.Parameter], o: Options) -> torch.optim.Optimizer:
    return torch.optim.AdamW(parameters, **{name: o[name] for name in ("lr", "betas", "eps", "weight_decay")})


def _lion(parameters: list[nn.Parameter], o: Options) -> torch.optim.Optimizer:
    return PlainLion(parameters, o)


@dataclass(frozen=True)
class Setting:
    """defaults: of every option; tried: options at which no term is negligible; base: the method of invariant=None.

    at_rest: options under which a slice without gradients stays, and under which buffers decay fastest.
    scaled: options for which a start from ρx_0 has the trajectory on the sphere that `options` have from x_0.
    """

    defaults: Options
    tried: tuple[Options, ...]
    base: Base
    at_rest: Options
    scaled: Callable[[Options, float], Options]
    on_sphere: bool = False
    powers: bool = False
    """Whether it holds the fourth power of norms."""
    reach: int = 8
    """The scale law is tried from 2^-reach to 2^reach."""


BUFFERS: dict[str, dict[str, str]] = {
    "AdaGradG": {"second_moment": "slice"},
    "SphericalSGD": {"fourth_power_radius": "slice"},
    "AdamWithoutA": {"step": "", "exp_avg": "parameter", "exp_avg_sq": "slice"},
    "AdamWithoutAB": {"step": "", "exp_avg": "parameter", "exp_avg_sq": "slice", "previous": "parameter"},
    "AdamWithoutABC": {"step": "", "exp_avg": "parameter", "exp_avg_sq": "slice", "previous": "parameter"},
    "Lion": {"exp_avg": "parameter"},
    "SGDP": {"momentum_buffer": "parameter"},
    "AdamP": {"step": "", "exp_avg": "parameter", "exp_avg_sq": "parameter"},
    "PSISGD": {"momentum_buffer": "parameter"},
    "SGDG": {"momentum_buffer": "parameter"},
    "AdamG": {"step": "", "exp_avg": "parameter", "exp_avg_sq": "slice"},
}
"""What an optimizer keeps of a parameter of slices: one number, one a slice, or one a coordinate."""

SLICES = {"invariant": "channel", "foreach": None, "fused": None, "compile": False}
BASE = {"base_lr": 1e-2, "base_momentum": 0.0, "base_weight_decay": 0.0}
ADAM = {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0}
PROJECTION = {"nesterov": False, "projection": "always", "delta": 0.1, "wd_ratio": 0.1}
NEURONS = {"orthogonality": 0.1, "clip": 0.1} | BASE | {"base_momentum": 0.9}
TRIED_BASE = {"base_lr": 0.2, "base_momentum": 0.7, "base_weight_decay": 0.3}
OTHER_BASE = {"base_lr": 0.1, "base_momentum": 0.4, "base_weight_decay": 0.2}
TRIED_ADAM = {"lr": 0.3, "betas": (0.6, 0.7), "eps": 0.2, "weight_decay": 0.4}
TRIED_SGD = {"lr": 0.3, "momentum": 0.6, "weight_decay": 0.4, "nesterov": True}
STILL = {"lr": 1.0, "betas": (0.1, 0.1), "eps": 0.0}


def _scaled(**powers: int) -> Callable[[Options, float], Options]:
    """Options times powers of ρ."""
    return lambda o, rho: o | {name: o[name] * rho**power for name, power in powers.items()}


def _adam_without() -> Setting:
    return Setting(
        ADAM | SLICES,
        (TRIED_ADAM, TRIED_ADAM | {"eps": 0.0, "betas": (0.9, 0.8)}),
        _adam,
        STILL | {"weight_decay": 0.0},
        _scaled(lr=1, weight_decay=-2, eps=-2),
    )


ONCE = _scaled(lr=1, weight_decay=-1)
TWICE = _scaled(lr=2, weight_decay=-2)
NONE = _scaled()

COSINE = {"projection": "cosine", "delta": 0.9, "wd_ratio": 0.3}
INNER = {"projection": "inner_product", "delta": 0.5, "wd_ratio": 0.6}
ALWAYS = {"projection": "always", "delta": 0.1, "wd_ratio": 0.2}

SETTINGS: dict[str, Setting] = {
    "AdaGradG": Setting(
        {"lr": 0.5**0.5, "beta": 1.0, "v0": 5000.0} | SLICES | BASE,
        ({"lr": 0.3, "beta": 0.7, "v0": 0.5} | TRIED_BASE, {"lr": 0.2, "beta": 1.0, "v0": 2.0} | OTHER_BASE),
        base_sgd,
        {"lr": 1.0, "beta": 0.1, "v0": 1.0},
        _scaled(v0=-4),
        on_sphere=True,
        powers=True,
    ),
    "SphericalSGD": Setting(
        {"lr": 1e-2, "weight_decay": 0.0} | SLICES | BASE | {"base_lr": None, "base_weight_decay": None},
        (
            {"lr": 0.3, "weight_decay": 0.4, "base_lr": None, "base_momentum": 0.7, "base_weight_decay": None},
            {"lr": 0.2, "weight_decay": 0.1} | OTHER_BASE,
        ),
        base_sgd,
        {"lr": 0.1, "weight_decay": 9.0},  # at a larger lr the fourth power overflows when w is least
        TWICE,
        on_sphere=True,
        powers=True,
    ),
    "AdamWithoutA": _adam_without(),
    "AdamWithoutAB": _adam_without(),
    "AdamWithoutABC": _adam_without(),
    "Lion": Setting(
        {"lr": 1e-4, "betas": (0.9, 0.99), "weight_decay": 0.0, "invariant": "channel", "foreach": None},
        ({"lr": 0.3, "betas": (0.6, 0.7), "weight_decay": 0.4}, {"lr": 0.1, "betas": (0.2, 0.5), "weight_decay": 0.0}),
        _lion,
        {"lr": 1.0, "betas": (0.1, 0.1), "weight_decay": 0.0},
        ONCE,
    ),
    "SGDP": Setting(
        {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.0, "project_buffer": False} | PROJECTION | SLICES,
        (
            TRIED_SGD | COSINE | {"project_buffer": False},
            TRIED_SGD | INNER | {"nesterov": False, "project_buffer": True, "weight_decay": 0.0},
            TRIED_SGD | ALWAYS | {"project_buffer": True, "momentum": 0.0},
            TRIED_SGD | ALWAYS | {"project_buffer": False, "nesterov": False},
        ),
        torch_sgd,
        {"lr": 1.0, "momentum": 0.1, "weight_decay": 0.0},
        TWICE,
    ),
    "AdamP": Setting(
        ADAM | PROJECTION | SLICES | {"bias_correction": True},
        (
            TRIED_ADAM | COSINE | {"nesterov": True, "bias_correction": True},
            TRIED_ADAM | INNER | {"nesterov": False, "bias_correction": False, "eps": 0.0, "betas": (0.5, 0.8)},
            TRIED_ADAM | ALWAYS | {"nesterov": True, "bias_correction": False},
            TRIED_ADAM | ALWAYS | {"nesterov": False, "bias_correction": False},
            TRIED_ADAM | ALWAYS | {"nesterov": False, "bias_correction": True},
        ),
        _adamw,
        STILL | {"weight_decay": 0.0},
        _scaled(lr=1, weight_decay=-1, eps=-1),
    ),
    "PSISGD": Setting(
        {"lr": 0.1, "momentum": 0.0, "weight_decay": 0.0, "nesterov": False, "max_norm": 1e4} | SLICES,
        (
            TRIED_SGD | {"max_norm": 2.0},
            TRIED_SGD | {"max_norm": None, "nesterov": False, "momentum": 0.0},
            TRIED_SGD | {"max_norm": None, "weight_decay": 0.0},
        ),
        torch_sgd,
        {"lr": 1.0, "momentum": 0.1, "weight_decay": 0.0},
        NONE,
        reach=100,
    ),
    "SGDG": Setting(
        {"lr": 0.2, "momentum": 0.9} | NEURONS | SLICES,
        (
            {"lr": 0.3, "momentum": 0.6, "orthogonality": 0.3, "clip": 0.2} | TRIED_BASE,
            {"lr": 0.3, "momentum": 0.6, "orthogonality": 0.0, "clip": None} | OTHER_BASE,
        ),
        base_sgd,
        {"lr": 1.0, "momentum": 0.1, "orthogonality": 0.0},
        NONE,
        on_sphere=True,
    ),
    "AdamG": Setting(
        {"lr": 0.05, "betas": (0.9, 0.99), "eps": 1e-8} | NEURONS | SLICES,
        (
            {"lr": 0.3, "betas": (0.6, 0.7), "eps": 0.2, "orthogonality": 0.3, "clip": 0.2} | TRIED_BASE,
            {"lr": 0.3, "betas": (0.6, 0.7), "eps": 0.0, "orthogonality": 0.0, "clip": None} | OTHER_BASE,
        ),
        base_sgd,
        STILL | {"orthogonality": 0.0},
        NONE,
        on_sphere=True,
    ),
}
