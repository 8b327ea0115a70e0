"""Blocks of a campaign that cost nothing: rows that are a function of their address, without torch.

`python tests/campaign_blocks.py STORE COUNT WORKERS|tcp://…` runs a campaign of them, to be killed by a test.
"""

import hashlib
import os
import sys
import time
from pathlib import Path

import numpy as np

from verify.campaign.address import Setting, Unit
from verify.campaign.cluster import cluster
from verify.campaign.local import here, local
from verify.campaign.row import Answer, Refused, Row, Told
from verify.campaign.running import complete
from verify.campaign.sketch import sketch
from verify.campaign.store import opened

CODES = {"a law": "v1"}
SETTING = Setting("a law", "a scheme")
SLEEP = 0.002


def units(count: int) -> list[Unit]:
    return [Unit("main", SETTING, 1, block) for block in range(count)]


def cheap(unit: Unit, size: int, asked: str) -> Answer:
    """Eight ratios out of a hash of the address."""
    if asked != CODES["a law"]:
        return Refused(unit, asked, CODES["a law"])
    time.sleep(SLEEP)
    ratios = np.frombuffer(hashlib.sha256(str(unit).encode()).digest(), dtype=np.uint32) / 2.0**32
    told = Told("A-CLAIM", ratios.size, float(ratios.max()), f"{unit.block}:{ratios.argmax()}", sketch(ratios))
    return Row(unit, asked, 8 * size, 8 * size, 0, (told,))


def other_code(unit: Unit, size: int, asked: str) -> Answer:
    """A worker that has something else installed."""
    return Refused(unit, asked, "v2")


def deadly(unit: Unit, size: int, asked: str) -> Answer:
    """A worker that dies of its work."""
    os._exit(1)


def main(store: str, count: str, how: str) -> None:
    executor = cluster(cheap, how, 30.0) if ":" in how else local(cheap, int(how)) if int(how) else here(cheap)
    with opened(Path(store), create=True) as kept:
        complete(units(int(count)), 1, CODES, kept, executor)


if __name__ == "__main__":
    main(*sys.argv[1:])
