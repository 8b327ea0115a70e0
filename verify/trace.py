"""An optimizer followed step by step beside its scheme, in its parameters and its buffers.

Every step is judged by itself: the scheme starts from the numbers that the optimizer held before the step, so that the
tolerance is the rounding of one step (`verify.tolerance`), whatever the horizon. By induction an optimizer whose start
and every step agree has the scheme's trajectory; memory kept outside the listed buffers shows as a wrong next step.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from derivations.scheme import Scheme
from verify.cases import Case
from verify.evidence import Evidence, evidence_of
from verify.subject import Optimizer, Subject
from verify.tolerance import Judgement, Tracked, TrackedSpace, judge

Watch = Callable[[Judgement], None]


@dataclass(frozen=True)
class Divergence:
    """The first place where an optimizer leaves its scheme."""

    case: Case
    options: Mapping[str, Any]
    step: int
    """The step after which it shows; -1 is the start."""
    tensor: int
    quantity: str
    ratio: float
    """|difference| / allowed error."""
    evidence: Evidence | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Comparison:
    """What `compare` found: runs, the worst error in units of the allowed one, numbers compared and undecided."""

    name: str
    cases: int
    steps: int
    worst: float
    decided: int
    undecided: int
    divergence: Divergence | None = None

    @property
    def ok(self) -> bool:
        """True when something was compared, and all of it agreed."""
        return self.divergence is None and self.decided > 0


@dataclass
class _Tally:
    steps: int = 0
    worst: float = 0.0
    decided: int = 0
    undecided: int = 0
    found: list[Divergence] = field(default_factory=list)
    watch: Watch | None = None

    @property
    def divergence(self) -> Divergence | None:
        return self.found[0] if self.found else None


def divergences(subject: Subject, case: Case, options: Mapping[str, Any]) -> list[Divergence]:
    """All places of one run where a step leaves the scheme, each judged by itself."""
    tally = _Tally()
    _follow(subject, case, options, tally, first=False)
    return tally.found


def compare(subject: Subject, cases: Iterable[Case], watch: Watch | None = None) -> Comparison:
    """Run `subject` on every case with each of its options; stops at the first divergence. `watch` sees all."""
    tally, runs = _Tally(watch=watch), 0
    for case in cases:
        for options in subject.options:
            runs += 1
            _follow(subject, case, options, tally)
            if tally.divergence is not None:
                break
        if tally.divergence is not None:
            break
    return Comparison(subject.name, runs, tally.steps, tally.worst, tally.decided, tally.undecided, tally.divergence)


def _follow(subject: Subject, case: Case, options: Mapping[str, Any], tally: _Tally, first: bool = True) -> None:
    scheme = subject.scheme
    if subject.shaped is not None:
        case = replace(case, shapes=tuple(map(subject.shaped, case.shapes)), slices="whole")
    sign = -1 if options.get("maximize") else 1
    with np.errstate(all="ignore"), _default_dtype(case.dtype):
        tensors = [torch.nn.Parameter(torch.tensor(x, dtype=case.dtype, device=case.device)) for x in case.start()]
        starts = [_rows(case, p) for p in tensors]
        spaces = [_space(subject, case, p) for p in tensors]
        optimizer = subject.make(_groups(subject, case, tensors), case.hyperparameters, **options)
        scheduler = case.scheduler(optimizer)
        buffers = subject.buffers(case.hyperparameters)
        expected = [
            {"x": scheme.initial_point(space, space.vector(x))}
            | _named(scheme.initial_state(space, space.vector(x), _hyperparameters(scheme, space, case, 0, i)))
            for i, (space, x) in enumerate(zip(spaces, starts, strict=True))
        ]
        seen = [_observe(optimizer, p, case, buffers) for p in tensors]
        drawn, given = case.gradients(), list[list[np.ndarray]]()
        before = seen
        for k in range(-1, case.steps):
            if k >= 0:
                gradients = _set_gradients(case, drawn[k], tensors, seen)
                given.append(gradients)
                before = seen
                expected = [
                    _advance(scheme, space, k, s, e, sign * g, _hyperparameters(scheme, space, case, k, i))
                    for i, (space, s, e, g) in enumerate(zip(spaces, seen, expected, gradients, strict=True))
                ]
                optimizer.step()
                scheduler.step()
                tally.steps += 1
                seen = [_observe(optimizer, p, case, buffers) for p in tensors]
                spent = any(options.get(option) for option in subject.spends_gradient)
                for s, p, g in zip(seen, tensors, gradients, strict=True):
                    s["gradient written to"] = np.zeros_like(g) if spent else _rows(case, p.grad) - g
                    _count(subject, optimizer, p, s)
            for i, (e, s) in enumerate(zip(expected, seen, strict=True)):
                required = {"x"} | {f"state {n}" for n in buffers if k >= 0}
                for quantity, judgement in _judge(e, s, required, k + 1):
                    if tally.watch is not None:
                        tally.watch(judgement)
                    tally.worst = max(tally.worst, judgement.worst)
                    tally.decided += judgement.decided
                    tally.undecided += judgement.undecided
                    if not judgement.ok:
                        evidence = evidence_of(quantity, e, s, before[i], given)
                        tally.found.append(Divergence(case, options, k, i, quantity, judgement.worst, evidence))
                        if first:
                            return
            if not all(np.isfinite(v).all() for s in seen for v in s.values()):
                return  # the formula is not finite either, or the judgement above had failed


@contextmanager
def _default_dtype(dtype: torch.dtype) -> Iterator[None]:
    """Python scalars become tensors of the default dtype inside some optimizers."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def _groups(subject: Subject, case: Case, tensors: list[torch.nn.Parameter]) -> list[dict[str, Any]]:
    """Two param groups, the second with half the learning rate."""
    extra = {"invariant": case.slices} if subject.sliced else {}
    groups = [{"params": tensors[0::2], **extra}]
    if tensors[1::2]:
        groups.append({"params": tensors[1::2], "lr": case.hyperparameters.lr / 2, **extra})
    return groups


