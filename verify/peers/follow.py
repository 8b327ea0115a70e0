"""An optimizer run on a setting, and where it first leaves a rule, or another optimizer, by more than rounding."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np
import torch

from verify.peers.packages import Peer
from verify.peers.rules import Rule
from verify.peers.settings import STEPS, Setting
from verify.tolerance import Tracked, TrackedSpace, judge

Numbers = Mapping[str, np.ndarray]
MEMORIES = ("momentum", "beta1", "beta2")
DEFAULTS = {
    "lr": 0.05,
    "momentum": 0.9,
    "dampening": 0.0,
    "beta1": 0.9,
    "beta2": 0.999,
    "eps": 1e-8,
    "weight_decay": 0.0,
    "delta": 0.1,
    "wd_ratio": 0.1,
}


class Described(Protocol):
    """What a comparison has to know of a setting."""

    @property
    def dtype(self) -> torch.dtype: ...
    @property
    def words(self) -> str: ...


@dataclass(frozen=True)
class Step:
    """What was there before a step, its gradient, and what was there after: x and buffers as (rows, coordinates)."""

    before: Numbers
    gradient: np.ndarray
    after: Numbers


@dataclass(frozen=True)
class Difference:
    """Where and by how much something differs.

    step: from 0. size: ‖difference‖ as a part of the larger of the two, steps in the case of x, buffers otherwise.
    """

    setting: str
    step: int
    quantity: str
    size: float


@dataclass(frozen=True)
class Agreement:
    """One run against a rule: the differences of the first step with any; the worst error in units of that allowed."""

    differences: tuple[Difference, ...]
    worst: float
    decided: int
    undecided: int


def arguments(setting: Setting, adaptive: bool) -> dict[str, Any]:
    """The optimizer's arguments under the names that all the packages share."""
    names = ("lr", "eps", "delta", "wd_ratio", "weight_decay")
    given: dict[str, Any] = {name: DEFAULTS[name] for name in names}
    given |= {"betas": (DEFAULTS["beta1"], DEFAULTS["beta2"])} if adaptive else {"momentum": DEFAULTS["momentum"]}
    return given | dict(setting.options)


def takes(peer: Peer, setting: Setting) -> bool:
    """Whether the peer has every option of the setting, and slices of its shape."""
    sliceable = not peer.sliced or len(setting.shape) > 1 and setting.shape[-1] > 1
    return sliceable and len(peer.taken(setting.options)) == len(setting.options)


def run(peer: Peer, setting: Setting, steps: int = STEPS) -> list[Step]:
    """The steps that the peer takes on the setting."""
    p = torch.nn.Parameter(setting.start())
    optimizer = peer.make([p], **arguments(setting, peer.rule.adaptive))
    taken = []
    after = _read(peer, setting, optimizer, p)
    for k in range(steps):
        before = after
        gradient = _give(setting, p, k)
        optimizer.step()
        after = _read(peer, setting, optimizer, p)
        taken.append(Step(before, gradient, after))
    return taken


def once(peer: Peer, setting: Setting, k: int, before: Numbers, gradient: np.ndarray) -> Numbers:
    """What the peer makes of one step k of another's run: a fresh optimizer, given the numbers there."""
    p = torch.nn.Parameter(_tensor(setting, before["x"]))
    optimizer = peer.make([p], **arguments(setting, peer.rule.adaptive))
    if k:
        optimizer.state[p] = {theirs: _tensor(setting, before[ours]) for ours, theirs in peer.buffers.items()}
        if peer.counter == "state":
            optimizer.state[p]["step"] = k
        if peer.counter == "tensor":
            optimizer.state[p]["step"] = torch.tensor(float(k))
        if peer.counter == "group":
            optimizer.param_groups[0]["step"] = k
    p.grad = _tensor(setting, gradient)
    optimizer.step()
    return _read(peer, setting, optimizer, p)


def against_rule(rule: Rule, setting: Setting, taken: Iterable[Step], strict: bool = True) -> Agreement:
    """A run beside a rule that starts every step from the run's own numbers.

    strict: the gradient is exact as it stands. Otherwise it is known up to its rounding, so that what rounding has left
    of a radial part makes no difference.
    """

    def expected(space: TrackedSpace, k: int, step: Step) -> dict[str, Tracked]:
        x, g, state = _tracked(space, step)
        if not strict:
            g = Tracked(g.value, space.norm(g).value * space.precision.unit + 0 * g.value, g.precision)
        after, new = rule.step(space, k, x, g, state, hyperparameters(space, setting), setting.shape)
        return {"x": after} | new

    return compare(expected, setting, taken)


