"""Printed statements about real steps: runs of schemes in the batched oracle, differentiable, decided in 50 digits.

A run starts anywhere; its gradients are any vectors, projected on the tangent space where it has come to. Each is of
some radially-invariant loss.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType, SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from derivations.schemes import by_name
from derivations.sphere import tangent_projection
from verify.batched.domains import Draw, decay_product, draw_numbers
from verify.search.cube import Cube
from verify.search.target import Counterexample, Target
from verify.spaces import Multiprecision, Torch

DIGITS = 50
SURE = 1e-20
"""Sides that differ by this part of themselves differ in DIGITS digits, whatever the rounding of a few steps."""
SLACK = 1e-9
"""As a logarithm: below it float64 does not propose."""
ROOM = 200
SIGNIFICANT = (1, 2, 3)
"""Decimal digits of the simple numbers that are tried in the place of the ones found."""

Sides = tuple[Any, Any]


@dataclass(frozen=True)
class Race:
    """`sides` of x_0 and the last points of the runs of `schemes`: the left is said to be at most the right.

    claim: whose printed statement it is. fixed: hyper-parameters that are not drawn as `verify.batched.domains` does.
    """

    name: str
    claim: str
    words: str
    schemes: tuple[str, ...]
    sides: Callable[[Any, Any, list[Any]], Sides]
    dimension: int = 2
    steps: int = 1
    fixed: Mapping[str, float | Draw] = field(default_factory=lambda: MappingProxyType({}))
    false: bool = True


@dataclass(frozen=True)
class _Numbers:
    """Of a batch: x_0 (n, d), what the gradients are projected from, hyper-parameters (n, 1)."""

    x: Any
    slopes: list[Any]
    h: SimpleNamespace


def target(race: Race) -> Target:
    """A race as a target."""
    cube = Cube(torch.full((1, ROOM), 0.375, dtype=torch.float64))
    _drawn(race, cube)

    def score(points: Tensor) -> Tensor:
        left, right = _run(race, Torch(), _drawn(race, Cube(points)))
        return torch.nan_to_num((torch.log(left) - torch.log(right)).flatten() - SLACK, nan=-1e3).clamp(-1e3, 1e3)

    return Target(race.name, "steps", race.words, cube.slot, score, lambda point: _confirmed(race, point), race.false)


def _drawn(race: Race, cube: Cube) -> _Numbers:
    d = race.dimension
    x = cube.vector(d) * cube.scale(-10, 10)
    slopes = [cube.vector(d) * cube.scale(-10, 10) for _ in range(race.steps)]
    h = SimpleNamespace()
    for name in race.schemes:
        shared: dict[str, Any] = {n: _given(v) for n, v in vars(h).items()}
        h = SimpleNamespace(**{**vars(draw_numbers(by_name(name), cube, {**race.fixed, **shared})), **vars(h)})  # type: ignore[arg-type]
    return _Numbers(x, slopes, h)


def _given(value: Any) -> Draw:
    return lambda stream, drawn: value


def _run(race: Race, space: Any, numbers: _Numbers) -> Sides:
    ends = []
    for name in race.schemes:
        scheme = by_name(name)
        h = SimpleNamespace(**{n: getattr(numbers.h, n) for n in scheme.hyperparameters})
        x = scheme.initial_point(space, numbers.x)
        state = scheme.initial_state(space, x, h)
        for k, slope in enumerate(numbers.slopes):
            gradient = tangent_projection(space, slope, x / space.norm(x))
            x, state = scheme.step(space, k, x, gradient, state, h)
        ends.append(x)
    return race.sides(space, numbers.x, ends)


def _confirmed(race: Race, point: Tensor) -> Counterexample | None:
    """At the simplest decimals near the point, or at its own numbers: whether the left is larger in DIGITS digits."""
    found = _drawn(race, Cube(point[None]))
    for digits in (*SIGNIFICANT, None):
        plain = {
            "x": _decimal(found.x[0].tolist(), digits),
            "gradients from": [_decimal(s[0].tolist(), digits) for s in found.slopes],
            "h": {n: _within(float(v), digits) for n, v in vars(found.h).items()},
        }
        if words := replayed(race, plain):
            return Counterexample(race.name, plain, words)
    return None


def replayed(race: Race, plain: Mapping[str, Any]) -> str:
    """How the sides differ at a recorded point; empty where the left is not larger."""
    space = Multiprecision(DIGITS)
    h = SimpleNamespace(**{n: space.scalar(v) for n, v in plain["h"].items()})
    slopes = [space.vector(s) for s in plain["gradients from"]]
    try:
        left, right = _run(race, space, _Numbers(space.vector(plain["x"]), slopes, h))
        sure = left - right > SURE * abs(right) and left > 0
    except (ZeroDivisionError, ValueError, TypeError):
        return ""
    return f"left {float(left):g}, right {float(right):g}" if sure else ""


def _decimal(value: Any, digits: int | None) -> Any:
    if isinstance(value, list):
        return [_decimal(v, digits) for v in value]
    return value if digits is None else float(f"{value:.{digits}g}")


def _within(value: float, digits: int | None) -> float:
    """A hyper-parameter as a simple decimal; as it is where that would be 1 and it is less: the domains of many end."""
    simple: float = _decimal(value, digits)
    return value if value < 1 <= simple else simple


def _square(space: Any, x: Any) -> Any:
    return space.dot(x, x)


def _falls(kept: float) -> Callable[[Any, Any, list[Any]], Sides]:
    return lambda space, x, ends: (kept * _square(space, x), _square(space, ends[0]))


def _first_is_shorter(space: Any, x: Any, ends: list[Any]) -> Sides:
    return _square(space, ends[0]), _square(space, ends[1])


def _turned_little(space: Any, x: Any, ends: list[Any]) -> Sides:
    u, v = x / space.norm(x), ends[0] / space.norm(ends[0])
    return _square(space, u - v), 2 + 0 * space.dot(u, v)


NO_DECAY = {"weight_decay": 0.0}
BARE = {"weight_decay": 0.0, "eps": 0.0}
LONG_DECAY = {"weight_decay": decay_product(-26, 3)}
# Adam's first step is η sign(∇ℒ) (ε = 0), at cos² < (d-1)/d to x (SP-P-DEFORM), so that ‖w‖² stays above ‖w‖²/d.
RACES: tuple[Race, ...] = (
    *(
        Race(f"Adam's norm, {kept:g}, d = {d}", "PSI-L1", f"a first step of Adam leaves {kept:g} of ‖w‖², d = {d}",
             ("adam",), _falls(kept), d, 1, BARE, kept * d > 1)
        for d, fractions in ((2, (1.0, 0.8, 0.6, 0.52, 0.5)), (4, (1.0, 0.6, 0.4, 0.28, 0.25)))
        for kept in fractions
    ),
    Race("AdamP and Adam", "AP-ADAMP", "‖w‖ grows no more under AdamP than under Adam", ("adamp", "adamw"),
         _first_is_shorter, 3, 1, NO_DECAY),
    Race("SGDP and SGD-M", "AP-SGDP", "‖w‖ grows no more under SGDP than with momentum", ("sgdp", "sgd-m"),
         _first_is_shorter, 2, 3, NO_DECAY),
    Race("decay beyond (H1)", "SP-T2-H", "no step of SGD with L2 turns by more than a right angle", ("sgd-l2",),
         _turned_little, 3, 1, LONG_DECAY),
)  # fmt: skip


def targets() -> Iterator[Target]:
    """All of them."""
    for race in RACES:
        yield target(race)
