"""The page of trust: what its numbers count, who is left out, and the command under every part."""

import re
from pathlib import Path

import pytest
import sympy

from derivations import CLAIMS
from derivations.claim import Claim, Theorem
from derivations.statement import equal
from derivations.verdict import Verdict
from verify.records import Recorded, Section
from verify.report.render import page
from verify.report.trust import headline, recorded_trust, unmutated
from verify.trust import code, record

RECORDED = recorded_trust(Path(__file__).parents[1] / "reports")
ONE = Theorem("one", (), equal(sympy.Integer(1), 1), ())
PARTS = [(name, part) for name in ("hostile", "routes") for part in code.SOURCES[name]]


def shown(name, **content):
    """The page with one section."""
    section = next(s for s in record.RECORDS.sections if s.name == name)
    return page("trust.md", trust=Recorded(((section, content),)))


def points(theorems, **others):
    r = {"theorems": theorems, "evaluated": 1, "points": 1, "relations": 1, "false": [], "without": []}
    return {"points": r | {"digits": 90, "agree": "1e-40", "dimensions": [1]}, **others}


def kernel(theorems):
    counts = {"claims": 3, "theorems": theorems, "witnesses": 1, "different": []}
    return {"kernel": counts | {"intervals": {"theorems": 0, "witnesses": 0}}}


def test_a_claim_without_a_theorem_or_a_counterexample_has_no_mutants_and_another_is_left_out():
    bare, proved = (Claim(i, "003", "", "", Verdict.HOLDS, "", theorems=t) for i, t in (("A", ()), ("B", (ONE,))))
    assert unmutated({"targets": {"B": {}}}, (bare, proved)) == {"claims": 2, "unproved": ["A"], "left": []}
    assert unmutated({"targets": {}}, (bare, proved)) == {"claims": 2, "unproved": ["A"], "left": ["B"]}


def test_every_claim_has_mutants_or_nothing_to_be_changed():
    family = next(f for f in RECORDED.record("mutants")["families"] if f["name"] == "derivations")
    found = unmutated(family)
    assert found["left"] == [] and len(family["targets"]) + len(found["unproved"]) == found["claims"] == len(CLAIMS)
    text = shown("mutants", **RECORDED.record("mutants"))
    assert f"{len(found['unproved'])} of the {len(CLAIMS)} claims have none" in text
    assert all(claim in text for claim in found["unproved"]) and "**Not mutated**" not in text


def test_a_proof_that_was_not_changed_is_named_on_the_page():
    family = RECORDED.record("mutants")["families"][1]
    targets = {name: rest for name, rest in family["targets"].items() if name != "SP-L1"}
    text = shown("mutants", families=[family | {"targets": targets}])
    assert "**Not mutated**, though something is proved in them: SP-L1." in text


def test_two_counts_of_theorems_are_explained_where_they_differ():
    assert "counted claim by claim, as below,\nthey are 9)" in shown("routes", **points(7), **kernel(9))
    assert "as below" not in shown("routes", **points(9), **kernel(9))
    assert "as below" not in shown("routes", **points(7))


def test_the_trials_of_a_headline_are_the_sum_of_its_parts():
    total, parts = re.match(r"(\d+) trials \((.*?)\)", headline("hostile", RECORDED.record("hostile"))).groups()
    assert int(total) == sum(int(part.split()[0]) for part in parts.split(", ")) and parts.count(",") == 4


@pytest.mark.parametrize(("name", "part"), PARTS)
def test_every_part_of_a_section_has_its_command_under_its_title(name, part):
    assert f"\n`orthodrome trust {name} {part}`\n" in shown(name, **RECORDED.record(name))


def test_laws_that_were_never_off_are_said_to_be_left_out_of_what_is_expected():
    alarms = RECORDED.record("alarms")
    assert "7 of the laws met no such deviation" in shown("alarms", **alarms | {"never": 7})
    assert "met no such deviation" not in shown("alarms", **alarms | {"never": 0})


def test_sections_are_apart():
    text = page("trust.md", trust=RECORDED)
    assert text.count("\n\n## ") == text.count("\n## ") == len(RECORDED.sections)


def test_every_section_that_is_not_recorded_says_so():
    nothing = Recorded(((Section("alarms", "False alarms", "orthodrome trust alarms"), None),))
    text = page("trust.md", trust=nothing)
    assert "| *not recorded* |" in text and "*Not recorded.*" in text and "`orthodrome trust alarms`" in text


@pytest.mark.parametrize(("different", "words"), [(0, "the same bytes in all"), (1, "other bytes in 1 of them")])
def test_a_headline_says_in_how_many_environments_the_bytes_were_others(different, words):
    runs = [{"status": 0, "differing": ["a.md"] * (i < different)} for i in range(3)]
    said = headline("bytes", {"files": 5, "runs": runs, "code": {}})
    assert said.startswith(f"5 files written in 3 environments: {words}")
