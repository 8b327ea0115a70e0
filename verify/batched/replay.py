"""One case by its address: its numbers, both sides of each statement, the error and what rounding allows."""

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from verify.batched.bounds import Scalar, Vector
from verify.batched.counter import CASES
from verify.batched.generate import AS_DRAWN, Dials, Step
from verify.batched.law import Address, Law
from verify.batched.lists import by_name


@dataclass(frozen=True)
class Statement:
    """One statement on one case; `counted`: its hypotheses hold, and an error could be seen."""

    claim: str
    left: Any
    right: Any
    error: float
    allowed: float
    ratio: float
    counted: bool


@dataclass(frozen=True)
class Case:
    """A case as the block has it: point, gradient, buffers before and after the step, the point after it."""

    address: str
    law: str
    subject: str
    witness: str
    step: int
    hyperparameters: dict[str, float]
    x: Any
    gradient: Any
    before: dict[str, Any]
    after: dict[str, Any]
    following: Any
    statements: tuple[Statement, ...]

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def address(text: str) -> Address:
    """SEED:LAW:BLOCK:INDEX. ValueError for anything else."""
    parts = text.split(":")
    if len(parts) != 4 or not all(parts[i].isdigit() for i in (0, 2, 3)):
        raise ValueError(f"address {text!r}: required is SEED:LAW:BLOCK:INDEX, for example 1:image-step:0:7")
    found = Address(int(parts[0]), by_name(parts[1]).name, int(parts[2]), int(parts[3]))
    if not 0 <= int(parts[3]) < CASES:
        raise ValueError(f"address {text!r}: a block has the cases 0 to {CASES - 1}")
    return found


def replay(where: Address) -> Case:
    """The case, out of its block made again: one thread, so that every sum runs as it ran."""
    return replay_with(by_name(where.law), where)


def replay_with(law: Law, where: Address, dials: Dials = AS_DRAWN) -> Case:
    """The same of any law, with the dials that steered it."""
    i, threads = where.index or 0, torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        step = law.step(where.seed, where.block, dials=dials)
        found = law.judge(step, dials)
    finally:
        torch.set_num_threads(threads)
    statements = tuple(
        Statement(
            claim,
            _row(v.left, i),
            _row(v.right, i),
            float(v.error[i]),
            float(v.allowed[i]),
            float(v.ratio[i]),
            bool(v.counted[i]),
        )
        for claim, v in found
    )
    return _case(where, law.description, step, i, statements)


def _case(where: Address, law: str, step: Step, i: int, statements: tuple[Statement, ...]) -> Case:
    return Case(
        str(where),
        law,
        step.scheme.name,
        step.witness,
        step.k,
        {n: _row(v, i) for n, v in vars(step.h).items()},
        _row(step.x, i),
        _row(step.gradient, i),
        {n: _row(v, i) for n, v in step.before.items()},
        {n: _row(v, i) for n, v in step.after.items()},
        _row(step.following, i),
        statements,
    )


def _row(value: Any, i: int) -> Any:
    """A float, or a list of them: what case i has."""
    if isinstance(value, Scalar | Vector):
        return _row(value.value, i)
    if not isinstance(value, Tensor):
        return value
    found = value[i if len(value) > 1 else 0].tolist()
    return found[0] if len(found) == 1 else found
