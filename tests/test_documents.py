"""What the documentation says is so: every block of every page is run, and every link leads somewhere."""

import html
import inspect
import json
import pkgutil
import re

import documents
import pytest
from documents import ROOT, WrongError

from impl.optim import OPTIMIZERS
from verify.cli import app
from verify.report.command_line import page as command_line

PAGES = ["TUTORIAL.md", *sorted(page.relative_to(ROOT).as_posix() for page in (ROOT / "docs").rglob("*.md"))]
each_page = pytest.mark.parametrize("page", PAGES)


def text_of(page):
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", [page for page in PAGES if "```" in text_of(page)])
def test_what_a_page_shows_is_what_happens(page, tmp_path, monkeypatch):
    assert documents.run(text_of(page), tmp_path, monkeypatch)


RIGHT = "# A page\n\n```console\n$ orthodrome scale sgd\nsgd · PROVED\n...\n  lr  times ρ^2\n```\n"


def test_what_is_so_passes(tmp_path, monkeypatch):
    assert documents.run(RIGHT, tmp_path, monkeypatch) == 1


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("ρ^2", "ρ^3", "and the page says"),
        ("scale sgd", "scale sgdd", "exit status 2"),
        ("scale sgd", "scale sgd  # exit status 1", "exit status 0"),
        ("orthodrome", "ortodrome", "do not know"),
        ("console", "bash", "is not run"),
        ("```\n", "``\n", "left over"),
        ("console\n$ orthodrome scale sgd", "console\n$ make nothing-of-that-kind", "exit status 2"),
        ("console\n$ orthodrome scale sgd", "console\n$ pip install 'orthodrome[nonsense]'", "exit status 2"),
        ("```console\n", "```python\n>>> 1 + 1\n3\n\n```\n\n```console\n", "Expected"),
        ("```console\n", '```diff title="a.py"\n-b\n```\n\n```console\n', "does not fit"),
    ],
)
def test_what_is_not_so_is_noticed(before, after, said, tmp_path, monkeypatch):
    (tmp_path / "a.py").write_text("a\n")
    assert before in RIGHT
    with pytest.raises(WrongError, match=said):
        documents.run(RIGHT.replace(before, after), tmp_path, monkeypatch)


def targets(text):
    """(path, anchor) of the links of a page, without those to other hosts; code has none."""
    prose = re.sub(r"^ *```.*?^ *```$|`[^`\n]+`(?!\]\()", "", text, flags=re.M | re.S)
    found = [link.partition("#") for link in re.findall(r"\]\(([^)\s]+)\)", prose) if "://" not in link]
    return [(path, anchor) for path, _, anchor in found]


def anchors(text):
    """What GitHub and the site make of the headings."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^ *```.*?^ *```$", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def lost(page, text):
    """Links of a page that lead nowhere."""
    here = (ROOT / page).parent
    return [
        f"{path}#{anchor}"
        for path, anchor in targets(text)
        if not (to := here / path if path else ROOT / page).is_file()
        or (anchor and to.suffix == ".md" and anchor not in anchors(to.read_text(encoding="utf-8")))
    ]


@each_page
def test_every_link_leads_somewhere(page):
    assert lost(page, text_of(page)) == []
    assert lost(page, text_of(page) + "[a](nowhere.md) [b](#nowhere)") == ["nowhere.md#", "#nowhere"]


TOLD = re.compile(r"\]\(\.\./\.\./reports/[\w-]+\.md#([a-z0-9-]+)\)(?: \(\*(\w+)\*\)|, \*(\w+)\*\))?")


def misjudged(text):
    """Claims that a text links to without their verdict, or with another than the record's."""
    record = json.loads((ROOT / "reports/claims.json").read_text(encoding="utf-8"))
    verdicts = {claim["id"].lower(): claim["verdict"] for claim in record}
    found = [(claim, one or other) for claim, one, other in TOLD.findall(text)]
    return [(claim, told) for claim, told in found if verdicts.get(claim, told) != told]


def test_the_papers_on_one_page_have_the_verdicts_of_the_record():
    text = text_of("docs/explanation/papers.md")
    assert misjudged(text) == [] and len(TOLD.findall(text)) > 20
    assert misjudged(text.replace("(*misprint*)", "(*holds*)")) == [("sp-t4", "holds")]
    assert misjudged(text.replace(" (*misprint*)", "")) == [("sp-t4", "")]


REFERENCES = sorted((ROOT / "docs" / "reference").glob("*.md"))
NAMED = [name for page in REFERENCES for name in re.findall(r"^::: (\S+)$", page.read_text("utf-8"), re.M)]


def is_there(name):
    """Whether a module or something in one is called so, and says what it is. Nothing is imported that is slow to."""
    try:
        found = pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return bool(inspect.getdoc(found))


def test_the_reference_names_what_there_is():
    assert NAMED and [name for name in NAMED if not is_there(name)] == []
    assert not is_there("impl.optim.adamp.AdamQ") and not is_there("impl.optin")


def test_the_reference_has_every_optimizer():
    listed = {name.rpartition(".")[2] for name in NAMED if re.match(r"impl\.optim\.\w+\.[A-Z]", name)}
    assert listed == {optimizer.__name__ for optimizer in OPTIMIZERS}


def test_the_reference_of_the_command_line_is_what_the_commands_say():
    kept = text_of("docs/reference/command-line.md")
    assert kept.split() == command_line(app).split(), "the commands have changed: make docs"


def shown(text):
    """What a browser shows of a text in markdown, without white space, backticks and the dashes of lists."""
    markdown = pytest.importorskip("markdown", reason="pip install 'orthodrome[site]'")
    plain = html.unescape(re.sub(r"</?(?:p|ul|ol|li|code|pre)>", "", markdown.markdown(text)))
    return bare(plain)


def bare(text):
    return re.sub(r"\s|`|^ *- ", "", text, flags=re.M)


def test_the_site_shows_a_docstring_as_it_stands():
    docstrings = pytest.importorskip("verify.site.docstrings", reason="pip install 'orthodrome[site]'")
    texts = [text for name in NAMED if (text := inspect.getdoc(pkgutil.resolve_name(name)))]
    assert [text for text in texts if shown(docstrings.as_markdown(text)) != bare(text)] == []
    assert [text for text in texts if shown(text) != bare(text)]  # markdown takes some of it for its own
    assert docstrings.as_markdown("Two:\n\na = b\nc_k = d *e*").endswith("\n    c_k = d *e*")  # each in its line
