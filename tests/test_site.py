"""The site says what reports/ says: a page a claim, a page a scheme, every link and every formula."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("mkdocs", reason="the site needs pip install 'orthodrome[site]'")
pytest.importorskip("latex2mathml", reason="the site needs pip install 'orthodrome[site]'")

import site_pages
from typer.testing import CliRunner

from derivations.schemes import SCHEMES
from verify.cli import app
from verify.reading import RecordError
from verify.report.render import render
from verify.report.site import site_files
from verify.site import anchors, mathematics
from verify.site.book import book
from verify.site.breaking import pieces
from verify.site.build import Built, build
from verify.site.drawing import svg
from verify.site.errors import FormulaError, SiteError
from verify.site.findings import Finding
from verify.site.formulas import Unclosed, counted
from verify.site.graph import edges, mentions
from verify.site.links import Map
from verify.site.loading import Loads
from verify.site.mathematics import mathml
from verify.site.plan import kind, sampled
from verify.site.record import RECORD, Measured, save
from verify.site.sections import cut, rows
from verify.site.walk import Walk

ROOT = Path(__file__).parent.parent
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$]+?)\$", re.DOTALL)


@pytest.fixture(scope="module")
def ours():
    """The book of the committed reports and docs."""
    return book(ROOT, ROOT / "reports")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    root = tmp_path_factory.mktemp("small")
    reports = site_pages.write(root)
    return build(root, reports, root / "site")


def test_every_claim_and_every_scheme_has_a_page_and_a_place_in_the_navigation(ours):
    known = {claim["id"]: claim for claim in json.loads((ROOT / "reports/claims.json").read_text(encoding="utf-8"))}
    assert [claim.id for claim in ours.claims] == list(known)
    assert {scheme.name for scheme in ours.schemes} == {scheme.name for scheme in SCHEMES}
    listed = json.dumps(ours.nav)
    for page in ours.pages:
        assert f'"{page}"' in listed, f"{page} is in no chapter"
    for claim in ours.claims:
        assert f"# {claim.id}\n" in ours.pages[claim.path] and known[claim.id]["verdict"] in ours.pages[claim.path]


def test_nothing_of_a_claim_is_lost_on_the_way(ours):
    """Every paragraph of a claim on its paper's page stands on its own page, but for labels and links."""
    for claim in ours.claims:
        source = (ROOT / f"reports/{claim.paper}.md").read_text(encoding="utf-8")
        body = next(found.body for found in cut(cut(source, 2)[1][-1].body, 3)[1] if found.title == claim.id)
        page = ours.pages[claim.path]
        for part in body.split("\n\n")[1:]:
            if not part.startswith(("**", "<details>", "</details>")) and "](" not in part:
                assert part in page, f"{claim.id} lost {part[:80]!r}"


def test_every_formula_of_the_pages_is_mathml(ours):
    formulas = set()
    for text in ours.pages.values():
        prose = re.sub(r"^```.*?^```|`[^`\n]+`", "", text, flags=re.DOTALL | re.MULTILINE)
        formulas |= {(a or b, bool(a)) for a, b in FORMULA.findall(prose)}
    assert len(formulas) > 1000
    for latex, display in sorted(formulas, key=lambda formula: len(formula[0]))[:1000]:  # the site's build takes all
        made = mathml(latex.strip(), display)
        assert made.startswith("<math") and "\\" not in made and 'mathvariant="s' not in made


@pytest.mark.parametrize(
    "text, many",
    [
        ("$a$ and $$b$$, $c$", 3),
        ("`$a$` \\$ and ``x ` $b$``\n```\n$c$\n```\n$d$", 1),
        ("$a\nb$, $\\text{5\\$}$", 2),
        ("| $a$ | $\\left\\{x\\right.$ |\n\n$$\nx\n$$", 3),
        ("no formula", 0),
    ],
)
def test_formulas_are_counted_in_the_source_and_not_in_its_code(text, many):
    assert counted(text) == many


def test_a_formula_without_an_end_is_named():
    with pytest.raises(Unclosed, match=r"\$b, and no more"):
        counted("$a$, $b, and no more\n\n$c$")


def test_a_cut_formula_is_one(ours):
    long = "$f(a,b)+c+d+e+g+h+i=j,\\ k\\left(l,m\\right)=nopqrstuvw$"
    made = mathematics.element(long.strip("$"), False)
    assert made.count("<math") > 1 and len(re.findall(r'class="formula[^"]*(?<! more)"', made)) == counted(long) == 1


@pytest.mark.parametrize("latex", [r"\unheardof{x}", r"\mathcal{1}", r"\left(x", r"\Big\vertical x"])
def test_what_is_no_formula_is_refused_by_its_latex(latex):
    with pytest.raises(FormulaError, match=re.escape(latex)):
        mathml(latex)


