"""Whether the toy's conclusion holds elsewhere: over all starts and learning rates, and with tuned learning rates."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from verify.experiments.summary import rounded
from verify.experiments.toy_runs import METHODS, MOMENTA, Array, distance, power, walk

EXPONENTS = {"(1 − cos)²": 2.0, "1 − cos": 1.0}
BETAS = MOMENTA[1:4]
OURS, MOMENTUM, GD, NONE = "o", "m", "g", "="
"""Which of the three ends with the lowest loss; = where two or more of them end there."""


@dataclass(frozen=True)
class Grid:
    """Starts on the unit circle at the middles of equal angles, w* at 0; learning rates 10^low to 10^high."""

    starts: int = 48
    rates: int = 61
    low: float = -4.0
    high: float = 2.0
    steps: int = 491
    floor: float = 1e-12
    """A loss below it counts as the floor: such runs have converged."""
    reached: float = 1e-3
    """1 - cos at which a run has arrived."""

    @property
    def angles(self) -> Array:
        return (np.arange(self.starts) + 0.5) * np.pi / self.starts

    @property
    def learning_rates(self) -> Array:
        return np.geomspace(10**self.low, 10**self.high, self.rates)


def surroundings(name: str, grid: Grid) -> dict[str, Any]:
    """Of one objective: `winners` (momentum → a string a start, a letter a rate), `shares` of them, `tuned` per run.

    tuned: each method has the same rates to choose from, one for all starts. `mean_loss`: the least mean over the
    starts of the loss after all steps, at `rate`; `steps`: the least mean number of steps to 1 - cos = `reached`.
    """
    losses, steps = _runs(name, grid)
    mean, arrival = losses.mean(1), steps.mean(1)
    tuned = [
        {
            "method": method,
            "momentum": momentum,
            "rate": rounded(grid.learning_rates[mean[i].argmin()], 3),
            "mean_loss": rounded(mean[i].min(), 3),
            "steps": rounded(arrival[i].min(), 4),
            "steps_rate": rounded(grid.learning_rates[arrival[i].argmin()], 3),
        }
        for i, (method, momentum) in enumerate(zip(METHODS, MOMENTA, strict=True))
    ]
    winners = {str(beta): _winners(losses[0], losses[1 + i], losses[4 + i]) for i, beta in enumerate(BETAS)}
    return {
        "winners": {beta: ["".join(row) for row in letters] for beta, letters in winners.items()},
        "shares": {
            beta: {
                "ours lowest": rounded((letters == OURS).mean(), 3),
                "GD below momentum": rounded((losses[0] < losses[1 + i]).mean(), 3),
                "momentum below GD": rounded((losses[1 + i] < losses[0]).mean(), 3),
                "momentum below ours": rounded((losses[1 + i] < losses[4 + i]).mean(), 3),
                "GD below ours": rounded((losses[0] < losses[4 + i]).mean(), 3),
            }
            for i, (beta, letters) in enumerate(winners.items())
        },
        "tuned": tuned,
    }


def _runs(name: str, grid: Grid) -> tuple[Array, Array]:
    """Final losses, not below the floor, and steps after which a run has arrived for good: (runs, starts, rates)."""
    starts, rates = (a.ravel() for a in np.meshgrid(grid.angles, grid.learning_rates, indexing="ij"))
    objective = power(EXPONENTS[name])
    w = np.exp(1j * starts)
    arrival = np.zeros((len(METHODS), len(starts)))
    y = arrival
    for t, points in enumerate(islice(walk(w, rates, objective), grid.steps), 1):
        y = distance(points)
        arrival[y > grid.reached] = t
    shape = (len(METHODS), grid.starts, grid.rates)
    return np.maximum(objective.loss(y), grid.floor).reshape(shape), arrival.reshape(shape)


def _winners(gd: Array, momentum: Array, ours: Array) -> Array:
    letters = np.full(gd.shape, NONE)
    letters[ours < np.minimum(gd, momentum)] = OURS
    letters[momentum < np.minimum(gd, ours)] = MOMENTUM
    letters[gd < np.minimum(momentum, ours)] = GD
    return letters
