"""Every module that reads a file is among the loaders that damaged files are given to, or says why not."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from verify.trust.hostile.files import damaged
from verify.trust.hostile.loaders import loaders
from verify.trust.hostile.loaders_kept import RECORDED, SIZE, UNKNOWN
from verify.watch.log import LogError, read
from verify.watch.table import row

WHOLE = RECORDED | UNKNOWN | SIZE
ROOT = Path(__file__).parent.parent
READS = re.compile(r"\bread_json\(|\.read_bytes\(|\.read_text\(|torch\.load\(|duckdb\.connect\(|\bCDLL\(")
GIVEN = {
    "verify/records.py": "trust record",
    "verify/results.py": "checks.json",
    "verify/reading.py": "trust record",
    "verify/experiments/checkpoint.py": "checkpoint",
    "verify/report/groups.py": "record of groups",
    "verify/report/comparisons.py": "summary of a comparison",
    "verify/report/peers.py": "record of peers",
    "verify/report/training.py": "summary of toy",
    "verify/report/ecosystem.py": "record of audits",
    "verify/search/record.py": "record of searches",
    "verify/watch/log.py": "log of the monitor",
    "verify/audit/kept.py": "kept audit",
    "verify/kept.py": "kept judgements",
    "verify/campaign/store.py": "store of campaigns",
    "verify/trust/mutants/ledger.py": "ledger of mutants",
    "impl/data.py": "CIFAR-10 batch",
}
"""By module, the loader that reads through it."""
COMPARES = "a page or a file of ours is compared with what is to be written: no content is used"
SOURCE = "sources of this very code, which Python itself has read"
SAID = "what a process of our own has just written"
NOT = {
    "verify/atomic.py": COMPARES,
    "verify/report/publish.py": COMPARES,
    "verify/commands/running.py": "a text is printed as it is",
    "verify/trust/determinism.py": "hashes; and its own rows of a run that goes on",
    "verify/trust/alarms.py": "seeds of a run that goes on, under runs/",
    "verify/trust/tolerances/survey.py": "cells of a run that goes on, under runs/",
    "verify/report/site.py": "through read_json and shown, as the record of groups",
    "verify/campaign/kills.py": "a store that it made itself, to be ended",
    "verify/campaign/killing.py": SAID,
    "verify/audit/worker.py": SAID,
    "verify/trust/properties_run.py": SAID,
    "verify/audit/run.py": SAID,
    "verify/audit/processes.py": SAID,
    "verify/audit/installed.py": "metadata of installed packages",
    "verify/site/book.py": "the pages and sources that the book is made of",
    "verify/site/accessible.py": "a file of an installed package",
    "verify/site/record.py": "the book that was just made",
    "verify/site/formulas.py": "the book that was just made",
    "verify/site/anchors.py": "the book that was just made",
    "verify/plugin/laws.py": "a program that it wrote itself",
    "verify/audit/laws/state_dict.py": "memory, not a file: a state that was just saved",
    "verify/trust/mutants/battery_laws.py": "memory, not a file: a state that was just saved",
    "verify/trust/properties.py": SOURCE,
    "verify/digest.py": SOURCE,
    "verify/sources.py": SOURCE,
    "verify/campaign/behind.py": SOURCE,
    "verify/trust/mutants/schemes.py": SOURCE,
    "verify/trust/mutants/schemes_sources.py": SOURCE,
    "verify/trust/mutants/sources_loader.py": SOURCE,
    "impl/native/build.py": "machine code is run, whatever it does: its folder has to be the user's own",
}


def readers():
    """The modules of `impl` and `verify` in which something is read, apart from those that damage files."""
    for package in ("impl", "verify"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "hostile" not in name and READS.search(path.read_text(encoding="utf-8")):
                yield name


def test_every_reader_is_given_damaged_files_or_says_why_not():
    assert set(readers()) <= GIVEN.keys() | NOT.keys()
    assert not GIVEN.keys() & NOT.keys()
    assert set(GIVEN.values()) <= {loader.name for loader in loaders(ROOT / "reports")}


@pytest.mark.parametrize("code", ["read_json(path, 'a', 'b')", "path.read_bytes()", "torch.load(f)", "ctypes.CDLL(f)"])
def test_what_reads_is_seen(code):
    assert READS.search(code)


@pytest.mark.parametrize("name", ["record of searches", "log of the monitor", "kept audit", "ledger of mutants"])
def test_what_runs_keep_is_whole_or_not_taken(name):
    (loader,) = (loader for loader in loaders(Path("nowhere")) if loader.name == name)
    assert not [row for row in damaged(loader) if row.faults]


def test_a_store_that_is_damaged_is_named():
    pytest.importorskip("duckdb")
    (loader,) = (loader for loader in loaders(Path("nowhere")) if loader.name == "store of campaigns")
    assert not [row for row in damaged(replace(loader, weight=0.01)) if row.faults]


@pytest.mark.parametrize("lost", ["slices", "dimension", "radius", "step", "name"])
def test_a_log_without_what_its_table_shows_is_refused(tmp_path, lost):
    path = tmp_path / "watch.jsonl"
    path.write_text(json.dumps({name: v for name, v in WHOLE.items() if name != lost}) + "\n", encoding="utf-8")
    with pytest.raises(LogError, match=f"watch.jsonl, line 1, .*{lost}"):
        read(path)
    path.write_text(json.dumps(WHOLE) + "\n", encoding="utf-8")
    assert row(read(path).series["w"])
