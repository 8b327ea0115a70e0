"""The pages in Chromium, and pages broken on purpose, each of which must be noticed.

`make site-test` runs all of it; elsewhere a part, as a browser costs more than the rest of a test.
"""

import os
import shutil

import pytest

pytest.importorskip("mkdocs", reason="the site needs pip install 'orthodrome[site]'")

import site_pages

from verify.site import anchors
from verify.site.browser import NoBrowser, chromium, tab, visit
from verify.site.build import build
from verify.site.findings import KINDS
from verify.site.plan import Plan
from verify.site.record import measured
from verify.site.serve import served
from verify.site.use import found_first, onward, skipped, switched, used
from verify.site.walk import walk

whole = pytest.mark.skipif("ORTHODROME_SITE_TESTS" not in os.environ, reason="a part of `make site-test`")
QUICK = ("console", "formula", "axe")
"""The ways of breaking a page that are tried everywhere."""

PAGE = "claims/sp-a.html"
WAY = ("claims/sp-a.html", "claims/sp-a-b.html", "claims/sp-b.html")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = tmp_path_factory.mktemp("browser")
    reports = site_pages.write(root)
    return build(root, reports, root / "site")


@pytest.fixture(scope="module")
def site(built):
    return built.directory


@pytest.fixture(scope="module")
def window():
    try:
        with chromium() as browser, tab(browser) as opened:
            yield opened
    except NoBrowser as error:
        pytest.skip(str(error))


@pytest.fixture
def impatient(monkeypatch):
    """What does not come is waited for in vain."""
    for module in ("browser", "use"):
        monkeypatch.setattr(f"verify.site.{module}.PATIENCE", 3000)


def test_a_sound_page_has_nothing_against_it_and_its_formulas_have_boxes(built, window):
    with served(built.directory) as base:
        seen = visit(window, base, PAGE, built.formulas[PAGE])
    assert not seen.findings, [str(finding) for finding in seen.findings]
    assert seen.formulas >= 6 and seen.load > 0 and seen.axe and not seen.without_formulas


@pytest.mark.parametrize("way", [way if way in QUICK else pytest.param(way, marks=whole) for way in site_pages.BROKEN])
def test_a_page_broken_on_purpose_is_noticed(built, site, window, tmp_path, way, impatient):
    kind = way.partition(",")[0]
    assert kind in KINDS
    before, after = site_pages.BROKEN[way]
    shutil.copytree(site, tmp_path / "site")
    text = (tmp_path / "site" / PAGE).read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "site" / PAGE).write_text(text.replace(before, after, 1), encoding="utf-8")
    if kind == "anchor":
        _, findings = anchors.checked(tmp_path / "site", [PAGE])
    else:
        with served(tmp_path / "site") as base:
            findings = visit(window, base, PAGE, built.formulas[PAGE]).findings
    assert kind in {finding.kind for finding in findings}, [str(finding) for finding in findings]


def test_the_search_finds_a_claim_by_its_name_before_those_that_begin_like_it(site, window):
    with served(site) as base:
        assert not found_first(window, base, [("SP-A", PAGE), ("sp-a-b", WAY[1]), ("sgd", "schemes/sgd.html")])


@whole
def test_a_search_that_does_not_find_is_noticed(site, window, impatient):
    with served(site) as base:
        wrong = found_first(window, base, [("SP-A", WAY[2]), ("unheardofword", PAGE)])
    assert ["first" in wrong[0].what, "nothing" in wrong[1].what] == [True, True]


@whole
def test_keys_lead_through_the_book(site, window):
    with served(site) as base:
        assert [skipped(window, base, PAGE), onward(window, base, WAY), switched(window, base, PAGE)] == [None] * 3
        assert onward(window, base, (WAY[0], WAY[2])).kind == "keyboard"


@whole
def test_keys_that_lead_nowhere_are_noticed(site, window, tmp_path, impatient):
    shutil.copytree(site, tmp_path / "site")
    text = (tmp_path / "site" / PAGE).read_text(encoding="utf-8")
    broken = text.replace("md-skip", "md-skipped").replace(
        'data-md-color-scheme="slate"', 'data-md-color-scheme="default"'
    )
    (tmp_path / "site" / PAGE).write_text(broken, encoding="utf-8")
    with served(tmp_path / "site") as base:
        assert skipped(window, base, PAGE).kind == "keyboard"
        assert switched(window, base, PAGE).kind == "colours"


@whole
@pytest.mark.parametrize(
    "file, before, after, said",
    [
        ("claims/sp-a-b.html", "</article>", '<script>console.error("no")</script></article>', "no"),
        ("claims/sp-b.html", "</article>", '<img alt="" src="http://elsewhere.invalid/x.png"></article>', "it asks"),
        ("index.html", "</article>", "<script>onkeydown = () => nowhere()</script></article>", "nowhere is not"),
        ("assets/javascripts/workers/*.js", "", 'console.error("from the search");\n', "from the search"),
        ("assets/javascripts/workers/*.js", "", 'fetch("http://elsewhere.invalid/x");\n', "it asks"),
    ],
    ids=["console", "request", "key", "search, console", "search, request"],
)
def test_what_goes_wrong_in_use_is_heard(site, window, tmp_path, file, before, after, said):
    shutil.copytree(site, tmp_path / "site")
    (broken,) = (tmp_path / "site").glob(file)
    text = broken.read_text(encoding="utf-8")
    broken.write_text(text.replace(before, after, 1), encoding="utf-8")
    with served(tmp_path / "site") as base:
        findings = used(window, base, [("SP-A", PAGE)], WAY)
    assert any(said in finding.what and finding.kind in ("console", "request") for finding in findings), findings


@whole
def test_a_walk_counts_what_it_looked_at(built):
    plan = Plan(WAY, frozenset(WAY), built.formulas, [("SP-A", PAGE), ("sgd", "schemes/sgd.html")], WAY, loads=True)
    seen = walk(built.directory, plan)
    assert not seen.findings, [str(finding) for finding in seen.findings]
    assert (seen.pages, seen.axe, seen.searches) == (3, 3, 2) and seen.links > 100 and seen.ok
    assert seen.formulas == sum(built.formulas[page] for page in WAY) >= 18
    assert len(seen.loads.cold) == len(seen.loads.warm) == 3 and min(seen.loads.cold + seen.loads.warm) > 0
    part = walk(built.directory, Plan([PAGE, WAY[1]], frozenset([PAGE])))
    assert (part.pages, part.axe, part.searches, part.loads) == (2, 1, 0, None)
    assert not walk(built.directory, Plan([], frozenset())).ok


@whole
def test_a_browser_that_fails_ends_the_walk(built, monkeypatch):
    def fails(*_):
        raise RuntimeError("no more")

    monkeypatch.setattr("verify.site.walk.visit", fails)
    with pytest.raises(RuntimeError, match="no more"):
        measured(built, 2)


def test_without_a_browser_the_reason_is_said(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("ORTHODROME_CHROMIUM", raising=False)
    with pytest.raises(NoBrowser, match="apt install chromium"), chromium():
        pass
