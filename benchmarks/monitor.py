"""What the monitor costs: a ResNet20 training step with it, over one without, side by side.

    python -m benchmarks.monitor [--batch 128] [--rounds 9] [--threads 2] [--json]

A round is ten steps of each subject, in turns of one step, so that what slows the machine slows all of them; the ratio
of a round is that of the sums, and the figure is the median over rounds, with their range. The share is the time inside
of the two hooks over the time of the steps without them: it does not depend on what slows single steps.
"""

import argparse
import json
import logging
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from impl.models import ResNet20
from impl.monitor import SphericalMonitor

STEPS = 10
PERIODS = {"plain": None, "every=10": 10, "every=1": 1}


def subject(period: int | None, make: Callable[[Any], torch.optim.Optimizer], batch: int) -> Callable[[], float]:
    """A training step on 32 × 32 images; returns its seconds."""
    torch.manual_seed(0)
    model = ResNet20(norm="bn", in_channels=3)
    optimizer = make(model.parameters())
    if period is not None:
        SphericalMonitor(model, optimizer, every=period, keep=False)
    images, labels = torch.randn(batch, 3, 32, 32), torch.randint(10, (batch,))

    def step() -> float:
        start = time.perf_counter()
        optimizer.zero_grad()
        cross_entropy(model(images), labels).backward()
        optimizer.step()
        return time.perf_counter() - start

    return step


OPTIMIZERS: dict[str, Callable[[Any], torch.optim.Optimizer]] = {
    "SGD": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, weight_decay=5e-4),
    "AdamW": lambda p: torch.optim.AdamW(p, lr=1e-4),
}


def hooks(make: Callable[[Any], torch.optim.Optimizer], repeat: int) -> float:
    """Seconds inside of both hooks of a logged step, the least of some."""
    torch.manual_seed(0)
    model = ResNet20(norm="bn", in_channels=3)
    optimizer = make(model.parameters())
    for p in model.parameters():
        p.grad = torch.randn_like(p) * 1e-3
    bare = _least(optimizer.step, repeat)
    SphericalMonitor(model, optimizer, every=1, keep=False)
    return _least(optimizer.step, repeat) - bare


def _least(work: Callable[[], Any], repeat: int) -> float:
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def measured(name: str, batch: int, rounds: int) -> list[dict[str, Any]]:
    """A row a period."""
    steps = {label: subject(period, OPTIMIZERS[name], batch) for label, period in PERIODS.items()}
    for step in steps.values():
        step()
    ratios: dict[str, list[float]] = {label: [] for label in steps}
    plain = []
    for _ in range(rounds):
        sums = dict.fromkeys(steps, 0.0)
        for turn in range(STEPS):
            order = list(steps) if turn % 2 else list(steps)[::-1]
            for label in order:
                sums[label] += steps[label]()
        plain.append(sums["plain"] / STEPS)
        for label in steps:
            ratios[label].append(sums[label] / sums["plain"])
    inside, least = hooks(OPTIMIZERS[name], 30), min(plain)
    return [
        {
            "optimizer": name,
            "monitor": label,
            "ratio": statistics.median(values),
            "low": min(values),
            "high": max(values),
            "share": 0.0 if PERIODS[label] is None else inside / least / (PERIODS[label] or 1),
            "seconds_a_step": statistics.median(plain),
        }
        for label, values in ratios.items()
    ]


def main() -> None:
    """Print the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    logging.getLogger("orthodrome").setLevel(logging.ERROR)  # the random gradients of `hooks` raise alarms
    rows = [row for name in OPTIMIZERS for row in measured(name, options.batch, options.rounds)]
    if options.json:
        print(json.dumps(rows, indent=1))
        return
    for row in rows:
        print(
            f"{row['optimizer']:8}{row['monitor']:10}{row['ratio']:7.3f} ({row['low']:.3f}–{row['high']:.3f})"
            f"   hooks {100 * row['share']:.2f} % of a step of {1000 * row['seconds_a_step']:.0f} ms"
        )


if __name__ == "__main__":
    main()
