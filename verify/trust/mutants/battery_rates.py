"""Which rates are numbers of float32, as the steps in place need them, by hand: empty where they are told apart."""

import math
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch
from torch import nn

LARGEST = 2.0**128 * (1 - 2.0**-24)
"""The largest float32; 1 added to it changes no digit of a float64."""

RATES: tuple[tuple[dict[str, Any], bool], ...] = (
    ({}, True),
    ({"lr": 1e30}, True),
    ({"lr": math.nextafter(LARGEST, 0)}, True),
    ({"lr": LARGEST}, False),
    ({"weight_decay": math.nextafter(LARGEST, 0)}, True),
    ({"weight_decay": LARGEST}, False),
    ({"wd_ratio": LARGEST}, False),
    ({"lr": 2.0**64, "weight_decay": 2.0**63}, True),
    ({"lr": 2.0**64, "weight_decay": 2.0**64}, False),
    ({"lr": 0.0, "weight_decay": LARGEST}, False),
    ({"lr": 2.0**126, "weight_decay": 1.0}, True),
    ({"lr": 2.0**127, "weight_decay": 1.0}, False),
    ({"lr": 2.0**127, "momentum": 0.25}, True),
    ({"lr": 2.0**127, "momentum": 0.5}, False),
    ({"lr": 2.0**127, "momentum": 0.75}, False),
    ({"lr": 2.0**127, "betas": (0.25, 0.25)}, True),
    ({"lr": 2.0**127, "betas": (0.5, 0.25)}, False),
    ({"lr": 2.0**127, "betas": (0.25, 0.5)}, False),
    ({"momentum": 1.0}, False),
    ({"momentum": 1.5}, False),
    ({"momentum": 0.0, "betas": (0.0, 0.0)}, True),
)
"""(options of a rule, whether every product of them that a step may form is a number of float32)."""


def knows_which_rates_are_moderate(package: ModuleType) -> str:
    """Each, and all that they are multiplied by; a memory that forgets nothing sums without a bound."""
    moderate = sys.modules[package.__name__ + "._paths"]._moderate
    wrong = [options for options, expected in RATES if moderate(options) is not expected]
    return f"{wrong[0]}: told otherwise" if wrong else ""


def leaves_others_to_the_reference(package: ModuleType) -> str:
    """A rate beyond float32, on parameters that are none the worse for it: bit for bit as without blocks."""
    ends = []
    for foreach in (False, None):
        p = nn.Parameter(torch.tensor([[3.0, 4.0], [0.6, 0.8]], dtype=torch.float64))
        optimizer = package.SGDP([p], lr=1e39, foreach=foreach)
        p.grad = torch.tensor([[1.0, 2.0], [0.5, 0.25]], dtype=torch.float64) * 1e-39
        optimizer.step()
        ends.append(p.detach())
    return "" if torch.equal(*ends) and ends[0].isfinite().all() else f"a rate of 1e39: {[t.tolist() for t in ends]}"


LAWS: tuple[tuple[str, Callable[[ModuleType], str]], ...] = (
    ("rates", knows_which_rates_are_moderate),
    ("rates", leaves_others_to_the_reference),
)
