"""Campaigns: a block is a function of its address, is kept once, and survives whatever ends a run."""

import dataclasses
import itertools
import json
import math
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from batched_controls import broken
from campaign_blocks import CODES, cheap, deadly, other_code, units
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from verify.batched import CASES, LAWS, by_name, run_block
from verify.campaign import code, settings, tables
from verify.campaign.address import EXTREME, Setting, Unit, unit
from verify.campaign.figures import evidence, figures, overview
from verify.campaign.local import WorkersLost, here, local
from verify.campaign.moving import export, merge
from verify.campaign.plan import Plan, cells, laws_named
from verify.campaign.plan import units as planned
from verify.campaign.replaying import case
from verify.campaign.running import complete
from verify.campaign.sketch import lower, merged, quantile, sketch
from verify.campaign.store import StoreError, opened
from verify.campaign.work import block, measured, one
from verify.cli import app

duckdb = pytest.importorskip("duckdb")
finite = st.floats(0, allow_nan=False, allow_infinity=False, allow_subnormal=True)


def dump(path):
    with opened(path) as store:
        return store.query(tables.DUMP)


def finished(path, count, executor=None):
    with opened(path, create=True) as store:
        return complete(units(count), 1, CODES, store, executor or here(cheap))


def counted_twice(store):
    """Addresses with more than one row."""
    return store.query(f"SELECT {tables.ADDRESS} FROM blocks GROUP BY ALL HAVING count(*) > 1")


# Addresses, blocks, code


def test_an_address_names_its_block():
    for cell, seed in cells(Plan(laws_named([]), 1)):
        found = Unit("main", cell, seed, 3)
        assert unit(str(found)) == found
    for text in ("", "main/x", "main/a/b/c/d/e/f/g/h", "main/a/b/c/0/e/f/1/2/3"):
        with pytest.raises(ValueError, match="required is CAMPAIGN/LAW"):
            unit(text)


def test_the_cells_of_a_law_share_its_blocks_and_no_block_is_in_two():
    for law in LAWS:
        numbers = [
            n
            for subject in law.subjects
            for turn in range(3)
            for n in settings.blocks(law, Setting(law.name, subject), turn, 2)
        ]
        assert sorted(numbers) == list(range(6 * len(law.subjects)))
        for subject in law.subjects:
            places = {n % len(law.subjects) for n in settings.blocks(law, Setting(law.name, subject), 5, 2)}
            assert places == {law.subjects.index(subject)}


@pytest.mark.parametrize("name", ["two-neurons", "image-step-code"])
def test_a_block_counts_what_the_batched_laws_count(name):
    law = by_name(name)
    cell = Setting(name, law.subjects[-1])
    row = block(law, Unit("main", cell, 5, 1), 2)
    parts = [run_block(law, 5, n) for n in settings.blocks(law, cell, 1, 2)]
    assert (row.cases, row.checked, row.failed) == (2 * CASES, sum(p.checked for p in parts), 0)
    assert max(t.worst for t in row.told) == max(p.worst.ratio for p in parts)
    for told in row.told:
        assert told.counted == sum(p.statements[told.claim] for p in parts) == sum(told.sketch.values())
    assert row.fault() is None


def test_a_broken_law_fails_in_its_blocks_and_its_worst_case_replays():
    row = block(broken("image-step"), Unit("main", Setting("image-step", "sgd"), 0, 0), 1)
    assert row.failed and row.failures and max(t.worst for t in row.told) > 1


def test_a_case_replays_with_the_dials_of_its_cell():
    for cell in (Setting("image-step", "sgd-l2", "cosine", 5), Setting("image-step", "adam", draw=EXTREME)):
        row = block(by_name(cell.law), Unit("main", cell, 2, 1), 1)
        for told in row.told:
            found = case(told.at)
            assert max(s.ratio for s in found.statements if s.claim == told.claim) == told.worst
            assert cell.dimension in (0, len(found.x))
    for text in ("1:image-step:0:7:model=none", "1:image-step:0:7:x=1", "1:image-step:0"):
        with pytest.raises(ValueError, match="address"):
            case(text)


def test_a_model_is_of_the_kind_that_was_asked_for():
    law = by_name("image-step")
    for kind, kept in (("cosine", 0), ("softplus", 1), ("square", 2), ("flat", None)):
        cell = Setting("image-step", "sgd", kind)
        model = law.step(1, 0, dials=settings.dials(law, cell, 1, 0)).model
        assert [bool(a.abs().max() > 0) for a in model.amplitudes] == [j == kept for j in range(3)]


