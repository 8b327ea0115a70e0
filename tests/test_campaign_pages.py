"""What campaigns say about claims, and on their page: of today's code alone, and never silently of other code."""

import json
import math
import random
import subprocess
import sys

import pytest
import yaml
from campaign_blocks import CODES, cheap, units

from verify.batched.law import CODE
from verify.campaign import killing, recipes
from verify.campaign.bench import HERE, steady, table
from verify.campaign.figures import figures, finite
from verify.campaign.kills import control, seen, sound
from verify.campaign.local import here
from verify.campaign.running import complete
from verify.campaign.store import opened
from verify.campaign.tables import DUMP
from verify.reading import RecordError
from verify.report.campaign import RECORDS, campaign_files, sampled, sampled_files
from verify.report.campaign_scale import HEADROOM, SHARE, WORKERS, scaled
from verify.results import SAMPLED, load, recorded

SPEED = {
    "law": "image-step",
    "rounds": 7,
    "blocks": 50,
    "block": 32768,
    "batch": 64,
    "disturbed": False,
    "rows": [{"way": "this process", "workers": 1, "rate": 1e5, "low": 9e4, "high": 2e5, "over": None}],
    "case_rate": 200_000.0,
    "block_overhead": 0.001,
    "empty_rate": 1000.0,
    "insert_rate": 4000.0,
    "row_bytes": 1500,
    "answer_bytes": 2500,
}
KILLS = {
    "law": "tangent-gradient",
    "blocks": 400,
    "cases": 2048,
    "rows": [{"what": "a worker", "rounds": 2, "kills": 2, "kept": 9, "lost": 0, "twice": 0, "equal": True}],
    "control": {"again": 2, "twice": 4096},
}


def now(law):
    return "s1"


@pytest.fixture
def reports(tmp_path):
    """A record of a campaign of cheap blocks, whose law has the sources s1."""
    with opened(tmp_path / "store", create=True) as store:
        complete(units(6), 1, CODES, store, here(cheap))
        found = finite(figures(store, "main", lambda law: "v1"))
    laws = [law | {"sources": "s1"} for law in found["laws"]]
    RECORDS.save(tmp_path, "campaign", {"campaigns": [{"campaign": "main", "laws": laws}]})
    return tmp_path


def changed(reports, **claim):
    """The record with another first claim."""
    record = RECORDS.load(reports, "campaign")
    record["campaigns"][0]["laws"][0]["claims"][0] |= claim
    RECORDS.save(reports, "campaign", record)


def test_a_campaign_is_evidence_with_its_cases_and_its_worst_case(reports):
    (result,) = sampled(reports, now)
    assert (result.claim, result.law, result.cases, result.allowed) == ("A-CLAIM", "a law", 48, 1.0)
    assert result.passed and 0.9 < result.worst <= 1
    assert "worst" in result.note and "99.9 % below" in result.note


def test_a_record_of_other_code_is_no_evidence_and_is_said_to_be_stale(reports):
    assert sampled(reports, lambda law: "s2") == ()
    (page,) = campaign_files(reports, [], {}, lambda law: "s2").values()
    assert "**Stale:**" in page and "a law (**stale**)" in page
    (page,) = campaign_files(reports, [], {}, now).values()
    assert "tale" not in page.replace("stale.", "")

    def gone(law):
        raise ValueError(law)

    assert sampled(reports, gone) == ()


@pytest.mark.parametrize("worst", [None, 1.5])
def test_a_worst_case_beyond_its_bound_fails_its_claim(reports, worst):
    changed(reports, worst=worst)
    (result,) = sampled(reports, now)
    assert not result.passed
    assert result.worst == (math.inf if worst is None else 2.0)


def test_a_claim_of_which_nothing_was_counted_has_no_evidence(reports):
    changed(reports, counted=0)
    (result,) = sampled(reports, now)
    assert not result.passed


