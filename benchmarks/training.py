"""Training steps of ResNet20: forward, backward, and the step of PSI-SGD, SGD-G and others, beside plain SGD's."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from benchmarks.machine import machine
from benchmarks.optimizers import numbers
from benchmarks.request import Progress, Request
from benchmarks.run import timing as terminal
from benchmarks.side_by_side import Work, measure
from impl.groups import invariant_groups
from impl.models import ResNet20
from impl.optim import PSISGD, SGDG
from verify.speed import save

BATCH = 128
"""Images, 3 × 32 × 32; 004 and Cho & Lee time whole epochs of CIFAR-10 and print no batch size beside them."""

UNIT = "torch SGD with momentum"
MAKERS: dict[str, Callable[[list[dict[str, Any]]], torch.optim.Optimizer]] = {
    UNIT: lambda groups: torch.optim.SGD(groups, lr=1e-3, momentum=0.9),
    "torch Adam": lambda groups: torch.optim.Adam(groups, lr=1e-3),
    "PSISGD": lambda groups: PSISGD(groups, lr=1e-3),
    "PSISGD with momentum": lambda groups: PSISGD(groups, lr=1e-3, momentum=0.9),
    "SGDG": lambda groups: SGDG(groups, lr=1e-3),
}
"""As their documentation says to make them: no option that chooses a path."""


def network() -> ResNet20:
    """The same weights each time."""
    torch.manual_seed(0)
    return ResNet20(norm="bn", in_channels=3)


def training_step(model: ResNet20, optimizer: torch.optim.Optimizer, batch: int = BATCH) -> Work:
    """Forward, backward and step, always on the same images."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randn((batch, 3, 32, 32), generator=generator)
    labels = torch.randint(10, (batch,), generator=generator)

    def train() -> None:
        optimizer.zero_grad()
        cross_entropy(model(images), labels).backward()
        optimizer.step()

    return train


def _works(batch: int) -> tuple[dict[str, Work], dict[str, Work]]:
    """A training step of each optimizer, on a network of its own; and its step alone, on the last gradients."""
    whole: dict[str, Work] = {}
    alone: dict[str, Work] = {}
    for name, make in MAKERS.items():
        model = network()
        optimizer = make(invariant_groups(model))
        whole[name], alone[name] = training_step(model, optimizer, batch), optimizer.step
    return whole, alone


def bench(request: Request, progress: Progress) -> Mapping[str, Any]:
    """The record. Beside the ratio of training steps, which the network's own time rules, each optimizer's step alone:
    1 + (its step - SGD's) / (SGD's training step) is the same ratio, told far more exactly."""
    torch.set_num_threads(request.threads)
    whole, alone = _works(BATCH)
    blocks, done = 3 * len(whole) * request.rounds, 0

    def moved() -> None:
        nonlocal done
        done += 1
        progress("training", done, blocks)

    trained = measure(whole, UNIT, rounds=2 * request.rounds, progress=moved)  # what is sought is a hundredth
    stepped = measure(alone, UNIT, rounds=request.rounds, progress=moved)
    rows = [{"subject": name, "whole": numbers(trained[name]), "step": numbers(stepped[name])} for name in whole]
    record = {"machine": machine(request), "batch": BATCH, "unit": UNIT, "rows": rows}
    save(request.reports, "training", record)
    return record


def lines(record: Mapping[str, Any]) -> Iterator[str]:
    """What was found, for a terminal."""
    for row in record["rows"]:
        yield terminal(f"{row['subject']}, training step", row["whole"])
        yield terminal(f"{row['subject']}, step alone", row["step"])
