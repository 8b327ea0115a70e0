"""The command `orthodrome groups`: radially-invariant slices of a model, and how well they are found on the zoo."""

from typing import Annotated

import typer

from verify.commands.shared import FAILS, HOLDS, REPORTS, Json, Reports, print_json


def groups(
    target: Annotated[
        str | None,
        typer.Argument(metavar="MODULE:FUNCTION", help="A function without arguments that returns (model, sample)."),
    ] = None,
    zoo: Annotated[bool, typer.Option("--zoo", help="Measure the finder on the zoo and record it.")] = False,
    seed: Annotated[int, typer.Option(help="Of the random numbers.")] = 0,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Find which slices of which parameters of a model are radially invariant, or measure how well they are found.

    With --zoo the exit status is 1 when a slice is missed or invented, or a label is refuted.
    """
    from verify import console
    from verify.report.groups import ok, write
    from verify.zoo.console import discovered, show
    from verify.zoo.survey import survey

    if zoo == (target is not None):
        raise typer.BadParameter("give a MODULE:FUNCTION that returns (model, sample), or --zoo")
    if target is not None:
        try:
            found = discovered(target, seed)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
        if as_json:
            print_json(found.rows())
        else:
            typer.echo(found.table())
        raise typer.Exit(HOLDS)
    with console.progress() as progress:
        record = survey(seed=seed, progress=progress)
    path = write(record, reports)
    if as_json:
        print_json(record)
    else:
        show(record, path)
    raise typer.Exit(HOLDS if ok(record) else FAILS)
