"""One training of a comparison: what is compared, on which images, and what is recorded of it."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from impl.data import Batches, Dataset
from verify.experiments.checkpoint import Phase, Progress, Records, run_phase
from verify.experiments.contest_methods import METHODS, Setting, architecture
from verify.experiments.effective import misalignment
from verify.experiments.pretraining import accuracy, filter_weights
from verify.experiments.runners import Runner
from verify.experiments.summary import rounded
from verify.experiments.trajectories import deterministic


@dataclass(frozen=True)
class Entrant:
    """A method of `METHODS`, and what its search tries."""

    method: str
    candidates: tuple[Setting, ...]


@dataclass(frozen=True)
class Contest:
    """Every entrant has the same number of candidates: its budget. With one, there is no search.

    cifar: CIFAR-10's folder; None takes scikit-learn's digits. drops: parts of the run after which all rates are
    multiplied by `factor`. searches: seeds of a candidate. seeds: of the runs, other ones. held_out: each of so many
    training images is for the search to be judged by. geometry: whether norms and turns are measured.
    """

    name: str
    entrants: tuple[Entrant, ...]
    architectures: tuple[str, ...] = ("resnet20",)
    cifar: str | None = None
    device: str = "cpu"
    width: int = 8
    seed: int = 0
    epochs: int = 20
    batch_size: int = 128
    drops: tuple[float, ...] = (0.5, 0.75)
    factor: float = 0.1
    searches: int = 2
    seeds: int = 5
    held_out: int = 5
    crop: int = 0
    flip: bool = False
    geometry: bool = False
    checkpoint_every: int = 1000

    def __post_init__(self) -> None:
        budgets = {entrant.method: len(entrant.candidates) for entrant in self.entrants}
        if len(set(budgets.values())) != 1 or 0 in budgets.values():
            raise ValueError(f"candidates={budgets}: every method needs the same number of settings to try, 1 or more")
        if len(budgets) != len(self.entrants):
            raise ValueError(f"entrants={[e.method for e in self.entrants]}: name each method once")

    @property
    def budget(self) -> int:
        """Settings tried of each method."""
        return len(self.entrants[0].candidates)

    def public(self) -> dict[str, Any]:
        """The configuration for the summary: no paths, no devices."""
        content = {name: value for name, value in asdict(self).items() if name not in ("cifar", "device")}
        return json.loads(json.dumps(content))


@dataclass(frozen=True)
class Trial:
    """One training: `name` is that of its checkpoint; with `whole`, test accuracy after every epoch."""

    name: str
    architecture: str
    method: str
    setting: Setting
    seed: int
    whole: bool


def searched(data: Dataset, held_out: int) -> Dataset:
    """The training images alone: each `held_out`-th of them in place of the test images, which no search sees."""
    apart = torch.arange(len(data.train_labels)) % held_out == held_out - 1
    images, labels = data.train_images, data.train_labels
    return replace(
        data,
        train_images=images[~apart],
        train_labels=labels[~apart],
        test_images=images[apart],
        test_labels=labels[apart],
    )


def train(
    trial: Trial, config: Contest, data: Dataset, folder: Path, fingerprint: str, progress: Progress
) -> dict[str, list[float | None]]:
    """One training, from its checkpoint where there is one; a value an epoch of everything."""
    model = architecture(trial.architecture, data, width=config.width, seed=trial.seed).to(config.device)
    runner = Runner(model, filter_weights(model), METHODS[trial.method][1](model, trial.setting))
    rates = [[group["lr"] for group in optimizer.param_groups] for optimizer in runner.optimizers]
    batches = Batches(data, config.batch_size, seed=trial.seed, crop=config.crop, flip=config.flip)
    epoch = batches.steps_per_epoch
    steps = config.epochs * epoch

    def advance(step: int) -> dict[str, float]:
        factor = config.factor ** sum(step >= part * steps for part in config.drops)
        for optimizer, of in zip(runner.optimizers, rates, strict=True):
            for group, rate in zip(optimizer.param_groups, of, strict=True):
                group["lr"] = rate * factor
        images, labels = (t.to(config.device) for t in batches[step])
        before = runner.points() if config.geometry else []
        record = {"loss": runner.loss_and_gradients(images, labels)}
        runner.step()
        if config.geometry:
            record |= {"norm": runner.radii().mean().item(), "turned": turned(before, runner.points())}
        if step + 1 == steps or (trial.whole and (step + 1) % epoch == 0):
            record["accuracy"] = accuracy(model, data, config.device)
        return record

    phase = Phase(trial.name, steps, {"runner": runner}, advance)
    with deterministic(config.device):
        records = run_phase(phase, folder, fingerprint, config.checkpoint_every, progress)
    # What remains is in the checkpoint of the series; hundreds of networks would fill a disk.
    (folder / f"{trial.name}.pt").unlink()
    return _by_epoch(records, epoch)


def turned(before: Sequence[torch.Tensor], after: Sequence[torch.Tensor]) -> float:
    """‖Δŵ‖ of a step, the effective step size of 003, mean over all rows."""
    pairs = zip(before, after, strict=True)
    return torch.cat([(2 * misalignment(x, y)).sqrt() for x, y in pairs]).mean().item()


def _by_epoch(records: Records, epoch: int) -> dict[str, list[float | None]]:
    def means(values: list[float]) -> list[float | None]:
        return [rounded(math.fsum(values[i : i + epoch]) / epoch) for i in range(0, len(values), epoch)]

    return {
        name: [rounded(value) for value in values] if name == "accuracy" else means(values)
        for name, values in records.items()
    }
