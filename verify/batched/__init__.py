"""Verified cases by the hundred thousand: one step of a real scheme on a random radially-invariant model, judged.

A law is a function from a block of steps to verdicts; `LAWS` lists them, `classes` says which sampled claim has one.
Any case is a function of its address SEED:LAW:BLOCK:INDEX.

>>> from verify.batched import replay, run
>>> run("image-step", cases=2048, seed=1).failed
0
>>> replay("1:image-step:0:7").step
0
"""

from verify.batched.counter import CASES
from verify.batched.generate import Dials
from verify.batched.law import Address, Law
from verify.batched.lists import LAWS, about, by_name
from verify.batched.replay import Case, address
from verify.batched.replay import replay as replay_at
from verify.batched.running import Result, Worst, run, run_all, run_block

__all__ = [
    "CASES",
    "LAWS",
    "Address",
    "Case",
    "Dials",
    "Law",
    "Result",
    "Worst",
    "about",
    "address",
    "by_name",
    "replay",
    "run",
    "run_all",
    "run_block",
]


def replay(where: str | Address) -> Case:
    """One case by its address. ValueError where there is none."""
    return replay_at(address(where) if isinstance(where, str) else where)
