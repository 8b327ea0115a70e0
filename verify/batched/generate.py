"""A block: `CASES` random radially-invariant models of one dimension, a point of each, one step of a real scheme.

Two witnesses take the steps. "scheme": the update rule of `derivations.schemes`, hyper-parameters for every row.
"code": an optimizer, torch's or ours, one param group of rows, hyper-parameters for the block; in float64, or in a
dtype of `verify.batched.short`. Both start from real buffers: in every second block the step is the second of a run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType, SimpleNamespace

from torch import Tensor

from derivations.scheme import Scheme, State
from derivations.schemes import by_name as scheme_named
from verify.batched.bounds import Bound, Vector, total
from verify.batched.counter import Stream
from verify.batched.domains import Draw, draw_numbers
from verify.batched.models import Model, draw_model
from verify.batched.short import FULL
from verify.batched.space import SPACE
from verify.batched.witness import by_code, by_scheme
from verify.shipped import SUBJECTS

OCTAVES = 5
"""Dimensions lie in [2, 4), [4, 8), … [32, 64], each of the five as likely."""


@dataclass(frozen=True)
class Dials:
    """What may be turned: subject, dimension, number of steps before, hyper-parameters, model; None: as drawn.

    model: one of `models.KINDS`. scale, steepness: x and the loss are 2^scale and 2^steepness times as large as drawn.
    dtype: in which an optimizer steps. cell: what tells these dials from others, so that each has cases of its own.
    """

    subject: str | None = None
    dimension: int | None = None
    k: int | None = None
    numbers: Mapping[str, float | Draw] = field(default_factory=lambda: MappingProxyType({}))
    model: str | None = None
    scale: int = 0
    steepness: int = 0
    dtype: str = FULL
    cell: str = ""


AS_DRAWN = Dials()


@dataclass(frozen=True)
class Step:
    """Step k from x_k, ∇L(x_k) as autograd computed it, `on_sphere` the ∇L(u_k) that it stands for, exact to a bound.

    before, after: the buffers, exact as stored; following: x_{k+1}, with the bound on its rounding.
    start: the buffers before step 0. earlier: where k = 1, x_0, exact, and ∇L(x_0), tangent to a bound. stream: the
    case's numbers, for what a law draws beside. again(j, powers): the same steps from 2^j x_0 along the same loss, each
    hyper-parameter times its power of 2^j. off_tangent: bounds what the gradient as given has along x.

    Of an optimizer that steps in a short dtype, beside what float64 loses: lost, of x_{k+1}, and lost_before, of x_1
    where k = 1. stored: `after`, with what the code may have lost of it.
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
    off_tangent: Tensor
    stored: State
    lost: Bound = 0.0
    lost_before: Bound = 0.0


def along_the_tangent(t: Step) -> Step:
    """The step for laws that need ⟨∇L(x), x⟩ = 0: what the computed gradient has along x counts as its rounding."""
    gradient = Vector(t.gradient.value, t.off_tangent)
    bound, _ = t.scheme.step(SPACE, t.k, t.x, gradient, t.before, t.h)
    following = Vector(t.following.value, total(bound.error, t.lost), bound.size)
    return replace(t, gradient=gradient, following=following)


def first_following(t: Step) -> Vector:
    """x_1 of a step k = 1, as it stands there, with the bound on its rounding: of the step before, taken again."""
    if t.earlier is None:
        raise ValueError(f"step {t.k}: there is none before it")
    bound, _ = t.scheme.step(SPACE, 0, *t.earlier, t.start, t.h)
    return Vector(t.x.value, total(bound.error, t.lost_before), bound.size)


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
    name = f"{name}/{dials.cell}" if dials.cell else name
    whole, stream = Stream(seed, f"{name}/block", block, 0), chosen or Stream(seed, name, block, index)
    drawn, (turn, place) = dimension(whole), divmod(block, len(subjects))
    subject = subjects[place] if dials.subject is None else dials.subject
    d, k = dials.dimension or drawn, turn % 2 if dials.k is None else dials.k
    x = stream.vector(d) * stream.scale(-10, 10) * 2.0**dials.scale
    model, previous = draw_model(stream, d, dials.model, dials.steepness), stream.vector(d) * stream.scale(-10, 10)
    choices = {**fixed, **dials.numbers}
    code = next((s for s in SUBJECTS if s.name == subject), None)
    scheme = scheme_named(subject) if code is None else code.scheme
    h = draw_numbers(scheme, stream if code is None else whole, choices)
    if code is not None:
        h = _allowed(scheme, h)
    elif dials.dtype != FULL:
        raise ValueError(f"{subject} in {dials.dtype}: a scheme's rule is computed in {FULL}; take an optimizer")

    def make(j: int, powers: Mapping[str, int]) -> Step:
        scaled = SimpleNamespace(**{n: v * 2.0 ** (j * powers.get(n, 0)) for n, v in vars(h).items()})
        slope = previous if scheme.on_sphere else previous * 2.0**-j
        parts = x * 2.0**j, model, slope, scaled, k
        taken = by_scheme(scheme, *parts) if code is None else by_code(code, *parts, dials.dtype)
        return Step(**taken, k=k, model=model, stream=stream, again=make)

    return make(0, {})


def _allowed(scheme: Scheme, h: SimpleNamespace) -> SimpleNamespace:
    """The numbers of an optimizer; the defaults where they exclude one another, as dampening does without momentum."""
    try:
        scheme.validate(SimpleNamespace(**{n: float(v) for n, v in vars(h).items()}))
    except ValueError:
        return scheme.numbers()
    return h
