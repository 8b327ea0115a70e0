"""The 2D toy of 003: a search for the setting that it does not print, that setting's runs, and what is around it.

`run` returns the summary below, a dict for JSON. Seven runs, in the order of `derivations.adamp.toy.PRINTED`: GD,
momentum .9, .95, .99, the same with projection. A residual is a distance from the printed number in half units of its
last digit.

    schema, config
    search          a list: what `toy_search.search` gives for each of its `VARIANTS`
    setting         the setting of `derivations.adamp.toy`:
      losses, norms           of the seven runs at the end
      residuals               fourteen: the losses', then the norms'
      other_steps             numbers of steps in 480 … 510 for which all fourteen are at most 1
      path                    seven lists of [x, y], a point every `every` steps, w* towards (1, 0)
      loss, norm              seven lists, at the same steps
      step                    those steps
    surroundings    objective → what `toy_map.surroundings` gives
"""

import json
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from derivations.adamp.toy import LEARNING_RATE, START, STEPS
from verify.experiments.checkpoint import Phase, Progress, begin, run_phase
from verify.experiments.summary import rounded
from verify.experiments.toy_map import EXPONENTS, Grid, surroundings
from verify.experiments.toy_runs import Array, distance, power, residuals, walk
from verify.experiments.toy_search import VARIANTS, Search, search

SCHEMA = 1
OBJECTIVE = power(2.0)
NEARBY = (480, 510)


@dataclass(frozen=True)
class Config:
    """The default runs in a minute on one CPU core."""

    seed: int = 0
    search: Search = field(default_factory=Search)
    grid: Grid = field(default_factory=Grid)

    @classmethod
    def tiny(cls) -> "Config":
        """Seconds: for trying the code out, not for conclusions."""
        return cls(search=Search(population=8, generations=2, first=1), grid=Grid(starts=4, rates=5, steps=20))

    def public(self) -> dict[str, Any]:
        """The configuration for the summary."""
        return asdict(self)


def run(
    config: Config | None = None,
    *,
    folder: str | Path,
    resume: bool = True,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Run the experiment and return its summary; the search and the map go on from their checkpoints in `folder`."""
    config, folder = config or Config(), begin(folder, resume)
    fingerprint = json.dumps(["toy", SCHEMA, config.public(), np.__version__])
    names = list(EXPONENTS)

    def find(i: int) -> dict[str, Any]:
        return {"content": search(VARIANTS[i], config.search, config.seed)}

    def look(i: int) -> dict[str, Any]:
        return {"content": surroundings(names[i], config.grid)}

    found, around = (
        run_phase(Phase(name, steps, {}, advance), folder, fingerprint, 1, progress)["content"]
        for name, steps, advance in (("search", len(VARIANTS), find), ("map", len(names), look))
    )
    return {
        "schema": SCHEMA,
        "config": config.public(),
        "search": found,
        "setting": setting(),
        "surroundings": dict(zip(names, around, strict=True)),
    }


def setting(every: int = 4) -> dict[str, Any]:
    """The runs of the setting that gives the fourteen numbers."""
    start = np.array([complex(*map(float, START))])
    rate = np.array([float(LEARNING_RATE)])
    points = [np.repeat(start[None], 7, 0), *islice(walk(start, rate, OBJECTIVE), NEARBY[1])]
    final = points[STEPS]
    drawn = [*range(0, STEPS, every), STEPS]
    path = np.array([points[t][:, 0] for t in drawn]).T
    loss, norm = OBJECTIVE.loss(distance(final)), abs(final)
    return {
        "losses": [rounded(value, 6) for value in loss[:, 0]],
        "norms": [rounded(value, 6) for value in norm[:, 0]],
        "residuals": [rounded(value, 3) for value in residuals(loss, norm)[:, 0]],
        "other_steps": [t for t in range(*NEARBY) if (_residuals(points[t]) <= 1).all()],
        "step": drawn,
        "path": [[[rounded(w.real, 4), rounded(w.imag, 4)] for w in row] for row in path],
        "loss": [[rounded(value, 4) for value in OBJECTIVE.loss(distance(row))] for row in path],
        "norm": [[rounded(value, 4) for value in abs(row)] for row in path],
    }


def _residuals(w: Array) -> Array:
    return residuals(OBJECTIVE.loss(distance(w)), abs(w))
