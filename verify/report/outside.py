"""The page of what others bring: their schemes, optimizers and claims, shown as ours are, and never among ours."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from derivations.effective import EffectiveRow, NoRow, effective_rows
from derivations.equilibrium.formulas import latex
from derivations.ours.effective_table import moves_by_the_row
from derivations.outside import Broken, Faulty, blamed, load
from derivations.proof import prove
from derivations.scheme import Scheme
from verify import equilibria, outside, scale
from verify.atomic import write_text
from verify.checks.run import CASES
from verify.equilibria import Formulas
from verify.optimizers import check_subjects
from verify.report.render import page
from verify.report.view import ClaimView
from verify.results import CheckResult

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class RowView:
    """Table 1: A or η^e, and c or c⊥, in LaTeX, and how it is known."""

    step: str
    rate: str
    direction: str
    evidence: str


@dataclass(frozen=True)
class SchemeView:
    """A scheme of others: its rule in its own words, its scaling law, and its equilibrium, or the reasons for none."""

    name: str
    title: str
    source: str
    origin: str
    rule: tuple[str, ...]
    rows: tuple[RowView, ...]
    without_row: str
    evidence: str
    powers: tuple[tuple[str, str], ...]
    without_law: str
    norm: str
    angle: str
    rate: str
    assumptions: tuple[str, ...]
    without_equilibrium: str


@dataclass(frozen=True)
class OutsideView:
    """The page."""

    schemes: tuple[SchemeView, ...]
    optimizers: tuple[CheckResult, ...]
    claims: tuple[ClaimView, ...]
    broken: tuple[Broken, ...]

    @property
    def failed(self) -> tuple[str, ...]:
        """What does not hold, and what could not be loaded."""
        return (
            *(f"{claim.id}: {problem}" for claim in self.claims for problem in claim.problems),
            *(f"{r.law} ({r.dtype}): {r.note}" for r in self.optimizers if not r.passed),
            *(f"not loaded: {broken}" for broken in self.broken),
        )


def collect(cases: int | None = None, progress: Progress | None = None) -> OutsideView:
    """Run and judge everything that others bring."""
    found = outside.load()
    return OutsideView(
        tuple(map(scheme_view, found.schemes)),
        check_subjects(found.subjects, cases, progress),
        outside.claim_views(cases or CASES, progress),
        found.broken,
    )


def write(path: Path, cases: int | None = None, progress: Progress | None = None) -> tuple[bool, OutsideView]:
    """Write the page; whether it changed, and what it shows."""
    view = collect(cases, progress)
    return write_text(path, page("outside.md", outside=view)), view


def scheme_view(scheme: Scheme) -> SchemeView:
    """One scheme as the page shows it."""
    law, found = scale.row(scheme), equilibria.row(scheme)
    rest = found if isinstance(found, Formulas) else None
    rows, without_row = _rows(scheme)
    return SchemeView(
        name=scheme.name,
        title=scheme.title,
        source=scheme.source,
        origin=load().source(scheme),
        rule=tuple(line for line in (inspect.getdoc(type(scheme)) or "").splitlines() if line.strip()),
        rows=rows,
        without_row=without_row,
        evidence=str(law.evidence),
        powers=() if law.law is None else scale.powers(law.law),
        without_law=law.reason,
        norm=f"{latex(rest.norm[0])}={latex(rest.norm[1])}" if rest else "",
        angle=latex(rest.angle_small) if rest else "",
        rate=latex(rest.rate_small) if rest else "",
        assumptions=rest.assumptions if rest else (),
        without_equilibrium=found.reason or "",
    )


def _rows(scheme: Scheme) -> tuple[tuple[RowView, ...], str]:
    """Its rows of Table 1, or the reason for none."""
    try:
        with blamed(scheme.name, NoRow):
            return tuple(map(_row, effective_rows(scheme))), ""
    except (NoRow, Faulty) as error:
        return (), str(error)


def _row(row: EffectiveRow) -> RowView:
    on_sphere = row.prefactor is None
    return RowView(
        "in the first step" if row.first else "",
        rf"\eta^e={latex(row.rate)}" if on_sphere else f"A={latex(row.prefactor)}",
        rf"c^\perp={row.direction.latex}" if on_sphere else f"c={row.c.latex}",
        str(prove(moves_by_the_row(row)).evidence),
    )