@pytest.mark.parametrize(
    "latex, part",
    [
        (r"\mathcal L", "<mi>ℒ</mi>"),
        (r"\mathbf{1}", "<mn>𝟏</mn>"),
        (r"\mathrm{sign}(x)", "<mi>sign</mi><"),
        (r"(a,-b)", '<mo form="prefix">−</mo><mi>b</mi>'),
        (r"a-b", "<mi>a</mi><mo>−</mo><mi>b</mi>"),
        (r"x^{1/2}", '<mo lspace="0" rspace="0">/</mo>'),
        (r"\cos x", '<mi>cos</mi><mspace width="0.167em" /><mi>x</mi>'),
        (r"\cos(x)", '<mi>cos</mi><mo stretchy="false">(</mo>'),
        (r"\Delta", '<mi mathvariant="normal">Δ</mi>'),
    ],
)
def test_formulas_are_set_as_tex_sets_them(latex, part):
    assert part in mathml(latex)


def test_a_long_formula_may_end_a_line_after_a_comma_and_before_a_relation_but_in_no_bracket():
    made = mathml(r"f(a,b)+c+d+e+g+h+i=j,\ k\left(l,m\right)")
    assert [re.sub("<[^>]*>", "", piece).strip() for piece in pieces(made)] == ["f(a,b)+c+d+e+g+h+i", "=j,", "k(l,m)"]
    assert "".join(re.findall(r">([^<]+)<", "".join(pieces(made)))) == "".join(re.findall(r">([^<]+)<", made))


def test_a_claim_rests_on_the_first_that_proves_the_same_and_none_on_itself(ours):
    found = {(edge.source, edge.target): edge for edge in edges(ours.claims)}
    order = {claim.id: at for at, claim in enumerate(ours.claims)}
    assert found["SP-T4", "SP-T4-WD"].theorems and not found["SP-T4", "OD-EXACT"].theorems
    for (source, target), edge in found.items():
        assert source != target and (order[target] < order[source] or not edge.theorems)
        texts = [(ROOT / f"reports/{c.paper}.md").read_text(encoding="utf-8") for c in ours.claims if c.id == target]
        assert all(f"heorem: {name}**" in texts[0] for name in edge.theorems)
    assert mentions("SP-T4-R, (OD-EPS) and XSP-T4", {"SP-T4", "SP-T4-R", "OD-EPS"}) == {"SP-T4-R", "OD-EPS"}


def test_the_drawing_has_every_claim_and_is_the_same_twice(ours):
    links = {claim.id: claim.path for claim in ours.claims}
    columns = [("all", ours.claims)]
    drawn = svg(columns, edges(ours.claims), links)
    assert drawn == svg(columns, edges(ours.claims), links)
    assert re.findall(r'data-id="([^"]+)"', drawn) == list(links)


