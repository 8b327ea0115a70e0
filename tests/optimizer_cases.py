"""What the laws of `test_optimizer_laws.py` draw: options of every optimizer, parameters, gradients."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

from impl.optim import (
    PSISGD,
    SGDG,
    SGDP,
    AdaGradG,
    AdamG,
    AdamP,
    AdamWithoutA,
    AdamWithoutAB,
    AdamWithoutABC,
    Lion,
    SphericalSGD,
)
from verify.trust.mutants.battery_problem import Problem
from verify.trust.mutants.battery_settings import PlainLion, base_sgd, torch_sgd

Options = dict[str, Any]


def log_uniform(low: int, high: int) -> st.SearchStrategy[float]:
    """10^e, e uniform in [low, high]."""
    return st.floats(low, high).map(lambda exponent: 10.0**exponent)


@dataclass(frozen=True)
class Case:
    """One optimizer, as data: the options to draw, its base method, and its scale law x ↦ ρx."""

    options: st.SearchStrategy[Options]
    base: Callable[[list[nn.Parameter], Options], torch.optim.Optimizer]
    scaled: Callable[[Options, float], Options]
    """Options for which a start from ρ x_0 has the trajectory on the sphere that `options` have from x_0."""
    on_sphere: bool = False
    rotates: bool = True
    """Whether no coordinate is special to it."""
    alone: Options = field(default_factory=dict)
    """Options under which the slices of a parameter do not look at one another."""


BASE = {
    "base_lr": log_uniform(-4, 0),
    "base_momentum": st.sampled_from([0.0, 0.5, 0.9]),
    "base_weight_decay": st.sampled_from([0.0, 1e-2]),
}
OPTIONAL = {name: st.none() | options for name, options in BASE.items() if name != "base_momentum"}


PROJECTION = {
    "projection": st.sampled_from(["always", "inner_product", "cosine"]),
    "delta": st.sampled_from([0.0, 0.1, 1.0]),
    "wd_ratio": st.sampled_from([0.1, 1.0]),
    "nesterov": st.booleans(),
}
ADAM = {
    "lr": log_uniform(-4, -1),
    "betas": st.tuples(st.sampled_from([0.0, 0.5, 0.9]), st.sampled_from([0.0, 0.9, 0.999])),
    "eps": st.sampled_from([0.0, 1e-8, 1e-2]),
    "weight_decay": st.sampled_from([0.0, 1e-3, 0.5]),
}


NEURONS = {"orthogonality": st.sampled_from([0.0, 0.1]), "clip": st.sampled_from([0.1, 1.0, None])}


def adam_case() -> Case:
    return Case(
        options=st.fixed_dictionaries(ADAM),
        base=lambda parameters, o: torch.optim.Adam(parameters, **o),
        scaled=lambda o, rho: (
            o | {"lr": rho * o["lr"], "weight_decay": o["weight_decay"] / rho**2, "eps": o["eps"] / rho**2}
        ),
    )


CASES: dict[type[torch.optim.Optimizer], Case] = {
    AdaGradG: Case(
        options=st.fixed_dictionaries(
            {"lr": log_uniform(-3, 0), "beta": st.sampled_from([0.0, 0.5, 0.999, 1.0]), "v0": log_uniform(-1, 4)} | BASE
        ),
        base=base_sgd,
        scaled=lambda o, rho: o | {"v0": o["v0"] / rho**4},
        on_sphere=True,
    ),
    SphericalSGD: Case(
        options=st.fixed_dictionaries(
            {"lr": log_uniform(-4, 0), "weight_decay": st.sampled_from([0.0, 1e-3, 0.5]), **BASE, **OPTIONAL}
        ),
        base=base_sgd,
        scaled=lambda o, rho: o | {"lr": rho**2 * o["lr"], "weight_decay": o["weight_decay"] / rho**2},
        on_sphere=True,
    ),
    AdamWithoutA: adam_case(),
    AdamWithoutAB: adam_case(),
    AdamWithoutABC: adam_case(),
    Lion: Case(
        options=st.fixed_dictionaries(
            {
                "lr": log_uniform(-4, -1),
                "betas": st.tuples(st.sampled_from([0.0, 0.5, 0.9]), st.sampled_from([0.0, 0.9, 0.99])),
                "weight_decay": st.sampled_from([0.0, 1e-3, 0.5]),
            }
        ),
        base=PlainLion,
        scaled=lambda o, rho: o | {"lr": rho * o["lr"], "weight_decay": o["weight_decay"] / rho},
        rotates=False,
    ),
    SGDP: Case(
        options=st.fixed_dictionaries(
            {
                "lr": log_uniform(-4, -1),  # at ηλ = 1 - β the weight would become 0
                "momentum": st.sampled_from([0.0, 0.5, 0.9]),
                "weight_decay": st.sampled_from([0.0, 1e-3, 0.5]),
                "project_buffer": st.booleans(),
            }
            | PROJECTION
        ),
        base=torch_sgd,
        scaled=lambda o, rho: o | {"lr": rho**2 * o["lr"], "weight_decay": o["weight_decay"] / rho**2},
        alone={"projection": "always"},
    ),
    AdamP: Case(
        options=st.fixed_dictionaries(ADAM | PROJECTION | {"bias_correction": st.booleans()}),
        base=lambda parameters, o: torch.optim.AdamW(
            parameters, **{name: o[name] for name in ("lr", "betas", "eps", "weight_decay")}
        ),
        scaled=lambda o, rho: o | {"lr": rho * o["lr"], "weight_decay": o["weight_decay"] / rho, "eps": o["eps"] / rho},
        rotates=False,
        alone={"projection": "always"},
    ),
    PSISGD: Case(
        options=st.fixed_dictionaries(
            {
                "lr": log_uniform(-4, -2),
                "momentum": st.sampled_from([0.0, 0.5, 0.9]),
                "weight_decay": st.sampled_from([0.0, 1e-3, 0.5]),
                "nesterov": st.booleans(),
            }
        ),
        base=torch_sgd,
        scaled=lambda o, rho: o,
    ),
    SGDG: Case(
        options=st.fixed_dictionaries(
            {"lr": log_uniform(-4, 0), "momentum": st.sampled_from([0.0, 0.5, 0.9])} | NEURONS | BASE
        ),
        base=base_sgd,
        scaled=lambda o, rho: o,
        on_sphere=True,
        alone={"orthogonality": 0.0},
    ),
    AdamG: Case(
        options=st.fixed_dictionaries({name: ADAM[name] for name in ("lr", "betas", "eps")} | NEURONS | BASE),
        base=base_sgd,
        scaled=lambda o, rho: o,
        on_sphere=True,
        alone={"orthogonality": 0.0},
    ),
}


INVARIANTS = ("channel", "whole", 1, 2, 3, None)


@st.composite
def problems(draw: st.DrawFn, invariants: tuple[Any, ...] = INVARIANTS, dtypes: tuple[Any, ...] = ()) -> Problem:
    """One to three groups of one to three small parameters of one to three dimensions."""

    def shape(invariant: Any) -> tuple[int, ...]:
        n = draw(st.integers(1, 4)) * (invariant if isinstance(invariant, int) else 1)
        fewest = 1 if invariant == "channel" else 0
        return (n, *draw(st.lists(st.integers(1, 5), min_size=fewest, max_size=2)))

    layout = []
    for invariant in draw(st.lists(st.sampled_from(invariants), min_size=1, max_size=3)):
        layout.append((invariant, tuple(shape(invariant) for _ in range(draw(st.integers(1, 3))))))
    return Problem(
        layout=tuple(layout),
        dtype=draw(st.sampled_from(dtypes or (torch.float32, torch.float64))),
        seed=draw(st.integers(0, 2**20)),
        transposed=draw(st.booleans()),
    )
