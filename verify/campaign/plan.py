"""What a campaign runs over, and in which order its blocks come: round and round its cells, so that none waits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from verify.batched.counter import CASES
from verify.batched.lists import LAWS, about, by_name
from verify.batched.models import KINDS
from verify.batched.short import DTYPES, FULL, refused
from verify.campaign.address import DRAWN, DRAWS, Setting, Unit

SIZE = 16
"""Blocks of a law that make up one of a campaign: 32,768 cases."""

MODELS = (DRAWN, *KINDS)
DIMENSIONS = range(2, 1025)
MOST = 2**48
"""Cases of a campaign at most: a block's number stays a 64-bit integer."""
BLOCKS = 2**22
"""Blocks of a campaign at most: a run has the addresses of all of them in memory."""


@dataclass(frozen=True)
class Plan:
    """laws × subjects × models × dimensions × dtypes × draws × seeds, `cases` in all, alike many of each law.

    subjects: empty for all that a law looks at; a law is left out where it looks at none of them. A law says nothing of
    some subjects in a short dtype: `left_out` names them.
    """

    laws: tuple[str, ...]
    cases: int
    name: str = "main"
    subjects: tuple[str, ...] = ()
    models: tuple[str, ...] = (DRAWN,)
    dimensions: tuple[int, ...] = (0,)
    dtypes: tuple[str, ...] = (FULL,)
    draws: tuple[str, ...] = (DRAWN,)
    seeds: tuple[int, ...] = (20261121,)
    size: int = SIZE

    def __post_init__(self) -> None:
        known = {name for law in LAWS for name in law.subjects}
        for what, values, options in (
            ("model", self.models, MODELS),
            ("draw", self.draws, DRAWS),
            ("subject", self.subjects, sorted(known)),
            ("dtype", self.dtypes, DTYPES),
        ):
            for value in values:
                if value not in options:
                    near = get_close_matches(value, options, n=3) or options
                    raise ValueError(f"{what} {value!r}: choose one of {', '.join(near)}")
        for d in self.dimensions:
            if d and d not in DIMENSIONS:
                raise ValueError(f"dimension {d}: required is one of 2 to {DIMENSIONS[-1]}, or 0, as each law draws it")
        if not 0 < self.cases <= MOST or self.size < 1:
            raise ValueError(f"cases={self.cases}, size={self.size}: required are positive numbers, cases ≤ 2^48")
        if not self.name or "/" in self.name or any(not 0 <= seed < 2**63 for seed in self.seeds):
            raise ValueError(f"name={self.name!r}, seeds={self.seeds}: a name without /, seeds in [0, 2^63)")
        if not cells(self):
            why = "; ".join(dict.fromkeys(reason for *_, reason in left_out(self)))
            looks = f"none of {', '.join(self.laws)} looks at {', '.join(self.subjects) or 'these'}"
            raise ValueError(f"{looks} in {', '.join(self.dtypes)}" + (f": {why}" if why else ""))
        if self.cases > BLOCKS * CASES * self.size:
            least = -(-self.cases // (BLOCKS * CASES))
            raise ValueError(f"cases={self.cases}: too many blocks of size={self.size}; give a size of {least} or more")


def cells(plan: Plan) -> tuple[tuple[Setting, int], ...]:
    """Every cell with its seed, in the order of the plan."""
    return tuple(
        (Setting(law, subject, model, dimension, dtype, draw), seed)
        for seed in dict.fromkeys(plan.seeds)
        for draw in dict.fromkeys(plan.draws)
        for dtype in dict.fromkeys(plan.dtypes)
        for dimension in dict.fromkeys(plan.dimensions)
        for model in dict.fromkeys(plan.models)
        for law in dict.fromkeys(plan.laws)
        for subject in by_name(law).subjects
        if (not plan.subjects or subject in plan.subjects) and refused(law, subject, dtype) is None
    )


def left_out(plan: Plan) -> tuple[tuple[str, str, str, str], ...]:
    """(law, subject, dtype, reason) of what the plan asks for and no law speaks of."""
    asked = (
        (law, subject, dtype, refused(law, subject, dtype))
        for dtype in dict.fromkeys(plan.dtypes)
        for law in dict.fromkeys(plan.laws)
        for subject in by_name(law).subjects
        if not plan.subjects or subject in plan.subjects
    )
    return tuple((law, subject, dtype, reason) for law, subject, dtype, reason in asked if reason is not None)


def silences(plan: Plan) -> list[dict[str, Any]]:
    """What is left out, by dtype and reason: the laws, and the schemes or optimizers."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for law, subject, dtype, reason in left_out(plan):
        found.setdefault((dtype, reason), []).append((law, subject))
    return [
        {"dtype": dtype, "reason": reason, "cells": len(pairs)}
        | {"laws": sorted({law for law, _ in pairs}), "subjects": sorted({subject for _, subject in pairs})}
        for (dtype, reason), pairs in found.items()
    ]


def turns(plan: Plan) -> dict[str, int]:
    """Blocks of each cell of a law: laws have alike many cases, and a law's cells too, rounded up to whole blocks."""
    counts: dict[str, int] = {}
    for setting, _ in cells(plan):
        counts[setting.law] = counts.get(setting.law, 0) + 1
    return {law: -(-plan.cases // (CASES * plan.size * len(counts) * number)) for law, number in counts.items()}


def units(plan: Plan) -> Iterator[Unit]:
    """The blocks of a campaign, one of each cell, then the second of each that has one, and so on."""
    settings, wanted = cells(plan), turns(plan)
    for block in range(max(wanted.values())):
        for setting, seed in settings:
            if block < wanted[setting.law]:
                yield Unit(plan.name, setting, seed, block)


def laws_named(names: Sequence[str]) -> tuple[str, ...]:
    """Laws that are named, or that speak about a claim that is; all of them for no name. ValueError for others."""
    found: dict[str, None] = dict.fromkeys(() if names else (law.name for law in LAWS))
    for name in names:
        found |= dict.fromkeys(law.name for law in about(name.upper()) or (by_name(name),))
    return tuple(found)
