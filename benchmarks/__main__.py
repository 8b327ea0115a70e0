"""Prints a table: seconds to prove each claim, cases a second in the oracle, microseconds an optimizer step."""

import time
from collections.abc import Callable, Iterator

import torch

from derivations import CLAIMS
from derivations.proof import judge
from derivations.schemes import by_name
from impl.groups import invariant_groups
from impl.models import ResNet20
from impl.optim import SphericalSGD
from verify.oracle import Torch, trajectory

SLOWEST = 5


def seconds(work: Callable[[], object], repeat: int = 1) -> float:
    """The least time of `repeat` runs."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def proofs() -> Iterator[tuple[str, str]]:
    """All claims judged once, and the slowest of them."""
    times = {claim.id: seconds(lambda claim=claim: judge(claim)) for claim in CLAIMS}  # type: ignore[misc]
    yield f"prove all {len(times)} claims", f"{sum(times.values()):.1f} s"
    for id in sorted(times, key=times.__getitem__, reverse=True)[:SLOWEST]:
        yield f"  {id}", f"{times[id]:.2f} s"


def oracle(cases: int = 10_000, d: int = 32, steps: int = 10) -> Iterator[tuple[str, str]]:
    """A scheme on batched torch vectors."""
    space = Torch()
    generator = torch.Generator().manual_seed(0)
    x, *gradients = torch.randn(steps + 1, cases, d, generator=generator, dtype=torch.float64)
    for name in ("sgd-m", "adam", "adam-without-abc"):
        scheme = by_name(name)
        spent = seconds(lambda scheme=scheme: trajectory(scheme, space, x, gradients, scheme.numbers()), repeat=3)  # type: ignore[misc]
        yield f"oracle, {name}, d={d}, {steps} steps", f"{cases / spent:,.0f} cases/s"


def optimizers() -> Iterator[tuple[str, str]]:
    """One step on ResNet20's 0.27 million parameters."""
    for label, build in {
        "torch.optim.SGD": lambda groups: torch.optim.SGD(groups, lr=1e-2, weight_decay=1e-3),
        "SphericalSGD, loop": lambda groups: SphericalSGD(groups, lr=1e-2, weight_decay=1e-3, foreach=False),
        "SphericalSGD, foreach": lambda groups: SphericalSGD(groups, lr=1e-2, weight_decay=1e-3, foreach=True),
    }.items():
        torch.manual_seed(0)
        model = ResNet20(norm="bn", in_channels=3)
        optimizer = build(invariant_groups(model))
        for p in model.parameters():
            p.grad = torch.randn_like(p)
        yield f"{label}, ResNet20", f"{1e6 * seconds(optimizer.step, repeat=20):,.0f} µs/step"


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    for section in (optimizers, oracle, proofs):
        for label, figure in section():
            print(f"{label:<44}{figure:>20}", flush=True)


if __name__ == "__main__":
    main()
