"""Negative controls of the checks on the 2D toy of 003: another setting, objective, projection or momentum."""

from collections.abc import Callable
from typing import Any

import sympy

from verify.checks import adamp_toy

first_optimizers = adamp_toy.optimizers


def with_option(name, value, which):
    """The optimizers, one of them with an option set."""

    def made(points):
        both = first_optimizers(points)
        for group in both[which].param_groups:
            group[name] = value if group["momentum"] else group[name]
        return both

    return made


ADAMP_TOY_CONTROLS: dict[Callable[[int, int], list], list[tuple[str, Any, str]]] = {
    adamp_toy.the_setting_gives_the_fourteen_numbers: [
        ("START", (sympy.Integer(-1), sympy.Rational(11, 10_000)), "GD: loss"),
        ("LEARNING_RATE", sympy.Rational(1001, 100_000), "momentum 0.99: norm"),
        ("STEPS", 490, "GD: loss"),
        ("slope", lambda cosine: -2, "momentum 0.9: loss"),
        ("SCHEMES", adamp_toy.SCHEMES | {"ours": "sgd-m"}, "ours 0.9: norm"),
        ("SCHEMES", adamp_toy.SCHEMES | {"momentum": "sgd-nesterov"}, "momentum 0.95: norm"),
    ],
    adamp_toy.torch_gives_the_fourteen_numbers: [
        ("loss", lambda cosine: 1 - cosine, "torch"),
        ("optimizers", with_option("project_buffer", True, 1), "torch"),
        ("optimizers", with_option("invariant", None, 1), "torch"),
        ("optimizers", with_option("nesterov", True, 0), "torch"),
    ],
}
