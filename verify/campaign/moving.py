"""Stores put together, and stores as Parquet."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from verify.campaign.store import Store, StoreError, opened, take_name, told
from verify.campaign.tables import ADDRESS, SAME


def merge(stores: Sequence[Path], output: Path) -> dict[str, Any]:
    """A new store with every block of the others, once. StoreError where it exists, or two of them disagree.

    It gets its name when it is whole; the others stay as they are.
    """
    taken = StoreError(f"{output} exists already: name a new one")
    if output.exists():
        raise taken
    output.parent.mkdir(parents=True, exist_ok=True)
    draft, again = output.with_name(f".{output.name}.{os.getpid()}-merge"), 0
    try:
        with opened(draft, create=True) as target:
            for path in stores:
                with opened(path):  # is it one, and does nobody use it?
                    pass
                again += _take(target, path)
            blocks = target.query("SELECT count(*) FROM blocks")[0][0]
            with told(output):  # on a full disk close() leaves what is in the log there, and says nothing
                target.connection.execute("CHECKPOINT")
        with told(output):
            if not take_name(draft, output):
                raise taken
    finally:
        draft.unlink(missing_ok=True)
        draft.with_name(f"{draft.name}.wal").unlink(missing_ok=True)
    return {"blocks": blocks, "again": again}


def _take(target: Store, path: Path) -> int:
    """All that is new in another store; returns how many blocks were not."""
    with told(path):
        target.connection.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS other (READ_ONLY)")
    try:
        for one, other in (("other", "main"), ("main", "other")):
            if differing := target.query(SAME.format(one=one, other=other)):
                words = "/".join(map(str, differing[0]))
                raise StoreError(f"{path}: {words} is in another store with other numbers: nothing was merged")
        sizes = target.query(
            "SELECT name FROM campaigns JOIN other.campaigns o USING (name) WHERE campaigns.size <> o.size"
        )
        if sizes:
            raise StoreError(
                f"{path}: the campaign {sizes[0][0]!r} has blocks of another size: cases would count twice"
            )
        again = target.query(f"SELECT count(*) FROM other.blocks SEMI JOIN blocks USING ({ADDRESS})")[0][0]
        target.query("BEGIN")
        target.query("INSERT OR IGNORE INTO campaigns SELECT * FROM other.campaigns")
        target.query(f"INSERT INTO told SELECT * FROM other.told ANTI JOIN blocks USING ({ADDRESS})")
        target.query(f"INSERT INTO blocks SELECT * FROM other.blocks ANTI JOIN blocks b USING ({ADDRESS})")
        target.query("COMMIT")
    finally:
        target.query("DETACH other")
    return int(again)


def export(store: Store, folder: Path) -> dict[str, int]:
    """blocks.parquet and told.parquet; returns their rows. Sorted by address, so that the same store gives the same."""
    with told(folder):
        folder.mkdir(parents=True, exist_ok=True)
    rows = {}
    for table, order in (("blocks", ADDRESS), ("told", f"{ADDRESS}, claim")):
        file = folder / f"{table}.parquet"
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            quoted = str(draft).replace("'", "''")
            store.query(f"COPY (SELECT * FROM {table} ORDER BY {order}) TO '{quoted}' (FORMAT parquet)")
            with told(file):
                os.replace(draft, file)
        finally:
            draft.unlink(missing_ok=True)
        rows[str(file)] = store.query(f"SELECT count(*) FROM {table}")[0][0]
    return rows
