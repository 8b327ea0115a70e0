"""A block of a campaign, computed: the function that workers run, of an address and a version and of nothing else."""

import platform
import time

import numpy as np
import torch

from verify.batched.counter import CASES
from verify.batched.judging import judged
from verify.batched.law import Law
from verify.batched.lists import by_name
from verify.campaign import settings
from verify.campaign.address import Setting, Unit, case_address
from verify.campaign.code import version
from verify.campaign.row import Answer, Refused, Row, Told
from verify.campaign.sketch import merged, sketch

KEPT = 3
"""Failures of a block whose addresses are kept."""


def measured(unit: Unit, size: int, asked: str) -> Answer:
    """`size` blocks of `CASES` cases. Refused, with nothing computed, where the code here is another than `asked`."""
    here = version(unit.setting.law)
    if here != asked:
        return Refused(unit, asked, here)
    started, threads = time.perf_counter(), torch.get_num_threads()
    torch.set_num_threads(1)  # sums that threads share round differently
    try:
        row = block(by_name(unit.setting.law), unit, size, here)
    finally:
        torch.set_num_threads(threads)
    return Row(**vars(row) | {"machine": machine(), "seconds": time.perf_counter() - started})


def block(law: Law, unit: Unit, size: int, here: str = "") -> Row:
    """A block of any law, with nobody timing it."""
    parts = [
        one(law, unit.setting, unit.seed, number) for number in settings.blocks(law, unit.setting, unit.block, size)
    ]
    told = []
    for claim in law.claims:
        seen = [t for part in parts for t in part.told if t.claim == claim]
        if seen:
            worst = max(seen, key=lambda t: t.worst)
            whole = merged(t.sketch for t in seen)
            told.append(Told(claim, sum(t.counted for t in seen), worst.worst, worst.at, whole))
    sums = {name: sum(getattr(part, name) for part in parts) for name in ("cases", "checked", "failed")}
    failures = tuple(address for part in parts for address in part.failures)[:KEPT]
    return Row(unit, here, **sums, told=tuple(told), failures=failures)


def one(law: Law, setting: Setting, seed: int, number: int) -> Row:
    """One block of a law."""
    found = judged(law, seed, number, settings.dials(law, setting, seed, number))

    def at(row: int) -> str:
        return case_address(seed, law.name, number, row, setting.dials)

    told = tuple(
        Told(claim, s.counted, s.worst, at(s.row), merged(sketch(ratios.numpy()) for ratios in s.ratios))
        for claim, s in found.spoken.items()
    )
    kept = tuple(at(row) for row in found.broken[:KEPT])
    return Row(Unit("", setting, seed, number), "", CASES, found.checked, len(found.broken), told, kept)


def machine() -> str:
    """What may round otherwise: kind of processor, its vector instructions, torch, numpy."""
    arch = f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"
    return f"{arch}, torch {torch.__version__.partition('+')[0]}, numpy {np.__version__}"
