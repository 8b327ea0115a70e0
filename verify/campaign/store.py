"""The store of campaigns: one DuckDB file, one client at a time, blocks saved in transactions and counted once.

A file that is no store is refused and left as it is. A new one gets its name when it is whole.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from verify.campaign.address import COLUMNS, Setting, Unit
from verify.campaign.row import Row, Told
from verify.campaign.tables import ADDRESS, BLOCKS, CREATE, FORMAT, TOLD, TYPES, WHAT
from verify.reading import RecordError

MEMORY = "1GB"
"""Of the data base at most: what is computed needs the rest."""


class StoreError(RecordError):
    """A store that cannot be used; the message names the file, and the way out."""


class Store:
    """An open store. `with opened(path) as store` closes it, which writes everything into the one file."""

    def __init__(self, path: Path, connection: Any) -> None:
        self.path, self.connection = path, connection

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with told(self.path):
            return self.connection.execute(sql, list(values)).fetchall()

    def begin(self, name: str, size: int) -> None:
        """Enter a campaign. StoreError where it is there with blocks of another size: cases would count twice."""
        known = self.query("SELECT size FROM campaigns WHERE name = ?", [name])
        if known and known[0][0] != size:
            raise StoreError(
                f"{self.path}: the campaign {name!r} has blocks of {known[0][0]}, not of {size}: "
                "go on with its own --size, or give another --name"
            )
        self.query("INSERT OR IGNORE INTO campaigns VALUES (?, ?)", [name, size])

    def done(self, name: str, versions: Iterable[str]) -> set[tuple[Unit, str]]:
        """The blocks of a campaign that are here, with these versions of the code."""
        wanted = sorted(set(versions))
        found = self.query(
            f"SELECT {ADDRESS} FROM blocks WHERE campaign = ? AND list_contains(?, version)", [name, wanted]
        )
        return {(unit_of(row), row[-1]) for row in found}

    def save(self, rows: Sequence[Row]) -> int:
        """Keep rows, all or none; returns how many were new.

        StoreError where one is here with other numbers, or is none; and where the disk refuses: then none is kept.
        """
        for row in rows:
            if fault := row.fault():
                raise StoreError(f"{row.unit} gave {fault}: nothing of it was kept; run that worker's code by itself")
        with told(self.path, len(rows)):
            import duckdb

            try:
                return self._insert(rows)
            except duckdb.ConstraintException:  # the primary key knows some of them
                return self._insert([row for row in rows if not self._known(row)])

    def row(self, unit: Unit, version: str) -> Row | None:
        """What is kept of a block; None where nothing is."""
        where = " AND ".join(f"{name} = ?" for name in (*COLUMNS, "version"))
        key = [*unit.key.values(), version]
        found = self.query(f"SELECT {', '.join(BLOCKS)} FROM blocks WHERE {where}", key)
        if not found:
            return None
        cases, checked, failed, failures, machine, seconds = found[0]
        claims = tuple(
            Told(claim, counted, worst, at, dict(zip(bins, counts, strict=True)))
            for claim, counted, worst, at, bins, counts in self.query(
                f"SELECT {', '.join(TOLD)} FROM told WHERE {where} ORDER BY rowid", key
            )
        )
        return Row(unit, version, cases, checked, failed, claims, tuple(failures), machine, seconds)

    def _known(self, row: Row) -> bool:
        here = self.row(row.unit, row.version)
        if here is not None and _compared(here) != _compared(row):
            raise StoreError(
                f"{self.path}: {row.unit} is here with other numbers, from {here.machine or '-'}, now from "
                f"{row.machine or '-'}: one of both rounds otherwise; keep them in stores of their own"
            )
        return here is not None

    def _insert(self, rows: Sequence[Row]) -> int:
        """In one transaction, columns at a time: a statement for each row would take five times as long."""
        tables = {
            "blocks": [(*_key(row), *_block(row)) for row in rows],
            "told": [(*_key(row), *_claim(found)) for row in rows for found in row.told],
        }
        self.connection.execute("BEGIN")
        try:
            for table, values in tables.items():
                parts = ", ".join(f"unnest(?::{kind}[])" for kind in TYPES[table])
                if values:
                    columns = [list(column) for column in zip(*values, strict=True)]
                    self.connection.execute(f"INSERT INTO {table} SELECT {parts}", columns)
            self.connection.execute("COMMIT")
        except BaseException:
            with suppress(Exception):  # a data base that has given up has rolled back already
                self.connection.execute("ROLLBACK")
            raise
        return len(rows)


def unit_of(row: Sequence[Any]) -> Unit:
    """A block, from its columns."""
    key = dict(zip(COLUMNS, row, strict=False))
    names = ("law", "subject", "model", "dimension", "dtype", "draw")
    return Unit(key["campaign"], Setting(**{name: key[name] for name in names}), key["seed"], key["block"])


@contextmanager
def opened(path: Path, create: bool = False) -> Iterator[Store]:
    """A store. StoreError where there is none, unless it is to be made; where it is something else, or in use."""
    if not path.exists():
        if not create:
            raise StoreError(f"{path}: there is no store; `orthodrome campaign run --store {path}` makes one")
        if (log := path.with_name(f"{path.name}.wal")).exists():
            raise StoreError(f"{log} is the log of a store that is gone: bring {path.name} back, or move the log away")
        _make(path)
    with told(path):
        connection = _connect(path)
    try:
        store = Store(path, connection)
        _check(store)
        yield store
    finally:
        with told(path):
            connection.close()


def _connect(path: Path) -> Any:
    try:
        import duckdb
    except ImportError as error:
        raise StoreError(
            "campaigns need DuckDB, which is not installed: pip install 'orthodrome[campaigns]'"
        ) from error
    return duckdb.connect(str(path), config={"memory_limit": MEMORY, "threads": 1})


def _make(path: Path) -> None:
    """Under another name first: whatever ends it, there is a whole store or none."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with told(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = _connect(draft)
            connection.execute(CREATE)
            connection.execute("INSERT INTO store VALUES (?, ?)", [WHAT, FORMAT])
            connection.execute("CHECKPOINT")  # on a full disk close() leaves all in the log beside it, and says nothing
            connection.close()
            take_name(draft, path)  # unless another run has just made one of that name: it may have blocks already
        finally:
            draft.unlink(missing_ok=True)
            draft.with_name(f"{draft.name}.wal").unlink(missing_ok=True)


