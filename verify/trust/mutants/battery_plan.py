"""How slices are cut into blocks, and what is kept from step to step, by hand: empty where it is so."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from verify.trust.mutants.battery_paths import replaced

SHAPES = ((3, 4), (5, 2), (2, 40), (2, 2), (2, 2), (2, 2))
TYPES = (*[torch.float32] * 4, torch.float64, torch.float32)
STEPS = [0, 0, 0, 0, 0, 1]
LONG = [[(2, 0, 1)], [(2, 1, 2)]]
CUTS: dict[int, list[list[tuple[int, int, int]]]] = {
    16: [[(1, 0, 5), (3, 0, 2)], [(4, 0, 2)], [(5, 0, 2)], [(0, 0, 3)], *LONG],
    14: [[(1, 0, 5), (3, 0, 2)], [(4, 0, 2)], [(5, 0, 2)], [(0, 0, 3)], *LONG],
    13: [[(1, 0, 5)], [(3, 0, 2)], [(4, 0, 2)], [(5, 0, 2)], [(0, 0, 3)], *LONG],
    8: [[(1, 0, 4)], [(1, 4, 5), (3, 0, 2)], [(4, 0, 2)], [(5, 0, 2)], [(0, 0, 2)], [(0, 2, 3)], *LONG],
    200: [[(1, 0, 5), (3, 0, 2), (0, 0, 3), (2, 0, 2)], [(4, 0, 2)], [(5, 0, 2)]],
}
"""{numbers of a block: the blocks of these parameters, each (parameter, first row, row after its last)}."""
WHOLE = [[(1, 0, 5)], [(3, 0, 2)], [(4, 0, 2)], [(5, 0, 2)], [(0, 0, 3)], [(2, 0, 2)]]
"""The same, where a parameter is not divided, of blocks of 8."""


def _file(package: ModuleType) -> Any:
    return sys.modules[package.__name__ + "._blocks"]


def cuts_into_blocks(package: ModuleType) -> str:
    """Short slices first, of one type and step count; as many as a block takes, and at least one."""
    blocks = _file(package)
    held = [[torch.ones(shape, dtype=dtype).requires_grad_()] for shape, dtype in zip(SHAPES, TYPES, strict=True)]
    for size, expected, whole in (*((size, cuts, False) for size, cuts in CUTS.items()), (8, WHOLE, True)):
        with replaced(blocks, "SIZE", size):
            found = blocks._planned(held, STEPS, "channel", {}, whole)
        if [block.cut for block in found] != expected:
            return f"blocks of {size}, whole={whole}: {[block.cut for block in found]}"
        for block in found:
            if block.numel != sum((end - start) * SHAPES[i][1] for i, start, end in block.cut):
                return f"blocks of {size}: one of {block.numel} numbers"
            for (i, start, end), part in zip(block.cut, block.parts["x"], strict=True):
                first = held[i][0].data_ptr() + start * SHAPES[i][1] * held[i][0].element_size()
                if part.requires_grad or part.shape != (end - start, SHAPES[i][1]) or part.data_ptr() != first:
                    return f"blocks of {size}: a part is not where its parameter is"
    rows = torch.ones(3, 2)
    if blocks._some(rows, 0, 3) is not rows:
        return "a view is made of what is whole"
    for start, end in ((0, 1), (0, 2), (1, 2), (1, 3), (2, 3)):
        some = blocks._some(rows, start, end)
        if some.shape != (end - start, 2) or some.data_ptr() != rows[start].data_ptr():
            return f"rows {start} to {end} are others"
    return ""


def knows_what_lies_apart(package: ModuleType) -> str:
    """Tensors that touch do not overlap; any two may."""
    apart = _file(package).lie_apart
    for dtype in (torch.float32, torch.float64):
        memory = torch.zeros(12, dtype=dtype)
        a, b, c = memory[:4], memory[4:8], memory[8:]
        for tensors, expected in (
            ([a, b, c], True),
            ([c, a, b], True),
            ([a, c], True),
            ([a], True),
            ([a, memory[3:8], c], False),
            ([c, memory[3:8], a], False),
            ([a, b, memory[7:]], False),
            ([a, b, b], False),
            ([memory, b], False),
        ):
            if apart(tensors) is not expected:
                return f"{[(t.storage_offset(), len(t)) for t in tensors]} of {dtype}: not {expected}"
    return ""


def keeps_its_room(package: ModuleType) -> str:
    """Of each name, type and device, as large as the largest that was asked for and as a block; else the same."""
    blocks = _file(package)
    kept, cpu = blocks._Kept(), torch.device("cpu")
    with replaced(blocks, "SIZE", 8):
        first = kept.room("a", torch.float32, cpu, 5)
        same = [kept.room("a", torch.float32, cpu, count) for count in (8, 1, 5)]
        other = [kept.room("b", torch.float32, cpu, 5), kept.room("a", torch.float64, cpu, 5)]
        away = kept.room("a", torch.float32, torch.device("meta"), 5)
        sizes = [room.numel() for room in kept.rooms.values()]
        larger = kept.room("a", torch.float32, cpu, 9)
        again = kept.room("a", torch.float32, cpu, 7)
    if [t.numel() for t in (first, *same, *other, away, larger, again)] != [5, 8, 1, 5, 5, 5, 5, 9, 7]:
        return "there is more room, or less, than was asked for"
    if any(t.data_ptr() != first.data_ptr() for t in same) or again.data_ptr() != larger.data_ptr():
        return "there is other room for the same"
    if len({t.data_ptr() for t in (first, *other, larger)}) < 4 or other[1].dtype != torch.float64:
        return "there is one room for two"
    return "" if sizes == [8] * 4 and away.device.type == "meta" else f"rooms of {sizes} numbers"


def keeps_its_plan(package: ModuleType) -> str:
    """From step to step, of every group; with the steps that its parameters have made, and this step's gradients."""
    blocks = _file(package)
    parameters = [torch.ones(2, 3), torch.ones(2, 3), torch.ones(1, 2)]
    states: dict[Tensor, dict[str, Tensor]] = {
        p: {"step": torch.tensor(k)} for p, k in zip(parameters, (4.0, 1.0, 1.0), strict=True)
    }
    groups: list[dict[str, Any]] = [{"invariant": "channel"}, {"invariant": "channel"}]
    optimizer: Any = _Optimizer(state=states, param_groups=groups)
    taken: list[tuple[Any, Any]] = []
    for _ in range(3):
        for p in parameters:
            p.grad = torch.rand_like(p)
            states[p]["step"] += 1
        first = blocks.blocks(optimizer, parameters, groups[0], {}, False)
        second = blocks.blocks(optimizer, parameters[2:], groups[1], {}, False)
        taken.append((first, second))
        steps = int(states[parameters[1]]["step"])
        if [(b.cut, b.k) for b in first] != [([(2, 0, 1), (1, 0, 2)], steps), ([(0, 0, 2)], steps + 3)]:
            return f"the blocks are {[(b.cut, b.k) for b in first]}"
        of = [g.data_ptr() for b in first for g in b.parts["gradient"]]
        if of != [p.grad.data_ptr() for p in (parameters[i] for i in (2, 1, 0)) if p.grad is not None]:
            return "the gradients are not those of the step"
    if any(a is not taken[0][0] or b is not taken[0][1] for a, b in taken):
        return "a plan is made anew at every step"
    return ""


@dataclass(eq=False)
class _Optimizer:
    """What a plan is made for: no more of it is read."""

    state: Any
    param_groups: Any


LAWS: tuple[tuple[str, Callable[[ModuleType], str]], ...] = (
    ("plan", cuts_into_blocks),
    ("plan", knows_what_lies_apart),
    ("plan", keeps_its_room),
    ("plan", keeps_its_plan),
)