def against_peer(other: Peer, rule: Rule, setting: Setting, taken: Iterable[Step]) -> Agreement:
    """A run beside another optimizer's steps from the run's own numbers; each may round as `rule` does."""

    def expected(space: TrackedSpace, k: int, step: Step) -> dict[str, Tracked]:
        x, g, state = _tracked(space, step)
        after, new = rule.step(space, k, x, g, state, hyperparameters(space, setting), setting.shape)
        bounds = {"x": after} | new
        seen = once(other, setting, k, step.before, step.gradient)
        return {name: Tracked(seen[name], 2 * bounds[name].error, bounds[name].precision) for name in seen}

    return compare(expected, setting, taken)


def compare(
    expected: Callable[[TrackedSpace, int, Step], Mapping[str, Tracked]], setting: Described, taken: Iterable[Step]
) -> Agreement:
    """A run beside what is expected of each step; it ends after the first step with a difference."""
    space, worst, decided, undecided = TrackedSpace(setting.dtype), 0.0, 0, 0
    for k, step in enumerate(taken):
        differences = []
        with np.errstate(all="ignore"):
            values = expected(space, k, step)
            for name, value in values.items():
                judgement = judge(value, step.after[name])
                decided, undecided = decided + judgement.decided, undecided + judgement.undecided
                worst = max(worst, judgement.worst)
                if not judgement.ok:
                    size = _size(name, value.value, step)
                    differences.append(Difference(setting.words, k, name, size))
        if differences:
            return Agreement(tuple(differences), worst, decided, undecided)
    return Agreement((), worst, decided, undecided)


def hyperparameters(space: TrackedSpace, setting: Setting) -> SimpleNamespace:
    """Of the setting, as tracked scalars."""
    given = DEFAULTS | {name: value for name, value in setting.options.items() if name in DEFAULTS}
    return SimpleNamespace(**{n: space.scalar(v, memory=n in MEMORIES) for n, v in given.items()})


def plain(rule: Rule, setting: Setting) -> Rule:
    """The rule in a setting: an option that is not asked for is not there."""
    return rule.but(
        nesterov=rule.nesterov and bool(setting.options.get("nesterov")),
        dampening=rule.dampening and bool(setting.options.get("dampening")),
        decay=rule.decay and bool(setting.options.get("weight_decay")),
    )


def _tracked(space: TrackedSpace, step: Step) -> tuple[Tracked, Tracked, dict[str, Tracked]]:
    state = {name: space.vector(value) for name, value in step.before.items() if name != "x"}
    return space.vector(step.before["x"]), space.vector(step.gradient), state


def _size(name: str, expected: np.ndarray, step: Step) -> float:
    """‖difference‖ as a part of the larger of the two, what was expected and what was seen."""
    seen, start = step.after[name], step.before["x"] if name == "x" else 0.0
    whole = max(_norm(expected - start), _norm(seen - start))
    return _norm(seen - expected) / whole if math.isfinite(whole) else math.inf


def _norm(values: np.ndarray) -> float:
    """The Euclidean norm, without overflow or underflow on the way."""
    largest = float(abs(values).max(initial=0.0))
    return largest * float(np.linalg.norm(values / largest)) if largest else 0.0


def _give(setting: Setting, p: torch.nn.Parameter, k: int) -> np.ndarray:
    """Set p.grad to the setting's gradient at p; returns what the optimizer sees."""
    x = p.detach().to(torch.float64).reshape(setting.rows, -1).numpy()
    p.grad = _tensor(setting, setting.gradient(k, x))
    return p.grad.to(torch.float64).reshape(setting.rows, -1).numpy().copy()


def _read(peer: Peer, setting: Setting, optimizer: torch.optim.Optimizer, p: torch.nn.Parameter) -> Numbers:
    """x and the buffers; those that do not exist yet are zero."""
    seen = {"x": _rows(setting, p)}
    for ours, theirs in peer.buffers.items():
        kept = optimizer.state[p].get(theirs) if p in optimizer.state else None
        seen[ours] = np.zeros_like(seen["x"]) if kept is None else _rows(setting, kept)
    return seen


def _rows(setting: Setting, tensor: torch.Tensor) -> np.ndarray:
    return tensor.detach().to(torch.float64).reshape(setting.rows, -1).numpy().copy()


def _tensor(setting: Setting, values: np.ndarray) -> torch.Tensor:
    return torch.tensor(values.reshape(setting.shape), dtype=setting.dtype)
