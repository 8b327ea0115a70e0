"""OD-SCALE on the shipped optimizers: for ρ = 2^j the scaled run is the same run, bit for bit."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from derivations.degrees import ScalingLaw, scaling_law
from derivations.ours.scaling import PARTS
from derivations.scheme import Scheme
from impl.models.losses import LOSSES
from verify.results import CheckResult
from verify.shipped import SUBJECTS
from verify.trace import Subject

STEPS, ROWS, DIMENSION = 8, 3, 5
Law = tuple[dict[str, int], dict[str, int], int]
"""The powers of the hyper-parameters, of the buffers and of the point."""

POWERS = (-9, 4)
"""The j of ρ = 2^j: as far as no number over- or underflows."""

WITHOUT_LAW = {"radam": lambda p: -2, "radamw": lambda p: -p}
"""Schemes of two rules, of p = 2 and of p = 1, and the q that goes with p."""

SMALL = {"adafactor-matrix": {"eps1": 2.0**-60}}
"""Where a scheme has its law only below a threshold."""

THRESHOLDS = tuple(2.0**power for power in (-9, -6, -3, 0))


@dataclass(frozen=True)
class Run:
    """The points and the gradients of a run, one tensor a step, and the buffers after it."""

    points: list[torch.Tensor]
    gradients: list[torch.Tensor]
    buffers: Mapping[str, torch.Tensor]


def exponents(scheme: Scheme) -> Law:
    """The powers of ρ of the hyper-parameters, of the buffers and of the point, derived from the update rule."""
    (part,) = PARTS.get(scheme.name, (scheme,))
    law = _derived(part)
    options, buffers = ({n: int(e) for n, e in part.items()} for part in (law.exponents, law.buffers))
    return options, buffers, int(law.point)


@cache
def _derived(part: Scheme) -> ScalingLaw:
    return scaling_law(part)


def with_laws() -> tuple[Subject, ...]:
    """The optimizers whose scheme has a law."""
    return tuple(subject for subject in SUBJECTS if subject.scheme.name not in WITHOUT_LAW)


def draw(scheme: Scheme, generator: np.random.Generator) -> SimpleNamespace:
    """Hyper-parameters of a moderate size, so that scaling by ρ = 2^j stays exact; an ε that matters."""
    lr = 10 ** generator.uniform(-3, 0)
    values = {
        "lr": lr,
        "weight_decay": 10 ** generator.uniform(-2, -0.5) / lr,
        "eps": 10 ** generator.uniform(-3, 0),
        "dampening": generator.uniform(0, 0.9),
        "lr_decay": 10 ** generator.uniform(-2, 0),
        "initial_accumulator_value": generator.uniform(0, 1),
        "v0": 10 ** generator.uniform(-1, 3),
        "momentum_decay": 10 ** generator.uniform(-2, 0),
        "lambd": 10 ** generator.uniform(-2, -0.5) / lr,
        "alpha": generator.uniform(0.1, 1),
        "t0": generator.uniform(0, 4),
        "etaminus": generator.uniform(0.1, 0.9),
        "etaplus": generator.uniform(1.1, 2),
        "smallest": lr / 4,
        "largest": lr * 3,
        "decay": generator.uniform(0.1, 1),
        "eps1": 10 ** generator.uniform(-3, 0),
        "eps2": 10 ** generator.uniform(-2, 1),
        "clip": generator.uniform(1, 2),
    }
    values |= SMALL.get(scheme.name, {})
    memory = {n: generator.uniform(0.1, 0.99) for n in ("momentum", "beta", "beta1", "beta2")}
    return scheme.numbers(**{n: (values | memory)[n] for n in scheme.hyperparameters})


def train(subject: Subject, options: Mapping[str, Any], h: SimpleNamespace, start: torch.Tensor, loss: Any) -> Run:
    """The optimizer on a radially-invariant loss, by autograd, with η_k = η/(1 + k/2)."""
    shape = tuple(start.shape) if subject.shaped is None else subject.shaped(tuple(start.shape))
    parameter = torch.nn.Parameter(start.clone().reshape(shape))
    group = {"params": [parameter]} | ({"invariant": "channel"} if subject.sliced else {})
    optimizer = subject.make([group], h, **options)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: 1 / (1 + k / 2))
    points, gradients = [parameter.detach().clone()], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss(parameter.reshape(start.shape)).sum().backward()
        gradients.append(parameter.grad.detach().clone() if parameter.grad is not None else torch.zeros_like(parameter))
        optimizer.step()
        schedule.step()
        points.append(parameter.detach().clone())
    names = subject.buffers(h)
    return Run(points, gradients, {n: optimizer.state[parameter][theirs].clone() for n, theirs in names.items()})


def deviation(
    subject: Subject,
    options: Mapping[str, Any],
    dtype: torch.dtype,
    j: int,
    seed: int,
    kept: tuple[str, ...] = (),
    law: Law | None = None,
    **given: float,
) -> float:
    """The largest difference between the run from 2^j x_0 and the scaled run from x_0, relative; 0 if they are equal.

    kept: hyper-parameters that are left as they are, against the law; given: those that are not drawn.
    """
    generator = np.random.default_rng((seed, j % 2**32))
    h, (powers, held, at) = draw(subject.scheme, generator), law or exponents(subject.scheme)
    h = SimpleNamespace(**(vars(h) | given))
    powers = {n: powers.get(n, 0) for n in vars(h)} | dict.fromkeys(kept, 0)
    scaled = SimpleNamespace(**{n: v * 2.0 ** (j * powers[n]) for n, v in vars(h).items()})
    kind = list(LOSSES)[int(generator.integers(len(LOSSES)))]
    loss = LOSSES[kind](DIMENSION, seed=seed, batch_shape=(ROWS,), dtype=dtype)
    start = torch.tensor(generator.normal(size=(ROWS, DIMENSION)), dtype=dtype)
    plain, same = (train(subject, options, *rest, loss) for rest in ((h, start), (scaled, start * 2.0**j)))
    pairs = [(a, b, at) for a, b in zip(plain.points, same.points, strict=True)]
    pairs += [(plain.buffers[n], same.buffers[n], held[n]) for n in plain.buffers]
    return max(float((b * 2.0 ** (-j * e) - a).abs().max() / a.abs().max().clamp_min(1e-30)) for a, b, e in pairs)


def scaled_runs_are_equal_bit_for_bit(cases: int, seed: int) -> list[CheckResult]:
    """x_0 → ρx_0, h → ρ^p h, ρ = 2^j: the points and the buffers of every optimizer, scaled back, are the same bits."""
    results = []
    for subject in with_laws():
        for dtype in (torch.float64, torch.float32):
            runs = [(o, j) for o in subject.options if not o.get("maximize") for j in POWERS]
            worst = max(deviation(subject, o, dtype, j, seed + i) for i, (o, j) in enumerate(runs))
            law = f"{subject.name}: the scaled run is the same run, bit for bit"
            name = str(dtype).removeprefix("torch.")
            note = "relative difference; loops, foreach and fused where there are"
            results.append(CheckResult("OD-SCALE", law, len(runs), worst, 0.0, name, "cpu", worst == 0, note))
    return results


def an_epsilon_that_is_kept_breaks_the_law(cases: int, seed: int) -> list[CheckResult]:
    """With ε as it was, a scaled run of Adam and its kind is another run."""
    results, rounding = [], torch.finfo(torch.float64).eps
    for subject in with_laws():
        if exponents(subject.scheme)[0].get("eps", 0):
            # A threshold is felt only where it is reached.
            given: dict[str, Any] = {"eps": 1e3} if subject.scheme.of_matrix else {}
            least = min(deviation(subject, {}, torch.float64, j, seed, kept=("eps",), **given) for j in POWERS)
            worst = rounding / least if least else math.inf
            law, note = f"{subject.name}: ε must be scaled too", "a rounding over the relative difference"
            results.append(CheckResult("OD-SCALE", law, len(POWERS), worst, 1.0, "float64", "cpu", worst <= 1, note))
    return results


def radam_has_no_power_of_its_own(cases: int, seed: int) -> list[CheckResult]:
    """With β₂ = 0.999 the run of RAdam from ρ x_0 is another run for p = 1 and for p = 2: `STEPS` hold both rules."""
    results, rounding = [], torch.finfo(torch.float64).eps
    for subject in (s for s in SUBJECTS if s.scheme.name in WITHOUT_LAW):
        for p in (1, 2):
            law = f"{subject.name}: p = {p} is not its law"
            q = WITHOUT_LAW[subject.scheme.name](p)
            powers = {"lr": p, "weight_decay": q, "eps": -1}, {"m": -1, "v": -2}, 1
            least = min(deviation(subject, {}, torch.float64, j, seed, law=powers, beta2=0.999) for j in POWERS)
            worst, note = rounding / least if least else math.inf, "a rounding over the relative difference"
            results.append(CheckResult("OD-SCALE", law, len(POWERS), worst, 1.0, "float64", "cpu", worst <= 1, note))
    return results


def adafactor_of_matrices_has_no_law_above_its_threshold(cases: int, seed: int) -> list[CheckResult]:
    """Where ε₁ is of the size of the mean of R_k a scaled run is another run: for ε₁ → ρ^-1 ε₁, and for ρ^-2."""
    results, rounding = [], torch.finfo(torch.float64).eps
    subject = next(s for s in SUBJECTS if s.scheme.name in SMALL)
    powers, held, at = exponents(subject.scheme)
    for power in (-1, -2):
        law = powers | {"eps1": power}, held, at
        runs = [
            deviation(subject, {}, torch.float64, j, seed, law=law, eps1=threshold, clip=4.0)
            for j in POWERS
            for threshold in THRESHOLDS
        ]
        worst, note = rounding / max(runs) if max(runs) else math.inf, "a rounding over the largest relative difference"
        words = f"{subject.name}: with ε₁ in reach, power {power} of it is not its law"
        results.append(CheckResult("OD-SCALE", words, len(runs), worst, 1.0, "float64", "cpu", worst <= 1, note))
    return results