def test_extreme_blocks_differ_and_are_functions_of_their_address():
    law, cell = by_name("image-step"), Setting("image-step", "sgd", draw=EXTREME)
    found = [repr(settings.dials(law, cell, 1, number)) for number in range(20)]
    assert found == [repr(settings.dials(law, cell, 1, number)) for number in range(20)]
    assert len(set(found)) > 10


def test_no_difference_is_asked_for_that_rounding_hides():
    """In these blocks steps of 1e-11 are made by weights of 1e5."""
    law = by_name("where-it-stands")
    for subject, number in zip(law.subjects, (110, 151), strict=True):
        cell = Setting(law.name, subject, draw=EXTREME)
        found = one(law, cell, 20261121, number)
        assert found.failed == 0 and found.checked > 0


def test_the_code_of_a_law_holds_its_law_schemes_and_optimizers():
    def names(law):
        return {path.relative_to(code.ROOT).as_posix() for path in code.files(law)}

    shared = {"verify/campaign/work.py", "verify/batched/generate.py", "derivations/schemes/adam.py"}
    assert shared <= names("image-step")
    assert "verify/batched/laws/generic.py" in names("image-step")
    assert not any(name.startswith("impl/optim") for name in names("image-step"))
    assert {"impl/optim/sgdp.py", "verify/shipped.py"} <= names("image-step-code")
    assert len({code.version(law.name) for law in LAWS}) > 1


def test_other_code_is_refused_and_not_computed():
    answer = measured(Unit("main", Setting("two-neurons", "sgd"), 1, 0), 1, "another")
    assert answer.version == code.version("two-neurons")
    assert not hasattr(answer, "cases")


def test_a_plan_says_what_does_not_exist():
    for wrong in (
        {"models": ("none",)},
        {"dtypes": ("float16",)},
        {"dtypes": ("float32",)},  # of which the law says nothing
        {"dimensions": (1,)},
        {"subjects": ("none",)},
        {"subjects": ("psi-sgd",)},
        {"cases": 0},
        {"seeds": (-1,)},
        {"name": "a/b"},
        {"draws": ("none",)},
        {"size": 0},
        {"cases": 10**13},  # more blocks than fit into memory
    ):
        with pytest.raises(ValueError):
            Plan(**{"laws": ("two-neurons",), "cases": 1} | wrong)


def test_a_plan_that_is_cut_off_has_done_a_little_of_every_cell():
    plan = Plan(("image-step", "two-neurons"), 300_000, size=1)
    order = list(planned(plan))
    first = order[: len(cells(plan))]
    assert {u.setting for u in first} == {cell for cell, _ in cells(plan)}
    assert len(set(order)) == len(order)
    for law in plan.laws:
        assert CASES * sum(u.setting.law == law for u in order) >= 150_000


# Sketches


@given(st.lists(finite, min_size=1, max_size=50), st.sampled_from([0.0, 0.5, 0.9, 1.0]))
def test_a_quantile_lies_in_its_bracket(values, share):
    low, high = quantile(sketch(np.array(values)), share)
    exact = sorted(values)[max(1, math.ceil(share * len(values))) - 1]
    assert low <= exact < high
    assert high <= low * 1.25 or low < 2.0**-1000


@given(st.lists(finite, max_size=30), st.integers(0, 30))
def test_sketches_of_parts_add_up_to_that_of_the_whole(values, cut):
    parts = [sketch(np.array(part)) for part in (values[:cut], values[cut:])]
    assert merged(parts) == sketch(np.array(values))


def test_zero_and_infinity_have_bins_of_their_own():
    (zero,), (infinite,) = sketch(np.array([0.0])), sketch(np.array([math.inf]))
    assert lower(zero) == 0
    assert lower(infinite) == math.inf
    with pytest.raises(ValueError, match="required are numbers"):
        sketch(np.array([-1.0]))


# The store