@pytest.mark.parametrize(
    "file, before, after, said",
    [
        ("paper.md", "**Notes**", "**Remarks**", "no page knows the label"),
        ("paper.md", "**false** · PROVED", "**holds** · PROVED", "not the verdict of claims.json"),
        ("paper.md", "### SP-B\n", "### SP-C\n", "claims.json has not"),
        ("claims.json", '"SP-B"', '"SP-C"', "claims.json has not"),
        ("claims.json", "[{", '[{"id": "SP-Z", "verdict": "holds"}, {', "SP-Z, no page has"),
        ("paper.md", "(errata.md#sp-b)", "(lost.md)", "links to reports/lost.md, which is not there"),
        ("paper.md", "(errata.md#sp-b)", "(errata.md#lost)", "#lost"),
        (
            "paper.md",
            "see [SP-A](#sp-a)",
            "\n\n<div>the rate $x$</div>\n\nsee [SP-A](#sp-a)",
            r"sp-a.html has (\d+) formulas, its source",
        ),
        ("paper.md", "see [SP-A](#sp-a)", "at $x", "a formula has no end: .x"),
        ("paper.md", r"x\ne0", r"x\nought0", r"claims/sp-a.md.*: the formula .* keeps \\nought"),
    ],
)
def test_what_does_not_fit_together_is_refused_by_name(tmp_path, file, before, after, said):
    reports = site_pages.write(tmp_path)
    text = (reports / file).read_text(encoding="utf-8")
    assert before in text
    (reports / file).write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(SiteError, match=said):
        build(tmp_path, reports, tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_the_same_pages_give_the_same_bytes(small, tmp_path, monkeypatch):
    reports = site_pages.write(tmp_path)
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    again = build(tmp_path, reports, tmp_path / "elsewhere")
    files = [path.relative_to(small.directory) for path in small.directory.rglob("*") if path.is_file()]
    assert len(files) == again.files == small.files
    assert not [f for f in files if (small.directory / f).read_bytes() != (again.directory / f).read_bytes()]


def test_every_link_of_a_built_site_leads_somewhere(small):
    links, wrong = anchors.checked(small.directory)
    assert links > 100 and not wrong


def test_no_page_names_another_machine(small):
    """Addresses that a browser would ask: none but those of the site; a link that a reader follows is no request."""
    asked = r'<(?:script|img|link|iframe|source)\b[^>]*(?:src|href)="(?:https?:)?//[^"]+"'
    for path in small.directory.rglob("*.html"):
        assert not re.search(asked, path.read_text(encoding="utf-8")), path
    for path in (small.directory / "assets").glob("*.css"):
        assert not re.search(r"url\((?:https?:)?//|@import", path.read_text(encoding="utf-8")), path


def test_formulas_are_not_in_the_index_of_the_search(small):
    index = json.loads((small.directory / "search/search_index.json").read_text(encoding="utf-8"))
    text = next(entry["text"] for entry in index["docs"] if entry["location"] == "claims/sp-a.html")
    assert "It holds where …, see" in text and "∇" not in text and "math" not in text


def test_cells_and_headings_are_read_as_github_reads_them():
    assert rows("| a | b |\n|---|---|\n| x \\| y | z |") == (("a", "b"), [("x \\| y", "z")])
    head, sections = cut("# t\n```\n## no\n```\n## one\nx\n### deep\n## two\n# above\nlost", 2)
    assert [s.title for s in sections] == ["one", "two"] and "## no" in head and "lost" not in sections[1].body


def test_links_in_code_stay_as_they_are(tmp_path):
    where = Map(tmp_path, {"reports/a.md": "evidence/a.md", "docs/b.md": "b.md"})
    text = "[x](../reports/a.md#s) `[y](z.md)`\n```\n[y](z.md)\n```\n[`code`](../reports/a.md)"
    assert where.rewrite(text, "docs/b.md", "b.md") == (
        "[x](evidence/a.md#s) `[y](z.md)`\n```\n[y](z.md)\n```\n[`code`](evidence/a.md)"
    )


def test_the_record_has_a_page_and_another_shape_is_refused(tmp_path):
    assert site_files(tmp_path) == {}
    loads = Loads((10.0, 20.0, 400.4), (9.0, 1.0, 2.0))
    walked = Walk(2, 30, 400, 0, 2, ("a.html",), loads, (Finding("a.html", "axe", "minor: no name"),))
    save(Measured(Built(tmp_path, 2, 9, 1_250_000, 3.2, {}, ()), walked), tmp_path)
    page = site_files(tmp_path)["site.md"]
    for line in ("| bytes | 1,250,000 |", "| as a first page | 20 ms | 324 ms | 400 ms |", "| minor | 1 |"):
        assert line in page
    assert "- a.html: axe: minor: no name" in page and "without their formulas: a.html." in page
    walked = replace(walked, loads=None)
    save(Measured(Built(tmp_path, 2, 9, 1_250_000, 3.2, {}, ()), walked), tmp_path)
    with pytest.raises(RecordError, match="site --test --record"):  # what is not the whole walk is no record
        site_files(tmp_path)
    (tmp_path / RECORD).write_text('{"pages": 2}', encoding="utf-8")
    with pytest.raises(RecordError, match="orthodrome site --test --record"):
        site_files(tmp_path)


def test_the_scorecard_leads_to_the_page_of_the_site_where_there_is_one():
    link = "[site](site.md)"
    assert link in render((), beside={"site.md"})["README.md"] and link not in render(())["README.md"]


def test_a_sample_has_the_largest_and_the_smallest_of_each_kind():
    sizes = {f"claims/{name}.html": size for size, name in enumerate("abcdefgh", 5)} | {
        "claims/index.html": 3,
        "index.html": 1,
    }
    assert sampled(sizes) == {f"claims/{name}.html" for name in "adh"} | {"claims/index.html", "index.html"}
    assert kind("papers/003/index.html") == kind("papers/004/index.html") != kind("claims/a.html") != kind("graph.html")


def test_a_head_that_says_nothing_heads_nothing(small):
    page = (small.directory / "claims/index.html").read_text(encoding="utf-8")
    assert "<th" in page and not [
        p for p in small.directory.rglob("*.html") if re.search(r"<th[^>]*></th>", p.read_text())
    ]


def test_without_the_extra_reports_go_on_and_the_site_says_what_to_install(tmp_path):
    program = """
import sys
for name in ("mkdocs", "markdown", "latex2mathml", "playwright", "griffe"):
    sys.modules[name] = None
from pathlib import Path
from typer.testing import CliRunner
from verify.report.site import site_files
from verify.cli import app
said = CliRunner().invoke(app, ["site", "--output", sys.argv[1]])
sys.exit(0 if said.exit_code == 1 and "pip install 'orthodrome[site]'" in said.output else said.output)
"""
    command = [sys.executable, "-c", program, str(tmp_path / "site")]
    site_pages.write(tmp_path)
    found = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize("name", ["folder", "file"])
def test_what_is_not_this_site_is_not_replaced(tmp_path, name):
    mine = tmp_path / name / "index.html" if name == "folder" else tmp_path / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine", encoding="utf-8")
    said = CliRunner().invoke(app, ["site", "--output", str(tmp_path / name), "--reports", str(tmp_path)])
    assert (said.exit_code, mine.read_text(encoding="utf-8")) == (2, "mine")
