"""One block of a law, judged: what `verify.batched.run` and `verify.campaign` both count."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from verify.batched.counter import CASES
from verify.batched.generate import AS_DRAWN, Dials
from verify.batched.law import Law


@dataclass
class Spoken:
    """One claim in a block. worst: the largest ratio within the hypotheses, at case `row`; ratios: of what counts."""

    counted: int
    worst: float
    row: int
    ratios: list[Tensor] = field(default_factory=list)


@dataclass(frozen=True)
class Judged:
    """checked: cases with a comparison that counts; broken: the rows that fail, NaN among them; spoken: by claim."""

    checked: int
    broken: tuple[int, ...]
    spoken: dict[str, Spoken]


def judged(law: Law, seed: int, block: int, dials: Dials = AS_DRAWN) -> Judged:
    """The `CASES` cases of a block, with these dials."""
    counted, broken = (torch.zeros(CASES, 1, dtype=torch.bool) for _ in range(2))
    spoken: dict[str, Spoken] = {}
    for claim, verdict in law.verdicts(seed, block, dials):
        ratio, seen = verdict.ratio, verdict.counted
        counted |= seen
        broken |= ~(ratio <= 1)
        row = int(ratio.argmax())
        found = spoken.setdefault(claim, Spoken(0, float(ratio[row]), row))
        if float(ratio[row]) > found.worst:
            found.worst, found.row = float(ratio[row]), row
        found.counted += int(seen.sum())
        found.ratios.append(ratio[seen])
    return Judged(int(counted.sum()), tuple(broken.flatten().nonzero().flatten().tolist()), spoken)
