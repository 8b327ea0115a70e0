"""The 2D toy of 003 in numpy, many settings at once: complex numbers for the plane, w* at 1, one row a printed run."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from derivations.adamp.toy import HALF_LOSS, HALF_NORM, PRINTED

Array = np.ndarray

METHODS = tuple(run.method for run in PRINTED)
MOMENTA = tuple(float(run.momentum) for run in PRINTED)
PRINTED_LOSSES, PRINTED_NORMS = (
    np.array([[float(getattr(run, name))] for run in PRINTED]) for name in ("loss", "norm")
)
_BETA = np.array(MOMENTA)[:, None]
_PROJECTED = np.array([[method == "ours"] for method in METHODS])

RULES = {
    "as printed": "Algorithm 1",
    "late gradient": "p from ∇f of the point before, as the slide “Momentum” prints it",
    "Nesterov": "Nesterov’s momentum, as torch computes it",
    "dampening": "the gradient times 1-β in the momentum",
    "projected buffer": "the momentum kept is the projected one, as in the released code without Nesterov",
}


@dataclass(frozen=True)
class Objective:
    """A loss as a function of y = 1 - cos ∈ [0, 2], and its derivative in y."""

    loss: Callable[[Array], Array]
    slope: Callable[[Array], Array]


def power(exponent: float | Array, scale: float | Array = 1.0) -> Objective:
    """scale · (1 - cos)^exponent."""
    return Objective(lambda y: scale * y**exponent, lambda y: scale * exponent * y ** (exponent - 1.0))


def squared_angle(scale: float | Array = 1.0) -> Objective:
    """scale · θ²."""
    return Objective(
        lambda y: scale * _angle(y) ** 2, lambda y: 2.0 * scale * _angle(y) / np.sqrt(np.maximum(y * (2.0 - y), 1e-300))
    )


def _angle(y: Array) -> Array:
    return 2.0 * np.arcsin(np.sqrt(np.minimum(y / 2.0, 1.0)))


def near_antipode(angle: Array, norm: Array | float = 1.0) -> Array:
    """The point of that norm whose angle to -w* is `angle`."""
    return norm * (-np.cos(angle) + 1j * np.sin(angle))


def distance(w: Array) -> Array:
    """1 - cos(w, w*), without cancellation."""
    return abs(w / abs(w) - 1.0) ** 2 / 2.0


def walk(w: Array, rates: Array, objective: Objective, rule: str = "as printed") -> Iterator[Array]:
    """The points after steps 1, 2, … from `w` of shape (settings,): arrays (runs, settings), runs as in `PRINTED`."""
    w = w * np.ones_like(_BETA)
    p = np.zeros_like(w)
    before = None
    while True:
        r = abs(w)
        u = w / r
        gradient = objective.slope(abs(u - 1.0) ** 2 / 2.0) * u.imag * (1j * u) / r
        if rule == "late gradient":
            before, gradient = gradient, gradient if before is None else before
        p = _BETA * p + (gradient * (1.0 - _BETA) if rule == "dampening" else gradient)
        update = gradient + _BETA * p if rule == "Nesterov" else p
        w = w - rates * _tangent(update, u)
        if rule == "projected buffer":
            p = _tangent(p, u)
        yield w


def end(w: Array, rates: Array, objective: Objective, steps: int, rule: str = "as printed") -> tuple[Array, Array]:
    """Loss and norm of every run after `steps` steps."""
    (last,) = deque(islice(walk(w, rates, objective, rule), steps), maxlen=1)
    return objective.loss(distance(last)), abs(last)


def residuals(losses: Array, norms: Array) -> Array:
    """(14, settings): how far the numbers are from the printed ones, in half units of their last printed digit."""
    return np.concatenate(
        [abs(losses - PRINTED_LOSSES) / float(HALF_LOSS), abs(norms - PRINTED_NORMS) / float(HALF_NORM)]
    )


def _tangent(q: Array, u: Array) -> Array:
    """Projected where the run is one with projection."""
    return q - _PROJECTED * (q * u.conj()).real * u
