"""The pages: the same bytes each time, nothing open that looks settled, mathematics that markdown leaves alone."""

import json
import math
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from derivations import CLAIMS
from derivations.claim import Verdict
from derivations.contract import entries, papers
from derivations.spherical.lemma_1 import CLAIM
from verify.atomic import write_text
from verify.checks.run import Check, run, run_checks
from verify.report import machine, markdown
from verify.report.collect import all_claims, collect
from verify.report.publish import publish, stale
from verify.report.render import plain, render
from verify.report.sentences import sentence
from verify.report.view import count
from verify.results import CheckResult, dump, load, parse, rounded_up, save

PASSED = CheckResult("SP-L1", "gradient is tangent", 10, 3e-16, 1e-15, "float64", "cpu", True)
FAILED = replace(PASSED, worst=1.0, ok=False)
SAMPLED = replace(CLAIM, theorems=(), sampled=True)


def claim_in(pages, id="SP-L1"):
    return next(claim for claim in all_claims(pages) if claim.id == id)


def test_every_statement_of_the_contract_stands_on_a_page_with_a_verdict():
    files = render(collect((CLAIM,), (PASSED,)))
    text = "\n".join(content for name, content in files.items() if name.endswith(".md"))
    for id in entries():
        assert re.search(rf"^### {id}\n\n(\*\*\w+\*\*|\*open\*) · [A-Z]+", text, re.MULTILINE), id
    assert len(entries()) == 112


def test_the_same_results_give_the_same_bytes(tmp_path):
    first, second = (render(collect((CLAIM,), (PASSED,))) for _ in range(2))
    assert first == second
    assert publish(first, tmp_path) == sorted(first)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert publish(second, tmp_path) == []
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("spoil", ["edit", "remove", "add"])
def test_a_page_that_is_not_what_the_sources_give_is_stale(tmp_path, spoil):
    files = render(collect((CLAIM,), ()))
    publish(files, tmp_path)
    assert stale(files, tmp_path) == []
    name = "left-over.md" if spoil == "add" else "errata.md"
    if spoil == "remove":
        (tmp_path / name).unlink()
    else:
        with open(tmp_path / name, "a", encoding="utf-8") as file:
            file.write("edited\n")
    assert stale(files, tmp_path) == [name]
    assert publish(files, tmp_path) == [name]
    assert stale(files, tmp_path) == []


@pytest.mark.parametrize(
    ("claim", "checks"),
    [
        (CLAIM, (FAILED,)),
        (CLAIM, (PASSED, replace(PASSED, worst=math.nan))),
        (CLAIM, (replace(PASSED, cases=0),)),
        (CLAIM, (replace(PASSED, worst=2e-15),)),
        (CLAIM, (replace(PASSED, allowed=math.inf),)),
        (replace(CLAIM, verdict=Verdict.FALSE), (PASSED,)),
        (replace(CLAIM, theorems=()), (PASSED,)),
        (SAMPLED, ()),
        (SAMPLED, (FAILED,)),
        (None, ()),
    ],
    ids=[
        "failed",
        "nan",
        "no cases",
        "beyond",
        "no bound",
        "no witness",
        "no proof",
        "unsampled",
        "sampled",
        "no claim",
    ],
)
def test_what_is_not_settled_is_open_on_every_page(claim, checks):
    pages = collect((claim,) if claim else (), checks)
    view = claim_in(pages)
    assert (view.verdict, view.evidence) == ("open", "OPEN")
    assert bool(view.problems) == (claim is not None)
    files = render(pages)
    assert count(view_all := all_claims(pages), Verdict.OPEN) == len(view_all)
    assert re.search(r"\| \[SP-L1\]\(.*\) \| \*open\* \| OPEN \|", files["README.md"])
    assert "### SP-L1\n\n*open* · OPEN" in files["000-001-spherical-perspective.md"]
    assert json.loads(files["claims.json"])[0]["verdict"] == "open"


