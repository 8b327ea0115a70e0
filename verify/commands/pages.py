"""The command that proves, checks and writes the pages."""

from pathlib import Path
from typing import Annotated

import typer

from verify.commands.shared import FAILS, HOLDS, REPORTS, Cache, Json, Reports, print_json


def report(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing: fail when the committed pages are stale.")
    ] = False,
    experiments: Annotated[
        bool, typer.Option("--experiments", help="Run the training experiments anew first.")
    ] = False,
    cases: Annotated[int | None, typer.Option(min=1, help="Cases a numeric check draws.")] = None,
    outside: Annotated[
        Path | None, typer.Option("--outside", metavar="PAGE", help="Write this page of what others bring, no other.")
    ] = None,
    reports: Reports = REPORTS,
    cache: Cache = True,
    as_json: Json = False,
) -> None:
    """Prove every claim, rerun the numeric checks, write the pages.

    With --check: prove every claim, render the pages with the recorded numbers, and compare them with those on disk.
    With --outside: the same for the schemes, optimizers and claims of others; they never enter the pages of ours.
    """
    if outside is not None:
        if check or experiments:
            raise typer.BadParameter(
                "--outside writes a page of its own: it goes with neither --check nor --experiments"
            )
        _report_outside(outside, cases, as_json)
    from derivations import CLAIMS
    from verify import console
    from verify.checks.run import CASES
    from verify.recording import EXPERIMENTS, record
    from verify.report import build

    if check and (experiments or cases):
        raise typer.BadParameter("--check compares what is recorded: it goes with neither --experiments nor --cases")
    with console.progress() as progress:
        if experiments:
            for name in EXPERIMENTS:
                record(name, reports, resume=False, progress=progress)
        if check:
            outcome = build.check(CLAIMS, reports, progress, cache)
        else:
            outcome = build.write(CLAIMS, reports, progress, cases or CASES, cache)
    if as_json:
        print_json({"files": outcome.files, "failed": outcome.failed, "ok": outcome.ok})
    else:
        console.show_outcome(outcome)
    raise typer.Exit(HOLDS if outcome.ok else FAILS)


def _report_outside(path: Path, cases: int | None, as_json: bool) -> None:
    from verify import console
    from verify.report import outside

    if path.suffix != ".md" or not path.parent.is_dir():
        raise typer.BadParameter(f"--outside {str(path)!r}: a page in a directory that is there, like outside.md")
    with console.progress() as progress:
        changed, view = outside.write(path, cases, progress)
    if as_json:
        print_json({"files": [str(path)] if changed else [], "failed": view.failed, "ok": not view.failed})
    else:
        typer.echo("\n".join([*view.failed, f"wrote {path}" if changed else f"{path} is up to date"]))
    raise typer.Exit(FAILS if view.failed else HOLDS)
