"""Hostile tensors for the optimizers: shapes, layouts, types and lists of parameters that are not the usual ones."""

import io
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from torch import Tensor

from impl.optim import OPTIMIZERS
from verify.tolerance import roundoff
from verify.trust.hostile.outcome import Outcome, Trial, is_clear, ways, words

Optimizer = torch.optim.Optimizer
Make = Callable[..., Optimizer]
"""(params or groups) → an optimizer."""
Structure = Callable[[Make, torch.Generator], bool]
"""Whether the optimizer does what is right; what it raises is judged apart."""

SHAPE, STEPS = (3, 4), 3


def trials(optimizers: Sequence[Callable[..., Optimizer]] = OPTIMIZERS) -> Iterator[Trial]:
    """Every structure given to every optimizer, in each of its ways to compute a step."""
    for (name, meant), structure in STRUCTURES.items():
        for cls in optimizers:
            for way, chosen in ways(cls).items():
                outcome, said = _outcome(structure, cls, chosen)
                known = outcome in meant
                outcome = outcome if known else Outcome.FAULT
                yield Trial(name, cls.__name__, way, outcome, "" if known else said or "not what is right")


def _outcome(structure: Structure, cls: Callable[..., Optimizer], chosen: Mapping[str, bool]) -> tuple[Outcome, str]:
    def make(params: object, plainly: bool = False, **options: object) -> Optimizer:
        return cls(params, **({"foreach": False} if plainly else chosen), **options)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a warning is not an error: what follows it is judged
            right = structure(make, torch.Generator().manual_seed(3))
    except Exception as error:  # whatever it is, it is judged
        if is_clear(error):
            return Outcome.ERROR, words(error)
        return (Outcome.TORCH if _as_torch(structure, error) else Outcome.FAULT), words(error)
    return (Outcome.RIGHT if right else Outcome.FAULT), ""


def _as_torch(structure: Structure, error: Exception) -> bool:
    """Whether torch.optim raises the same, so that the error is torch's own."""
    for cls in (torch.optim.SGD, torch.optim.Adam):
        try:
            structure(lambda params, cls=cls, **_: cls(params), torch.Generator().manual_seed(3))
        except Exception as known:
            if type(known) is type(error) and str(known) == str(error):
                return True
    return False


def parameter(generator: torch.Generator, shape: tuple[int, ...] = SHAPE, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.nn.Parameter(torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype))


def walk(optimizer: Optimizer, generator: torch.Generator, steps: int = STEPS) -> None:
    """Steps with drawn gradients, for the parameters that take one."""
    for _ in range(steps):
        for p in (p for group in optimizer.param_groups for p in group["params"]):
            drawn = torch.randn(p.shape, generator=generator, dtype=torch.float64).to(p.dtype)
            p.grad = drawn if p.requires_grad else None
        optimizer.step()


def _refused(change: Callable[[Make, torch.Generator], object]) -> Structure:
    """What must be refused: to get through is wrong."""

    def structure(make: Make, generator: torch.Generator) -> bool:
        change(make, generator)
        return False

    return structure


def _typed(dtype: torch.dtype) -> Structure:
    return _refused(lambda make, g: walk(make([torch.nn.Parameter(torch.ones(SHAPE, dtype=dtype))]), g))


def _base(dtype: torch.dtype) -> Structure:
    """Parameters without invariance in another type: finite, and of the type that they had."""

    def structure(make: Make, generator: torch.Generator) -> bool:
        p = parameter(generator, dtype=dtype)
        walk(make([{"params": [p], "invariant": None}]), generator)
        return bool(p.isfinite().all()) and p.dtype == dtype

    return structure


def _sparse(invariant: str | None) -> Structure:
    def step(make: Make, generator: torch.Generator) -> None:
        p = parameter(generator)
        optimizer = make([{"params": [p], "invariant": invariant}])
        p.grad = torch.ones(SHAPE).to_sparse()
        optimizer.step()

    return _refused(step)


def _same(change: Callable[[Tensor], Tensor], gradient: Callable[[Tensor], Tensor]) -> Structure:
    """The same numbers in another layout: after the same steps the same bits as in the usual one, or as the loop's,
    which is the way for what has gaps. A way that rounds otherwise than the loop may do so by layout, too: what ten
    operations a coordinate and step may lose.
    """

    def structure(make: Make, generator: torch.Generator) -> bool:
        start = torch.randn(SHAPE, generator=generator)
        plain, slow = torch.nn.Parameter(start.clone()), torch.nn.Parameter(start.clone())
        other = torch.nn.Parameter(change(start.clone()))
        optimizers = make([plain]), make([slow], plainly=True), make([other])
        for _ in range(STEPS):
            drawn = torch.randn(SHAPE, generator=generator)
            plain.grad, slow.grad, other.grad = drawn, drawn.clone(), gradient(drawn.clone())
            for optimizer in optimizers:
                optimizer.step()
        allowed = roundoff(10 * SHAPE[1] * STEPS, plain.dtype) * plain.abs().max()
        near = not torch.equal(plain, slow) and bool(((plain - other).abs() <= allowed).all())
        return near or torch.equal(plain, other) or torch.equal(slow, other)

    return structure


def transposed(t: Tensor) -> Tensor:
    """The same numbers, column by column."""
    return t.mT.contiguous().mT


def strided(t: Tensor) -> Tensor:
    """The same numbers, every second one of a longer row."""
    return torch.stack([t, torch.full_like(t, 7.0)], dim=-1)[..., 0]


