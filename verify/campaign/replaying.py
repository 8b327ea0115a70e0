"""A case or a block of a campaign, again."""

from pathlib import Path
from typing import Any

from verify.batched.lists import by_name
from verify.batched.replay import Case, replay_with
from verify.batched.replay import address as plain_address
from verify.batched.short import DTYPES
from verify.campaign import settings
from verify.campaign.address import DRAWN, DRAWS, FULL, Setting, unit
from verify.campaign.code import version
from verify.campaign.plan import MODELS
from verify.campaign.row import Row
from verify.campaign.store import StoreError, opened
from verify.campaign.work import measured


def case(text: str) -> Case:
    """SEED:LAW:BLOCK:INDEX[:NAME=VALUE,…]; ValueError for anything else."""
    head, said = text.split(":")[:4], text.split(":")[4:]
    where = plain_address(":".join(head))
    law = by_name(where.law)
    dials = dict(part.partition("=")[::2] for part in ":".join(said).split(",")) if said else {}
    model, draw = dials.pop("model", DRAWN), dials.pop("draw", DRAWN)
    dimension, dtype = dials.pop("dimension", "0"), dials.pop("dtype", FULL)
    known = model in MODELS and draw in DRAWS and dtype in DTYPES and dimension.isdigit()
    if dials or len(said) > 1 or not known:
        raise ValueError(f"address {text!r}: after the index are model=, dimension=, dtype=, draw=, as `worst` shows")
    setting = Setting(law.name, law.subjects[where.block % len(law.subjects)], model, int(dimension), dtype, draw)
    return replay_with(law, where, settings.dials(law, setting, where.seed, where.block))


def block(text: str, path: Path) -> dict[str, Any]:
    """A block of the store, computed again by the same code. StoreError where it is not there."""
    where = unit(text)
    by_name(where.setting.law)
    with opened(path) as store:
        here = version(where.setting.law)
        kept = store.row(where, here)
        sizes = store.query("SELECT size FROM campaigns WHERE name = ?", [where.campaign])
    if kept is None or not sizes:
        raise StoreError(f"{path} has no block {text} of today's code: `orthodrome campaign status` shows what it has")
    again = measured(where, sizes[0][0], here)
    same = isinstance(again, Row) and again.numbers == kept.numbers
    return {"address": text, "same": same, "cases": kept.cases, "failed": kept.failed, "machine": kept.machine}
