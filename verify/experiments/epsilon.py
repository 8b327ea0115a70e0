"""ε and rounding by the norm of the weight, measured on ResNet20 and on torch's optimizers.

`run` returns the summary below, a dict for JSON. Numbers have 5 significant digits.

    schema, config, data, versions    as in `trajectories`
    layers      a list: what `epsilon_layers.at_norm` gives for each norm
    training    what `epsilon_layers.training` gives
    adam        a list: what `epsilon_steps.adam` gives for each norm
    lost        a list: what `epsilon_steps.lost` gives for each norm
    rest        a list: what `epsilon_steps.at_rest` gives for each share
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from impl.data import digits
from verify.experiments import epsilon_layers, epsilon_steps
from verify.experiments.checkpoint import Phase, Progress, begin, run_phase
from verify.experiments.summary import versions

SCHEMA = 1


@dataclass(frozen=True)
class Config:
    """The default runs in two minutes on one CPU core. Norms are given by their exponents of 10."""

    seed: int = 0
    width: int = 4
    batch_size: int = 64
    every: int = 9
    layers: tuple[float, ...] = tuple(e / 2 for e in range(-12, 13))
    steps: int = 1000
    looks: tuple[int, ...] = (0, 100, 300, 1000)
    adam: tuple[int, ...] = tuple(range(-6, 15))
    lost: tuple[float, ...] = tuple(e / 4 for e in range(33))
    shares: tuple[float, ...] = (0.0, 0.01, 0.1, 0.3, 1.0, 3.0, 10.0)
    rest_steps: int = 6000

    @classmethod
    def tiny(cls) -> "Config":
        """Seconds: for trying the code out, not for conclusions."""
        return cls(
            width=2,
            batch_size=16,
            layers=(0.0,),
            steps=1,
            looks=(0, 1),
            adam=(0, 7),
            lost=(0.0, 2.0),
            shares=(1.0,),
            rest_steps=8,
        )

    def public(self) -> dict[str, Any]:
        """The configuration for the summary."""
        return json.loads(json.dumps(asdict(self)))


def run(
    config: Config | None = None,
    *,
    folder: str | Path,
    resume: bool = True,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Run the experiment and return its summary; each part goes on from its checkpoint in `folder`."""
    c, folder = config or Config(), begin(folder, resume)
    data, fingerprint = digits(), json.dumps(["epsilon", SCHEMA, (config or Config()).public(), versions()])
    parts: dict[str, tuple[int, Callable[[int], dict[str, Any]]]] = {
        "layers": (
            len(c.layers),
            lambda i: epsilon_layers.at_norm(c.layers[i], data, c.width, c.batch_size, c.seed, c.every),
        ),
        "training": (
            1,
            lambda i: epsilon_layers.training(data, c.width, c.batch_size, c.seed, c.steps, c.looks),
        ),
        "adam": (len(c.adam), lambda i: epsilon_steps.adam(c.adam[i], c.seed)),
        "lost": (len(c.lost), lambda i: epsilon_steps.lost(c.lost[i], c.seed)),
        "rest": (len(c.shares), lambda i: epsilon_steps.at_rest(c.shares[i], c.seed, c.rest_steps)),
    }
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # sums split among threads round differently
    try:
        done = {
            name: run_phase(Phase(name, count, {}, _recording(work)), folder, fingerprint, 1, progress)["content"]
            for name, (count, work) in parts.items()
        }
    finally:
        torch.set_num_threads(threads)
    (trained,) = done.pop("training")
    return {
        "schema": SCHEMA,
        "config": c.public(),
        "data": {"name": data.name, "classes": data.classes, "train": len(data.train_labels)},
        "training": trained,
        **done,
        "versions": versions(),
    }


def _recording(work: Callable[[int], dict[str, Any]]) -> Callable[[int], dict[str, Any]]:
    return lambda i: {"content": work(i)}
