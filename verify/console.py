"""What a person at a terminal sees: progress on standard error, results on standard output."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from textwrap import wrap
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from derivations.verdict import Verdict
from verify.report.markdown import number
from verify.report.sentences import sentence
from verify.report.view import ClaimView, TheoremView, WitnessView, count
from verify.results import CheckResult

if TYPE_CHECKING:
    from verify.equilibria import Formulas, Prediction, Without
    from verify.report.build import Outcome  # imports every law, and with them torch

WIDTH = 160
"""Columns of a table that goes to a file or a pipe."""

COLOURS = {Verdict.HOLDS: "green", Verdict.FALSE: "red", Verdict.MISPRINT: "red", Verdict.OPEN: "dim"}


@contextmanager
def progress(separate: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """A function (name, done, total) that moves a bar on standard error, when that is a terminal.

    separate: a bar a name, for work that goes on side by side; each goes when it is full.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def move(name: str, done: int, total: int) -> None:
            key = name if separate else ""
            if key not in tasks:
                tasks[key] = bar.add_task("", total=None)
            bar.update(
                tasks[key],
                description=name.replace("_", " "),
                completed=done,
                total=total,
                visible=not separate or done < total,
            )

        yield move


def show_claims(claims: Sequence[ClaimView]) -> None:
    """The scorecard."""
    out, rows = _out(), [("claim", "verdict", "evidence"), *((c.id, str(c.verdict), str(c.evidence)) for c in claims)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    indent = sum(widths) + 2 * len(widths)
    lines = ["  ".join([*(h.ljust(n) for h, n in zip(rows[0], widths, strict=True)), "finding"])]
    for claim, row in zip(claims, rows[1:], strict=True):
        id, said, evidence = (word.ljust(n) for word, n in zip(row, widths, strict=True))
        first, *more = wrap(claim.finding, max(out.width - indent, 20)) or [""]
        lines.append(f"{id}  {verdict(claim)}{said[len(claim.verdict) :]}  {evidence}  {escape(first)}")
        lines += [" " * indent + escape(line) for line in more]
    out.print("\n".join(lines), soft_wrap=True)  # a Table would take longer than all the rest of the command
    totals = ", ".join(f"{n} {v}" for v in Verdict if (n := count(tuple(claims), v)))
    out.print(f"\n{len(claims)} claims: {totals or 'none'}")


def _lines(witness: WitnessView) -> list[str]:
    """A counterexample: what it is, what is given, and the printed relation that it refutes."""
    return [witness.description, *witness.given, *([f"not: {witness.printed}"] if witness.printed else [])]


def show_claim(claim: ClaimView) -> None:
    """One claim, without its proof."""
    out = _out()
    out.print(f"[bold]{claim.id}[/bold] · {escape(claim.paper)} · {escape(claim.where)}")
    out.print(f"{verdict(claim)} · {claim.evidence}\n")
    _section("Printed", [sentence(claim.statement)])
    _section("Finding", [claim.finding])
    _section("Not settled", claim.problems)
    _section("Would need", [claim.needs] if claim.needs else [])
    _section("000 and 001", [claim.versions] if claim.versions else [])
    _section("Hypotheses", claim.hypotheses)
    for theorem in claim.theorems:
        _section(f"Theorem: {theorem.name} · {theorem.evidence}", [theorem.words, theorem.statement])
    for witness in claim.witnesses:
        _section("Counterexample", _lines(witness))
    _section("Corrected", [sentence(claim.corrected_latex)] if claim.corrected_latex else [])
    for theorem in claim.corrected:
        _section(f"Corrected theorem: {theorem.name} · {theorem.evidence}", [theorem.words, theorem.statement])
    _section("Notes", claim.notes)
    if claim.checks:
        show_checks(claim.checks)


def show_proof(claim: ClaimView) -> None:
    """One claim's theorems step by step, and its counterexamples."""
    out = _out()
    out.print(f"[bold]{claim.id}[/bold] · {verdict(claim)} · {claim.evidence}")
    for theorem in (*claim.theorems, *claim.corrected):
        _theorem(theorem)
    for witness in claim.witnesses:
        title = "Counterexample, replayed" if witness.ok else "Counterexample that DOES NOT REPLAY"
        _section(title, _lines(witness))
    _section("Not settled", claim.problems)
    if not (claim.theorems or claim.corrected or claim.witnesses):
        out.print("There is no proof: " + escape(claim.finding))


def show_checks(results: Iterable[CheckResult]) -> None:
    """Numeric results, one a row."""
    table = Table(box=None, pad_edge=False)
    for heading in ("claim", "law", "cases", "worst", "allowed", "dtype", "device", ""):
        table.add_column(heading, justify="right" if heading in ("cases", "worst", "allowed") else "left")
    for r in results:
        outcome = "[green]ok[/green]" if r.passed else "[red]FAILED[/red]"
        numbers = str(r.cases), number(r.worst), number(r.allowed)
        law = escape(r.law.replace("_", " "))
        table.add_row(r.claim, law, *numbers, r.dtype, r.device, f"{outcome} {escape(r.note)}")
    _out().print(table)


def show_equilibria(rows: Sequence["Formulas | Without"]) -> None:
    """The leading order of every equilibrium, one scheme a row; below, the schemes without one."""
    from derivations.equilibrium.formulas import plain

    out = _out()
    out.print("For small ηλ, ⟨g, w⟩ = 0, L = E‖g‖²‖w‖², d coordinates. Deviations shrink by 1 - rate a step.\n")
    out.print(f"[bold]{'scheme':18}{'‖w*‖':32}{'Δ*²':38}rate[/bold]")
    without = []
    for row in rows:
        if row.reason is not None:
            without.append(f"{row.scheme.name:18}{row.reason}")
            continue
        power, value = row.norm_small
        norm, angle = f"({plain(value)})^(1/{2 * power})", plain(row.angle_small)
        out.print(escape(f"{row.scheme.name:18}{norm:30}  {angle:36}  {plain(row.rate_small)}"))
    out.print("\n[bold]Without an equilibrium[/bold]")
    for line in without:
        out.print(escape(line))


def show_equilibrium(found: "Prediction") -> None:
    """One equilibrium: numbers, formulas, assumptions."""
    from derivations.equilibrium.formulas import plain
    from derivations.equilibrium.one_step import X

    out, at, shown = _out(), found.numbers, found.formulas
    settings = ", ".join(f"{name}={number_(value)}" for name, value in found.hyperparameters.items())
    dimension = f", d={number_(found.dimension)}" if shown.uses_dimension else ""
    out.print(f"[bold]{shown.scheme.name}[/bold] · {settings}, L={number_(found.second_moment)}{dimension}\n")
    way = "oscillating" if at.oscillates else "from one side"
    lines = {
        "norm": f"‖w*‖ = {at.norm:.6g}",
        "angular update": f"Δ* = {at.angle:.6g} rad = {math.degrees(at.angle):.6g}° a step",
        "approach": f"deviations shrink by {at.contraction:.9g} a step, {way}; they halve in {at.half_life:.4g} steps",
        "spread": "not derived: single coordinates add to it, and they are not in the map",
    }
    if not at.assumed:
        (norm, norm_by_direction), (angle, angle_by_direction) = at.norm_squared_variance, at.angle_variance
        lines["spread"] = f"Var ‖w‖² = {norm:.4g}·V/L² + {norm_by_direction:.4g}/(d-1)"
        lines[""] = f"Var Δ = {angle:.4g}·V/L² + {angle_by_direction:.4g}/(d-1), V = Var ‖g̃‖²"
    for name, line in lines.items():
        out.print(f"{name:16}{line}")
    left, right = shown.norm
    power, small = shown.norm_small
    out.print("\n[bold]Formulas[/bold], x = ‖w*‖²")
    formulas = [f"{plain(left)} = {plain(right)}", f"cos Δ* = {plain(shown.cosine)}"]
    formulas += [f"{plain(s)}² = {plain(square)}" for s, square in shown.roots]
    formulas.append(
        f"small ηλ: {plain(X**power)} = {plain(small)}, Δ*² = {plain(shown.angle_small)}, "
        f"rate of approach {plain(shown.rate_small)}"
    )
    for line in formulas:
        out.print("  " + escape(line))
    how = "Exact for the map of the expectations given the state, in every dimension, under" if shown.exact else "Under"
    out.print(f"[bold]{how}[/bold]")
    for line in shown.assumptions:
        out.print("  " + escape(line))
    if (after := found.division) is not None:
        out.print(f"[bold]After the learning rate is divided by {number_(after.divisor)}[/bold]")
        out.print(
            f"  {after.printed} steps as 002, Corollary 3.1, counts; the angular update is then at "
            f"{100 * after.angle_at_printed:.0f} % of its new value"
        )
        out.print(f"  {after.steps} steps until the angular update is within 5 % of its new value")
        buffer = f", the buffer's tangential part by {after.buffer:.4g}" if after.buffer else ""
        out.print(f"  0 steps with the weights multiplied by {after.weights:.4g}{buffer}")


def number_(value: float) -> str:
    """A number that someone gave, as short as it was given."""
    return f"{value:.10g}"


def show_outcome(outcome: "Outcome") -> None:
    """What became of the pages."""
    out = _out()
    claims = tuple(claim for page in outcome.pages for claim in page.claims)
    out.print(", ".join(f"{n} {v}" for v in Verdict if (n := count(claims, v))))
    for failure in outcome.failed:
        out.print(f"[red]does not hold[/red]: {escape(failure)}")
    label = "[red]stale[/red]" if outcome.checked else "wrote"
    for name in outcome.files:
        out.print(f"{label}: {escape(name)}")
    if outcome.checked and outcome.files:
        out.print("The pages on disk are not what the sources give: run `orthodrome report` and commit what changes.")
    elif not outcome.files:
        out.print("the pages are up to date")


def verdict(claim: ClaimView) -> str:
    """The verdict in its colour."""
    colour = COLOURS.get(claim.verdict, "yellow")
    return f"[{colour}]{claim.verdict}[/{colour}]"


def _theorem(theorem: TheoremView) -> None:
    out = _out()
    out.print(f"\n[bold]{escape(theorem.name)}[/bold] · {theorem.evidence}")
    for assumed in theorem.hypotheses:
        every = f"  for every {', '.join(assumed.forall)}" if assumed.forall else ""
        out.print(f"  given  {escape(assumed.name)}: {escape(assumed.relation)}{every}")
    for number_, step in enumerate(theorem.steps, 1):
        mark = f"[green]{step.evidence}[/green]" if step.ok else "[red]OPEN[/red]"
        uses = f" from {', '.join(step.uses)}" if step.uses else ""
        out.print(f"  {number_:>5}  {escape(step.name)}: {escape(step.relation)}")
        why = "" if step.ok else f": {step.detail}"
        out.print(f"         {mark} by {escape(step.rule + uses + why)}")
    if theorem.reason:
        out.print(f"  [red]not proved[/red]: {escape(theorem.reason)}")


def _section(title: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    out = _out()
    out.print(f"[bold]{escape(title)}[/bold]")
    for line in lines:
        if line:
            out.print("  " + escape(line))


def _out() -> Console:
    terminal = Console().is_terminal
    return Console(soft_wrap=True, highlight=False, width=None if terminal else WIDTH)
