"""A process of a distributed run with the monitor: python distributed_process.py RANK STORE LOG."""

import sys
from datetime import timedelta
from pathlib import Path

import torch
from torch import nn

from impl.monitor import JSONL, SphericalMonitor

STEPS, HALF = 4, 8
PROCESSES = 2


def network() -> nn.Module:
    """The same in every process."""
    torch.manual_seed(0)
    norm = nn.BatchNorm1d(5)
    return nn.Sequential(nn.Linear(6, 5, bias=False), norm, nn.ReLU(), nn.Linear(5, 2)).double()


def optimizer(model: nn.Module) -> torch.optim.Optimizer:
    """Momentum and decay, so that what is logged has a past."""
    return torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-2)


def part(step: int, rank: int) -> torch.Tensor:
    """The part of a batch that a process sees."""
    whole = torch.randn(PROCESSES * HALF, 6, generator=torch.Generator().manual_seed(step), dtype=torch.float64)
    return whole[rank * HALF : (rank + 1) * HALF]


def run(rank: int, store: str, log: str) -> SphericalMonitor:
    """Train, each process on its part, with the monitor's log at `log` + the rank."""
    torch.set_num_threads(1)
    distributed = torch.distributed
    distributed.init_process_group(
        "gloo", init_method=f"file://{store}", rank=rank, world_size=PROCESSES, timeout=timedelta(seconds=120)
    )
    try:
        model = nn.parallel.DistributedDataParallel(network())
        inside = optimizer(model)
        monitor = SphericalMonitor(model, inside, every=1, by_slice=True, sinks=[JSONL(Path(log + str(rank)))])
        for step in range(STEPS):
            inside.zero_grad()
            model(part(step, rank)).square().mean().backward()
            inside.step()
        distributed.barrier()
        return monitor
    finally:
        distributed.destroy_process_group()


if __name__ == "__main__":
    seen = run(int(sys.argv[1]), sys.argv[2], sys.argv[3])
    print(seen.step, len(seen.records), len(seen.alarms))
