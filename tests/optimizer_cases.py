"""What the laws of `test_optimizer_laws.py` draw: options of every optimizer, parameters, gradients."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor, nn

from impl.groups import row_count
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
    at_rest: Options
    """Options under which a slice without gradients must stay, and under which buffers decay fastest."""
    on_sphere: bool = False
    rotates: bool = True
    """Whether no coordinate is special to it."""
    alone: Options = field(default_factory=dict)
    """Options under which the slices of a parameter do not look at one another."""


class PlainLion(torch.optim.Optimizer):
    """Chen et al. 2023, Algorithm 2, one parameter at a time."""

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            (beta1, beta2), lr, decay = group["betas"], group["lr"], group["weight_decay"]
            for p in group["params"]:
                m = self.state[p].get("exp_avg", torch.zeros_like(p))
                self.state[p]["exp_avg"] = beta2 * m + (1 - beta2) * p.grad
                p.copy_((1 - lr * decay) * p - lr * (beta1 * m + (1 - beta1) * p.grad).sign())


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


def base_sgd(parameters: list[nn.Parameter], o: Options) -> torch.optim.Optimizer:
    return torch.optim.SGD(
        parameters, lr=o["base_lr"], momentum=o["base_momentum"], weight_decay=o["base_weight_decay"]
    )


def torch_sgd(parameters: list[nn.Parameter], o: Options) -> torch.optim.Optimizer:
    return torch.optim.SGD(
        parameters,
        lr=o["lr"],
        momentum=o["momentum"],
        weight_decay=o["weight_decay"],
        nesterov=o["nesterov"] and o["momentum"] > 0,  # torch refuses it without momentum, where it is SGD
    )


def adam_case() -> Case:
    return Case(
        options=st.fixed_dictionaries(ADAM),
        base=lambda parameters, o: torch.optim.Adam(parameters, **o),
        scaled=lambda o, rho: (
            o | {"lr": rho * o["lr"], "weight_decay": o["weight_decay"] / rho**2, "eps": o["eps"] / rho**2}
        ),
        at_rest={"lr": 1.0, "betas": (0.1, 0.1), "eps": 0.0, "weight_decay": 0.0},
    )


CASES: dict[type[torch.optim.Optimizer], Case] = {
    AdaGradG: Case(
        options=st.fixed_dictionaries(
            {"lr": log_uniform(-3, 0), "beta": st.sampled_from([0.0, 0.5, 0.999, 1.0]), "v0": log_uniform(-1, 4)} | BASE
        ),
        base=base_sgd,
        scaled=lambda o, rho: o | {"v0": o["v0"] / rho**4},
        at_rest={"lr": 1.0, "beta": 0.1, "v0": 1.0},
        on_sphere=True,
    ),
    SphericalSGD: Case(
        options=st.fixed_dictionaries(
            {"lr": log_uniform(-4, 0), "weight_decay": st.sampled_from([0.0, 1e-3, 0.5]), **BASE, **OPTIONAL}
        ),
        base=lambda parameters, o: torch.optim.SGD(
            parameters,
            lr=o["lr"] if o["base_lr"] is None else o["base_lr"],
            momentum=o["base_momentum"],
            weight_decay=o["weight_decay"] if o["base_weight_decay"] is None else o["base_weight_decay"],
        ),
        scaled=lambda o, rho: o | {"lr": rho**2 * o["lr"], "weight_decay": o["weight_decay"] / rho**2},
        at_rest={"lr": 1.0, "weight_decay": 0.9},
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
        at_rest={"lr": 1.0, "betas": (0.1, 0.1), "weight_decay": 0.0},
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
        at_rest={"lr": 1.0, "momentum": 0.1, "weight_decay": 0.0},
        alone={"projection": "always"},
    ),
    AdamP: Case(
        options=st.fixed_dictionaries(ADAM | PROJECTION | {"bias_correction": st.booleans()}),
        base=lambda parameters, o: torch.optim.AdamW(
            parameters, **{name: o[name] for name in ("lr", "betas", "eps", "weight_decay")}
        ),
        scaled=lambda o, rho: o | {"lr": rho * o["lr"], "weight_decay": o["weight_decay"] / rho, "eps": o["eps"] / rho},
        at_rest={"lr": 1.0, "betas": (0.1, 0.1), "eps": 0.0, "weight_decay": 0.0},
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
        at_rest={"lr": 1.0, "momentum": 0.1, "weight_decay": 0.0},
    ),
    SGDG: Case(
        options=st.fixed_dictionaries(
            {"lr": log_uniform(-4, 0), "momentum": st.sampled_from([0.0, 0.5, 0.9])} | NEURONS | BASE
        ),
        base=base_sgd,
        scaled=lambda o, rho: o,
        at_rest={"lr": 1.0, "momentum": 0.1, "orthogonality": 0.0},
        on_sphere=True,
        alone={"orthogonality": 0.0},
    ),
    AdamG: Case(
        options=st.fixed_dictionaries({name: ADAM[name] for name in ("lr", "betas", "eps")} | NEURONS | BASE),
        base=base_sgd,
        scaled=lambda o, rho: o,
        at_rest={"lr": 1.0, "betas": (0.1, 0.1), "eps": 0.0, "orthogonality": 0.0},
        on_sphere=True,
        alone={"orthogonality": 0.0},
    ),
}


@dataclass(frozen=True)
class Problem:
    """Parameters in groups, and gradients for them, all from one seed."""

    layout: tuple[tuple[Any, tuple[tuple[int, ...], ...]], ...]
    """(invariant, shapes) of every group."""
    dtype: torch.dtype
    seed: int
    transposed: bool = False
    """Whether the parameters are laid out in memory back to front."""

    def groups(self) -> list[dict[str, Any]]:
        """New parameters, the same at every call, of norms from 0.1 to 10."""
        generator = torch.Generator().manual_seed(self.seed)
        return [
            {"params": [self._parameter(shape, generator) for shape in shapes], "invariant": invariant}
            for invariant, shapes in self.layout
        ]

    def _parameter(self, shape: tuple[int, ...], generator: torch.Generator) -> nn.Parameter:
        size = 10 ** (2 * torch.rand((), generator=generator).item() - 1)
        data = size * torch.randn(shape, generator=generator, dtype=self.dtype)
        return nn.Parameter(data.mT.contiguous().mT if self.transposed and data.dim() > 1 else data)

    def set_gradients(self, parameters: list[nn.Parameter], k: int, nudge: float = 0.0) -> None:
        """The gradients of step k; `nudge` changes them relatively, by that much in random directions."""
        generator = torch.Generator().manual_seed(self.seed * 1000 + k)
        for p in parameters:
            gradient = torch.randn(p.shape, generator=generator, dtype=self.dtype)
            p.grad = gradient * (1 + nudge * torch.randn(p.shape, generator=generator, dtype=self.dtype))

    @property
    def length(self) -> int:
        """The largest d of a slice."""
        empty = [
            torch.empty(shape).numel() // row_count(torch.empty(shape), invariant)
            for invariant, shapes in self.layout
            if invariant is not None
            for shape in shapes
        ]
        return max(empty, default=1)


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


def parameters_of(optimizer: torch.optim.Optimizer) -> list[nn.Parameter]:
    return [p for group in optimizer.param_groups for p in group["params"]]


def run(
    problem: Problem, optimizer: torch.optim.Optimizer, steps: range | int, nudge: float = 0.0
) -> torch.optim.Optimizer:
    """Make the steps, with the problem's gradients; returns the optimizer."""
    for k in range(steps) if isinstance(steps, int) else steps:
        problem.set_gradients(parameters_of(optimizer), k, nudge)
        optimizer.step()
    return optimizer


