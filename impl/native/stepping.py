"""One step of a rule on all slices of a group, in one call of its kernel; and a whole step, as the last was."""

import ctypes
import warnings
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from itertools import repeat as endless
from operator import attrgetter, is_, is_not
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from impl.groups import lie_apart
from impl.native.build import NativeError, load
from impl.native.neurons import pulled_apart
from impl.native.rules import KERNELS, PROJECTIONS
from impl.native.tables import ON_CPU, TYPE, Table, are_plain, cut_of

ENTRIES = {torch.float32: "run_float", torch.float64: "run_double"}
GRADIENT = attrgetter("grad")
SIGNATURE = (ctypes.c_int64, *[ctypes.c_void_p] * 4, ctypes.c_int)

Group = Mapping[str, Any]


@dataclass(frozen=True)
class Kept:
    """How the last step of a group was made."""

    rule: str
    table: Table
    names: tuple[str, ...]
    """Of the buffers."""
    numbers: array
    settings: dict[str, Any]
    """The group's own options."""


_kept: WeakKeyDictionary[torch.optim.Optimizer, dict[int, Kept]] = WeakKeyDictionary()
"""Of each optimizer, by the place of the group. Not in the optimizer, which is copied and saved."""


def refusal(rule: str, parameters: Sequence[Tensor], group: Group) -> str:
    """Why the step cannot be made natively, whatever the compiler; "" where it can."""
    if rule not in KERNELS:
        return f"{rule} has no native kernel"
    if not _known(group):
        return f"projection={group['projection']!r} has no native kernel, {' and '.join(PROJECTIONS)} have"
    types = set(map(TYPE, parameters)) - ENTRIES.keys()
    if types:
        return f"a parameter is {types.pop()}, native kernels are for float32 and float64"
    if not all(map(ON_CPU, parameters)):
        return "a parameter is not on the CPU"
    return "" if all(map(Tensor.numel, parameters)) else "a parameter is empty"


def step(
    rule: str,
    optimizer: torch.optim.Optimizer,
    group: Group,
    parameters: Sequence[Tensor],
    options: Group | None = None,
) -> None:
    """Update the parameters and their buffers in place, and count the step.

    rule: a name of `RULES`, whose equation is that of impl/optim/<rule>.py, or of `BASE`. group: one of the
    optimizer's. parameters: those of it that have a gradient, a dense one; they have their buffers already. options: by
    the names that the rule has for them, with `invariant`; None: those of the group. Raises NativeError where `refusal`
    says why, or where the kernel cannot be built.
    """
    kept = _kept.setdefault(optimizer, {})
    place = next(i for i, other in enumerate(optimizer.param_groups) if other is group)
    options = group if options is None else options
    table = kept[place].table if place in kept and kept[place].rule == rule else None
    if not _again(rule, table, optimizer, options, parameters):
        table = None
        why = refusal(rule, parameters, options)
        if why:
            raise NativeError(f"fused=True: {why}; use fused=False")
        for together in _parts(parameters, options):
            found = _anew(rule, [optimizer.state[p] for p in together], options, together)
            table = found if len(together) == len(parameters) else None
    if table and not options.get("orthogonality"):  # whose gradients are made anew
        kept[place] = Kept(rule, table, KERNELS[rule].names(options), _numbers(rule, options), _settings(group))
    else:
        kept.pop(place, None)
    torch.autograd.graph.increment_version(parameters)  # what the kernel writes, autograd does not see


def repeat(optimizer: torch.optim.Optimizer) -> bool:
    """Make a step of all groups, as the last was; or False, and nothing is done, where anything but numbers changed.

    Of each group it has to be sure that the options are the same, that the tensors are, and where they lie. What a step
    refuses, it refuses for one of these; so it need not be asked again.
    """
    kept = _kept.get(optimizer, {})
    if len(kept) != len(optimizer.param_groups):
        return False
    for place, group in enumerate(optimizer.param_groups):
        last = kept.get(place)
        if last is None or last.settings != {**group, "params": None}:
            return False
        parameters = group["params"]
        gradients = list(map(GRADIENT, parameters))
        if not all(map(is_not, gradients, endless(None))):
            parameters = [p for p in parameters if p.grad is not None]
            gradients = list(map(GRADIENT, parameters))
        if not _holds(last.table, last.names, optimizer, parameters, gradients):
            return False
    for last in kept.values():
        _call(last.rule, last.table, last.numbers)
        torch.autograd.graph.increment_version(last.table.parameters)
    return True


def _settings(group: Group) -> dict[str, Any]:
    """A copy, of lists too; without the parameters, which are compared by identity."""
    return {n: list(v) if isinstance(v, list) else v for n, v in group.items()} | {"params": None}


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
    if not _holds(table, KERNELS[rule].names(group), optimizer, parameters, list(map(GRADIENT, parameters))):
        return False
    _call(rule, table, _numbers(rule, group))
    return True


def _holds(
    table: Table,
    names: Sequence[str],
    optimizer: torch.optim.Optimizer,
    parameters: Sequence[Tensor],
    gradients: Sequence[Tensor],
) -> bool:
    """Whether the table is of these parameters and their buffers; it has their gradients then."""
    states = list(map(optimizer.state.__getitem__, parameters))
    try:
        buffers = [state[name] for name in names for state in states]
        return table.holds(parameters, buffers) and table.takes(gradients)
    except (KeyError, RuntimeError):  # a state has no such buffer, or a gradient no place in memory: it is sparse
        return False


def _parts(parameters: Sequence[Tensor], group: Group) -> list[list[Tensor]]:
    """What can be updated in one call: parameters of one type; and each alone where the term of ω needs its scratch, or
    where they share memory, to which two threads must not write."""
    if group.get("orthogonality") or not lie_apart(parameters):
        return [[p] for p in parameters]
    return [[p for p in parameters if p.dtype == dtype] for dtype in set(map(TYPE, parameters))]


def _anew(rule: str, states: Sequence[dict[str, Any]], group: Group, parameters: Sequence[Tensor]) -> Table | None:
    """Make the step; the table for the next, if the kernel can work on all tensors where they lie."""
    kernel, dtype = KERNELS[rule], parameters[0].dtype
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
    _call(rule, table, _numbers(rule, group))
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


def _numbers(rule: str, options: Group) -> array:
    return array("d", KERNELS[rule].numbers(options))


def _call(rule: str, table: Table, numbers: array) -> None:
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