def test_commands_that_know_no_law_read_the_same_results(reports):
    results = sampled(reports, now)
    assert sampled_files((), reports) == {}
    for found in (results, ()):  # what has become stale does not stay
        for name, text in sampled_files(found, reports).items():
            (reports / name).write_text(text, encoding="utf-8")
        assert load(reports / SAMPLED) == found == recorded(reports)


def test_the_page_shows_every_section_and_names_a_record_that_is_none(reports):
    (page,) = campaign_files(reports, [], {}, now).values()
    assert page.count("Not recorded") == 2
    RECORDS.save(reports, "campaign-kills", KILLS)
    RECORDS.save(reports, "campaign-speed", SPEED)
    (page,) = campaign_files(reports, [], {}, now).values()
    assert "| a worker | 2 | 2 | 0 | 0 | yes | 9 |" in page
    assert "4096 cases counted" in page
    assert "1000 workers" in page
    RECORDS.save(reports, "campaign-speed", {"rows": 1})
    with pytest.raises(RecordError, match="orthodrome campaign bench"):
        campaign_files(reports, [], {}, now)


def test_the_plan_leaves_scheduler_store_and_workers_their_time():
    found = scaled(SPEED)
    assert found.blocks <= HEADROOM * min(SPEED["empty_rate"], SPEED["insert_rate"])
    assert SPEED["block_overhead"] <= SHARE * found.seconds
    assert found.by.startswith("the client")
    together = 1 / SPEED["empty_rate"] + 1 / SPEED["insert_rate"]
    assert found.blocks * together <= HEADROOM
    assert found.gigabytes(found.cases * 1e9) == 1500
    assert found.traffic == found.blocks * 2500
    assert found.cases == 2048 * found.size >= found.seconds * SPEED["case_rate"] - 1
    assert found.rate == WORKERS * SPEED["case_rate"] * (1 - SHARE)
    assert found.hours(3600 * found.rate) == 1.0


