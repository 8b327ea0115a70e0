"""10⁵ steps of each of our optimizers, each way, in float32 on random radially-invariant losses: still the right ones.

Every `EVERY`-th step is judged as `verify.trace` judges one: the scheme starts from the weights and buffers that are
held then, and the weights and buffers after it may be off by the rounding of that one step.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor

import impl.optim
from verify.shipped import OURS
from verify.subject import Subject
from verify.tolerance import Tracked, TrackedSpace, judge
from verify.trust.hostile.outcome import Outcome, ways

STEPS, EVERY = 100_000, 1000
ROWS, LENGTH = 2, 4
DTYPE = torch.float32
EPS = float(torch.finfo(DTYPE).eps)
CAP = 1e4
"""`max_norm`, where there is one: beyond, a slice and its buffers are divided by its norm, lest it grow for ever."""
Held = dict[str, np.ndarray]


@dataclass(frozen=True)
class Row:
    """A run: how many numbers were judged, how many could not be; worst: the largest error in units of the allowed."""

    optimizer: str
    way: str
    law: str
    judged: int
    undecided: int
    worst: float
    faults: tuple[str, ...]

    @property
    def outcome(self) -> Outcome:
        sound = not self.faults and self.worst <= 1 and self.judged > self.undecided
        return Outcome.RIGHT if sound else Outcome.FAULT


def runs(
    steps: int = STEPS, subjects: Sequence[Subject] = OURS, progress: Callable[[str, int, int], None] | None = None
) -> Iterator[Row]:
    """Every optimizer in each of its ways, one after the other."""
    for i, subject in enumerate(subjects):
        for way, chosen in ways(getattr(impl.optim, subject.name.partition(" ")[0])).items():
            if progress:
                progress(f"{steps} steps: {subject.name}, {way}", i, len(subjects))
            yield run(subject, way, chosen, steps)


def run(subject: Subject, way: str, chosen: Mapping[str, bool], steps: int) -> Row:
    """One optimizer, with the gradients of new random losses ⟨a, x/‖x‖⟩ at every step: tangent, and of degree -1."""
    scheme, h = subject.scheme, subject.scheme.numbers()
    space, buffers = TrackedSpace(DTYPE, subject.scalars), subject.buffers(h)
    domains = scheme.hyperparameters
    numbers = SimpleNamespace(**{n: space.scalar(v, memory=domains[n].high == 1.0) for n, v in vars(h).items()})
    generator = torch.Generator().manual_seed(11)
    p = torch.nn.Parameter(torch.randn(ROWS, LENGTH, generator=generator))
    optimizer = subject.make([{"params": [p], "invariant": "channel"}], h, **chosen)
    capped = "max_norm" in optimizer.param_groups[0]
    optimizer.param_groups[0] |= {"max_norm": CAP} if capped else {}
    free, sphere = float(torch.linalg.vector_norm(p.detach().double())), scheme.on_sphere
    worst, faults, judged, undecided = 0.0, list[str](), 0, 0
    p.grad = torch.zeros_like(p)
    for k in range(steps):
        if k % 1000 == 0:
            drawn = torch.randn(1000, ROWS, LENGTH, generator=generator, dtype=torch.float64)
        p.grad.copy_(gradient(p, drawn[k % 1000]))
        looked = k and ((k + 1) % EVERY == 0 or k + 1 == steps)
        if looked:
            before, g = held(optimizer, p, buffers), p.grad.double().numpy().copy()
        optimizer.step()
        if not looked:
            continue
        state = {name: space.vector(before[f"buffer {name}"]) for name in buffers}
        expected, new = scheme.step(space, k, space.vector(before["x"]), space.vector(g), state, numbers)
        after, rule = held(optimizer, p, buffers), {"x": expected} | {f"buffer {n}": v for n, v in new.items()}
        if capped:
            divisor = beyond(space.norm(expected))
            rule = {name: value / divisor for name, value in rule.items()}
        for name, values in after.items():
            found = judge(rule[name], values)
            worst, judged, undecided = max(worst, found.worst), judged + found.decided, undecided + found.undecided
            faults += [] if found.ok else [f"{name} is off by {found.worst:.3g} of the allowed after {k + 1} steps"]
        if sphere:
            off = abs(np.linalg.norm(after["x"], axis=1) - 1).max() / ((LENGTH + 4) * EPS)
            worst, faults = max(worst, off), faults + ([] if off <= 1 else [f"norm {off:.3g} of the allowed off 1"])
        faults += broken(optimizer, p, k + 1)
        if faults:
            break
    law = "the scheme's step" + (", norm 1" if sphere else f", norm from {free:.3g} to {float(p.detach().norm()):.3g}")
    return Row(subject.name, way, law, judged, undecided, float(f"{worst:.2g}"), tuple(faults[:3]))


def gradient(p: Tensor, a: Tensor) -> Tensor:
    """Of ⟨a, x/‖x‖⟩ for each row x, in float64."""
    x = p.detach().double()
    square = (x * x).sum(1, keepdim=True)
    return (a - (a * x).sum(1, keepdim=True) / square * x) / square.sqrt()


def beyond(norms: Tracked) -> Tracked:
    """By what the rows of these norms are divided: those beyond CAP by their norms, the others by 1."""
    over = norms.value > CAP
    return Tracked(np.where(over, norms.value, 1.0), np.where(over, norms.error, 0.0), norms.precision)


def held(optimizer: torch.optim.Optimizer, p: Tensor, buffers: Mapping[str, str]) -> Held:
    """The weights x, and the buffers by the scheme's names, as (rows, d), or (rows, 1) for one number a slice."""
    state: Mapping[str, Any] = optimizer.state[p]
    tensors = {"x": p.detach()} | {f"buffer {name}": state[theirs] for name, theirs in buffers.items()}
    return {name: t.double().reshape(ROWS, -1).numpy().copy() for name, t in tensors.items()}


def broken(optimizer: torch.optim.Optimizer, p: Tensor, steps: int) -> list[str]:
    """What is not finite, and a count of steps that is wrong."""
    values = {"weights": p.detach(), **optimizer.state[p]}
    found = [f"{name} not finite after {steps} steps" for name, v in values.items() if not torch.isfinite(v).all()]
    count = optimizer.state[p].get("step")
    return found + ([f"counts {int(count)} steps, not {steps}"] if count is not None and int(count) != steps else [])
