"""The labels of the zoo, tried: rescaling in float64, with no epsilon, and without anything of `impl.groups`.

Every slice of a label, multiplied by 2 or by 1/2, must leave the outputs as they are; every part of one, and every row,
column and whole of what has no label, must change them. A part on which the outputs do not depend at all is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from verify.zoo.architecture import Architecture, Slice
from verify.zoo.tasks import batches

NO_EPS = 1e-300
SAME = torch.finfo(torch.float64).eps ** 0.5
"""Half of the digits: a change below is rounding, one above is a change."""


@dataclass(frozen=True)
class Trial:
    """How many parts of parameters were rescaled, the largest change of a slice and the least of another part, and
    the parameters whose label did not stand."""

    tried: int
    largest_same: float
    least_other: float
    wrong: tuple[str, ...]


def tried(architecture: Architecture, *, training: bool = True, examples: int = 12, seed: int = 1) -> Trial:
    """Every label of an architecture, at random weights."""
    torch.manual_seed(seed)
    model = architecture.build(NO_EPS).double().train(training)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.3 * torch.randn(p.shape, generator=generator, dtype=p.dtype))
    inputs = next(batches(architecture.kind, examples, 1, seed))[0]
    inputs = inputs.double() if inputs.is_floating_point() else inputs
    buffers = {name: b.clone() for name, b in model.named_buffers()}

    @torch.no_grad()
    def run() -> Tensor:
        for name, b in model.named_buffers():
            b.copy_(buffers[name])
        torch.manual_seed(seed)
        return model(inputs)

    plain, truth = run(), architecture.truth(model, training)
    count, largest, least, wrong = 0, 0.0, float("inf"), []
    for name, p in model.named_parameters():
        for part, invariant in _parts(p, truth[name]):
            chosen = torch.zeros(p.numel(), dtype=torch.bool)
            chosen[list(part)] = True
            moved = max(_change(run, plain, p, chosen, factor) for factor in (0.5, 2.0))
            count += 1
            if invariant:
                largest = max(largest, moved)
            elif moved <= SAME and _silent(run, plain, p, chosen):
                continue
            else:
                least = min(least, moved)
            if (moved <= SAME) != invariant:
                wrong.append(name)
    return Trial(count, largest, least, tuple(dict.fromkeys(wrong)))


def _parts(p: nn.Parameter, truth: frozenset[Slice]) -> Iterator[tuple[Slice, bool]]:
    """Parts to rescale, and whether nothing may change: slices, halves of them, and what lies outside of all."""
    position = torch.arange(p.numel()).reshape(p.shape)
    for part in truth:
        yield part, True
        if len(part) > 1:
            yield frozenset(sorted(part)[: len(part) // 2]), False
    inside = frozenset().union(*truth)
    lines = [*position.reshape(len(position) if p.dim() else 1, -1)]
    lines += [position[:, i] for i in range(p.shape[1])] if p.dim() > 1 else []
    for part in {frozenset(range(p.numel())), *(frozenset(line.flatten().tolist()) for line in lines)}:
        if not part & inside:
            yield part, False


@torch.no_grad()
def _change(run, plain: Tensor, p: nn.Parameter, chosen: Tensor, factor: float) -> float:  # type: ignore[no-untyped-def]
    before = p.detach().clone()
    p.view(-1)[chosen] *= factor
    try:
        return float((run() - plain).norm() / plain.norm())
    finally:
        p.copy_(before)


@torch.no_grad()
def _silent(run, plain: Tensor, p: nn.Parameter, chosen: Tensor) -> bool:  # type: ignore[no-untyped-def]
    """Whether the outputs do not depend on this part here: behind a dead ReLU, or in front of what removes it."""
    before = p.detach().clone()
    noise = torch.randn(int(chosen.sum()), generator=torch.Generator().manual_seed(0), dtype=p.dtype)
    p.view(-1)[chosen] += 1e-3 * noise
    try:
        return float((run() - plain).norm() / plain.norm()) <= SAME
    finally:
        p.copy_(before)
