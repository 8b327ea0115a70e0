"""Addresses: of a block of cases in a campaign, and of one case. Light: it imports no law."""

from dataclasses import asdict, dataclass, fields
from typing import Any

DRAWN = "drawn"
"""As the law draws it: random models of every kind, dimensions 2 to 64."""

EXTREME = "extreme"
"""Dimension, scales and hyper-parameters of a block lie near an end of their domains, each as a coin falls."""

DRAWS = (DRAWN, EXTREME)

FULL = "float64"


@dataclass(frozen=True, order=True)
class Setting:
    """A cell of a campaign: whose steps a law looks at, and how they are drawn. dimension 0: as the law draws it."""

    law: str
    subject: str
    model: str = DRAWN
    dimension: int = 0
    dtype: str = FULL
    draw: str = DRAWN

    @property
    def dials(self) -> str:
        """What an address of a case says beside seed, law, block and index; empty where all is as drawn.

        It names the stream of the cell's random numbers: two cells with other dials share no case.
        """
        said = {"model": self.model, "dimension": self.dimension, "dtype": self.dtype, "draw": self.draw}
        usual = {"model": DRAWN, "dimension": 0, "dtype": FULL, "draw": DRAWN}
        return ",".join(f"{name}={value}" for name, value in said.items() if value != usual[name])


@dataclass(frozen=True, order=True)
class Unit:
    """What is computed, kept and counted at once: the address of a row of the store, but for the version of the code.

    block: its number in its cell; `size` cases of that cell make one, the same all through a campaign.
    """

    campaign: str
    setting: Setting
    seed: int
    block: int

    @property
    def key(self) -> dict[str, Any]:
        """The columns that are the address."""
        return {"campaign": self.campaign, **asdict(self.setting), "seed": self.seed, "block": self.block}

    def __str__(self) -> str:
        return "/".join(str(value) for value in self.key.values())


COLUMNS = ("campaign", *(field.name for field in fields(Setting)), "seed", "block")
"""The address of a block, in its order."""


def unit(text: str) -> Unit:
    """The block that `str` of a `Unit` names. ValueError for anything else."""
    parts = text.split("/")
    if len(parts) != len(COLUMNS) or not all(parts[COLUMNS.index(n)].isdigit() for n in ("dimension", "seed", "block")):
        raise ValueError(f"address {text!r}: required is {'/'.join(COLUMNS).upper()}, as `campaign status` shows")
    found = dict(zip(COLUMNS, parts, strict=True))
    setting = {name: found[name] for name in ("law", "subject", "model", "dtype", "draw")}
    cell = Setting(dimension=int(found["dimension"]), **setting)
    return Unit(found["campaign"], cell, int(found["seed"]), int(found["block"]))


def case_address(seed: int, law: str, block: int, index: int, dials: str = "") -> str:
    """SEED:LAW:BLOCK:INDEX, and :NAME=VALUE,… where not all is as drawn."""
    return f"{seed}:{law}:{block}:{index}" + (f":{dials}" if dials else "")
