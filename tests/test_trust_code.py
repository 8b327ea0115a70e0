"""A record of trust says of which code it is: of this, of other, or of what nobody wrote down."""

import pytest

from verify.digest import ROOT
from verify.report.render import page
from verify.report.trust import recorded_trust
from verify.trust import code, record

PARTS = [(name, part) for name, parts in code.SOURCES.items() for part in parts]


@pytest.fixture
def sources(monkeypatch):
    """Digests that a test sets, {(record, part): digest}."""
    found = {}
    monkeypatch.setattr(code, "digest_now", lambda name, part="": found.get((name, part), "as it is"))
    return found


@pytest.mark.parametrize("name, part", PARTS)
def test_every_pattern_finds_sources(name, part):
    assert all(any(ROOT.glob(pattern)) for pattern in code.SOURCES[name][part])


def test_every_section_of_the_page_has_sources():
    assert {section.name for section in record.RECORDS.sections} <= set(code.SOURCES)


def test_a_digest_changes_with_what_a_source_imports(monkeypatch, tmp_path):
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.py").write_text("from p.b import x")
    (tmp_path / "p" / "b.py").write_text("x = 1")
    (tmp_path / "p" / "c.py").write_text("y = 1")
    monkeypatch.setattr(code, "SOURCES", {"r": {"": ("p/a.py",)}})
    for module in (code, __import__("verify.digest", fromlist=["ROOT"])):
        monkeypatch.setattr(module, "ROOT", tmp_path)

    def now():
        code.digest_now.cache_clear()
        return code.digest_now("r")

    before = now()
    (tmp_path / "p" / "c.py").write_text("y = 2")
    assert now() == before
    (tmp_path / "p" / "b.py").write_text("x = 2")
    assert now() != before
    code.digest_now.cache_clear()


def test_parts_that_were_not_measured_keep_the_digest_that_they_have(sources, tmp_path):
    found = {"points": {}, "smt": {}, "sphere": {}}
    record.save(tmp_path, "routes", found, ("points", "smt"))
    sources["routes", "points"] = sources["routes", "smt"] = "changed"
    record.save(tmp_path, "routes", found, ("smt",))
    kept = record.load(tmp_path, "routes")
    assert kept["code"] == {"points": "as it is", "smt": "changed"}
    assert code.standing("routes", kept) == {"other": ["points"], "this": ["smt"], "unknown": ["sphere"]}


def test_a_record_of_one_part_is_of_the_code_it_was_saved_with(sources, tmp_path):
    record.save(tmp_path, "alarms", {"seeds": 1})
    assert code.standing("alarms", record.load(tmp_path, "alarms")) == {"this": [""]}
    sources["alarms", ""] = "changed"
    assert code.standing("alarms", record.load(tmp_path, "alarms")) == {"other": [""]}
    assert code.standing("alarms", {"seeds": 1}) == {"unknown": [""]}
    record.save(tmp_path, "alarms", {"seeds": 1, "code": {"": "of the kept seeds"}})
    assert code.standing("alarms", record.load(tmp_path, "alarms")) == {"other": [""]}


def test_the_page_says_of_which_code_a_figure_is(sources, tmp_path):
    words = {"this": "Of this code", "other": "*of other code*", "unknown": "*of unknown code*"}
    found = {"files": 3, "runs": [], "cases": 1, "bytes": 1, "locale": "C"}
    for kind, kept in (("this", "as it is"), ("other", "else"), ("unknown", None)):
        record.save(tmp_path, "bytes", found | {"code": {} if kept is None else {"": kept}})
        shown = page("trust.md", trust=recorded_trust(tmp_path))
        assert [other for other in words if words[other] in shown] == [kind]
