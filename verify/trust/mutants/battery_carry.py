"""When a moment may be carried along a step in place, by hand: empty where the reference is asked for else."""

import sys
from collections.abc import Callable
from types import ModuleType

import torch
from torch import Tensor

from verify.trust.mutants.battery_refusals import refused

FLAT, EDGE = [1.0, 1.0, 1.0, 1.0], [-1.0, -1.0, -1.0, 1.0]
"""Of a cosine of -1/2: ‖u + u'‖² is 1, without rounding."""
CASES: tuple[tuple[str, list[list[float]], list[list[float]], bool], ...] = (
    ("a right angle", [[1.0, 0.0, 0.0, 0.0]], [[0.0, 1.0, 0.0, 0.0]], True),
    ("a cosine of -1/4", [FLAT], [[-2.0, -1.0, -1.0, 2.0]], True),
    ("a cosine of -1/2", [FLAT], [EDGE], False),
    ("a cosine of -1/2 beside a small angle", [FLAT, FLAT], [EDGE, FLAT], False),
    ("a cosine of -1", [FLAT], [[-1.0, -1.0, -1.0, -1.0]], False),
    ("a large start", [[1e12, 0.0, 0.0, 0.0]], [FLAT], False),
    ("a large end", [FLAT], [[1e12, 0.0, 0.0, 0.0]], False),
    ("a small start", [[1e-12, 0.0, 0.0, 0.0]], [FLAT], False),
    ("a small end", [FLAT], [[1e-12, 0.0, 0.0, 0.0]], False),
    ("moderate ends", [[1e6, 0.0, 0.0, 0.0]], [[1e-6, 0.0, 0.0, 0.0]], True),
)
"""(what, from, to, whether it is done in place), in float32."""


def carries_where_it_may(package: ModuleType) -> str:
    """By less than 120°, between norms whose fourth powers are numbers; Unfit is raised before anything is written."""
    blocks = sys.modules[package.__name__ + "._blocks"]
    carry = sys.modules[package.__name__ + "._adam"].carry
    buffers = {"exp_avg": blocks.ROWS, "previous": blocks.ROWS}
    for what, start, end, done in CASES:
        for rescaled in (False, True):
            held = [torch.tensor(end), torch.ones(len(end), 4), torch.tensor(start)]
            (block,) = blocks._planned([held], [0], "whole" if len(end) == 1 else "channel", buffers, False)
            before: list[Tensor] = [t.clone() for t in held]
            if done:
                carry(block, 0.5, rescaled)
            elif found := refused(blocks.Unfit, "", carry, block, 0.5, rescaled):
                return f"{what}: {found}"
            elif not all(torch.equal(t, x) for t, x in zip(held, before, strict=True)):
                return f"{what}: something is written before it is refused"
    return ""


LAWS: tuple[tuple[str, Callable[[ModuleType], str]], ...] = (("carrying", carries_where_it_may),)