def take_name(draft: Path, path: Path) -> bool:
    """Give a file its name, at one stroke; False where something has that name, which is left as it is."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
        os.replace(draft, path)
    return True


def _check(store: Store) -> None:
    tables = {name for (name,) in store.query("SELECT table_name FROM information_schema.tables")}
    if not {"store", "campaigns", "blocks", "told"} <= tables:
        raise StoreError(f"{store.path} is a data base, but no store of campaigns: give another --store")
    found = store.query("SELECT what, format FROM store")
    if found != [(WHAT, FORMAT)]:
        raise StoreError(f"{store.path} has the format {found}, this release reads {FORMAT}: give another --store")


@contextmanager
def told(path: Path, rows: int = 0) -> Iterator[None]:
    """What the data base and the disk refuse, in a sentence that says what to do."""
    try:
        yield
    except (StoreError, KeyboardInterrupt):
        raise
    except Exception as error:
        words = str(error).splitlines()[0] if str(error) else type(error).__name__
        if type(error).__module__ not in ("_duckdb", "duckdb") and not isinstance(error, OSError):
            raise
        lost = f"{rows} blocks were not saved, all before them are; " if rows else ""
        raise StoreError(f"{path}: {lost}{_way_out(words)} ({words})") from error


def _way_out(words: str) -> str:
    small = words.lower()
    if "lock" in small:
        return "another process has it open: wait for it, end it, or give another --store"
    if any(sign in small for sign in ("no space", "file too large", "disk quota", "could not write", "write error")):
        return "the disk is full: make room and run the same command again"
    if any(sign in small for sign in ("not a valid", "read enough bytes", "corrupt", "checksum", "serializ", "wal")):
        return "it is no whole store, and is left as it is: give another --store, or a copy that is whole"
    return "the data base refused"


def _key(row: Row) -> tuple[Any, ...]:
    return (*row.unit.key.values(), row.version)


def _block(row: Row) -> tuple[Any, ...]:
    return row.cases, row.checked, row.failed, list(row.failures), row.machine, row.seconds


def _claim(found: Told) -> tuple[Any, ...]:
    bins = sorted(found.sketch)
    return found.claim, found.counted, found.worst, found.at, bins, [found.sketch[place] for place in bins]


def _compared(row: Row) -> tuple[Any, ...]:
    claims = sorted(_claim(found) for found in row.told)
    return (*_key(row), *_block(row)[:4], claims)
