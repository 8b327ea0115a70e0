"""Views rendered to markdown: a dictionary of file names and texts, the same for the same views."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

import jinja2

from derivations.claim import Verdict
from verify.records import Recorded
from verify.report import ecosystem as audits
from verify.report import machine, manners, markdown, ratios
from verify.report import trust as trusted
from verify.report.collect import all_claims
from verify.report.equilibria import EquilibriaView
from verify.report.groups import COMMAND, GroupsView
from verify.report.groups import PAGE as GROUPS
from verify.report.peers import PAGE, PeersView, difference
from verify.report.schemes import SchemeView
from verify.report.sentences import sentence
from verify.report.view import ClaimView, DroppedView, Experiment, PaperView, count

EQUILIBRIA = "OD-EQUIL"
"""The claim whose simulations stand on the page of equilibria."""

SCHEMES = "OD-TABLE1"
"""The claim whose numbers stand on the page of schemes."""

COLUMNS = ("formula", "scale", "update", "growth", "decay", "epsilon", "rest")
"""What the table of an audited package says of each optimizer."""

WORST_FIRST = (Verdict.FALSE, Verdict.MISPRINT, Verdict.HYPOTHESIS, Verdict.LOOSE, Verdict.ORDER)

HEADINGS = {
    Verdict.FALSE: "False",
    Verdict.MISPRINT: "Misprints",
    Verdict.HYPOTHESIS: "A hypothesis is missing",
    Verdict.LOOSE: "True but loose",
    Verdict.ORDER: "True to an order only",
}


def render(
    pages: Sequence[PaperView],
    experiments: Mapping[str, Experiment] | None = None,
    dropped: Sequence[DroppedView] = (),
    equilibria: EquilibriaView | None = None,
    peers: PeersView | None = None,
    ecosystem: audits.EcosystemView | None = None,
    schemes: Sequence[SchemeView] = (),
    trust: Recorded | None = None,
    groups: GroupsView | None = None,
    speed: bool = False,
    beside: Collection[str] = (),
) -> dict[str, str]:
    """File name → content of every generated text under reports/.

    experiments: the ID of a paper that has an experiment → that, with its figures.
    dropped: what happens without each hypothesis, a page of its own. equilibria: of every scheme, likewise. peers:
    released optimizers beside the printed ones, likewise. ecosystem: the audits of whole packages, likewise.
    schemes: the row of Table 1 and the scaling law of each, likewise. trust: how far to believe all of it, likewise.
    groups: how well radially-invariant slices are found, likewise. speed: whether times and comparisons have pages.
    beside: pages that are made elsewhere, for the scorecard to link to.
    """
    claims = all_claims(pages)
    files = {
        "README.md": _template("scorecard.md").render(
            pages=pages,
            claims=claims,
            total=len(claims),
            verdicts=list(Verdict),
            count=count,
            equilibria=equilibria is not None,
            schemes=bool(schemes),
            peers=peers is not None,
            ecosystem=ecosystem is not None,
            trust=trust is not None,
            speed=speed,
            beside=beside,
        ),
        "errata.md": _template("errata.md").render(groups=_errata(pages), heading=HEADINGS),
        "hypotheses.md": _template("hypotheses.md").render(dropped=dropped),
        "claims.json": machine.claims_json(claims),
    }
    if peers is not None:
        files[PAGE] = peers_page(peers)
    if ecosystem is not None:
        files[audits.PAGE] = ecosystem_page(ecosystem)
    if groups is not None:
        files[GROUPS] = _template(GROUPS).render(view=groups, command=COMMAND)
    if equilibria is not None:
        simulated = next((claim.checks for claim in claims if claim.id == EQUILIBRIA), ())
        files["equilibria.md"] = _template("equilibria.md").render(
            equilibria=equilibria, simulated=simulated, degrees=math.degrees
        )
    if schemes:
        checked = next((claim.checks for claim in claims if claim.id == SCHEMES), ())
        files["schemes.md"] = _template("schemes.md").render(schemes=schemes, simulated=checked)
    if trust is not None:
        files[trusted.PAGE] = _template(trusted.PAGE).render(trust=trust)
        if (tolerances := trust.record("tolerances")) is not None:
            ratio = trusted.ratios(claims)
            files["tolerances.md"] = _template("tolerances.md").render(record=tolerances, claims=ratio)
            files |= {ratios.OPTIMIZERS: ratios.of_optimizers(tolerances), ratios.CLAIMS: ratios.of_claims(ratio)}
    for page in pages:
        experiment = (experiments or {}).get(page.paper.id)
        files[f"{page.paper.page}.md"] = _template("paper.md").render(
            page=page, experiment=experiment, equilibria=equilibria is not None and page.paper.id in ("002", "ours")
        )
    return {name: _tidy(text) for name, text in files.items()}


def page(template: str, **values: Any) -> str:
    """One page by itself, from a template and what it shows."""
    return _tidy(_template(template).render(**values))


def peers_page(peers: PeersView) -> str:
    """The page of released optimizers alone."""
    return _tidy(_template(PAGE).render(peers=peers))


def ecosystem_page(ecosystem: audits.EcosystemView) -> str:
    """The page of audited packages alone."""
    return _tidy(_template(audits.PAGE).render(ecosystem=ecosystem))


def audit_page(answer: audits.Answer) -> str:
    """The page of one audit; each finding that has a script names its file as `script`."""
    return _tidy(
        _template("audit.md").render(answer=answer, failures=audits.failures(answer), status=audits.status(answer))
    )


def badge(verdict: Verdict) -> str:
    """The verdict in bold where it is known and in italics where it is open: an open claim never looks settled."""
    return f"*{verdict}*" if verdict is Verdict.OPEN else f"**{verdict}**"


def plain(words: str) -> str:
    """Words that are not markdown: every character of it shown as it is; LaTeX in them as the formula that it is."""
    if (shown := markdown.named(words)) is not None:
        return shown
    return re.sub(r"([\\`*_{}\[\]<>|$~])", r"\\\1", re.sub(r"\s+", " ", words).strip())


def law(name: str) -> str:
    """The name of a law: a function's name in words, a sentence with every character as it is."""
    return name.replace("_", " ") if name.isidentifier() else plain(name)


def _errata(pages: Sequence[PaperView]) -> list[tuple[Verdict, list[tuple[PaperView, ClaimView]]]]:
    groups = []
    for verdict in WORST_FIRST:
        found = [(page, claim) for page in pages for claim in page.claims if claim.verdict is verdict]
        groups += [(verdict, found)] if found else []
    return groups


def _tidy(text: str) -> str:
    """At most one blank line in a row, one newline at the end, no blanks at the end of a line."""
    text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("verify.report"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # markdown, not HTML: each value passes through a filter of its own kind
    )
    filters: dict[str, Any] = {
        name: getattr(markdown, name) for name in ("text", "cell", "inline", "display", "number")
    }
    environment.filters |= filters | {
        "sentence": sentence,
        "badge": badge,
        "plain": plain,
        "law": law,
        "difference": difference,
        "short": audits.short,
        "status": audits.status,
        "failures": audits.failures,
        "differs": audits.differs,
        "held": audits.held,
    }
    environment.filters |= {column: getattr(manners, column) for column in COLUMNS}
    environment.globals["headline"] = trusted.headline
    environment.globals |= {"code": trusted.code, "unalarmed": trusted.unalarmed, "examples": trusted.examples}
    environment.globals |= {"ran": trusted.ran}
    environment.globals["unmutated"] = trusted.unmutated
    return environment


def _template(name: str) -> jinja2.Template:
    return _environment().get_template(name)
