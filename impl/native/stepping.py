"""One step of a rule on all slices of a group, in one call of its kernel."""

import ctypes
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from operator import attrgetter
from typing import Any

import torch
from torch import Tensor

from impl.groups import Invariant, row_count
from impl.native.build import NativeError, load
from impl.native.neurons import pulled_apart
from impl.native.rules import PROJECTIONS, RULES

ENTRIES = {torch.float32: "run_float", torch.float64: "run_double"}
SIGNATURE = (ctypes.c_int64, *[ctypes.c_void_p] * 4, ctypes.c_int)
TYPE, ON_CPU = attrgetter("dtype"), attrgetter("is_cpu")

States = Mapping[Tensor, dict[str, Any]]


def refusal(rule: str, parameters: Sequence[Tensor], options: Mapping[str, Any]) -> str:
    """Why the step cannot be made natively, whatever the compiler; "" where it can."""
    if rule not in RULES:
        return f"{rule} has no native kernel"
    if options.get("projection", "always") not in PROJECTIONS:
        return f"projection={options['projection']!r} has no native kernel, {' and '.join(PROJECTIONS)} have"
    types = set(map(TYPE, parameters)) - ENTRIES.keys()
    if types:
        return f"a parameter is {types.pop()}, native kernels are for float32 and float64"
    return "" if all(map(ON_CPU, parameters)) else "a parameter is not on the CPU"


def step(
    rule: str, parameters: Sequence[Tensor], states: States, options: Mapping[str, Any], invariant: Invariant
) -> None:
    """Update the parameters, each with a dense gradient, and their buffers in `states`, in place; count the step.

    rule: a name of `RULES`; its equation is that of impl/optim/<rule>.py. options: those of the parameter group. Raises
    NativeError where `refusal` says why, or where the kernel cannot be built.
    """
    why = refusal(rule, parameters, options)
    if why:
        raise NativeError(f"fused=True: {why}; use fused=False")
    for dtype in set(map(TYPE, parameters)):
        chosen = [p for p in parameters if p.dtype == dtype]
        alone = options.get("orthogonality") or len(set(map(Tensor.data_ptr, chosen))) < len(chosen)
        # One at a time where they share a gradient's scratch, or memory: two threads must not write to one place.
        for together in [[p] for p in chosen] if alone else [chosen]:
            _step(rule, together, [states[p] for p in together], options, invariant, dtype)
    torch.autograd.graph.increment_version(parameters)  # what the kernel writes, autograd does not see


def _step(
    rule: str,
    parameters: Sequence[Tensor],
    states: Sequence[dict[str, Any]],
    options: Mapping[str, Any],
    invariant: Invariant,
    dtype: torch.dtype,
) -> None:
    kernel = RULES[rule]
    gradients = [p.grad for p in parameters if p.grad is not None]
    if options.get("orthogonality"):
        pairs = zip(parameters, gradients, strict=True)
        gradients = [pulled_apart(*pair, invariant, options["orthogonality"]) for pair in pairs]
    shape = _shapes(tuple([p.shape for p in parameters]), invariant)
    columns = [(parameters, shape.sizes, dtype), (gradients, shape.sizes, dtype)]
    for name in kernel.held(options):
        columns.append(
            ([state[name] for state in states], shape.rows if name in kernel.per_row else shape.sizes, dtype)
        )
    if kernel.counts:
        columns.append(([state["step"] for state in states], [1] * len(states), torch.float32))
    plain = [_plain(*column) for column in columns]
    pointers = array("Q", list(map(Tensor.data_ptr, chain(*plain))))
    if 0 in pointers:
        raise NativeError("fused=True: a tensor has no memory of its own; use fused=False")
    numbers = array("d", kernel.numbers(options))
    tables = [table.buffer_info()[0] for table in (shape.row_table, shape.lengths, pointers, numbers)]
    _function(rule, dtype)(len(parameters), *tables, torch.get_num_threads())
    for (tensors, *_), used in zip(columns, plain, strict=True):
        if used is not tensors and tensors is not gradients:
            with torch.no_grad():
                for t, copy in zip(tensors, used, strict=True):
                    t.copy_(copy)


def _plain(tensors: Sequence[Tensor], sizes: list[int], dtype: torch.dtype) -> Sequence[Tensor]:
    """The tensors, if each is so many contiguous numbers of the type; else copies which are."""
    if list(map(Tensor.numel, tensors)) != sizes:
        found = next((t, n) for t, n in zip(tensors, sizes, strict=True) if t.numel() != n)
        raise NativeError(
            f"fused=True: a buffer has shape {tuple(found[0].shape)} where {found[1]} numbers are required, as if "
            "it were saved with another `invariant`; load the state that belongs to these parameters"
        )
    if all(map(Tensor.is_contiguous, tensors)) and set(map(TYPE, tensors)) == {dtype} and all(map(ON_CPU, tensors)):
        return tensors
    return [t.detach().to("cpu", dtype, copy=True, memory_format=torch.contiguous_format) for t in tensors]


@cache
def _function(rule: str, dtype: torch.dtype) -> Any:
    function = getattr(load(rule), ENTRIES[dtype])
    function.argtypes, function.restype = SIGNATURE, None
    return function


@dataclass(frozen=True)
class _Shape:
    """How parameters are cut: of each, how many rows, how many numbers; as tables for C, rows and their lengths."""

    rows: list[int]
    sizes: list[int]
    row_table: array
    lengths: array


@lru_cache(maxsize=256)
def _shapes(shapes: tuple[torch.Size, ...], invariant: Invariant) -> _Shape:
    like = [torch.empty(shape, device="meta") for shape in shapes]
    rows = [row_count(t, invariant) for t in like]
    sizes = [t.numel() for t in like]
    return _Shape(rows, sizes, array("q", rows), array("q", [n // r for n, r in zip(sizes, rows, strict=True)]))
