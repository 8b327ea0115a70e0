"""The pages that the site has and `reports/` has not: papers without claims, each claim, each scheme, the graph."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import jinja2

from derivations.verdict import Verdict
from verify.site import schemes
from verify.site.claims import ClaimPage
from verify.site.drawing import svg
from verify.site.graph import Edge, edges
from verify.site.links import Map, relative
from verify.site.sections import cut

Claims = Mapping[str, Sequence[ClaimPage]]


def papers(sources: Mapping[str, str], claims: Claims, where: Map) -> dict[str, str]:
    """The page of each paper: what stands before its claims, and a table of them."""
    made = {}
    for paper, found in claims.items():
        source = f"reports/{paper}.md"
        page = where.pages[source]
        head, sections = cut(sources[source], 2)
        kept = [head, *(f"## {s.title}\n\n{s.body}" for s in sections if s.title != "Claims")]
        made[page] = _made("paper.md", head=where.rewrite("\n\n".join(kept), source, page), claims=found)
    return made


def claims(claims: Claims, titles: Mapping[str, str], where: Map) -> dict[str, str]:
    """The page of each claim, with what it rests on and what rests on it."""
    everyone = [claim for found in claims.values() for claim in found]
    lines = edges(everyone)
    path = {claim.id: claim.path for claim in everyone}
    return {claim.path: _claim(claim, titles[claim.paper], lines, path, where) for claim in everyone}


def _claim(claim: ClaimPage, paper: str, lines: Sequence[Edge], path: Mapping[str, str], where: Map) -> str:
    def to(id: str) -> str:
        return relative(path[id], claim.path)

    source = f"reports/{claim.paper}.md"
    around = [(e.source if e.target == claim.id else e.target) for e in lines if claim.id in (e.source, e.target)]
    return _made(
        "claim.md",
        claim=claim,
        word=word(claim.id),
        paper=paper,
        paper_link=relative(where.pages[source], claim.path),
        body=where.rewrite(claim.body, source, claim.path),
        rests=[(e, to(e.target)) for e in lines if e.source == claim.id and e.theorems],
        used=[(e, to(e.source)) for e in lines if e.target == claim.id and e.theorems],
        named=[(id, to(id)) for id in dict.fromkeys(around)],
    )


def scheme(found: schemes.SchemePage, where: Map) -> str:
    """The page of a scheme."""
    return _made(
        "scheme.md",
        scheme=found,
        word=word(found.name),
        rule=where.rewrite(found.rule, schemes.SOURCE, found.path),
        rest=where.rewrite(found.rest, schemes.RESTS, found.path),
        why=where.rewrite(found.why, schemes.RESTS, found.path),
        instead=where.rewrite(found.instead, schemes.RESTS, found.path),
        equilibria=relative(where.pages[schemes.RESTS], found.path),
    )


def word(name: str) -> str:
    """A name as one word of the search's index, which cuts at hyphens; orthodrome.js asks for it."""
    return name.lower().replace("-", "_")


def graph(claims: Claims) -> str:
    """The graph of the claims, drawn and in words."""
    everyone = [claim for found in claims.values() for claim in found]
    lines = edges(everyone)
    linked = {claim.id: f"[{claim.id}]({claim.path})" for claim in everyone}
    touched = {id for edge in lines for id in (edge.source, edge.target)}
    return _made(
        "graph.md",
        edges=lines,
        proofs=sum(bool(edge.theorems) for edge in lines),
        alone=len(everyone) - len(touched),
        total=len(everyone),
        verdicts=[v for v in Verdict if any(claim.verdict == v for claim in everyone)],
        verdict={linked[claim.id]: claim.verdict for claim in everyone},
        drawing=svg(
            [(_short(found), found) for found in claims.values()],
            lines,
            {claim.id: claim.path.replace(".md", ".html") for claim in everyone},
        ),
        rows=[
            (
                linked[claim.id],
                ", ".join(linked[e.target] for e in lines if e.source == claim.id and e.theorems),
                ", ".join(linked[e.target] for e in lines if e.source == claim.id and not e.theorems),
            )
            for claim in everyone
        ],
    )


def _short(found: Sequence[ClaimPage]) -> str:
    """A paper in the head of a column: the part of its page's name that are numbers, else the name."""
    digits = [part for part in found[0].paper.split("-") if part.isdigit()]
    return ", ".join(digits) or found[0].paper


def home(claims: Sequence[ClaimPage]) -> str:
    """The first page, where docs/ has none."""
    counted = Counter(claim.verdict for claim in claims)
    return _made("home.md", total=len(claims), counts=[(v, counted[v]) for v in Verdict if counted[v]])


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("verify.site"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # markdown, as in verify.report
    )


def _made(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(**values)
