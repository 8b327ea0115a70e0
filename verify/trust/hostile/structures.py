"""Hostile tensors for the optimizers: shapes, layouts, types and lists of parameters that are not the usual ones."""

import io
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence

import torch

from impl.optim import OPTIMIZERS
from verify.trust.hostile.layouts import ROWS, expanded, overlapping, same, strided, transposed
from verify.trust.hostile.outcome import Outcome, Trial, is_clear, ways, words
from verify.trust.hostile.tensors import SHAPE, STEPS, Make, Optimizer, Structure, parameter, refused, walk


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


def _typed(dtype: torch.dtype) -> Structure:
    return refused(lambda make, g: walk(make([torch.nn.Parameter(torch.ones(SHAPE, dtype=dtype))]), g))


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

    return refused(step)


def _other_gradient(invariant: str | None) -> Structure:
    """A gradient of another type than its parameter, in the last of two groups: to have stepped the first is wrong."""

    def step(make: Make, generator: torch.Generator) -> bool:
        first, last = parameter(generator), parameter(generator)
        optimizer = make([{"params": [first], "invariant": invariant}, {"params": [last], "invariant": invariant}])
        before = first.detach().clone()
        last.grad_dtype = None  # any: torch refuses it otherwise
        first.grad, last.grad = torch.ones(SHAPE), torch.ones(SHAPE, dtype=torch.float64)
        try:
            optimizer.step()
        except ValueError:
            if torch.equal(first, before):
                raise
        return False

    return step


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
    ("a gradient of another type", ERROR): _other_gradient("channel"),
    ("a gradient of another type, not invariant", ERROR): _other_gradient(None),
    ("weights in columns", RIGHT): same(transposed, lambda g: g),
    ("gradients in columns", RIGHT): same(lambda w: w, transposed),
    ("weights and gradients with gaps", RIGHT): same(strided, strided),
    ("float32 beside float64", RIGHT): _mixed,
    ("a parameter frozen on the way", RIGHT): _frozen,
    ("no gradient yet", RIGHT): _no_gradients,
    ("a 0-d parameter as slices", ERROR): refused(lambda make, g: make([torch.nn.Parameter(torch.tensor(1.0))])),
    ("a 0-d parameter as one slice", RIGHT): _whole_scalar,
    ("an empty parameter as slices", ERROR): refused(lambda make, g: make([torch.nn.Parameter(torch.ones(0, 4))])),
    ("an empty parameter, not invariant", RIGHT): _nothing,
    ("no parameters", ERROR | TORCH): refused(lambda make, g: make([])),
    ("a parameter twice in a group", ERROR): refused(_twice),
    ("a parameter in two groups", ERROR | TORCH): refused(_in_two_groups),
    ("weights that share memory", ERROR | TORCH): refused(expanded),
    ("two parameters of the same memory", RIGHT): overlapping(slice(ROWS), slice(ROWS)),
    ("two parameters that overlap", RIGHT): overlapping(slice(ROWS), slice(-ROWS, None)),
    ("a tensor for a rate", ERROR): refused(_tensor_rate),
    ("a saved state, loaded", RIGHT): _saved_state,
    ("the state of another optimizer", ERROR): _foreign_state,
}
