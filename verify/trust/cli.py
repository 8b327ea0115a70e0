"""The commands under `orthodrome trust`. Each imports what it needs, so that --help waits for nothing."""

from typing import Annotated

import typer

from verify.commands.shared import FAILS, HOLDS, REPORTS, Json, Reports

app = typer.Typer(
    name="trust",
    help="How far a green run can be believed: mutants, false alarms, tolerances, hostile input, other routes.",
    no_args_is_help=True,
)


@app.command()
def alarms(
    seeds: Annotated[int, typer.Option(min=1, help="Seeds that the battery of checks is run under.")] = 200,
    cases: Annotated[int, typer.Option(min=1, help="Cases a numeric check draws.")] = 250,
    workers: Annotated[int, typer.Option(min=1, help="Processes side by side.")] = 2,
    resume: Annotated[bool, typer.Option(help="Take over what was done of a run with the same code.")] = True,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Run every numeric check under many seeds: whatever fails is a false alarm. Long; an interrupted run goes on."""
    from verify import console
    from verify.trust import alarms, record

    with console.progress() as progress:
        found = alarms.survey(seeds, cases, workers, resume=resume, progress=progress)
    record.save(reports, "alarms", found)
    if as_json:
        typer.echo(record.text(found), nl=False)
    else:
        typer.echo(f"{found['results']} results under {seeds} seeds: {len(found['failures'])} failures")
        for row in found["failures"]:
            typer.echo(f"seed {row['seed']}: {row['claim']} {row['law']}: {row['worst']}")
        for level in found["levels"]:
            typer.echo(f"chance below {level['chance']:g}: {level['found']}, at most {level['at_most']} by luck")
    raise typer.Exit(HOLDS if alarms.sound(found) else FAILS)


@app.command()
def tolerances(
    cases: Annotated[int, typer.Option(min=1, help="Runs of an optimizer on a path, in a dtype.")] = 200,
    workers: Annotated[int, typer.Option(min=1, help="Processes side by side.")] = 2,
    resume: Annotated[bool, typer.Option(help="Take over the cells of a run with the same code.")] = True,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Errors in units of what is allowed, for each optimizer, path and dtype. Long; an interrupted run goes on."""
    from verify import console
    from verify.trust import record
    from verify.trust.tolerances import survey

    with console.progress() as progress:
        found = survey.survey(cases, workers, resume=resume, progress=progress)
    record.save(reports, "tolerances", found)
    if as_json:
        typer.echo(record.text(found), nl=False)
    else:
        for row in found["totals"]:
            at = f"{row['device']} {row['dtype']:8} {row['path']:8}"
            typer.echo(f"{at} {row['cells']:3} cells: at most {row['worst']} of the bound ({row['where']})")
        for row in found["faults"]:
            typer.echo(f"{row['optimizer']}, {row['path']}, {row['dtype']}, {row['device']}: {row['first']}")
    raise typer.Exit(HOLDS if survey.sound(found) else FAILS)
