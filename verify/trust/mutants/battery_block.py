"""What a block of slices must compute, by hand, where no step of an optimizer shows it: empty where it does."""

import math
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from verify.trust.mutants.battery_refusals import refused

TYPES = (torch.float32, torch.float64)


def block_of(package: ModuleType, *parameters: Tensor) -> Any:
    """One block of parameters, by channels, each with a buffer "b" of one number a slice."""
    blocks = sys.modules[package.__name__ + "._blocks"]
    held = [[p, torch.ones(len(p), dtype=p.dtype)] for p in parameters]
    (found,) = blocks._planned(held, [0] * len(held), "channel", {"b": blocks.PER_ROW}, False)
    return found


def keeps_numbers_of_slices_wide(package: ModuleType) -> str:
    """What a block keeps of a slice is float64: its length, its rounding, its buffers; its norms if they are asked for
    so. The rounding is that of the sphere."""
    rounding = package._sphere.rounding
    for dtype in TYPES:
        p, q = torch.tensor([[3.0, 4.0, 0.0]], dtype=dtype), torch.tensor([[6.0, 8.0], [0.0, 5.0]], dtype=dtype)
        block = block_of(package, p, q)
        wide = {
            "lengths": (block.lengths, [2.0, 2.0, 3.0]),
            "rounding": (block.rounding, [rounding(q, 2), rounding(q, 2), rounding(p, 3)]),
            "scalars": (block.scalars("b"), [1.0, 1.0, 1.0]),
            "norms": (block.norms("x"), [10.0, 5.0, 5.0]),
        }
        for name, (found, expected) in wide.items():
            if found.dtype != torch.float64 or found.tolist() != expected:
                return f"{dtype}: the {name} are {found}"
        norms = block.moderate("x")
        if norms.dtype != dtype or norms.tolist() != [10.0, 5.0, 5.0]:
            return f"{dtype}: the norms in its own type are {norms}"
        fresh = block_of(package, p, q)
        if [tuple(t.shape) for t in fresh.pieces("x")] != [(2, 2), (1, 3)]:
            return "what is not gathered has other pieces"
    return ""


def stores_all_that_it_is_given(package: ModuleType) -> str:
    """Each vector of several parts and each buffer of one number a slice, to where they came from."""
    blocks = sys.modules[package.__name__ + "._blocks"]
    buffers = {"u": blocks.ROWS, "v": blocks.PER_ROW, "w": blocks.PER_ROW}
    for shapes in (((2, 3),), ((2, 3), (1, 3)), ((2, 3), (1, 3), (2, 3))):
        held = [[torch.ones(shape), torch.ones(shape), torch.ones(shape[0]), torch.ones(shape[0])] for shape in shapes]
        (block,) = blocks._planned(held, [0] * len(held), "channel", buffers, False)
        count = sum(rows for rows, _ in shapes)
        for i, name in enumerate(("x", "u")):
            block.vector(name).copy_(torch.arange(3.0 * count) + 10 * i)
        v, w = torch.arange(1.0 * count) + 20, torch.arange(1.0 * count) + 30
        block.write("x", "u", v=v, w=w)
        found = [torch.cat([own[i].reshape(-1) for own in held]).tolist() for i in range(4)]
        vectors = [(torch.arange(3.0 * count) + 10 * i).tolist() for i in range(2)]
        if found != [*vectors, v.tolist(), w.tolist()]:
            return f"of {len(shapes)} parameters: {found}"
    return ""


def knows_which_norms_are_moderate(package: ModuleType) -> str:
    """Those whose fourth power is a normal number; the ends are among them."""
    unfit = sys.modules[package.__name__ + "._blocks"].Unfit
    for dtype in TYPES:
        limits = torch.finfo(dtype)
        least, most = limits.tiny**0.25, limits.max**0.25
        near = 1 + 4 * limits.eps
        for size, taken in ((least * near, True), (least / near, False), (most / near, True), (most * near, False)):
            call = block_of(package, torch.tensor([[0.0, 1.0], [size, 0.0]], dtype=dtype)).moderate
            if taken:
                call("x")
            elif found := refused(unfit, "", call, "x"):
                return f"{dtype}: a norm of {size} is {found}"
    for size in (torch.finfo(torch.float64).tiny ** 0.25, torch.finfo(torch.float64).max ** 0.25):
        block = block_of(package, torch.tensor([[0.0, 1.0], [size, 0.0]], dtype=torch.float64))
        if block.norms("x")[1].item() != size:
            return f"the norm of {size} is {block.norms('x')[1].item()}"
        block.moderate("x")
    block_of(package, torch.tensor([[3.0, 4.0], [5.0, 0.0]])).moderate("x")  # of one and the same norm
    call = block_of(package, torch.tensor([[0.0, 1.0], [math.nan, 0.0]])).moderate
    return refused(unfit, "", call, "x")


