"""The commands under `orthodrome trust`. Each imports what it needs, so that --help waits for nothing."""

from typing import Annotated

import typer

from verify.commands.shared import FAILS, HOLDS, REPORTS, Json, Reports
from verify.records import text

app = typer.Typer(
    name="trust",
    help="How far a green run can be believed: mutants, false alarms, tolerances, hostile input, other routes.",
    no_args_is_help=True,
)


@app.command()
def alarms(
    seeds: Annotated[int, typer.Option(min=1, help="Seeds that the battery of checks is run under.")] = 200,
    cases: Annotated[int, typer.Option(min=1, help="Cases a numeric check draws.")] = 300,
    workers: Annotated[int, typer.Option(min=1, help="Processes side by side.")] = 2,
    resume: Annotated[bool, typer.Option(help="Take over what was done of a run with the same code.")] = True,
    again: Annotated[
        list[str] | None,
        typer.Option(
            "--again", metavar="CHECK", help="Run this check alone under each seed that is kept, of any code."
        ),
    ] = None,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Run every numeric check under many seeds: whatever fails is a false alarm. Long; an interrupted run goes on."""
    from verify import console
    from verify.trust import alarms, record

    try:
        with console.progress() as progress:
            found = alarms.survey(seeds, cases, workers, resume=resume, again=again or (), progress=progress)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    record.save(reports, "alarms", found)
    if as_json:
        typer.echo(text(found), nl=False)
    else:
        typer.echo(f"{found['results']} results under {seeds} seeds: {len(found['failures'])} failures")
        for row in found["failures"]:
            typer.echo(f"seed {row['seed']}: {row['claim']} {row['law']}: {row['worst']}")
        for level in found["levels"]:
            typer.echo(f"chance below {level['chance']:g}: {level['found']}, at most {level['at_most']} by luck")
    raise typer.Exit(HOLDS if alarms.sound(found) else FAILS)


@app.command()
def properties(
    run: Annotated[
        list[str] | None,
        typer.Option("--run", metavar="PROFILE", help="Run them under this profile of hypothesis too: dev, ci, deep."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The seed that such a run draws its examples from.")] = 0,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Count the property-based tests of the core: laws, examples, backends; --run runs them. Needs a checkout."""
    from verify.trust import properties as counting
    from verify.trust import properties_run, record

    try:
        found = counting.counted()
        if unknown := sorted(set(run or ()) - set(found["profiles"])):
            raise ValueError(f"--run {unknown[0]}: no such profile; there are {', '.join(found['profiles'])}")
        rows = [properties_run.run(profile, seed) for profile in run or ()]
    except (ValueError, RuntimeError) as error:
        raise typer.BadParameter(str(error)) from None
    found["runs"] = properties_run.merged(record.load(reports, "properties"), rows)
    record.save(reports, "properties", found)
    said = [f"{len(found['laws'])} laws, {len(found['controls'])} negative controls"]
    for row in found["runs"]:
        failed = "".join(f"\n  failed: {name}" for name in row["failed"])
        said.append(
            f"{row['profile']}, seed {row['seed']}: {row['passed']} passed, {len(row['failed'])} failed{failed}"
        )
    typer.echo(text(found) if as_json else "\n".join(said) + "\n", nl=False)
    raise typer.Exit(FAILS if any(row["failed"] for row in rows) else HOLDS)


@app.command()
def survivors(reports: Reports = REPORTS, as_json: Json = False) -> None:
    """Judge the mutants of optimizers that survived in a record that was committed once. Needs a checkout, and git."""
    from verify.digest import ROOT
    from verify.trust import record
    from verify.trust.mutants import survivors as tracing

    try:
        found = tracing.survey(ROOT)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    record.save(reports, "survivors", found)
    if as_json:
        typer.echo(text(found), nl=False)
    else:
        for row in found["survivors"]:
            typer.echo(f"{row['label']}: {row['fate']}: {row['by']}")
    raise typer.Exit(FAILS if any(row["fate"] == "survived" for row in found["survivors"]) else HOLDS)


@app.command()
def tolerances(
    cases: Annotated[int, typer.Option(min=1, help="Runs of an optimizer on a path, in a dtype.")] = 200,
    workers: Annotated[int, typer.Option(min=1, help="Processes side by side.")] = 2,
    resume: Annotated[bool, typer.Option(help="Take over the cells of a run with the same code.")] = True,
    measured: Annotated[
        bool, typer.Option("--measure/--no-measure", help="Measure what is not kept; else record what is.")
    ] = True,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Errors in units of what is allowed, for each optimizer, path and dtype. Long; an interrupted run goes on."""
    from verify import console
    from verify.trust import record
    from verify.trust.tolerances import survey

    with console.progress() as progress:
        found = survey.survey(cases, workers, resume=resume, progress=progress, measured=measured)
    record.save(reports, "tolerances", found)
    if as_json:
        typer.echo(text(found), nl=False)
    else:
        for row in found["totals"]:
            at = f"{row['device']} {row['dtype']:8} {row['path']:8}"
            typer.echo(f"{at} {row['cells']:3} cells: at most {row['worst']} of the bound ({row['where']})")
        for row in found["faults"]:
            typer.echo(f"{row['optimizer']}, {row['path']}, {row['dtype']}, {row['device']}: {row['first']}")
    raise typer.Exit(HOLDS if survey.sound(found) else FAILS)


@app.command()
def routes(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[ROUTE]...", help="points, kernel, smt, oracle, sphere; all of them.")
    ] = None,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Come to the same results by other ways. Long: minutes for `points` and `kernel`; each is recorded when done."""
    from verify import console
    from verify.trust.routes import survey

    try:
        with console.progress() as progress:
            found = survey.survey(reports, names or (), progress=progress)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    verdicts = survey.verdicts(found)
    if as_json:
        typer.echo(text(found), nl=False)
    else:
        for name, verdict in verdicts.items():
            typer.echo(f"{name:8} {'not run' if verdict is None else 'agrees' if verdict else 'DIFFERS'}")
    raise typer.Exit(FAILS if False in verdicts.values() else HOLDS)


@app.command("bytes")
def same_bytes(
    cases: Annotated[int | None, typer.Option(min=1, help="Cases a numeric check draws.")] = None,
    resume: Annotated[bool, typer.Option(help="Go on with a survey that was interrupted.")] = True,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Write all pages in several environments and compare the bytes. Long; an interrupted run goes on."""
    from verify import console
    from verify.trust import determinism, record

    with console.progress() as progress:
        found = determinism.compare(reports, cases=cases, resume=resume, progress=progress)
    record.save(reports, "bytes", found)
    if as_json:
        typer.echo(text(found), nl=False)
    else:
        for row in found["runs"]:
            outcome = f"{len(row['differing'])} of {row['files']} files differ" if row["status"] == 0 else row["words"]
            typer.echo(f"{row['name']}: {outcome}")
    raise typer.Exit(HOLDS if determinism.ok(found) else FAILS)


@app.command()
def hostile(
    parts: Annotated[
        list[str] | None, typer.Argument(metavar="[PART]...", help="optimizers, endurance, files, ends, fuzz; all.")
    ] = None,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Hostile numbers, tensors, files, ends and arguments. Long; each part is recorded when it is done."""
    from verify import console
    from verify.trust.hostile import command

    try:
        with console.progress() as progress:
            found = command.survey(reports, parts or (), progress)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    lines = command.faults(found)
    if as_json:
        typer.echo(text(found), nl=False)
    else:
        typer.echo("\n".join([*lines, f"{len(lines)} faults"]))
    raise typer.Exit(FAILS if lines else HOLDS)
