"""The two witnesses of a block: the rule of a scheme, run here, and an optimizer; the steps that each takes.

What an optimizer loses in float64 the rule's own bounds tell; in a shorter dtype, `verify.batched.short`.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from derivations.scheme import Scheme, State
from verify.batched.bounds import UNIT, Bound, Scalar, Vector, length, scalar, total
from verify.batched.domains import MEMORIES
from verify.batched.models import Model, tangent
from verify.batched.short import FULL, Short, less
from verify.batched.space import SPACE
from verify.spaces import Torch
from verify.subject import Subject


class Columns(Torch):
    """`verify.spaces.Torch` on rows that are stored by columns, where vector_norm is slow."""

    def norm(self, x: Tensor) -> Tensor:
        return length(x)


COLUMNS = Columns()
Parts = dict[str, Any]


def by_scheme(scheme: Scheme, x: Tensor, model: Model, previous: Tensor, h: SimpleNamespace, k: int) -> Parts:
    start, state = scheme.initial_point(COLUMNS, x), scheme.initial_state(COLUMNS, x, h)
    first, earlier = {n: _exact(v) for n, v in state.items()}, None
    if k:
        earlier = _earlier(start, previous)
        start, state = scheme.step(COLUMNS, 0, start, earlier[1].value, state, h)
    gradient = model.gradient(start)
    exact, numbers = {n: _exact(v) for n, v in state.items()}, _numbers(h)
    point, slope = Vector(start), Vector(gradient)
    following, after = scheme.step(SPACE, k, point, slope, exact, numbers)
    after = {n: _exact(v.value) for n, v in after.items()}
    return _parts("scheme", scheme, point, slope, numbers, first, exact, after, following, earlier, model)


def by_code(
    subject: Subject, x: Tensor, model: Model, previous: Tensor, h: SimpleNamespace, k: int, dtype: str
) -> Parts:
    h = SimpleNamespace(**{n: float(v) for n, v in vars(h).items()})
    scheme, short = subject.scheme, Short(subject, h, dtype) if dtype != FULL else None
    given = x.to(getattr(torch, dtype))
    parameter = torch.nn.Parameter(given.contiguous())
    group = {"params": [parameter]} | ({"invariant": "channel"} if subject.sliced else {})
    with short.default() if short else nullcontext():
        optimizer, names = subject.make([group], h), subject.buffers(h)
    begun, start = _by_columns(given), _by_columns(parameter.detach())
    numbers = _numbers(h)
    # What the optimizer begins with is not read: it is bounded, as it may be rounded otherwise there.
    begins = short.initial(begun) if short else scheme.initial_state(SPACE, Vector(begun), numbers)
    exact = {n: _carrying(v) for n, v in begins.items()}
    first, earlier = dict(exact), None
    lost: Bound = 0.0
    lost_before: Bound = 0.0

    def step(slope: Tensor) -> None:
        parameter.grad = slope.to(parameter.dtype).contiguous()
        with short.default() if short else nullcontext():
            optimizer.step()

    if k:
        x_0, slope = _earlier(start, previous)
        if short:
            slope = short.rounded(slope)
            lost_before = short.lost(0, start, slope.value, exact)[0]
        earlier = x_0, slope
        step(slope.value)
        exact |= _buffers(optimizer, parameter, names)
    start = _by_columns(parameter.detach())
    slope = Vector(model.gradient(start))
    if short:
        slope = Vector(short.rounded(slope).value)
        lost, of_buffers = short.lost(k, start, slope.value, exact)
    step(slope.value)
    point = Vector(start)
    bound, after = scheme.step(SPACE, k, point, slope, exact, numbers)
    kept = _buffers(optimizer, parameter, names)
    after = {n: _exact(v.value) for n, v in after.items()} | kept
    following = Vector(_by_columns(parameter.detach()), total(bound.error, lost), bound.size)
    found = _parts(subject.name, scheme, point, slope, numbers, first, exact, after, following, earlier, model)
    if not short:
        return found
    off_tangent = found["off_tangent"] + short.unit(slope.value)
    stored = after | {n: less(kept[n], of_buffers[n]) for n in kept}
    on_sphere = Vector(slope.value, off_tangent) * SPACE.norm(point)
    found |= {"off_tangent": off_tangent, "on_sphere": on_sphere, "stored": stored}
    return found | {"lost": lost, "lost_before": lost_before}


def _parts(
    witness: str,
    scheme: Scheme,
    x: Vector,
    gradient: Vector,
    h: SimpleNamespace,
    start: State,
    before: State,
    after: State,
    following: Vector,
    earlier: tuple[Vector, Vector] | None,
    model: Model,
) -> Parts:
    off_tangent = model.off_tangent(x.value)
    on_sphere = Vector(gradient.value, off_tangent) * SPACE.norm(x)
    named = {"witness": witness, "scheme": scheme, "x": x, "gradient": gradient, "on_sphere": on_sphere, "h": h}
    named |= {"start": start, "before": before, "after": after, "following": following, "earlier": earlier}
    return named | {"off_tangent": off_tangent, "stored": after}


def _earlier(x: Tensor, q: Tensor) -> tuple[Vector, Vector]:
    """x, and the tangent part of q: ⟨q, x⟩ and ‖x‖² lose d units each, then five operations."""
    return Vector(x), Vector(tangent(x, q), (2 * x.shape[-1] + 5) * UNIT * length(q))


def _buffers(optimizer: Any, parameter: Tensor, names: Mapping[str, str]) -> State:
    state = optimizer.state[parameter]
    found = {name: state[theirs].detach() for name, theirs in names.items()}
    return {n: _exact(_by_columns(v) if v.dim() == 2 else v[:, None].double().clone()) for n, v in found.items()}


def _by_columns(rows: Tensor) -> Tensor:
    """A copy in float64, stored by columns: a sum over a row then runs along all rows at once."""
    rows = rows.double()
    return rows.T.contiguous().T.clone() if rows.T.is_contiguous() else rows.T.contiguous().T


def _exact(value: Any) -> Any:
    """A buffer as it stands. Second moments are what has a root: not negative, as their squares are."""
    if isinstance(value, Tensor) and value.shape[-1] > 1:
        return Vector(value, nonnegative=bool((value >= 0).all()))
    return scalar(value)


def _carrying(value: Any) -> Any:
    """A buffer that is bounded."""
    return value if isinstance(value, Vector) else scalar(value)


def _numbers(h: SimpleNamespace) -> SimpleNamespace:
    return SimpleNamespace(**{n: Scalar(v, memory=n in MEMORIES) for n, v in vars(h).items()})