def test_what_is_settled_shows_its_verdict_and_evidence():
    proved, sampled = collect((CLAIM,), (PASSED,)), collect((SAMPLED,), (PASSED,))
    assert (claim_in(proved).verdict, claim_in(proved).evidence) == ("holds", "PROVED")
    assert (claim_in(sampled).verdict, claim_in(sampled).evidence) == ("holds", "SAMPLED")
    page = render(proved)["000-001-spherical-perspective.md"]
    for shown in ("**holds** · PROVED", "gradient is tangent | 10 | 3e-16", CLAIM.theorems[1].steps[0].name):
        assert shown in page


def test_a_claim_beyond_the_contract_stands_on_the_page_of_its_family():
    extra = replace(CLAIM, id="SP-EXTRA")
    pages = {page.paper.id: page for page in collect((extra,), ())}
    assert pages["000, 001"].claims[-1].id == "SP-EXTRA"
    assert all("SP-EXTRA" not in [c.id for c in page.claims] for id, page in pages.items() if id != "000, 001")


def test_two_claims_with_one_id_are_refused():
    with pytest.raises(ValueError, match="share an ID"):
        collect((CLAIM, CLAIM), ())


def test_claims_json_has_the_documented_keys():
    row = json.loads(machine.claims_json(all_claims(collect((CLAIM,), (PASSED,)))))[0]
    assert " ".join(row) == ("id paper where statement verdict evidence finding hypotheses witness corrected checked")
    assert row["checked"]["cases"] == 10 and row["checked"]["worst_error"] == {"gradient is tangent": 3e-16}


def statements():
    texts = [p.notation for p in papers()] + [p.authors for p in papers()] + [e.statement for e in entries().values()]
    return [*texts, CLAIM.finding, *(h.meaning for t in CLAIM.theorems for h in t.hypotheses)]


@pytest.mark.parametrize("source", statements())
def test_mathematics_holds_nothing_that_markdown_takes_for_its_own(source):
    for shown in (markdown.text(source), markdown.cell(source)):
        assert_safe(shown)


TOKENS = [*"abxk019_^{}()[]+-=,.|*<>~ \n", r"\|", r"\{", r"\}", r"\,", r"\\", r"\langle ", r"\frac"]
latex = st.lists(st.sampled_from(TOKENS)).map("".join)


@settings(max_examples=200)
@given(latex.filter(str.strip))
def test_any_latex_is_made_safe(source):
    assert_safe(markdown.inline(source))


def assert_safe(shown):
    for match in re.finditer(r"\$([^$]*)\$", shown):
        formula = match[1]
        assert not re.search(r"[|*<>~`\n]", formula), formula
        assert not re.search(r"\\[^A-Za-z ]", formula), formula
        assert not re.search(r"(?<![A-Za-z0-9])_(?=\S)", formula), formula
        assert "](" not in formula
        assert not re.search(r"[A-Za-z0-9]$", shown[: match.start()]), shown
        assert not re.match(r"[A-Za-z0-9]", shown[match.end() :]), shown
    assert shown.count("$") % 2 == 0 and "\n" not in shown


def test_a_reader_of_markdown_leaves_the_mathematics_alone():
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    formulas = 0
    for name, page in render(collect((CLAIM,), (PASSED,))).items():
        for token in reader.parse(page) if name.endswith(".md") else ():
            if token.type == "inline":
                read = {child.content for child in token.children if child.type == "text"}
                for match in re.finditer(r"\$\$?[^$]+\$\$?", token.content):
                    assert any(match[0] in words for words in read), match[0]
                    formulas += 1
    assert formulas > 100


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda c: c.id)
def test_no_command_swallows_the_letter_after_it(claim):
    words = [t.words for t in (*claim.theorems, *claim.corrected)]
    for latex in (claim.printed, claim.finding, claim.corrected_latex, *words):
        assert not re.search(r"\\q?quad[A-Za-z]", latex)


