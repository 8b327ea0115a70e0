"""A batched law as a target: one step of a real scheme or optimizer, every number of the case chosen by the searcher.

The score is the logarithm of error over allowed error, above 0 where the law is broken. Of a true law none may be.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from verify.batched.generate import Dials, Step, draw_step
from verify.batched.law import Law
from verify.batched.verdict import Verdict
from verify.search.cube import Cube
from verify.search.target import Counterexample, Target

ROOM = 2000
"""Numbers that a case may ask for, while it is found out how many it does."""
NOTHING = -100.0
"""The score of a case that is exact, or that the law does not speak of."""


def take(law: Law, subject: str, d: int, k: int, points: Tensor, seed: int = 0) -> Step:
    """The steps at these points; `seed`: of the hyper-parameters of an optimizer, which one param group has once."""
    dials = Dials(subject, d, k)
    return draw_step(law.name, law.subjects, seed, 0, None, dials, law.fixed, Cube(points))  # type: ignore[arg-type]


def numbers(law: Law, subject: str, d: int, k: int) -> int:
    """How many numbers a case has."""
    step = take(law, subject, d, k, torch.full((2, ROOM), 0.375, dtype=torch.float64))
    list(law.check(step))
    return int(step.stream.slot)


def target(law: Law, subject: str, d: int, k: int, seed: int = 0, false: bool = False) -> Target:
    """A law on one subject at one dimension and step; its confirmation takes the case again, alone."""
    name = f"{law.name}:{subject}:{d}:{k}:{seed}"

    def score(points: Tensor) -> Tensor:
        with torch.enable_grad():  # a model's gradient is autograd's
            found = list(law.check(take(law, subject, d, k, points, seed)))
        ratio = worst(found, len(points)).detach()
        return torch.where(ratio > 0, torch.log10(ratio), NOTHING).clamp(NOTHING, -NOTHING)

    def confirm(point: Tensor) -> Counterexample | None:
        with torch.enable_grad():
            step = take(law, subject, d, k, torch.stack([point, point]), seed)
            found = list(law.check(step))
        for claim, verdict in found:
            if float(verdict.ratio[0]) > 1:
                words = f"{claim}: {float(verdict.error[0]):g} where rounding explains {float(verdict.allowed[0]):g}"
                return Counterexample(name, plain(step), words)
        return None

    return Target(name, "law", law.description, numbers(law, subject, d, k), score, confirm, false, smooth=False)


def plain(step: Step) -> dict[str, Any]:
    """The first case of a step, as JSON has it."""
    h = {n: _number(v.value) for n, v in vars(step.h).items()}
    return {"x": step.x.value[0].tolist(), "gradient": step.gradient.value[0].tolist(), "h": h, "k": step.k}


def worst(found: list[tuple[str, Verdict]], rows: int) -> Tensor:
    """The largest ratio of any statement, (rows,)."""
    ratios = [v.ratio.broadcast_to(rows, 1).flatten() for _, v in found]
    return torch.stack(ratios).amax(0)


def everywhere(law: Law, dimensions: tuple[int, ...] = (2, 5)) -> Iterator[Target]:
    """The law on each of its subjects, at these dimensions, as first and as second step."""
    for subject in law.subjects:
        law.prepare(subject)
        for d in dimensions:
            for k in (0, 1) if law.k is None else (law.k,):
                yield target(law, subject, d, k)


def _number(value: Any) -> float:
    return float(value.flatten()[0]) if isinstance(value, Tensor) else float(value)
