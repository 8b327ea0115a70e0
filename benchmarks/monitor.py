"""What the monitor costs: training steps of ResNet20 with it, beside the same without it."""

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch

from benchmarks.machine import machine
from benchmarks.optimizers import numbers
from benchmarks.request import Progress, Request
from benchmarks.run import timing as terminal
from benchmarks.side_by_side import Timing, Work, measure
from benchmarks.training import BATCH, network, training_step
from impl.monitor import SphericalMonitor
from verify.speed import save

STEPS = 10
"""Of a call: a whole period of every=10."""

UNIT = "without"
PERIODS = {UNIT: None, "every=10": 10, "every=1": 1}
MAKERS: dict[str, Callable[[Any], torch.optim.Optimizer]] = {
    "SGD with momentum": lambda p: torch.optim.SGD(p, lr=1e-3, momentum=0.9, weight_decay=5e-4),
    "AdamW": lambda p: torch.optim.AdamW(p, lr=1e-4),
}


def _works(make: Callable[[Any], torch.optim.Optimizer], batch: int) -> tuple[dict[str, Work], dict[str, Work]]:
    """Ten training steps on each network, with its monitor or without; and ten of its optimizer alone."""
    whole: dict[str, Work] = {}
    alone: dict[str, Work] = {}
    for name, period in PERIODS.items():
        model = network()
        optimizer = make(model.parameters())
        if period is not None:
            SphericalMonitor(model, optimizer, every=period, keep=False)
        whole[name], alone[name] = _period(training_step(model, optimizer, batch)), _period(optimizer.step)
    return whole, alone


def _period(step: Work) -> Work:
    def steps() -> None:
        for _ in range(STEPS):
            step()

    return steps


def bench(request: Request, progress: Progress) -> Mapping[str, Any]:
    """The record. Beside the ratio of training steps, in which a few hundredths are lost, the optimizer's steps alone:
    1 + (steps with the monitor - steps without)/(training steps without) is the same ratio, told far more exactly."""
    torch.set_num_threads(request.threads)
    logging.getLogger("orthodrome").setLevel(logging.ERROR)  # steps on the last gradients raise alarms, rightly
    few = max(1, request.rounds // 2)  # ten training steps are long, and what is sought is in the steps alone
    blocks, done, rows = len(MAKERS) * len(PERIODS) * (few + request.rounds), 0, []

    def moved() -> None:
        nonlocal done
        done += 1
        progress("monitor", done, blocks)

    for optimizer, make in MAKERS.items():
        whole, alone = _works(make, BATCH)
        trained = measure(whole, UNIT, rounds=few, tries=2, progress=moved)
        stepped = measure(alone, UNIT, rounds=request.rounds, progress=moved)
        rows += [
            {"optimizer": optimizer, "subject": name, "whole": _one(trained[name]), "step": _one(stepped[name])}
            for name in whole
        ]
    record = {"machine": machine(request), "batch": BATCH, "unit": UNIT, "steps": STEPS, "rows": rows}
    save(request.reports, "monitor", record)
    return record


def _one(timing: Timing) -> dict[str, Any]:
    """A timing in seconds of one step."""
    found = numbers(timing)
    return found | {"seconds": found["seconds"] / STEPS}


def lines(record: Mapping[str, Any]) -> Iterator[str]:
    """What was found, for a terminal."""
    for row in record["rows"]:
        yield terminal(f"{row['optimizer']}, {row['subject']}, training step", row["whole"])
        yield terminal(f"{row['optimizer']}, {row['subject']}, step alone", row["step"])
