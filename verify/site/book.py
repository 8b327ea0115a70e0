"""The pages of the site, in markdown: those of `reports/` and `docs/`, a page a claim, a page a scheme, the graph."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.site import chapters, schemes
from verify.site.claims import ClaimPage, claims_of
from verify.site.errors import SiteError
from verify.site.links import Map
from verify.site.sections import title_of

SCORECARD, GRAPH, HOME = "claims/index.md", "graph.md", "index.md"
WITHOUT_CONTENTS = "---\nhide:\n  - toc\n---\n"
"""Before a page whose tables need the width."""

ALONE = "---\nhide:\n  - navigation\n  - toc\n---\n"
"""Before the first page, which has no neighbours."""

FIRST = ("errata", "hypotheses")
"""What stands beside the scorecard."""

SHELVES = ("tutorial", "how-to", "explanation", "reference")
"""The folders of docs/, in the order of reading."""

PROJECT = ("README.md", "TUTORIAL.md", "CONTRIBUTING.md", "CHANGELOG.md")

DETAILS = re.compile(r"^<details><summary>(?P<summary>.+)</summary>$", re.MULTILINE)
PROOF = re.compile(r"\d+ hypothes")
FIGURE = re.compile(r"^!\[(?P<name>[^\]]*)\]\((?P<path>[^)\s]+\.svg)\)\n\n\*(?P<caption>[^\n]+)\*$", re.MULTILINE)


@dataclass(frozen=True)
class Book:
    """The site before it is HTML: path → markdown, path → file to copy, and the tree of the navigation."""

    pages: dict[str, str]
    files: dict[str, Path]
    nav: list[Any]
    claims: tuple[ClaimPage, ...]
    schemes: tuple[schemes.SchemePage, ...]


def book(root: Path, reports: Path) -> Book:
    """Read what is committed. SiteError where a page is missing, or does not fit claims.json."""
    sources = {f"reports/{path.name}": _read(path) for path in sorted(reports.glob("*.md"))}
    sources |= {name: _read(root / name) for name in PROJECT if (root / name).is_file()}
    docs = root / "docs"
    sources |= {f"docs/{p.relative_to(docs).as_posix()}": _read(p) for p in sorted(docs.rglob("*.md"))}
    known = {claim["id"]: claim for claim in json.loads(_read(reports / "claims.json"))}
    for name in ("README", "schemes", "equilibria"):
        if f"reports/{name}.md" not in sources:
            raise SiteError(f"{reports / name}.md is not there: run `orthodrome report`")
    papers = _papers(sources)
    claims = {paper: claims_of(sources[f"reports/{paper}.md"], paper, known) for paper in papers}
    everyone = tuple(claim for found in claims.values() for claim in found)
    if lost := set(known) - {claim.id for claim in everyone}:
        raise SiteError(f"claims.json has {', '.join(sorted(lost))}, no page has: run `orthodrome report`")
    optimizers = schemes.schemes_of(sources[schemes.SOURCE], sources[schemes.RESTS])
    where = _map(root, sources, claims, optimizers)
    pages = {
        page: where.rewrite(sources[source], source, page)
        for source, page in where.pages.items()
        if source.removeprefix("reports/").removesuffix(".md") not in claims and page != schemes.INDEX
    }
    index = schemes.index_of(sources[schemes.SOURCE])
    pages[schemes.INDEX] = where.rewrite(index, schemes.SOURCE, schemes.INDEX)
    titles = {paper: title_of(sources[f"reports/{paper}.md"], paper) for paper in papers}
    pages |= chapters.papers(sources, claims, where)
    pages |= chapters.claims(claims, titles, where)
    pages |= {scheme.path: chapters.scheme(scheme, where) for scheme in optimizers}
    pages[SCORECARD] = WITHOUT_CONTENTS + pages[SCORECARD]
    pages[GRAPH] = chapters.graph(claims)
    pages[HOME] = ALONE + pages.get(HOME, chapters.home(everyone))
    others = {p.relative_to(docs).as_posix(): p for p in sorted(docs.rglob("*")) if p.is_file() and p.suffix != ".md"}
    files = {to: _within(root, reports, file) for to, file in where.files.items()} | others
    shown = {path: _for_the_site(text) for path, text in pages.items()}
    return Book(shown, files, _nav(shown, claims, titles, optimizers), everyone, optimizers)


def _papers(sources: dict[str, str]) -> tuple[str, ...]:
    """The pages with claims, in the order of the scorecard."""
    linked = re.findall(r"^\| \[[^\]]+\]\(([^)#]+)\.md\) ", sources["reports/README.md"], re.MULTILINE)
    return tuple(dict.fromkeys(paper for paper in linked if f"reports/{paper}.md" in sources))


def _map(
    root: Path,
    sources: Iterable[str],
    claims: dict[str, tuple[ClaimPage, ...]],
    optimizers: Sequence[schemes.SchemePage],
) -> Map:
    where = Map(root)
    for source in sources:
        folder, _, name = source.partition("/")
        if folder == "docs":
            where.pages[source] = name
        elif folder != "reports":
            where.pages[source] = f"project/{source.lower()}"
        elif name.removesuffix(".md") in claims:
            where.pages[source] = f"papers/{name.removesuffix('.md')}/index.md"
        else:
            where.pages[source] = {"README.md": SCORECARD, "schemes.md": schemes.INDEX}.get(name, f"evidence/{name}")
    for paper, found in claims.items():
        where.sections |= {(f"reports/{paper}.md", claim.id.lower()): claim.path for claim in found}
    where.sections |= {(schemes.SOURCE, scheme.name): scheme.path for scheme in optimizers}
    return where


def _for_the_site(text: str) -> str:
    """What GitHub reads and Python-Markdown does not: details as blocks; a figure with its caption as one thing."""
    text = DETAILS.sub(_details, text).replace("</details>", "///")
    return FIGURE.sub(
        lambda found: (
            f"![Chart: {found['name'].replace('-', ' ')}]({found['path']})\n/// caption\n{found['caption']}\n///"
        ),
        text,
    )


def _details(found: "re.Match[str]") -> str:
    summary = found["summary"]
    return f"/// details | {'Proof: ' if PROOF.match(summary) else ''}{summary}"


def _nav(
    pages: dict[str, str],
    claims: dict[str, tuple[ClaimPage, ...]],
    titles: dict[str, str],
    optimizers: Sequence[schemes.SchemePage],
) -> list[Any]:
    nav: list[Any] = [{"Home": HOME}]
    for shelf in SHELVES:
        if found := _shelf(pages, shelf):
            nav.append({shelf.capitalize(): found})
    beside = [f"evidence/{name}.md" for name in FIRST if f"evidence/{name}.md" in pages]
    by_paper = [
        {titles[paper]: [f"papers/{paper}/index.md", *({claim.id: claim.path} for claim in found)]}
        for paper, found in claims.items()
    ]
    nav.append({"Claims": [SCORECARD, GRAPH, *beside, *by_paper]})
    nav.append({"Schemes": [schemes.INDEX, *({scheme.name: scheme.path} for scheme in optimizers)]})
    evidence = [path for path in sorted(pages) if path.startswith("evidence/") and path not in beside]
    nav.append({"Evidence": evidence})
    nav.append({"Project": [path for name in PROJECT if (path := f"project/{name.lower()}") in pages]})
    return nav


def _shelf(pages: dict[str, str], shelf: str) -> list[str]:
    """A folder of docs/: its index, then the pages in the order in which the index links to them, then the others."""
    index = f"{shelf}/index.md"
    linked = [f"{shelf}/{to}" for to in re.findall(r"\]\(([^)#\s]+\.md)", pages.get(index, ""))]
    order = [index, *linked, *sorted(path for path in pages if path.startswith(f"{shelf}/"))]
    return [path for path in dict.fromkeys(order) if path in pages]


def _within(root: Path, reports: Path, file: str) -> Path:
    return reports / file.removeprefix("reports/") if file.startswith("reports/") else root / file


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SiteError(f"{path} cannot be read ({error.strerror}): run `orthodrome report`") from error