def test_a_sentence_in_one_formula_becomes_text_with_formulas():
    for latex, words in {
        r"\text{for any }\eta>0:\ f(x,\ y)=1,\quad z\text{ small}": r"for any $\eta>0$: $f(x,\ y)=1$, $z$ small",
        r"a=b\text{ if }\left(c,\ \text{not d}\right)": r"$a=b$ if $\left(c,\ \text{not d}\right)$",
        r"\eta_\text{a b}=\frac{1}{\text{two words}}": r"$\eta_\text{a b}=\frac{1}{\text{two words}}$",
        r"x=1\quad\text{and}\quad y=2": r"$x=1$ and $y=2$",
        r"\langle x,\ y\rangle=0,\text{ the end}": r"$\langle x,\ y\rangle=0$, the end",
        "plain words, as they are": "plain words, as they are",
        "with $x$, too": "with $x$, too",
    }.items():
        assert sentence(latex) == words


def test_mathematics_keeps_its_meaning():
    assert markdown.safe_latex(r"\operatorname{atan}{\left(z \right)}") == r"\arctan{\left(z \right)}"
    assert markdown.safe_latex(r"\left\|x\right\| \le |y|_k") == r"\left\Vert x\right\Vert \le \vert y\vert _ k"
    assert markdown.text(r"SGD$(x_0)$ and $k$th") == "SGD $(x_0)$ and $k$ th"
    assert markdown.cell(r"a | b, `c|d`, $|z|$") == r"a \| b, `c\|d`, $\vert z\vert$"
    assert markdown.text("a < b, `x < y`") == "a &lt; b, `x < y`"


def test_an_unpaired_dollar_sign_is_an_error():
    with pytest.raises(ValueError, match="without its partner"):
        markdown.text("costs 5$")


@given(st.floats(min_value=0, max_value=1e300), st.floats(min_value=0, max_value=1e300), st.booleans())
def test_a_result_passes_after_storage_exactly_when_it_did_before(worst, allowed, ok):
    result = replace(PASSED, worst=worst, allowed=allowed, ok=ok)
    (stored,) = parse(dump([result]))
    assert stored.passed == result.passed and dump([stored]) == dump([result])


@given(st.floats(min_value=1e-300, max_value=1e300))
def test_a_bound_is_rounded_up_to_one_digit(value):
    bound = rounded_up(value)
    assert value <= bound <= value * 2 and bound == rounded_up(bound)


def test_results_survive_storage(tmp_path):
    path = tmp_path / "data" / "checks.json"
    assert save([PASSED, replace(FAILED, worst=math.inf)], path)
    stored = load(path)
    assert {r.passed for r in stored} == {True, False} and load(tmp_path / "none.json") == ()
    assert not save(stored, path)
    write_text(path, '[{"claim": 1}]')
    with pytest.raises(ValueError, match="not a list of check results"):
        load(path)


def test_a_check_that_raises_or_keeps_silent_fails():
    def raises(cases, seed):
        raise ZeroDivisionError("oops")

    def silent(cases, seed):
        return [PASSED]

    (crashed,) = run(Check(raises, ("SP-L3",)))
    assert not crashed.passed and "oops" in crashed.note
    spoken, missing = run_checks([Check(silent, ("SP-L1", "SP-L3"))])
    assert spoken.passed and not missing.passed and missing.claim == "SP-L3"


@pytest.mark.parametrize(
    "name, shown",
    [
        (r"start of \tilde{B}", r"start of $\tilde{B}$"),
        (
            r"cases of the sign of - s + x{\left(k \right)} (sign)",
            r"cases of the sign of $- s + x{\left(k \right)}$ (sign)",
        ),
        (r"at the fixed point, \langle w,m\rangle", r"at the fixed point, $\langle w,m\rangle$"),
        (r"C:\new {x", r"C:\\new \{x"),
        ("h > 0", r"h \> 0"),
    ],
)
def test_latex_in_a_name_is_shown_as_a_formula_and_nothing_else_is(name, shown):
    assert plain(name) == shown
