"""What several commands use: exit status, options, and how what is asked for is found."""

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from derivations.claim import Claim
    from derivations.contract import Entry
    from verify.outside import Progress
    from verify.report.view import ClaimView
    from verify.results import CheckResult

HOLDS, FAILS, USAGE = 0, 1, 2
REPORTS = Path("reports")

Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
Reports = Annotated[Path, typer.Option("--reports", help="The directory of the generated pages.")]
Cache = Annotated[
    bool, typer.Option("--cache/--no-cache", help="Take over what was proved before from the same sources, or not.")
]
Id = Annotated[str, typer.Argument(metavar="ID", help="A claim, for example SP-T4.")]


def find(id: str) -> "tuple[Claim | None, Entry | None]":
    """The claim and the row of the contract with an ID, in any case of letters; wrong usage when there is neither."""
    from derivations import CLAIMS
    from derivations.contract import entries

    claim = next((claim for claim in CLAIMS if claim.id == id.upper()), None)
    entry = entries().get(id.upper())
    if claim is None and entry is None:
        from derivations.outside import load

        others = load()
        theirs = {claim.id: claim for claim in others.of("claims")}
        if id.upper() not in theirs:
            lost = "".join(f"; not loaded: {broken}" for broken in others.broken)
            known = {*entries(), *(c.id for c in CLAIMS), *theirs}
            raise typer.BadParameter(f"no claim is called {id!r}{nearest(id.upper(), known)}{lost}")
        claim = theirs[id.upper()]
    return claim, entry


def view_of(id: str, reports: Path, progress: "Progress", cache: bool) -> "ClaimView":
    """The claim with an ID, as its page shows it; what is kept of it first, for which nothing need be imported."""
    from verify import judgements
    from verify.report.arrange import measured
    from verify.results import recorded

    if cache and (kept := judgements.known(id.upper())) is not None:
        return measured(kept, recorded(reports))
    claim, entry = find(id)
    with faults(claim.id if claim else ""):
        if claim is not None and (ours := judgements.judged(claim.id, progress, keep=cache)) is not None:
            return measured(ours, recorded(reports))
        from verify.report.collect import claim_view

        return claim_view(claim, entry, results_of(claim, reports, progress), progress)


def results_of(claim: "Claim | None", reports: Path, progress: "Progress") -> "tuple[CheckResult, ...]":
    """The numbers recorded about a claim of ours; about one of others, their checks, run now."""
    from derivations import CLAIMS
    from verify.outside import results_about
    from verify.results import about, recorded

    if claim is None or claim in CLAIMS:
        return () if claim is None else about(recorded(reports), claim.id)
    return results_about(claim, progress=progress)


def not_loaded() -> list[str]:
    """What others bring that cannot be used, said on standard error."""
    from verify.outside import load

    lost = [f"not loaded: {broken}" for broken in load().broken]
    for line in lost:
        typer.echo(line, err=True)
    return lost


@contextmanager
def faults(name: str = "") -> "Iterator[None]":
    """What a scheme or a claim of others raises ends the command, with a line that names it."""
    from derivations.outside import Faulty, blamed

    try:
        with blamed(name):
            yield
    except Faulty as error:
        typer.echo(f"orthodrome: {error}", err=True)
        raise typer.Exit(FAILS) from None


def nearest(name: str, names: "Iterable[str]") -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(names), n=3, cutoff=0.5)
    return f"; did you mean {', '.join(near)}?" if near else f": choose one of {', '.join(sorted(names))}"


def print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=1, ensure_ascii=False))
