"""Which options the rules in place are for, where they are not for all: empty where they are asked for these alone."""

import sys
from typing import Any

import torch
from torch import nn

from verify.trust.mutants.battery_paths import replaced

TINY = torch.finfo(torch.float32).tiny
LEAST = torch.finfo(torch.float64).tiny
PROJECTIONS = (({"projection": "cosine"}, False), ({"projection": "inner_product"}, False), ({"nesterov": True}, False))

ASKED: dict[str, tuple[tuple[dict[str, Any], bool], ...]] = {
    "SGDP": (
        *PROJECTIONS,
        ({}, True),
        ({"momentum": 0.0}, False),
        ({"project_buffer": True}, False),
        ({"weight_decay": 0.5}, True),
    ),
    "AdamP": (
        *PROJECTIONS,
        ({}, True),
        ({"eps": TINY}, True),
        ({"eps": TINY / 2}, False),
        ({"eps": 0.0}, False),
        ({"bias_correction": False}, True),
        ({"weight_decay": 0.5}, True),
    ),
}
"""{optimizer: (options, whether the step is made in place)}, of parameters in float32."""


def asks_its_twin(cls: Any) -> str:
    """The rule in place is asked where it is written for the options, and nowhere else; a group before has others, and
    no gradients."""
    module = sys.modules[cls.__module__]
    (name,) = [name for name in vars(module) if name.endswith("_update_")]
    for options, expected in ASKED[cls.__name__]:
        asked: list[Any] = []
        p = nn.Parameter(torch.ones(2, 3))
        optimizer = cls([{"params": [nn.Parameter(torch.ones(1, 3))]}, {"params": [p]} | options])
        p.grad = torch.ones_like(p)
        with replaced(module, name, lambda block, asked=asked, **given: asked.append(block)):
            optimizer.step()
        if bool(asked) is not expected:
            return f"{options}: in place {bool(asked)}"
    p, q = nn.Parameter(torch.ones(2, 3)), nn.Parameter(torch.ones(2, 3, dtype=torch.float64))
    for parameters, eps, expected in (([q], LEAST, True), ([p, q], LEAST, False), ([q, p], LEAST, False)):
        if (
            cls.__name__ == "AdamP"
            and module._is_plain(cls(parameters, eps=eps).param_groups[0], parameters) != expected
        ):
            return f"eps={eps} of {[r.dtype for r in parameters]}: not {expected}"
    return ""
