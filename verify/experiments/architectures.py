"""More of the equilibrium: networks like MobileNetV2 and ShuffleNetV2, and batches 16 times as large (002, Figs 7, 9).

`run` returns the summary: schema, config, data, stages and versions as in `verify.experiments.equilibrium`.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from impl.data import Dataset, cifar10, digits
from verify.experiments.checkpoint import Progress, Records, begin
from verify.experiments.equilibrium import NEAR, SGDM
from verify.experiments.processes import run_in_processes
from verify.experiments.stage_summary import stage_summary
from verify.experiments.stages import Stage, Trained, through, waves
from verify.experiments.summary import versions

SCHEMA = 1
DROP, MORE = 10, 16
"""What the rate is divided by between stages; the larger batch over the smaller (002: 4 and 16; 4 in `equilibrium`)."""

LARGE = SGDM | {"lr": 4 * SGDM["lr"]}
NETWORKS = ("mobilenet-v2", "shufflenet-v2")
BATCHES = ("batch-64", "batch-4")
STAGES = (
    *(Stage(name, name, **SGDM, scale=NEAR) for name in NETWORKS),
    *(Stage(f"{name}-dropped", name, **SGDM | {"lr": SGDM["lr"] / DROP}, after=name, length=2.0) for name in NETWORKS),
    Stage(BATCHES[0], "resnet20-bn", **LARGE, batch_size=64, scale=NEAR),
    Stage(
        BATCHES[1],
        "resnet20-bn",
        **LARGE | {"lr": LARGE["lr"] / MORE},
        batch_size=64 // MORE,
        after=BATCHES[0],
        rescale="weights and buffer",
    ),
)


@dataclass(frozen=True)
class Config:
    """Minutes on two CPU cores. cifar: CIFAR-10's folder; None takes digits. steps: of a stage of length 1."""

    cifar: str | None = None
    width: int = 8
    seed: int = 0
    steps: int = 1200
    span: int = MORE
    average: int = 200
    crop: int = 1
    checkpoint_every: int = 600
    stages: tuple[Stage, ...] = STAGES

    @classmethod
    def full(cls, cifar: str) -> "Config":
        """CIFAR-10, twice the width, ten times the steps: hours."""
        return cls(cifar=cifar, width=16, steps=12_000, crop=4, checkpoint_every=3000)

    @classmethod
    def tiny(cls) -> "Config":
        """Seconds: for trying the code out, not for conclusions."""
        return cls(width=2, steps=16, span=4, average=4, checkpoint_every=6)

    def public(self) -> dict[str, Any]:
        """The configuration for the summary: no paths."""
        return json.loads(json.dumps({name: value for name, value in asdict(self).items() if name != "cifar"}))


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
    if workers > 1:
        for names in waves(config.stages):
            run_in_processes(_work, [(config, folder, name) for name in names], workers, progress)
        progress = None
    data, ends = _data(config), dict[str, Trained]()
    return {
        "schema": SCHEMA,
        "config": config.public(),
        "data": {"name": data.name, "classes": data.classes, "train": len(data.train_labels)},
        "stages": {
            stage.name: stage_summary(
                stage, _stage(stage.name, config, data, folder, ends, progress), config.average, config.span
            )
            for stage in config.stages
        },
        "versions": versions(),
    }


def _data(config: Config) -> Dataset:
    return digits() if config.cifar is None else cifar10(config.cifar)


def _work(config: Config, folder: Path, name: str, progress: Progress) -> None:
    """Bring a stage to its last checkpoint: what a worker does."""
    _stage(name, config, _data(config), folder, {}, progress)


def _stage(
    name: str, config: Config, data: Dataset, folder: Path, ends: dict[str, Trained], progress: Progress | None
) -> Records:
    """The records of a stage, its end in `ends`."""
    fingerprint = json.dumps(["architectures", SCHEMA, data.name, config.public(), versions()])
    return through(name, config, data, ends, folder=folder, fingerprint=fingerprint, progress=progress)
