"""One step of a rule on all slices of a group, in one call of its kernel."""

import ctypes
import warnings
from array import array
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from operator import attrgetter, is_
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from impl.native.build import NativeError, load
from impl.native.neurons import pulled_apart
from impl.native.rules import PROJECTIONS, RULES
from impl.native.tables import ON_CPU, TYPE, Table, are_plain, cut_of

ENTRIES = {torch.float32: "run_float", torch.float64: "run_double"}
GRADIENT = attrgetter("grad")
SIGNATURE = (ctypes.c_int64, *[ctypes.c_void_p] * 4, ctypes.c_int)

Group = Mapping[str, Any]

_tables: WeakKeyDictionary[torch.optim.Optimizer, dict[int, Table]] = WeakKeyDictionary()
"""Of each optimizer, by the place of the group. Not in the optimizer, which is copied and saved."""


def refusal(rule: str, parameters: Sequence[Tensor], group: Group) -> str:
    """Why the step cannot be made natively, whatever the compiler; "" where it can."""
    if rule not in RULES:
        return f"{rule} has no native kernel"
    if not _known(group):
        return f"projection={group['projection']!r} has no native kernel, {' and '.join(PROJECTIONS)} have"
    types = set(map(TYPE, parameters)) - ENTRIES.keys()
    if types:
        return f"a parameter is {types.pop()}, native kernels are for float32 and float64"
    return "" if all(map(ON_CPU, parameters)) else "a parameter is not on the CPU"


def step(rule: str, optimizer: torch.optim.Optimizer, group: Group, parameters: Sequence[Tensor]) -> None:
    """Update the parameters and their buffers in place, and count the step.

    rule: a name of `RULES`; its equation is that of impl/optim/<rule>.py. group: one of the optimizer's. parameters:
    those of it that have a gradient, a dense one; they have their buffers already. Raises NativeError where `refusal`
    says why, or where the kernel cannot be built.
    """
    tables = _tables.setdefault(optimizer, {})
    place = next(i for i, other in enumerate(optimizer.param_groups) if other is group)
    if not _again(rule, tables.get(place), optimizer, group, parameters):
        why = refusal(rule, parameters, group)
        if why:
            raise NativeError(f"fused=True: {why}; use fused=False")
        for together in _parts(parameters, group):
            table = _anew(rule, [optimizer.state[p] for p in together], group, together)
            if table and len(together) == len(parameters):
                tables[place] = table
    torch.autograd.graph.increment_version(parameters)  # what the kernel writes, autograd does not see


def attempt(rule: str, optimizer: torch.optim.Optimizer, group: Group, parameters: Sequence[Tensor]) -> bool:
    """Make the `step`; or False, and a warning, once for each reason, where that cannot be done natively."""
    try:
        step(rule, optimizer, group, parameters)
    except NativeError as error:
        _warn(str(error))
        return False
    return True


@cache
def _warn(why: str) -> None:
    warnings.warn(f"{why}. The eager path is taken", RuntimeWarning, stacklevel=4)


def _again(
    rule: str, table: Table | None, optimizer: torch.optim.Optimizer, group: Group, parameters: Sequence[Tensor]
) -> bool:
    """Make the step from the table of the last one, if it still holds: most of the time of a small step is finding out
    where the tensors are."""
    if table is None or table.cut.invariant != group["invariant"] or not _known(group) or group.get("orthogonality"):
        return False
    states = list(map(optimizer.state.__getitem__, parameters))
    buffers = [state[name] for name in RULES[rule].names(group) for state in states]
    if not (table.holds(parameters, buffers) and table.takes(list(map(GRADIENT, parameters)))):
        return False
    _call(rule, table, group)
    return True


def _parts(parameters: Sequence[Tensor], group: Group) -> list[list[Tensor]]:
    """What can be updated in one call: parameters of one type; and each alone where the term of ω needs its scratch, or
    where they share memory, to which two threads must not write."""
    alone = group.get("orthogonality") or len(set(map(Tensor.data_ptr, parameters))) < len(parameters)
    if alone:
        return [[p] for p in parameters]
    return [[p for p in parameters if p.dtype == dtype] for dtype in set(map(TYPE, parameters))]


def _anew(rule: str, states: Sequence[dict[str, Any]], group: Group, parameters: Sequence[Tensor]) -> Table | None:
    """Make the step; the table for the next, if the kernel can work on all tensors where they lie."""
    kernel, dtype = RULES[rule], parameters[0].dtype
    cut = cut_of(tuple([p.shape for p in parameters]), group["invariant"])
    gradients: Sequence[Tensor] = list(map(GRADIENT, parameters))
    if group.get("orthogonality"):
        pairs = zip(parameters, gradients, strict=True)
        gradients = [pulled_apart(*pair, group["invariant"], group["orthogonality"]) for pair in pairs]
    points = _plain(parameters, cut.sizes, dtype)
    buffers, theirs = [], []
    for name in kernel.names(group):
        sizes = [1] * len(states) if name == "step" else cut.rows if name in kernel.per_row else cut.sizes
        theirs.append([state[name] for state in states])
        buffers.append(_plain(theirs[-1], sizes, torch.float32 if name == "step" else dtype))
    table = Table.of(list(points), list(chain(*buffers)), cut)
    gradients = _plain(gradients, cut.sizes, dtype)  # kept by this name until the kernel has read them
    table.takes(gradients)
    _call(rule, table, group)
    if points is parameters and all(map(is_, buffers, theirs)):
        return table
    with torch.no_grad():
        for t, used in zip(chain(parameters, *theirs), chain(points, *buffers), strict=True):
            if used is not t:
                t.copy_(used)
    return None


def _plain(tensors: Sequence[Tensor], sizes: list[int], dtype: torch.dtype) -> Sequence[Tensor]:
    """The tensors, if a kernel can work on them where they lie; else copies."""
    if are_plain(tensors, sizes, dtype) and all(map(ON_CPU, tensors)):
        return tensors
    return [t.detach().to("cpu", dtype, copy=True, memory_format=torch.contiguous_format) for t in tensors]


def _call(rule: str, table: Table, group: Group) -> None:
    numbers = array("d", RULES[rule].numbers(group))
    tables = (table.cut.row_table, table.cut.lengths, table.pointers, numbers)
    addresses = [memory.buffer_info()[0] for memory in tables]
    entry = _entry(rule, table.parameters[0].dtype)
    entry(len(table.parameters), *addresses, torch.get_num_threads())


@cache
def _entry(rule: str, dtype: torch.dtype) -> Any:
    function = getattr(load(rule), ENTRIES[dtype])
    function.argtypes, function.restype = SIGNATURE, None
    return function


def _known(group: Group) -> bool:
    return group.get("projection", "always") in PROJECTIONS