def follows_what_is_done_to_its_parameters(package: ModuleType) -> str:
    """Between two steps: the numbers moved to other memory, transposed, cut in another way, or of another shape."""
    for change in (_moved, _transposed, _cut, _shaped):
        ends = []
        for foreach in (False, None):
            generator = torch.Generator().manual_seed(6)
            p = nn.Parameter(torch.randn(4, 4, generator=generator))
            optimizer = package.SGDP([p, nn.Parameter(torch.ones(1, 2))], lr=0.3, momentum=0.5, foreach=foreach)
            for k in range(4):
                p.grad = torch.randn(p.shape, generator=generator)
                optimizer.step()
                if k == 1:
                    change(optimizer, p)
            ends.append([p.detach().double(), optimizer.state[p]["momentum_buffer"].double()])
        most = 64 * torch.finfo(torch.float32).eps  # four steps of some ten roundings
        if any((x - y).abs().max() > most * x.abs().max() for x, y in zip(*ends, strict=True)):
            return f"{change.__name__.strip('_')} after two steps: another run"
    return ""


def _moved(optimizer: torch.optim.Optimizer, p: nn.Parameter) -> None:
    p.data = p.data.clone()


def _transposed(optimizer: torch.optim.Optimizer, p: nn.Parameter) -> None:
    p.data = p.data.mT


def _cut(optimizer: torch.optim.Optimizer, p: nn.Parameter) -> None:
    optimizer.param_groups[0]["invariant"] = "whole"


def _shaped(optimizer: torch.optim.Optimizer, p: nn.Parameter) -> None:
    state = optimizer.state[p]
    p.data, state["momentum_buffer"] = p.data.view(2, 8), state["momentum_buffer"].view(2, 8)
    p.grad = None


def is_for_numbers_that_lie_in_order(package: ModuleType) -> str:
    """No blocks for gradients that are not in order, or not on a CPU; the step is the loop's, bit for bit."""
    ends = []
    for foreach in (False, None):
        p = nn.Parameter(torch.arange(1.0, 10.0).view(3, 3))
        optimizer = package.SGDP([p], foreach=foreach)
        for _ in range(2):
            p.grad = (p.detach().sin() + 1).mT
            optimizer.step()
        ends.append(p.detach())
    if not torch.equal(*ends):
        return "gradients that are transposed are taken in another order"
    away = nn.Parameter(torch.ones(2, 3, device="meta"))
    away.grad = torch.ones(2, 3, device="meta")
    blocks = sys.modules[package.__name__ + "._blocks"].blocks
    optimizer = SimpleNamespace(state={away: {}})
    if blocks(optimizer, [away], {"invariant": "channel"}, {}, False):
        return "blocks are for a CPU"
    return ""


def keeps_types_apart(package: ModuleType) -> str:
    """Parameters of two types in one group: each in its own precision."""
    ends = []
    for foreach in (False, None):
        parameters = [nn.Parameter(torch.arange(1.0, 7.0, dtype=dtype).view(2, 3)) for dtype in TYPES]
        optimizer = package.SGDP(parameters, lr=0.3, foreach=foreach)
        for _ in range(3):
            for p in parameters:
                p.grad = p.detach().sin()
            optimizer.step()
        ends.append([p.detach() for p in parameters])
    for x, y in zip(*ends, strict=True):
        most = torch.finfo(x.dtype).eps ** 0.75  # beyond the rounding of its type, and below that of a narrower one
        if x.dtype != y.dtype or not (x - y).abs().max() <= most * x.abs().max():
            return f"beside another type {x.dtype} is computed in another way"
    return ""


LAWS: tuple[tuple[str, Callable[[ModuleType], str]], ...] = (
    ("block", keeps_numbers_of_slices_wide),
    ("block", stores_all_that_it_is_given),
    ("block", knows_which_norms_are_moderate),
    ("plan", follows_what_is_done_to_its_parameters),
    ("plan", is_for_numbers_that_lie_in_order),
    ("plan", keeps_types_apart),
)
