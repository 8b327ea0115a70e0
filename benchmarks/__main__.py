"""Prints a table: seconds to prove each claim, and speeds as ratios to torch.optim, measured side by side.

The subjects of a ratio take turns within every round; the figure is the median over the rounds, with their range.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping

import torch

from derivations import CLAIMS
from derivations.proof import judge
from derivations.schemes import by_name
from impl.groups import invariant_groups
from impl.models import ResNet20
from impl.optim import AdaGradG, AdamWithoutABC, SphericalSGD
from verify.oracle import Torch, trajectory

SLOWEST = 5
ROUNDS = 9


def seconds(work: Callable[[], object]) -> float:
    """The time of one run."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratios(subjects: Mapping[str, Callable[[], object]], unit: str) -> Iterator[tuple[str, str]]:
    """Each subject's time over that of the subject `unit` in the same round."""
    for work in subjects.values():
        work()
    rounds = [{name: seconds(work) for name, work in subjects.items()} for _ in range(ROUNDS)]
    for name in subjects:
        times = sorted(r[name] / r[unit] for r in rounds)
        yield name, f"{statistics.median(times):.2f} ({times[0]:.2f}–{times[-1]:.2f})"


def proofs() -> Iterator[tuple[str, str]]:
    """All claims judged once, and the slowest of them."""
    times = {claim.id: seconds(lambda claim=claim: judge(claim)) for claim in CLAIMS}  # type: ignore[misc]
    yield f"prove all {len(times)} claims", f"{sum(times.values()):.1f} s"
    for id in sorted(times, key=times.__getitem__, reverse=True)[:SLOWEST]:
        yield f"  {id}", f"{times[id]:.2f} s"


def oracle(cases: int = 10_000, d: int = 32, steps: int = 10) -> Iterator[tuple[str, str]]:
    """Schemes on batched torch vectors, in units of SGD-M."""
    space = Torch()
    generator = torch.Generator().manual_seed(0)
    x, *gradients = torch.randn(steps + 1, cases, d, generator=generator, dtype=torch.float64)

    def run(name: str) -> Callable[[], object]:
        scheme = by_name(name)
        return lambda: trajectory(scheme, space, x, gradients, scheme.numbers())

    subjects = {f"oracle, {name}": run(name) for name in ("sgd-m", "adam", "adam-without-abc")}
    yield f"oracle, sgd-m, d={d}, {steps} steps", f"{cases / seconds(subjects['oracle, sgd-m']):,.0f} cases/s"
    yield from ratios(subjects, "oracle, sgd-m")


def optimizers() -> Iterator[tuple[str, str]]:
    """One step on ResNet20's 0.27 million parameters, in units of torch.optim.SGD."""
    builders: dict[str, Callable[[list], torch.optim.Optimizer]] = {
        "torch.optim.SGD": lambda groups: torch.optim.SGD(groups, lr=1e-2, weight_decay=1e-3),
        "torch.optim.Adam": lambda groups: torch.optim.Adam(groups),
        "AdaGradG": lambda groups: AdaGradG.matching_sgd(groups, lr=1e-2, weight_decay=1e-3),
        "SphericalSGD": lambda groups: SphericalSGD(groups, lr=1e-2, weight_decay=1e-3),
        "SphericalSGD, foreach": lambda groups: SphericalSGD(groups, lr=1e-2, weight_decay=1e-3, foreach=True),
        "AdamWithoutABC": lambda groups: AdamWithoutABC(groups),
    }
    subjects = {}
    for label, build in builders.items():
        torch.manual_seed(0)
        model = ResNet20(norm="bn", in_channels=3)
        optimizer = build(invariant_groups(model))
        for p in model.parameters():
            p.grad = torch.randn_like(p)
        subjects[f"{label}, ResNet20"] = optimizer.step
    yield from ratios(subjects, "torch.optim.SGD, ResNet20")


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    for section in (optimizers, oracle, proofs):
        for label, figure in section():
            print(f"{label:<44}{figure:>20}", flush=True)


if __name__ == "__main__":
    main()
