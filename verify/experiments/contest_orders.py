"""What the papers foretell of their comparisons, and whether it is seen: Holm's test of all of it together."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from derivations.psi.table_1 import METHODS as PSI_METHODS
from derivations.psi.table_1 import TABLE
from derivations.spherical.table_2 import TABLE_2
from verify.experiments.contest_methods import METHODS
from verify.experiments.ordering import above, holm, page

LEVEL = Fraction(1, 20)
"""Of any false alarm in a comparison, for what is foretold and again for its opposite."""


@dataclass(frozen=True)
class Order:
    """Methods from the lowest to the highest; of those in one group, no order is foretold. Two methods: a pair."""

    measure: str
    groups: tuple[tuple[str, ...], ...]
    where: str

    @property
    def methods(self) -> tuple[str, ...]:
        return tuple(method for group in self.groups for method in group)


@dataclass(frozen=True)
class Seen:
    """An order with its p-values, Holm's: of what is foretold and of the opposite."""

    order: Order
    foretold: Fraction
    opposite: Fraction

    @property
    def words(self) -> str:
        if self.foretold <= LEVEL:
            return "seen"
        return "the opposite is seen" if self.opposite <= LEVEL else "not seen"


def _chain(measure: str, where: str, *methods: str | tuple[str, ...]) -> Order:
    return Order(measure, tuple((m,) if isinstance(m, str) else m for m in methods), where)


def _by_mean(means: dict[str, Any], names: Sequence[str]) -> tuple[str, ...]:
    """The names of ours in the order of the printed means."""
    return tuple(sorted(names, key=lambda name: means[METHODS[name][0]]))


_A, _AB, _ABC = "adam-without-a", "adam-without-ab", "adam-without-abc"
_ADAMS = ("adam", "adamw", "adam-g", _A, _AB, _ABC)
_PSI = ("sgd", "plain-adam", "sgdg", "psi-sgd", "psi-sgdm")
_TABLE_1 = TABLE["CIFAR-10 ResNet20"]

FORETOLD: dict[str, tuple[Order, ...]] = {
    "ranking": (
        _chain("accuracy", "Table 2", *_by_mean({name: row[0].mean for name, row in TABLE_2.items()}, _ADAMS)),
        _chain("speed", "§4.2, Fig. 3", _AB, _ABC, ("adam", _A), "adam-g", "adamw"),
        *(_chain("accuracy", "§4.2", other, _AB) for other in _ADAMS if other != _AB),
        _chain("accuracy", "§4.2", "adam", _A),
        _chain("accuracy", "§4.2", "adamw", "adam"),
        _chain("speed", "§4.2", _AB, "adam"),
        _chain("speed", "§4.2", _AB, _ABC),
        _chain("speed", "§4.2", "adam", "adam-g"),
        _chain("speed", "§4.2", "adam", "adamw"),
    ),
    "adamp": (
        _chain("norm", "Lemma 2.2", "vanilla-sgd", "momentum-sgd"),
        _chain("norm", "Fig. 3, left", "sgdp", "momentum-sgd"),
        _chain("turned", "Fig. 3, centre", "momentum-sgd", "sgdp"),
        _chain("accuracy", "Fig. 3, right", "momentum-sgd", "sgdp"),
        _chain("accuracy", "Fig. 3, right", "vanilla-sgd", "momentum-sgd"),
    ),
    "psi-table": (
        _chain("accuracy", "Table 1", *_by_mean({m: _TABLE_1[m].mean for m in PSI_METHODS}, _PSI)),
        *(_chain("accuracy", "§6.2", "sgdg", method) for method in ("psi-sgd", "psi-sgdm")),
        *(_chain("speed", "§6.2, Fig. 3", "sgdg", method) for method in ("psi-sgd", "psi-sgdm")),
    ),
}
"""The orders are those of the printed means on CIFAR-10 with ResNet20; the pairs, what the text says of them."""


def _last(entry: dict[str, Any]) -> list[float | None]:
    return [curve[-1] for curve in entry["accuracy"]]


def _speed(entry: dict[str, Any]) -> list[float | None]:
    logarithms = (_mean_logarithm(curve) for curve in entry["loss"])
    return [None if mean is None else -mean for mean in logarithms]


def _mean_logarithm(curve: Sequence[float | None]) -> float | None:
    """None where a value is null; 0, which no cross entropy is but by rounding, counts as the least float."""
    known = [math.log10(max(value, 1e-300)) for value in curve if value is not None]
    return round(math.fsum(known) / len(known), 6) if len(known) == len(curve) else None


def _turned(entry: dict[str, Any]) -> list[float | None]:
    return [_mean_logarithm(curve) for curve in entry["turned"]]


def _norm(entry: dict[str, Any]) -> list[float | None]:
    return [curve[-1] for curve in entry["norm"]]


MEASURES: dict[str, tuple[str, Callable[[dict[str, Any]], list[float | None]]]] = {
    "accuracy": ("accuracy on the test images at the end", _last),
    "speed": ("speed, minus the mean over all epochs of log₁₀ of the training loss", _speed),
    "norm": ("norm ‖w‖ in the last epoch, mean over the filters", _norm),
    "turned": ("mean over all epochs of log₁₀ of the effective step size ‖Δŵ‖", _turned),
}
"""Name → in words, and a value a seed from an entry of `runs`; None where training diverged, which ranks last."""


def seen(summary: dict[str, Any]) -> tuple[Seen, ...]:
    """Every order that is foretold of a comparison; its blocks are the architectures and the seeds."""
    orders = FORETOLD[summary["config"]["name"]]
    found = [_p_values(order, summary["runs"]) for order in orders]
    foretold, opposite = (holm(list(side)) for side in zip(*found, strict=True))
    return tuple(Seen(*row) for row in zip(orders, foretold, opposite, strict=True))


def _p_values(order: Order, runs: dict[str, dict[str, Any]]) -> tuple[Fraction, Fraction]:
    measure = MEASURES[order.measure][1]
    # A column a method, a row a block: in a block, all methods have the same first weights and the same batches.
    columns = [[value for of in runs.values() for value in measure(of[m])] for m in order.methods]
    if len(columns) == 2:
        return above(columns[1], columns[0]), above(columns[0], columns[1])
    places = [float(i) for i, group in enumerate(order.groups) for _ in group]
    trend = page([list(block) for block in zip(*columns, strict=True)], places)
    return trend.order, trend.opposite
