"""A write that the system itself refuses in the middle (RLIMIT_FSIZE): what was saved is whole, and goes on after."""

from contextlib import contextmanager

import numpy as np
import pytest

from verify.atomic import WriteError, write_bytes
from verify.campaign.address import Setting, Unit
from verify.campaign.row import Row, Told
from verify.campaign.sketch import sketch
from verify.trust.hostile.loaders_kept import _fates, _ledger, _store, _stored
from verify.trust.mutants.ledger import Ledger
from verify.trust.mutants.mutant import Fate, State

resource = pytest.importorskip("resource", reason="limits of files are those of Unix")


@contextmanager
def room(size):
    """No file can be written beyond so many bytes: half of what is written is there, and the rest is refused."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_that_has_no_room_is_the_old_one(tmp_path):
    write_bytes(tmp_path / "a", b"old")
    with room(1000), pytest.raises(WriteError, match="a cannot be written .*make room"):
        write_bytes(tmp_path / "a", b"n" * 5000)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"old"}


def test_a_careless_write_leaves_half(tmp_path):
    with room(1000), pytest.raises(OSError, match="large"):
        (tmp_path / "a").write_bytes(b"n" * 5000)
    assert (tmp_path / "a").stat().st_size == 1000


def test_a_line_that_has_no_room_counts_for_nothing_and_the_next_one_counts(tmp_path):
    path = _ledger(tmp_path)
    before, killed = _fates(tmp_path), Fate(State.KILLED, "a law")
    with room(path.stat().st_size + 20), pytest.raises(OSError, match="large"):
        Ledger(tmp_path, "f").add("m" * 50, "x", killed)
    assert _fates(tmp_path) == before
    Ledger(tmp_path, "f").add("again", "x", killed)
    assert _fates(tmp_path) == before | {("again", "x"): killed}


def test_a_block_that_has_no_room_is_not_saved_and_all_before_are(tmp_path):
    pytest.importorskip("duckdb")
    from verify.campaign.store import StoreError, opened

    path = _store(tmp_path)
    before = _stored(tmp_path)
    told = (Told("A-CLAIM", 8, 0.5, "0:1", sketch(np.full(8, 0.5))),)
    rows = [Row(Unit("main", Setting("a law", "a scheme"), 1, k), "v", 8, 8, 0, told) for k in range(100, 400)]
    with pytest.raises(StoreError, match="campaign.duckdb"), room(4096), opened(path) as store:
        store.save(rows)
    assert _stored(tmp_path) == before
    with opened(path) as store:
        assert store.save(rows) == len(rows)


@pytest.mark.parametrize("size", [1000, 16_384, 270_000])
def test_a_store_that_has_no_room_is_none_and_the_next_run_makes_it(tmp_path, size):
    pytest.importorskip("duckdb")
    from verify.campaign.store import StoreError, opened

    path = tmp_path / "campaign.duckdb"
    with pytest.raises(StoreError, match="the disk is full"), room(size), opened(path, create=True):
        pass
    assert not list(tmp_path.iterdir())
    with opened(path, create=True) as store:
        store.begin("main", 8)


def test_stores_that_have_no_room_together_leave_no_new_one(tmp_path):
    pytest.importorskip("duckdb")
    from verify.campaign.moving import merge
    from verify.campaign.store import StoreError, opened

    stores, bins = [tmp_path / "a", tmp_path / "b"], sketch(np.geomspace(1e-6, 1, 2000))
    told = (Told("A-CLAIM", 2000, 1.0, "0:1", bins),)
    for number, path in enumerate(stores):
        with opened(path, create=True) as store:
            store.begin("main", 2000)
            setting = Setting("a law", "a scheme")
            store.save([Row(Unit("main", setting, number, k), "v", 2000, 2000, 0, told) for k in range(100)])
    for size in (16_384, 560_000, 900_000):  # of the store, of its log, and of what the log holds
        with pytest.raises(StoreError, match="the disk is full"), room(size):
            merge(stores, tmp_path / "both")
        assert not [path for path in tmp_path.iterdir() if path not in stores]
    assert merge(stores, tmp_path / "both")["blocks"] == 200