def numbers(optimizer: torch.optim.Optimizer) -> list[Tensor]:
    """All that an optimizer holds: its parameters, then their buffers."""
    parameters = parameters_of(optimizer)
    buffers = [optimizer.state[p][name] for p in parameters for name in sorted(optimizer.state[p])]
    return [t.detach() for t in [*parameters, *buffers]]


def allowed_error(problem: Problem, make: Callable[[], torch.optim.Optimizer], steps: int) -> list[Tensor]:
    """For each of `numbers`, elementwise: dtype eps × operations × (size + measured conditioning).

    The conditioning is the change of the result when start and gradients change relatively by about `nudge`, over
    `nudge`. Operations: at most d + 40 roundings a step, in sums of d terms and in the rest of the rule.
    """
    nudge = torch.finfo(problem.dtype).eps ** 0.5
    plain, nudged = make(), make()
    generator = torch.Generator().manual_seed(problem.seed)
    for p in parameters_of(nudged):
        p.data *= 1 + nudge * torch.randn(p.shape, generator=generator, dtype=p.dtype)
    pairs = zip(numbers(run(problem, plain, steps)), numbers(run(problem, nudged, steps, nudge)), strict=True)
    roundings = torch.finfo(problem.dtype).eps * (problem.length + 40) * steps
    return [roundings * (a.abs().max() + (a - b).abs().max() / nudge) for a, b in pairs]