def test_a_campaign_goes_on_where_it_was_and_counts_nothing_twice(tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    finished(whole, 20)
    finished(parts, 5)
    tally = finished(parts, 20)
    assert (tally.before, tally.new, tally.again) == (5, 15, 0)
    assert dump(whole) == dump(parts)
    assert finished(parts, 20).new == 0


def test_an_answer_that_comes_twice_counts_once(tmp_path):
    def twice(tasks):
        for task in tasks:
            yield cheap(*task)
            yield cheap(*task)

    finished(tmp_path / "whole", 10)
    assert finished(tmp_path / "twice", 10, twice).new == 10
    assert dump(tmp_path / "whole") == dump(tmp_path / "twice")


def test_without_the_primary_key_it_is_seen_that_blocks_count_twice(tmp_path, monkeypatch):
    """The negative control of every count in this file: a store that keeps what it is given."""
    import verify.campaign.store as module

    keyless = tables.CREATE.replace(f"PRIMARY KEY ({tables.ADDRESS})", "CHECK (true)")
    keyless = keyless.replace(f"PRIMARY KEY ({tables.ADDRESS}, claim)", "CHECK (true)")
    assert keyless.count("PRIMARY KEY") == 1
    monkeypatch.setattr(module, "CREATE", keyless)
    monkeypatch.setattr(module.Store, "_known", lambda self, row: False)
    rows = [cheap(u, 1, "v1") for u in units(3)]
    with opened(tmp_path / "keyless", create=True) as store:
        store.begin("main", 1)
        store.save(rows)
        store.save(rows[:1])
        assert len(counted_twice(store)) == 1
    finished(tmp_path / "whole", 3)
    assert dump(tmp_path / "keyless") != dump(tmp_path / "whole")


def test_the_primary_key_alone_refuses_a_second_row(tmp_path, monkeypatch):
    from verify.campaign.store import Store

    monkeypatch.setattr(Store, "_known", lambda self, row: False)
    rows = [cheap(u, 1, "v1") for u in units(3)]
    with opened(tmp_path / "s", create=True) as store:
        store.save(rows)
        with pytest.raises(StoreError, match="3 blocks were not saved"):
            store.save([cheap(u, 1, "v1") for u in units(5)][-3:])
        assert store.query("SELECT count(*) FROM blocks") == [(3,)]


def test_a_block_that_comes_out_otherwise_is_refused(tmp_path):
    row = cheap(units(1)[0], 1, "v1")
    with opened(tmp_path / "s", create=True) as store:
        store.save([row])
        with pytest.raises(StoreError, match="other numbers"):
            store.save([dataclasses.replace(row, checked=7)])
        with pytest.raises(StoreError, match="counts that no block has"):
            store.save([dataclasses.replace(row, checked=-1)])
        assert store.row(row.unit, "v1") == row


def test_code_of_two_versions_is_in_no_figure_together(tmp_path):
    rows = [cheap(u, 1, "v1") for u in units(4)]
    with opened(tmp_path / "s", create=True) as store:
        store.save(rows)
        store.save([dataclasses.replace(row, version="v0", checked=1) for row in rows[:3]])
        found = figures(store, "main", lambda law: "v1")
        assert (found["laws"][0]["cases"], found["laws"][0]["checked"], found["elsewhere"]) == (32, 32, 3)
        assert [row["today"] for row in overview(store, "", lambda law: "v1")] == [False, True]
        assert figures(store, "main", lambda law: "v2")["laws"] == []
        with pytest.raises(ValueError, match="no block of today's code"):
            evidence(figures(store, "main", lambda law: "v2"))


def test_blocks_of_another_size_are_not_mixed(tmp_path):
    finished(tmp_path / "s", 2)
    with opened(tmp_path / "s") as store, pytest.raises(StoreError, match="blocks of 1, not of 2"):
        store.begin("main", 2)


def test_figures_are_of_all_blocks_together(tmp_path):
    finished(tmp_path / "s", 9)
    with opened(tmp_path / "s") as store:
        (law,) = figures(store, "main", lambda law: "v1")["laws"]
    (claim,) = law["claims"]
    rows = [cheap(u, 1, "v1") for u in units(9)]
    best = max((row.told[0] for row in rows), key=lambda told: told.worst)
    assert (claim["counted"], claim["worst"], claim["address"]) == (72, best.worst, best.at)
    assert claim["quantiles"]["0.5"] == list(quantile(merged(row.told[0].sketch for row in rows), 0.5))


def test_stores_merge_and_what_both_have_counts_once(tmp_path):
    finished(tmp_path / "whole", 8)
    finished(tmp_path / "a", 5)
    with opened(tmp_path / "b", create=True) as store:
        complete(units(8)[3:], 1, CODES, store, here(cheap))
    assert merge([tmp_path / "a", tmp_path / "b"], tmp_path / "both") == {"blocks": 8, "again": 2}
    assert dump(tmp_path / "both") == dump(tmp_path / "whole")
    with pytest.raises(StoreError, match="exists already"):
        merge([tmp_path / "a"], tmp_path / "both")


@pytest.mark.parametrize("links", [True, False])
def test_of_two_merges_at_once_one_gets_the_name(tmp_path, monkeypatch, links):
    """Both have looked before it was there; the other has just ended, and its store stays."""
    import verify.campaign.moving as module

    def refuse(*names):
        raise OSError("no links here")

    finished(tmp_path / "a", 2)
    take = module._take

    def late(target, path):
        finished(tmp_path / "both", 3)
        return take(target, path)

    monkeypatch.setattr(module, "_take", late)
    if not links:
        monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(StoreError, match="exists already"):
        merge([tmp_path / "a"], tmp_path / "both")
    assert len(dump(tmp_path / "both")) == 3
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "both"]


