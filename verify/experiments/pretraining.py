"""Training from scratch with SGD-M or Adam, tracking every filter at every step (001 D.2.2, D.2.3, D.5)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from impl.data import Batches, Dataset
from impl.groups import invariant_parameters
from impl.models import ResNet20
from verify.experiments.checkpoint import Phase, Progress, Records, run_phase
from verify.experiments.effective import EffectiveStep, adam_step, joined, rows, sgd_step

MILESTONES = (0.4, 0.6, 0.8)
"""001 D.5 divides the learning rate by 10 at epochs 80, 120 and 160 of 200."""


@dataclass(frozen=True)
class Pretraining:
    """SGD-M with the options of 001 D.5; Adam with its defaults, at a constant rate."""

    epochs: int = 20
    batch_size: int = 128
    lr: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 1e-4
    adam_lr: float = 1e-3
    crop: int = 0
    flip: bool = False
    checkpoint_every: int = 50


def pretrain(
    norm: str,
    method: str,
    data: Dataset,
    options: Pretraining,
    *,
    width: int,
    seed: int,
    device: str,
    folder: Path,
    fingerprint: str,
    progress: Progress | None,
) -> tuple[ResNet20, Records]:
    """Train ResNet20 with `norm` by `method`, "sgd-m" or "adam"; the records hold one value of each name a step."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = ResNet20(norm=norm, in_channels=data.channels, classes=data.classes, width=width)
    model.to(device)
    batches = Batches(data, options.batch_size, seed=seed, crop=options.crop, flip=options.flip)
    steps = options.epochs * batches.steps_per_epoch
    optimizer, schedule, measure = _method(method, model, options, steps)
    filters = filter_weights(model)

    def advance(step: int) -> dict[str, float]:
        for group in optimizer.param_groups:
            group["lr"] = schedule(step)
        images, labels = (t.to(device) for t in batches[step])
        before = [rows(p).clone() for p in filters]
        optimizer.zero_grad()
        loss = cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        taken = joined([measure(p, x, schedule(step)) for p, x in zip(filters, before, strict=True)])
        record = {"loss": loss.item(), **_statistics(taken)}
        if (step + 1) % batches.steps_per_epoch == 0:
            record["test_accuracy"] = accuracy(model, data, device)
        return record

    phase = Phase(f"resnet20-{norm}-{method}", steps, {"model": model, "optimizer": optimizer}, advance)
    return model, run_phase(phase, folder, fingerprint, options.checkpoint_every, progress)


def filter_weights(model: nn.Module) -> list[Tensor]:
    """The parameters whose rows are radially invariant, in the order of the layers."""
    return [model.get_parameter(name) for name, invariant in invariant_parameters(model).items() if invariant]


@torch.no_grad()
def accuracy(model: nn.Module, data: Dataset, device: str) -> float:
    """The share of test images classified correctly, in evaluation mode."""
    training = model.training
    model.eval()
    hits = sum(
        int((model(images.to(device)).argmax(1).cpu() == labels).sum())
        for images, labels in zip(data.test_images.split(500), data.test_labels.split(500), strict=True)
    )
    model.train(training)
    return hits / len(data.test_labels)


Measure = Callable[[Tensor, Tensor, float], EffectiveStep]


def _method(
    method: str, model: nn.Module, options: Pretraining, steps: int
) -> tuple[torch.optim.Optimizer, Callable[[int], float], Measure]:
    """The optimizer, its learning rate at a step, and the measure of the step that it has just taken."""
    if method == "sgd-m":
        sgd = torch.optim.SGD(
            model.parameters(), lr=options.lr, momentum=options.momentum, weight_decay=options.weight_decay
        )

        def staircase(step: int) -> float:
            return options.lr * 0.1 ** sum(step >= m * steps for m in MILESTONES)

        return sgd, staircase, lambda p, x, lr: sgd_step(sgd, p, x, lr)
    if method == "adam":
        adam = torch.optim.Adam(model.parameters(), lr=options.adam_lr)
        return adam, lambda step: options.adam_lr, lambda p, x, lr: adam_step(adam, p, x, lr)
    raise ValueError(f'method={method!r}: choose "sgd-m" or "adam"')


def _statistics(taken: EffectiveStep) -> dict[str, float]:
    values = {
        "radial": taken.radial.abs().max(),
        "radial_signed": taken.radial.max(),
        "tangential": taken.tangential.max(),
        "tangential_median": taken.tangential.median(),
        "mismatch": taken.mismatch.max(),
    }
    for name, numbers in (("nu", taken.second_moment), ("scheduling", taken.scheduling), ("radius", taken.radius)):
        values |= {f"{name}_min": numbers.min(), f"{name}_median": numbers.median(), f"{name}_max": numbers.max()}
    return {name: value.item() for name, value in values.items()}