def _mixed(make: Make, generator: torch.Generator) -> bool:
    """float32 and float64 in one group: each as in a group of its own."""
    kinds = (torch.float32, torch.float64, torch.float32)
    starts = [parameter(generator, dtype=dtype) for dtype in kinds]
    together = [torch.nn.Parameter(p.detach().clone()) for p in starts]
    walk(make(together), torch.Generator().manual_seed(5))
    walk(make([{"params": [p]} for p in starts]), torch.Generator().manual_seed(5))
    return all(torch.equal(a, b) for a, b in zip(together, starts, strict=True))


def _frozen(make: Make, generator: torch.Generator) -> bool:
    """One parameter is frozen after the first step: it and its buffers keep every bit, the others go on."""
    kept, trained = parameter(generator), parameter(generator)
    optimizer = make([kept, trained])
    walk(optimizer, generator, 1)
    kept.requires_grad_(False)
    before = [kept.detach().clone(), *(v.clone() for v in optimizer.state[kept].values())]
    moving = trained.detach().clone()
    walk(optimizer, generator)
    after = [kept.detach(), *optimizer.state[kept].values()]
    return all(torch.equal(a, b) for a, b in zip(before, after, strict=True)) and not torch.equal(moving, trained)


def _whole_scalar(make: Make, generator: torch.Generator) -> bool:
    """A 0-d tensor as one slice: finite, and still 0-d."""
    p = torch.nn.Parameter(torch.tensor(2.0))
    walk(make([{"params": [p], "invariant": "whole"}]), generator)
    return p.dim() == 0 and bool(p.isfinite())


def _nothing(make: Make, generator: torch.Generator) -> bool:
    """An empty tensor without invariance beside one that is not empty: passed over."""
    p, empty = parameter(generator), torch.nn.Parameter(torch.zeros(0, 4))
    before = p.detach().clone()
    walk(make([{"params": [empty, p], "invariant": None}]), generator)
    return empty.shape == (0, 4) and not torch.equal(p, before) and bool(p.isfinite().all())


def _no_gradients(make: Make, generator: torch.Generator) -> bool:
    """Steps before any gradient: every bit stays."""
    p = parameter(generator)
    optimizer = make([p])
    before = p.detach().clone()
    for _ in range(STEPS):
        optimizer.step()
    return torch.equal(before, p)


def _foreign_state(make: Make, generator: torch.Generator) -> bool:
    """The state of another optimizer."""
    p = parameter(generator)
    other = torch.optim.RMSprop([p])
    walk(other, generator, 1)
    ours = make([p])
    ours.load_state_dict(other.state_dict())
    walk(ours, generator)
    return False


def _saved_state(make: Make, generator: torch.Generator) -> bool:
    """Saved, loaded as weights only into a new optimizer, and gone on with: the same bits as without."""
    p = parameter(generator)
    optimizer = make([p])
    walk(optimizer, generator)
    file = io.BytesIO()
    torch.save(optimizer.state_dict(), file)
    file.seek(0)
    q = torch.nn.Parameter(p.detach().clone())
    again = make([q])
    again.load_state_dict(torch.load(file, weights_only=True))
    for one in (optimizer, again):
        walk(one, torch.Generator().manual_seed(5))
    return torch.equal(p, q)


def _twice(make: Make, generator: torch.Generator) -> None:
    p = parameter(generator)
    walk(make([p, p]), generator)


def _in_two_groups(make: Make, generator: torch.Generator) -> None:
    p = parameter(generator)
    walk(make([{"params": [p]}, {"params": [p]}]), generator)


def _expanded(make: Make, generator: torch.Generator) -> None:
    walk(make([torch.nn.Parameter(torch.ones(1, 4).expand(3, 4))]), generator)


def _tensor_rate(make: Make, generator: torch.Generator) -> None:
    walk(make([parameter(generator)], lr=torch.tensor(0.1)), generator)


RIGHT, ERROR, TORCH = frozenset({Outcome.RIGHT}), frozenset({Outcome.ERROR}), frozenset({Outcome.TORCH})
STRUCTURES: dict[tuple[str, frozenset[Outcome]], Structure] = {
    ("bfloat16 slices", ERROR): _typed(torch.bfloat16),
    ("float16 slices", ERROR): _typed(torch.float16),
    ("complex slices", ERROR): _typed(torch.complex64),
    ("bfloat16, not invariant", RIGHT): _base(torch.bfloat16),
    ("complex, not invariant", RIGHT | ERROR | TORCH): _base(torch.complex64),
    ("a sparse gradient", ERROR): _sparse("channel"),
    ("a sparse gradient, not invariant", ERROR): _sparse(None),
    ("weights in columns", RIGHT): _same(transposed, lambda g: g),
    ("gradients in columns", RIGHT): _same(lambda w: w, transposed),
    ("weights and gradients with gaps", RIGHT): _same(strided, strided),
    ("float32 beside float64", RIGHT): _mixed,
    ("a parameter frozen on the way", RIGHT): _frozen,
    ("no gradient yet", RIGHT): _no_gradients,
    ("a 0-d parameter as slices", ERROR): _refused(lambda make, g: make([torch.nn.Parameter(torch.tensor(1.0))])),
    ("a 0-d parameter as one slice", RIGHT): _whole_scalar,
    ("an empty parameter as slices", ERROR): _refused(lambda make, g: make([torch.nn.Parameter(torch.ones(0, 4))])),
    ("an empty parameter, not invariant", RIGHT): _nothing,
    ("no parameters", ERROR | TORCH): _refused(lambda make, g: make([])),
    ("a parameter twice in a group", ERROR): _refused(_twice),
    ("a parameter in two groups", ERROR | TORCH): _refused(_in_two_groups),
    ("weights that share memory", ERROR | TORCH): _refused(_expanded),
    ("a tensor for a rate", ERROR): _refused(_tensor_rate),
    ("a saved state, loaded", RIGHT): _saved_state,
    ("the state of another optimizer", ERROR): _foreign_state,
}