def test_stores_that_disagree_do_not_merge(tmp_path):
    finished(tmp_path / "a", 3)
    with opened(tmp_path / "b", create=True) as store:
        store.begin("main", 1)
        row = cheap(units(1)[0], 1, "v1")
        store.save([dataclasses.replace(row, told=(dataclasses.replace(row.told[0], worst=0.5),))])
    with pytest.raises(StoreError, match="other numbers"):
        merge([tmp_path / "a", tmp_path / "b"], tmp_path / "both")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


def test_parquet_has_every_row(tmp_path):
    finished(tmp_path / "s", 6)
    with opened(tmp_path / "s") as store:
        rows = export(store, tmp_path / "out")
        assert list(rows.values()) == [6, 6]
        seen = store.query(f"SELECT count(*), sum(checked) FROM '{tmp_path}/out/blocks.parquet'")
    assert seen == [(6, 48)]


@pytest.mark.parametrize("what", ["words", "half", "empty", "foreign"])
def test_a_file_that_is_no_store_is_refused_and_left_alone(tmp_path, what):
    path = tmp_path / "s"
    if what == "foreign":
        duckdb.connect(str(path)).execute("CREATE TABLE mine (n INTEGER)").close()
    else:
        finished(path, 3)
        data = path.read_bytes()
        path.write_bytes({"words": b"not a data base " * 999, "half": data[: len(data) // 3], "empty": b""}[what])
    before = path.read_bytes()
    with pytest.raises(StoreError, match="give another --store"):
        finished(path, 3)
    assert path.read_bytes() == before


def test_two_runs_that_make_the_same_store_make_one(tmp_path):
    """Both looked before it was there: the second must not put an empty one in the place of the first."""
    import verify.campaign.store as module

    finished(tmp_path / "s", 3)
    before = dump(tmp_path / "s")
    module._make(tmp_path / "s")
    assert dump(tmp_path / "s") == before
    assert [p.name for p in tmp_path.iterdir()] == ["s"]


def test_a_campaign_that_is_not_there_is_named(tmp_path):
    finished(tmp_path / "s", 1)
    for command in ("worst", "status"):
        lost = CliRunner().invoke(app, ["campaign", command, "--name", "mian", "--store", str(tmp_path / "s")])
        assert (lost.exit_code, "it has main" in lost.output) == (1, True), lost.output


def test_there_is_no_store_where_there_is_none(tmp_path):
    with pytest.raises(StoreError, match="there is no store"), opened(tmp_path / "s"):
        pass
    (tmp_path / "s.wal").write_bytes(b"")
    with pytest.raises(StoreError, match="log of a store that is gone"), opened(tmp_path / "s", create=True):
        pass


ROOMY = 400_000
"""Bytes: of a new store, and of some hundred blocks."""


def full_disk():
    """A file that cannot grow: what a full disk does to a write, without one."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOMY, resource.RLIM_INFINITY))


def child(*arguments, **options):
    script = Path(__file__).with_name("campaign_blocks.py")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(script.parent.parent), str(script.parent)])}
    return subprocess.Popen(
        [sys.executable, str(script), *map(str, arguments)], env=environment, stderr=subprocess.PIPE, **options
    )


def test_a_second_client_and_a_full_disk_are_told_and_lose_nothing(tmp_path):
    path = tmp_path / "s"
    with opened(path, create=True):
        second = child(path, 5, 0)
        assert b"another process has it open" in second.communicate()[1]
    full = child(path, 4000, 0, preexec_fn=full_disk)
    assert b"the disk is full" in full.communicate()[1]
    kept = len(dump(path))
    assert finished(path, 40).before == min(kept, 40)
    finished(tmp_path / "whole", 40)
    assert set(map(repr, dump(tmp_path / "whole"))) <= set(map(repr, dump(path)))


# Kills


ROOM = 4096
"""Bytes of a log that has more than the name of the campaign in it."""


def begun(path, wait=60.0):
    """When the first blocks of a run are saved."""
    log, last = path.with_name(f"{path.name}.wal"), time.monotonic() + wait
    while not (log.exists() and log.stat().st_size > ROOM) and time.monotonic() < last:
        time.sleep(0.01)
    return log.exists()


def test_a_client_that_is_killed_goes_on_and_neither_loses_nor_repeats(tmp_path):
    path = tmp_path / "s"
    run = child(path, 400, 0)
    assert begun(path)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    before = len(dump(path))
    assert 0 < before < 400
    assert finished(path, 400).before == before
    finished(tmp_path / "whole", 400)
    assert dump(path) == dump(tmp_path / "whole")


def test_killed_workers_are_replaced_and_their_blocks_done_again(tmp_path):
    def killing(tasks):
        answers = local(cheap, 2)(tasks)
        for number, answer in enumerate(answers):
            if number in (20, 60):
                victim = next(iter(multiprocessing.active_children()))
                os.kill(victim.pid, signal.SIGKILL)
            yield answer

    tally = finished(tmp_path / "s", 150, killing)
    assert tally.new == 150
    finished(tmp_path / "whole", 150)
    assert dump(tmp_path / "s") == dump(tmp_path / "whole")


def test_workers_that_always_die_end_the_run(tmp_path):
    with pytest.raises(WorkersLost, match="without an answer"):
        finished(tmp_path / "s", 3, local(deadly, 1))


def test_what_an_executor_leaves_out_is_noticed(tmp_path):
    def lazy(tasks):
        return (cheap(*task) for task in itertools.islice(tasks, 3))

    with pytest.raises(LookupError, match="2 blocks were never answered"):
        finished(tmp_path / "s", 5, lazy)
    assert len(dump(tmp_path / "s")) == 3


def test_an_interrupted_run_saves_what_it_has(tmp_path):
    def interrupted(tasks):
        yield from (cheap(*task) for task in itertools.islice(tasks, 4))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        finished(tmp_path / "s", 9, interrupted)
    assert len(dump(tmp_path / "s")) == 4


def test_a_worker_with_other_code_is_not_counted(tmp_path):
    with pytest.raises(ValueError, match="nothing of it is counted"):
        finished(tmp_path / "s", 3, here(other_code))
    assert dump(tmp_path / "s") == []


# The command


def test_the_command_runs_shows_and_replays(tmp_path):
    store = ["--store", str(tmp_path / "s")]

    def said(*arguments, status=0):
        result = CliRunner().invoke(app, ["campaign", *arguments, *store])
        assert result.exit_code == status, result.output
        return result.output

    small = ("two-neurons", "--cases", "5000", "--size", "1", "--workers", "0")
    found = json.loads(said("run", *small, "--json"))
    assert (found["run"]["new"], found["laws"][0]["cases"]) == (3, 3 * CASES)
    assert json.loads(said("run", *small, "--json"))["run"]["before"] == 3
    worst = json.loads(said("worst", "--json"))["laws"][0]["claims"][0]
    assert str(max(s.ratio for s in case(worst["address"]).statements if s.claim == worst["claim"])) == str(
        worst["worst"]
    )
    first = "main/two-neurons/sgd/drawn/0/float64/drawn/20261121/0"
    assert "the same numbers" in said("replay", first)
    assert "today's" in said("status")
    said("replay", worst["address"])
    said("run", *small[:-2], "--size", "2", status=1)
    said("run", "no-such-law", status=2)
    said("run", "--dtype", "float16", status=2)
    said("replay", "main/two-neurons/sgd/drawn/0/float64/drawn/20261121/99", status=1)
