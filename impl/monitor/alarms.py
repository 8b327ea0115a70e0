"""What is worth telling a person about a parameter, from its records; each once, until it gets much worse."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from impl.monitor.rules import Rule

GROWTH = 4.0
"""A norm that many times what it was turns SGD's steps by a sixteenth, Adam's by a quarter."""
CHANCE = 0.5
"""A gradient in a random direction has |cos| = 0.8/√d in the mean; half of 1/√d is far from what rounding leaves."""
CLOSE = 0.05
"""Where r/r* is that near to the power of the drop, the power is said: the weights were at equilibrium before it."""
DROP = 1.5
"""By how much a rate has to drop to be told."""
FURTHER = 4.0
"""How much further a rate has to drop to be told again: a schedule that falls at every step is told of a few times."""
TURN = 0.5
"""Radians: a step of half a radian is no small step."""


@dataclass(frozen=True)
class Alarm:
    """kind: "freezes", "far", "not invariant", "lost in rounding", "turns far", "zero" or "not finite"."""

    kind: str
    step: int
    name: str
    message: str


@dataclass
class Past:
    """What has to be remembered of one parameter. start: its norm when first seen; highest: its largest learning rate;
    level: how bad each kind of alarm was when it was last raised."""

    start: float
    highest: float
    level: dict[str, float]


def alarms(record: Mapping[str, Any], known: Rule, past: Past, *, eps: float, patience: int) -> list[Alarm]:
    """The alarms of one record; `past` is brought up to date. eps: of the weights' type; patience: steps."""
    name, step, found = str(record["name"]), int(record["step"]), list[Alarm]()

    def tell(kind: str, level: float, message: str) -> None:
        if level > past.level.get(kind, 0.0):
            past.level[kind] = level
            found.append(Alarm(kind, step, name, message))

    radius, angle = record["radius"], record["angle"]
    if radius == 0:
        tell("zero", 1, f"{name}: all of it is 0, which has no direction; nothing is said of it until it has one")
        return found
    if not (math.isfinite(radius) and math.isfinite(angle)):
        tell("not finite", 1, f"{name}: weights or steps are not finite")
        return found
    grown = radius / past.start if past.start > 0 else 1.0
    if known.decay == 0 and grown >= GROWTH:
        level = math.floor(math.log(grown, GROWTH))
        tell("freezes", level, f"{name}: its step will freeze: norm ×{grown:.0f}, no decay")
    if angle > TURN:
        tell("turns far", 1, f"{name}: one step turns it by {math.degrees(angle):.0f}°; the rate is too large for it")
    if 0 < angle < eps:
        tell(
            "lost in rounding", 1, f"{name}: a step turns it by {angle:.1e} rad, less than the rounding of its weights"
        )
    chance = 1 / math.sqrt(record["dimension"])
    if record["cosine"] > CHANCE * chance and record["dimension"] > 1:
        tell(
            "not invariant",
            1,
            f"{name}: gradients are not orthogonal to it (cosine {record['cosine']:.2g}, by chance {chance:.2g}): "
            "its length matters",
        )
    past.highest = max(past.highest, known.lr)
    left, drop = record["steps_left"], past.highest / known.lr if known.lr > 0 else 1.0
    if left is not None and left > patience and drop > DROP:
        by = record["distance"]
        power = "1/4" if known.kind in ("sgd", "sgdp") else "1/3" if known.kind == "adam" else "1/2"
        usual = drop ** float(Fraction(power))
        words = f"{drop:.3g}^({power}) = " if abs(by / usual - 1) < CLOSE else ""
        tell(
            "far",
            1 + math.floor(math.log(drop / DROP, FURTHER)),
            f"{name}: not at equilibrium after the rate drop by {drop:.3g}: {_count(left)} steps left; "
            + (f"divide its weights by {words}{by:.3g}" if by > 1 else f"multiply its weights by {1 / by:.3g}")
            + (f"{_moments('multiply' if by > 1 else 'divide')}?" if known.divided else "?"),
        )
    return found


def _moments(do: str) -> str:
    """Gradients go as the inverse of the weights; a second moment of old ones would take 1/(1-β₂) steps to follow."""
    return f", {do} its exp_avg by the same and its exp_avg_sq by the square"


def _count(steps: float) -> str:
    """57 000."""
    return f"{steps:,.0f}".replace(",", " ") if math.isfinite(steps) else "∞"
