"""Laws of steps in place, block by block: empty where they hold."""

import sys
from types import ModuleType
from typing import Any

import torch
from torch import nn

from verify.trust.mutants.battery_laws import close
from verify.trust.mutants.battery_paths import replaced
from verify.trust.mutants.battery_problem import Problem, allowed_error, numbers, parameters_of, run
from verify.trust.mutants.battery_settings import Options

LAYOUT = (("channel", ((2, 3),)), ("channel", ((8, 32), (6, 48), (9, 6), (7, 32))))
SIZES = (1, 60, 224, 320, 600)
"""Of a block: a slice, some, a parameter, two, three."""


def goes_block_by_block(cls: Any, options: Options, others: Options) -> str:
    """However small the blocks are, and whatever was left in their scratch; the group before has other options."""
    blocks, problem = _blocks(cls), Problem(LAYOUT, torch.float32, seed=1)

    def made(foreach: bool | None) -> torch.optim.Optimizer:
        first, own = problem.groups()
        return cls([first | others | {"foreach": foreach}, own], foreach=foreach, **options)

    plain = run(problem, made(False), 3)
    allowed = [2 * error for error in allowed_error(problem, lambda: made(False), 3)]
    for size in SIZES:
        for fill in (float("nan"), 0.0):
            for room in blocks.KEPT.rooms.values():
                room.fill_(fill)
            with replaced(blocks, "SIZE", size):
                if not close(run(problem, made(None), 3), plain, allowed):
                    return f"in blocks of {size} numbers it is another run"
    return ""


def keeps_double_precision(cls: Any, options: Options) -> str:
    """In float64 too it is the loop's run, to the digits of float64."""
    problem = Problem(LAYOUT[1:], torch.float64, seed=4)
    plain = run(problem, cls(problem.groups(), foreach=False, **options), 2)
    allowed = allowed_error(problem, lambda: cls(problem.groups(), foreach=False, **options), 2)
    found = run(problem, cls(problem.groups(), **options), 2)
    return "" if close(found, plain, [2 * error for error in allowed]) else "in float64 it is another run"


def needs_no_reference(cls: Any, options: Options) -> str:
    """At numbers as they are in training every block makes its step in place, whatever was left in its scratch."""
    blocks, problem = _blocks(cls), Problem(LAYOUT[1:], torch.float32, seed=1)
    paths = sys.modules[cls.__module__.rpartition(".")[0] + "._paths"]
    asked: list[Any] = []
    with replaced(paths, "_refer", lambda *given: asked.append(given)):
        for fill in (None, float("nan"), 0.0):
            for room in blocks.KEPT.rooms.values() if fill is not None else ():
                room.fill_(fill)
            asked.clear()
            run(problem, cls(problem.groups(), **options | {"lr": 2.0**-10}), 2)
    return f"{len(asked)} blocks are left to the reference" if asked else ""


def takes_buffers_that_are_wider(cls: Any, options: Options) -> str:
    """Buffers in float64 of parameters in float32, as a state may have them: bit for bit as without blocks."""
    problem, ends = Problem((("channel", ((4, 6), (3, 5))),), torch.float32, seed=3), []
    for foreach in (False, None):
        optimizer = run(problem, cls(problem.groups(), foreach=False, **options), 1)
        optimizer.param_groups[0]["foreach"] = foreach
        for p in parameters_of(optimizer):
            state = optimizer.state[p]
            state |= {name: t.double() for name, t in state.items() if name != "step"}
        ends.append(numbers(run(problem, optimizer, range(1, 4))))
    pairs = list(zip(*ends, strict=True))
    same = all(x.dtype == y.dtype and torch.equal(x, y) for x, y in pairs)
    return "" if same else "beside buffers that are wider it is another run"


def needs_no_more_room(cls: Any) -> str:
    """The products of neurons, few or many, fit into what is kept for them."""
    blocks = _blocks(cls)
    for shape in ((40, 2), (2, 40)):
        problem = Problem((("channel", (shape,)),), torch.float32, seed=2)
        blocks.KEPT.rooms.clear()
        with replaced(blocks, "SIZE", 1):
            run(problem, cls(problem.groups(), orthogonality=0.1), 1)
        if (largest := max(room.numel() for room in blocks.KEPT.rooms.values())) > 80:
            return f"{shape}: {largest} numbers are kept"
        if not any(room.numel() == 4 for room in blocks.KEPT.rooms.values()):
            return f"{shape}: there is no room of 4 numbers"
    return ""


def stays_on_the_sphere(package: ModuleType) -> str:
    """In place too: after 200 short steps a point is no farther from the sphere than after one."""
    generator = torch.Generator().manual_seed(0)
    p = nn.Parameter(torch.randn(64, 4, generator=generator))
    optimizer = package.SGDG([p], lr=1.0, momentum=0.0, orthogonality=0.0, clip=None)
    for _ in range(200):
        p.grad = torch.randn(64, 4, generator=generator) / 64
        optimizer.step()
    off = (torch.linalg.vector_norm(p.detach(), dim=1, dtype=torch.float64) - 1).abs().max().item()
    most = 4 * torch.finfo(torch.float32).eps  # one step leaves 2, and what a division rounds
    return "" if off <= most else f"after 200 short steps in place the norm is {off} from 1"


def _blocks(cls: Any) -> Any:
    """The file of blocks that the optimizer uses."""
    return sys.modules[cls.__module__.rpartition(".")[0] + "._blocks"]
