"""Figures 1 and 4 of 004: batch-normalised networks from unbalanced weights, and the norm of the gradient on a toy.

`run` returns the summary below, a dict for JSON. Numbers have 4 significant digits; null stands for one that is not
finite.

    schema, config, data, versions    as in `trajectories`
    unbalanced      run → what `psi_unbalanced.pieces` gives for it
    convergence     "place batch-size" → method → what `psi_convergence.pieces` gives for it
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from impl.data import Dataset, digits
from verify.experiments import psi_convergence, psi_unbalanced
from verify.experiments.checkpoint import Phase, Progress, begin, run_phase
from verify.experiments.processes import run_in_processes
from verify.experiments.psi_convergence import Convergence
from verify.experiments.psi_unbalanced import Unbalanced
from verify.experiments.summary import versions

SCHEMA = 1
UNBALANCED = "unbalanced"
Pieces = list[tuple[str, Callable[[], dict[str, Any]]]]


@dataclass(frozen=True)
class Config:
    """The default runs in minutes on two CPU cores, on digits in place of the MNIST of Figure 1."""

    seed: int = 0
    unbalanced: Unbalanced = field(default_factory=Unbalanced)
    convergence: Convergence = field(default_factory=Convergence)

    @classmethod
    def tiny(cls) -> "Config":
        """Seconds: for trying the code out, not for conclusions."""
        few = Unbalanced(
            hidden=4,
            batch_size=40,
            steps=4,
            seeds=2,
            half_decades=(-2, -1),
            wide=(0, 1),
            decay_steps=4,
            points=2,
            path_steps=2,
        )
        toy = Convergence(
            samples=40, hidden=4, sizes=((20, 4), (40, 2)), tuning=1, seeds=2, candidates=2, points=2, together=(2, 1)
        )
        return cls(unbalanced=few, convergence=toy)

    def public(self) -> dict[str, Any]:
        """The configuration for the summary."""
        return json.loads(json.dumps(asdict(self)))


def run(
    config: Config | None = None,
    *,
    folder: str | Path,
    resume: bool = True,
    progress: Progress | None = None,
    workers: int = 1,
) -> dict[str, Any]:
    """Run the experiment and return its summary; the arguments and the errors are those of `trajectories.run`."""
    config, folder = config or Config(), begin(folder, resume, workers)
    names = [UNBALANCED, *(name for name, *_ in psi_convergence.settings(config.convergence))]
    if workers > 1:
        run_in_processes(_work, [(config, folder, name) for name in names], workers, progress)
        progress = None
    data = digits()
    done = {name: _phase(config, data, folder, name, progress) for name in names}
    return {
        "schema": SCHEMA,
        "config": config.public(),
        "data": {"name": data.name, "classes": data.classes, "train": len(data.train_labels)},
        "unbalanced": done.pop(UNBALANCED),
        "convergence": done,
        "versions": versions(),
    }


def _work(config: Config, folder: Path, name: str, progress: Progress) -> None:
    """Bring one part to its last checkpoint: what a worker does."""
    _phase(config, digits(), folder, name, progress)


def _phase(config: Config, data: Dataset, folder: Path, name: str, progress: Progress | None) -> dict[str, Any]:
    """The runs of one part, each from its checkpoint where there is one, by name."""
    options = config.unbalanced if name == UNBALANCED else config.convergence
    work: Pieces
    if name == UNBALANCED:
        work = psi_unbalanced.pieces(config.unbalanced, data, config.seed)
    else:
        work = psi_convergence.pieces(config.convergence, name, config.seed)
    fingerprint = json.dumps(["psi", SCHEMA, asdict(options), config.seed, data.name, versions()])
    phase = Phase(name.replace(" ", "-"), len(work), {}, lambda i: {"content": work[i][1]()})
    records = run_phase(phase, folder, fingerprint, 1, progress)
    return {run: content for (run, _), content in zip(work, records["content"], strict=True)}
