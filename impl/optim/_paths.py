"""How a rule steps through the slices of a group: the plain update on batches, or its in-place twin on blocks."""

import math
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor

from impl.optim._batches import Group, batches, count_steps
from impl.optim._blocks import ROWS, Block, Unfit, blocks
from impl.optim._sphere import wide_type

LARGEST = torch.finfo(torch.float32).max


@dataclass(frozen=True)
class Rule:
    """One rule, written twice, and what it works on."""

    update: Callable[..., Any]
    """The reference: (x, gradient, *buffers, **options) -> (x, *buffers), pure."""
    in_place: Callable[..., None] | None
    """The same to a block, in place; it raises Unfit where only the reference will do. None: never."""
    buffers: Mapping[str, str]
    """Each, in the order of `update`, ROWS or PER_ROW."""
    takes: Sequence[str] = ()
    """What `update` takes of the number `k` of steps made and the `counts` of rows of each parameter."""
    whole: bool = False
    """Whether the slices of a parameter depend on one another."""


def advance(
    optimizer: torch.optim.Optimizer, parameters: list[Tensor], group: Group, rule: Rule, **options: Any
) -> None:
    """One step of the slices, by the path that the group asks for; `impl.optim` says which there are."""
    if not parameters:
        return
    if group.get("fused"):
        from impl.native import attempt  # here alone, so that nothing native is loaded unasked

        if attempt(rule.update.__name__.removesuffix("_update"), optimizer, group, parameters):
            return
    if group.get("compile"):
        return _plainly(compiled(rule.update), optimizer, parameters, group | {"foreach": True}, rule, options)
    if group["foreach"] is None and rule.in_place and _moderate(options):
        found = blocks(optimizer, parameters, group, rule.buffers, rule.whole)
        for block in found:
            taken = {"k": block.k} if "k" in rule.takes else {}
            try:
                rule.in_place(block, **taken, **options)
            except Unfit:
                _refer(rule, block, options)
            block.release()
        if found:
            return count_steps([optimizer.state[p] for p in parameters])
    _plainly(rule.update, optimizer, parameters, group, rule, options)


def _moderate(options: Mapping[str, Any]) -> bool:
    """Whether the rates, and what they are multiplied by, are numbers of float32: in place torch raises at others."""
    rate = math.prod(1 + options.get(name, 0.0) for name in ("lr", "weight_decay", "wd_ratio"))
    memory = max(options.get("momentum", 0.0), *options.get("betas", (0.0,)))
    return memory < 1 and rate / (1 - memory) < LARGEST


def remaining(optimizer: torch.optim.Optimizer) -> list[Group]:
    """The groups still to make their step: none where all ask for native kernels, which could repeat theirs."""
    if all(group.get("fused") for group in optimizer.param_groups):
        from impl.native import repeat

        if repeat(optimizer):
            return []
    return optimizer.param_groups


def _plainly(
    update: Callable[..., Any],
    optimizer: torch.optim.Optimizer,
    parameters: list[Tensor],
    group: Group,
    rule: Rule,
    options: Group,
) -> None:
    for batch in batches(parameters, optimizer.state, group):
        buffers = [batch.rows(n) if kind == ROWS else batch.scalars(n) for n, kind in rule.buffers.items()]
        taken = _taken(rule, batch.k, batch.counts)
        x, *new = update(batch.points, batch.gradients, *buffers, **taken, **options)
        batch.write(x, **dict(zip(rule.buffers, new, strict=False)))


def _refer(rule: Rule, block: Block, options: Group) -> None:
    """The reference, on one part of a block after the other."""
    names = ("x", "gradient", *rule.buffers)
    for i, count in enumerate(block.counts):
        taken = _taken(rule, block.k, [count])
        parts = [block.parts[name][i] for name in names]
        wide = [t.to(wide_type(t)) if t.dim() == 1 else t for t in parts]
        x, *new = rule.update(*wide, **taken, **options)
        for part, value in [*zip(parts[2:], new, strict=False), (parts[0], x)]:  # buffers first: one may be x
            part.copy_(value)


@cache
def compiled(update: Callable[..., Any]) -> Callable[..., Any]:
    """`update` by torch.compile. The step count and lr, which change, are given as tensors: numbers would be built in.

    Raises RuntimeError where there is no C++ compiler.
    """
    name = os.environ.get("CXX", "g++")
    if shutil.which(name) is None:
        raise RuntimeError(
            f"compile=True: there is no C++ compiler {name!r}; install g++, set CXX, or use compile=False"
        )
    faster = torch.compile(update, dynamic=True)

    def call(*tensors: Tensor, **options: Any) -> Any:
        changing = {n: torch.tensor(options[n], dtype=wide_type(tensors[0])) for n in ("k", "lr") if n in options}
        return faster(*tensors, **options | changing)

    return call


def _taken(rule: Rule, k: int, counts: Sequence[int]) -> Group:
    known: Group = {"k": k, "counts": counts}
    return {name: known[name] for name in rule.takes}
