"""From a cell of a campaign to the dials of a batched law, and to the blocks of the law that are its."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from verify.batched import domains
from verify.batched.counter import Stream
from verify.batched.domains import Draw, between
from verify.batched.generate import Dials
from verify.batched.law import Law
from verify.batched.models import KINDS
from verify.campaign.address import DRAWN, EXTREME, Setting

ENDS: Mapping[str, tuple[float | Draw, float | Draw]] = MappingProxyType(
    {
        "lr": (between(-20, -18), between(4, 6)),
        "weight_decay": (0.0, domains.decay_product(-2, 0, zeros=False)),
        "momentum": (0.0, 1 - 2.0**-20),
        "dampening": (0.0, 1 - 2.0**-20),
        "beta": (2.0**-20, 1.0),
        "beta1": (0.0, 1 - 2.0**-20),
        "beta2": (0.0, 1 - 2.0**-20),
        "eps": (2.0**-40, 2.0**-7),
        "lr_decay": (0.0, 1.0),
        "initial_accumulator_value": (0.0, between(8, 10)),
        "v0": (between(-10, -8), between(18, 20)),
    }
)
"""Both ends of the domains of `verify.batched.domains`."""

SHIFT = 10
"""Powers of two by which x and the loss of an extreme block are larger or smaller than drawn, at most."""

WIDE = (2, 3, 63, 64)


def blocks(law: Law, setting: Setting, block: int, size: int) -> range:
    """The blocks of the law that block `block` of a cell is made of: every n-th, n subjects taking turns."""
    place, turns = law.subjects.index(setting.subject), len(law.subjects)
    first = block * size
    return range(first * turns + place, (first + size) * turns + place, turns)


def dials(law: Law, setting: Setting, seed: int, block: int) -> Dials:
    """The dials of one block of a law, a function of its address."""
    model = None if setting.model == DRAWN else setting.model
    asked = Dials(dimension=setting.dimension or None, model=model, dtype=setting.dtype, cell=setting.dials)
    if setting.draw != EXTREME:
        return asked
    coins = Stream(seed, f"{law.name}/{setting.dials}/coins", block, 0)

    def toss(options: int) -> int:
        return int(coins.words(1)[0, 0]) % options

    wide = (None, *WIDE)[toss(len(WIDE) + 1)]
    kind = (None, *KINDS)[toss(len(KINDS) + 1)]
    scale, steepness = (SHIFT * (toss(3) - 1) for _ in range(2))
    numbers = {}
    for name in sorted(ENDS):
        turn = toss(3)
        if name not in law.fixed and turn < 2:
            numbers[name] = ENDS[name][turn]
    return replace(
        asked, dimension=asked.dimension or wide, numbers=numbers, model=model or kind, scale=scale, steepness=steepness
    )