def test_a_rate_is_that_of_workers_at_work():
    """Two workers that keep step are twice as fast as one; from the first answer on they would seem faster."""
    times = [float(n // 2) for n in range(2, 62)]
    assert steady(times, 2) == 2.0
    assert (len(times) - 1) / (times[-1] - times[0]) > 2.02
    late = sorted([n / 1.0 for n in range(1, 60)] + [3 + n / 1.0 + 0.5 for n in range(1, 57)])
    assert steady(late, 2) == 2.0
    assert steady([n / 8 for n in range(30)], 1) == 8.0
    with pytest.raises(ValueError, match="required are more than 10"):
        steady(times[:9], 2)


def test_the_plan_takes_the_rate_of_one_worker():
    found = table({HERE: [3.0, 1.0, 2.0], ("local workers", 1): [1.0] * 3, ("local workers", 2): [4.0, 5.0, 6.0]})
    assert found["case_rate"] == 2.0
    assert [(r["rate"], r["low"], r["high"], r["over"]) for r in found["rows"]] == [
        (2.0, 1.0, 3.0, None),
        (1.0, 1.0, 1.0, None),
        (5.0, 4.0, 6.0, 5.0),
    ]


def test_dtypes_have_rows_of_their_own_and_code_is_no_claim(reports):
    record = RECORDS.load(reports, "campaign")
    (law,) = record["campaigns"][0]["laws"]
    short = law | {"dtypes": ["bfloat16"], "claims": [law["claims"][0] | {"claim": CODE}]}
    silent = {"dtype": "bfloat16", "reason": "because", "cells": 1, "laws": ["a law"], "subjects": ["x"]}
    campaign = {"campaign": "main", "laws": [law, short], "silent": [silent]}
    RECORDS.save(reports, "campaign", {"campaigns": [campaign, campaign | {"campaign": "other"}]})
    assert {result.claim for result in sampled(reports, now)} == {"A-CLAIM"}
    (page,) = campaign_files(reports, [], {}, now).values()
    assert "| a law in bfloat16 |" in page and page.count("| bfloat16 | x | 1 | because |") == 1


def test_what_is_lost_or_counted_twice_is_counted(tmp_path):
    with opened(tmp_path / "whole", create=True) as store:
        complete(units(6), 1, CODES, store, here(cheap))
        reference = store.query(DUMP)
    with opened(tmp_path / "less", create=True) as store:
        complete(units(4), 1, CODES, store, here(cheap))
    assert seen(tmp_path / "whole", reference) == (seen(tmp_path / "whole", list(reference)))
    assert seen(tmp_path / "whole", reference).equal
    lost = seen(tmp_path / "less", reference)
    assert (lost.lost, lost.twice, lost.equal) == (2 * 2048, 0, False)
    assert control() == {"again": 2, "twice": 2 * 2048}
    assert sound(KILLS)
    for wrong in ({"lost": 1}, {"twice": 1}, {"equal": False}, {"kills": 0}):
        assert not sound(KILLS | {"rows": [KILLS["rows"][0] | wrong]})
    assert not sound(KILLS | {"control": {"again": 2, "twice": 0}})


def test_a_client_that_had_ended_was_not_killed(tmp_path, monkeypatch):
    ended = subprocess.Popen([sys.executable, "-S", "-c", ""])
    ended.wait()
    monkeypatch.setattr(killing, "_begin", lambda place, *how: ended)
    monkeypatch.setattr(killing, "_saving", lambda place, client: True)
    monkeypatch.setattr(killing, "_finish", lambda place, *how: None)
    monkeypatch.setattr(killing, "_kept", lambda place: 400)
    assert killing.client_here(tmp_path, random.Random(1)) == (0, 400)


# Recipes: texts, as no cluster is at hand


def test_the_slurm_recipe_is_a_job_that_slurm_would_run():
    slurm = pytest.importorskip("dask_jobqueue.slurm")
    text = recipes.slurm(100, "normal", 4, "--cases 1e10 --size 1024")
    names: dict = {}
    exec(compile(text.replace("if __name__", "if False and __name__"), "recipe", "exec"), names)
    script = slurm.SLURMJob("tcp://10.0.0.1:8786", "a-worker", **names["SETTINGS"]).job_script()
    for line in ("#SBATCH -p normal", "#SBATCH -n 1", "#SBATCH --requeue", "#SBATCH -t 04:00:00", "OMP_NUM_THREADS=1"):
        assert line in script
    assert "tcp://10.0.0.1:8786" in script and "--nthreads 1" in script and "--lifetime 235m" in script
    assert "maximum_jobs=100" in text and "'--cases', '1e10'" in text


def test_the_kubernetes_recipe_fits_together():
    found = list(yaml.safe_load_all(recipes.kubernetes(100, "registry/orthodrome:1", "--cases 1e10")))
    kinds = {(item["kind"], item["metadata"]["name"]): item["spec"] for item in found}
    scheduler = kinds["Deployment", "orthodrome-scheduler"]
    service = kinds["Service", "orthodrome-scheduler"]
    assert service["selector"] == scheduler["selector"]["matchLabels"] == scheduler["template"]["metadata"]["labels"]
    workers = kinds["Deployment", "orthodrome-worker"]
    assert workers["replicas"] == 100
    assert workers["selector"]["matchLabels"] == workers["template"]["metadata"]["labels"]
    address = f"tcp://orthodrome-scheduler:{service['ports'][0]['port']}"
    assert address in workers["template"]["spec"]["containers"][0]["command"]
    client = kinds["Job", "orthodrome-campaign"]["template"]["spec"]
    assert address in client["containers"][0]["args"] and client["restartPolicy"] == "OnFailure"
    claim = client["volumes"][0]["persistentVolumeClaim"]["claimName"]
    assert ("PersistentVolumeClaim", claim) in kinds
    assert all(c["image"] == "registry/orthodrome:1" for c in client["containers"])
    with pytest.raises(ValueError, match="image="):
        recipes.kubernetes(1, 'a"b', "")


def test_a_record_is_json_without_infinities(reports):
    json.loads((reports / "data" / "campaign.json").read_text(), parse_constant=pytest.fail)
