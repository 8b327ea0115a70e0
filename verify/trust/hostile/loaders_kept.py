"""More that reads a file: what runs keep for themselves, logs, the store of campaigns, other records, native code."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from verify import kept
from verify.audit import kept as audits
from verify.audit.request import Request
from verify.campaign.address import Setting, Unit
from verify.campaign.row import Row, Told
from verify.campaign.sketch import sketch
from verify.campaign.store import opened
from verify.reading import RecordError
from verify.search import record as search
from verify.trust.hostile.files import Loader
from verify.trust.mutants.ledger import Ledger
from verify.trust.mutants.mutant import Fate, State
from verify.watch import log

RECORDED = {"name": "w", "step": 0, "radius": 1.0, "angle": 0.1, "effective_learning_rate": 0.1, "slices": 3}
SIZE = {"dimension": 4}
UNKNOWN = {"equilibrium_angle": None, "equilibrium_radius": None}
MODULE = "spherical.lemma_1"
ASKED = Request("torch.optim:SGD")


def own_loaders() -> tuple[Loader, ...]:
    """Those whose sound file is made here."""
    return (
        Loader("record of searches", _search, search.load, (RecordError,)),
        Loader("log of the monitor", _log, _logged, (log.LogError,), weight=0.5),
        Loader("kept judgements", _judgement, _judged, (Again,), checked=True, weight=0.5),
        Loader("kept audit", _audit, _answer, (Again,), checked=True, weight=0.5),
        Loader("ledger of mutants", _ledger, _fates, (OSError,), weight=0.5),
        Loader("store of campaigns", _store, _stored, (RecordError,), weight=0.2),
    )


def _search(folder: Path) -> Path:
    return search.keep(folder, "targets", [{"name": "a"}], "name")


def _log(folder: Path) -> Path:
    path = folder / "watch.jsonl"
    path.write_text(
        "".join(json.dumps(RECORDED | UNKNOWN | SIZE | {"step": k}) + "\n" for k in range(9)), encoding="utf-8"
    )
    return path


def _logged(folder: Path) -> Any:
    found = log.read(folder / "watch.jsonl")
    return found.series, found.left_out


@contextmanager
def _cache(folder: Path) -> Iterator[None]:
    with patch.dict(os.environ, {kept.VARIABLE: str(folder)}):
        yield


def _judgement(folder: Path) -> Path:
    with _cache(folder):
        kept.save(MODULE, [{"claim": "SP-L1", "steps": [1, 2, 3]}])
        return next(kept.directory().iterdir())


def _judged(folder: Path) -> Any:
    with _cache(folder):
        return _whole(kept.load(MODULE), kept.directory())


def _whole(found: Any, folder: Path) -> Any:
    """What is kept to spare work: where nothing whole is, the work is done again."""
    if found is None and (path := next(folder.iterdir(), None)):
        raise Again(f"{path.name} is not taken: the work is done again")
    return found


class Again(Exception):
    """What was kept is not taken."""


def _audit(folder: Path) -> Path:
    audits.keep(ASKED, {"status": "audited", "name": "SGD"}, folder)
    return next(folder.iterdir())


def _answer(folder: Path) -> Any:
    return _whole(audits.kept(ASKED, folder), folder)


def _ledger(folder: Path) -> Path:
    for k in range(9):
        Ledger(folder, "f").add(f"mutant {k}", "abc", Fate(State.KILLED, "a law"))
    return folder / "f.jsonl"


def _fates(folder: Path) -> Any:
    return Ledger(folder, "f").load()


def _store(folder: Path) -> Path:
    told = Told("A-CLAIM", 8, 0.5, "0:1", sketch(np.full(8, 0.5)))
    path = folder / "campaign.duckdb"
    with opened(path, create=True) as store:
        store.begin("main", 8)
        store.save([Row(Unit("main", Setting("a law", "a scheme"), 1, k), "v", 8, 8, 0, (told,)) for k in range(9)])
    return path


def _stored(folder: Path) -> Any:
    with opened(folder / "campaign.duckdb") as store:
        return store.query("SELECT * FROM blocks ORDER BY ALL"), store.query("SELECT * FROM told ORDER BY ALL")