def _hyperparameters(scheme: Scheme, space: TrackedSpace, case: Case, k: int, tensor: int) -> SimpleNamespace:
    numbers = vars(case.hyperparameters) | {"lr": case.learning_rate(k) / (1 + tensor % 2)}
    domains = scheme.hyperparameters
    return SimpleNamespace(**{name: space.scalar(v, memory=domains[name].high == 1.0) for name, v in numbers.items()})


def _space(subject: Subject, case: Case, tensor: torch.Tensor) -> TrackedSpace:
    space = TrackedSpace(case.dtype, subject.scalars)
    space.matrix = case.matrix(tuple(tensor.shape))
    return space


def _rows(case: Case, tensor: Any) -> np.ndarray:
    """A parameter or a buffer of its shape as (rows, d)."""
    return tensor.detach().to("cpu", torch.float64).reshape(case.rows(tuple(tensor.shape)), -1).numpy().copy()


def _observe(
    optimizer: Optimizer, p: torch.nn.Parameter, case: Case, buffers: Mapping[str, str]
) -> dict[str, np.ndarray]:
    """x and the buffers there are, as (rows, d), or (rows, 1) for one number a slice."""
    seen = {"x": _rows(case, p)}
    state = optimizer.state.get(p, {})
    for ours, theirs in buffers.items():
        if isinstance(state.get(theirs), torch.Tensor):
            values = state[theirs].detach().to("cpu", torch.float64)
            rows = len(seen["x"])
            if rows == 1 and values.ndim == p.ndim > 1 and values.numel() < p.numel():
                # one number for each row or column of a matrix
                values = values.expand(p.shape)
            shaped = values.expand(rows, 1) if values.ndim == 0 else values.reshape(rows, -1)
            seen[f"state {ours}"] = shaped.numpy().copy()
    return seen


def _count(subject: Subject, optimizer: Optimizer, p: torch.nn.Parameter, seen: dict[str, np.ndarray]) -> None:
    if subject.counter is not None:
        count = optimizer.state[p].get(subject.counter)
        seen["step count"] = np.array(math.nan if count is None else float(count))


def _set_gradients(
    case: Case, drawn: list[np.ndarray], tensors: list[torch.nn.Parameter], seen: list[dict[str, np.ndarray]]
) -> list[np.ndarray]:
    gradients = []
    for p, s, array in zip(tensors, seen, drawn, strict=True):
        g = array.reshape(s["x"].shape)
        if case.gradient == "tangent":
            g = g - (g * s["x"]).sum(-1, keepdims=True) / (s["x"] ** 2).sum(-1, keepdims=True) * s["x"]
        p.grad = torch.tensor(g.reshape(tuple(p.shape)), dtype=p.dtype, device=p.device)
        gradients.append(_rows(case, p.grad))
    return gradients


def _advance(
    scheme: Scheme,
    space: TrackedSpace,
    k: int,
    seen: Mapping[str, np.ndarray],
    known: Mapping[str, Tracked],
    gradient: np.ndarray,
    h: SimpleNamespace,
) -> dict[str, Tracked]:
    """The scheme's next x and buffers from the observed ones; buffers that do not exist are the scheme's own."""
    state = {n.removeprefix("state "): v for n, v in known.items() if n.startswith("state ")}
    state |= {n.removeprefix("state "): space.vector(v) for n, v in seen.items() if n.startswith("state ")}
    x, new = scheme.step(space, k, space.vector(seen["x"]), space.vector(gradient), state, h)
    return {"x": x} | _named(new)


def _named(state: Mapping[str, Tracked]) -> dict[str, Tracked]:
    return {f"state {name}": value for name, value in state.items()}


def _judge(
    expected: Mapping[str, Tracked], seen: Mapping[str, np.ndarray], required: set[str], count: int
) -> Iterable[tuple[str, Judgement]]:
    exact = {"step count": Tracked(float(count)), "gradient written to": Tracked(0.0)}
    for quantity in sorted(required - set(seen)):
        yield f"{quantity} (missing)", Judgement(math.inf, 0, 0)
    for quantity, values in seen.items():
        yield quantity, judge((exact | dict(expected))[quantity], values)
