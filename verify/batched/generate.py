"""A block: `CASES` random radially-invariant models of one dimension, a point of each, one step of a real scheme.

Two witnesses take the steps. "scheme": the update rule of `derivations.schemes`, hyper-parameters for every row.
"code": an optimizer, torch's or ours, one param group of rows, hyper-parameters for the block. Both start from real
buffers: in every second block the step is the second of a run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType, SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from derivations.scheme import Scheme, State
from derivations.schemes import by_name
from verify.batched.bounds import UNIT, Scalar, Vector, length, scalar
from verify.batched.counter import Stream
from verify.batched.domains import MEMORIES, Draw, draw_numbers
from verify.batched.models import Model, draw_model, tangent
from verify.batched.space import SPACE
from verify.shipped import SUBJECTS
from verify.spaces import Torch
from verify.subject import Subject

OCTAVES = 5
"""Dimensions lie in [2, 4), [4, 8), … [32, 64], each of the five as likely."""


@dataclass(frozen=True)
class Dials:
    """What may be turned: subject, dimension, number of steps before, hyper-parameters, model; None: as drawn.

    model: one of `models.KINDS`. scale, steepness: x and the loss are 2^scale and 2^steepness times as large as drawn.
    """

    subject: str | None = None
    dimension: int | None = None
    k: int | None = None
    numbers: Mapping[str, float | Draw] = field(default_factory=lambda: MappingProxyType({}))
    model: str | None = None
    scale: int = 0
    steepness: int = 0


AS_DRAWN = Dials()


@dataclass(frozen=True)
class Step:
    """Step k from x_k, ∇L(x_k) as autograd computed it, `on_sphere` the ∇L(u_k) that it stands for, exact to a bound.

    before, after: the buffers, exact as stored; following: x_{k+1}, with the bound on its rounding.
    start: the buffers before step 0. earlier: where k = 1, x_0, exact, and ∇L(x_0), tangent to a bound. stream: the
    case's numbers, for what a law draws beside. again(j, powers): the same steps from 2^j x_0 along the same loss, each
    hyper-parameter times its power of 2^j.
    """

    witness: str
    scheme: Scheme
    k: int
    x: Vector
    gradient: Vector
    on_sphere: Vector
    h: SimpleNamespace
    start: State
    before: State
    after: State
    following: Vector
    model: Model
    earlier: tuple[Vector, Vector] | None
    stream: Stream
    again: Callable[[int, Mapping[str, int]], "Step"]


def along_the_tangent(t: Step) -> Step:
    """The step for laws that need ⟨∇L(x), x⟩ = 0: what the computed gradient has along x counts as its rounding."""
    gradient = Vector(t.gradient.value, t.model.off_tangent(t.x.value))
    bound, _ = t.scheme.step(SPACE, t.k, t.x, gradient, t.before, t.h)
    return replace(t, gradient=gradient, following=Vector(t.following.value, bound.error, bound.size))


class Columns(Torch):
    """`verify.spaces.Torch` on rows that are stored by columns, where vector_norm is slow."""

    def norm(self, x: Tensor) -> Tensor:
        return length(x)


COLUMNS = Columns()
Parts = dict[str, Any]


def dimension(stream: Stream) -> int:
    low = 2 << int(stream.words(1)[0, 0]) % OCTAVES
    return low + int(stream.words(1)[0, 0]) % (low + (low == 32))


def draw_step(
    name: str,
    subjects: Sequence[str],
    seed: int,
    block: int,
    index: int | None = None,
    dials: Dials = AS_DRAWN,
    fixed: Mapping[str, float | Draw] = MappingProxyType({}),
    chosen: Stream | None = None,
) -> Step:
    """Block `block` of law `name`, or its case `index` alone.

    subjects: names of schemes or of optimizers of `SUBJECTS`; blocks go round them, each as first and as second step.
    fixed: hyper-parameters that the law does not draw as `domains.DRAWS` does. chosen: the numbers of the cases, where
    nobody draws them.
    """
    whole, stream = Stream(seed, f"{name}/block", block, 0), chosen or Stream(seed, name, block, index)
    drawn, (turn, place) = dimension(whole), divmod(block, len(subjects))
    subject = subjects[place] if dials.subject is None else dials.subject
    d, k = dials.dimension or drawn, turn % 2 if dials.k is None else dials.k
    x = stream.vector(d) * stream.scale(-10, 10) * 2.0**dials.scale
    model, previous = draw_model(stream, d, dials.model, dials.steepness), stream.vector(d) * stream.scale(-10, 10)
    choices = {**fixed, **dials.numbers}
    code = next((s for s in SUBJECTS if s.name == subject), None)
    scheme = by_name(subject) if code is None else code.scheme
    h = draw_numbers(scheme, stream if code is None else whole, choices)
    if code is not None:
        h = _allowed(scheme, h)

    def make(j: int, powers: Mapping[str, int]) -> Step:
        scaled = SimpleNamespace(**{n: v * 2.0 ** (j * powers.get(n, 0)) for n, v in vars(h).items()})
        slope = previous if scheme.on_sphere else previous * 2.0**-j
        parts = x * 2.0**j, model, slope, scaled, k
        taken = _by_scheme(scheme, *parts) if code is None else _by_code(code, *parts)
        return Step(**taken, k=k, model=model, stream=stream, again=make)

    return make(0, {})


def _allowed(scheme: Scheme, h: SimpleNamespace) -> SimpleNamespace:
    """The numbers of an optimizer; the defaults where they exclude one another, as dampening does without momentum."""
    try:
        scheme.validate(SimpleNamespace(**{n: float(v) for n, v in vars(h).items()}))
    except ValueError:
        return scheme.numbers()
    return h


def _by_scheme(scheme: Scheme, x: Tensor, model: Model, previous: Tensor, h: SimpleNamespace, k: int) -> Parts:
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


def _by_code(subject: Subject, x: Tensor, model: Model, previous: Tensor, h: SimpleNamespace, k: int) -> Parts:
    h = SimpleNamespace(**{n: float(v) for n, v in vars(h).items()})
    scheme, parameter = subject.scheme, torch.nn.Parameter(x.contiguous())
    group = {"params": [parameter]} | ({"invariant": "channel"} if subject.sliced else {})
    optimizer, names = subject.make([group], h), subject.buffers(h)
    exact = {n: _exact(v) for n, v in scheme.initial_state(COLUMNS, x, h).items()}
    first, earlier = dict(exact), None
    if k:
        earlier = _earlier(_by_columns(parameter.detach()), previous)
        parameter.grad = earlier[1].value.contiguous()
        optimizer.step()
        exact |= _buffers(optimizer, parameter, names)
    start = _by_columns(parameter.detach())
    gradient = model.gradient(start)
    parameter.grad = gradient.contiguous()
    optimizer.step()
    point, slope, numbers = Vector(start), Vector(gradient), _numbers(h)
    bound, after = scheme.step(SPACE, k, point, slope, exact, numbers)
    after = {n: _exact(v.value) for n, v in after.items()} | _buffers(optimizer, parameter, names)
    following = Vector(_by_columns(parameter.detach()), bound.error, bound.size)
    return _parts(subject.name, scheme, point, slope, numbers, first, exact, after, following, earlier, model)


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
    on_sphere = Vector(gradient.value, model.off_tangent(x.value)) * SPACE.norm(x)
    named = {"witness": witness, "scheme": scheme, "x": x, "gradient": gradient, "on_sphere": on_sphere, "h": h}
    return named | {"start": start, "before": before, "after": after, "following": following, "earlier": earlier}


def _earlier(x: Tensor, q: Tensor) -> tuple[Vector, Vector]:
    """x, and the tangent part of q: ⟨q, x⟩ and ‖x‖² lose d units each, then five operations."""
    return Vector(x), Vector(tangent(x, q), (2 * x.shape[-1] + 5) * UNIT * length(q))


def _buffers(optimizer: Any, parameter: Tensor, names: Mapping[str, str]) -> State:
    state = optimizer.state[parameter]
    found = {name: state[theirs].detach() for name, theirs in names.items()}
    return {n: _exact(_by_columns(v) if v.dim() == 2 else v[:, None].clone()) for n, v in found.items()}


def _by_columns(rows: Tensor) -> Tensor:
    """A copy, stored by columns: a sum over a row then runs along all rows at once."""
    return rows.T.contiguous().T.clone() if rows.T.is_contiguous() else rows.T.contiguous().T


def _exact(value: Any) -> Any:
    """A buffer as it stands. Second moments are what has a root: not negative, as their squares are."""
    if isinstance(value, Tensor) and value.shape[-1] > 1:
        return Vector(value, nonnegative=bool((value >= 0).all()))
    return scalar(value)


def _numbers(h: SimpleNamespace) -> SimpleNamespace:
    return SimpleNamespace(**{n: Scalar(v, memory=n in MEMORIES) for n, v in vars(h).items()})
