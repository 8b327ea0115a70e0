"""The command that audits an optimizer, anyone's, or a whole package."""

from pathlib import Path
from typing import Annotated

import typer

from verify.commands.shared import FAILS, HOLDS, REPORTS, Json, Reports, print_json


def audit(
    optimizer: Annotated[
        str | None, typer.Argument(metavar="module:Class|file.py:Class", help="Also a function that makes one.")
    ] = None,
    scheme: Annotated[str | None, typer.Option(help="The scheme that it is said to follow, for example adamp.")] = None,
    kwargs: Annotated[str, typer.Option(help="Its options, for example 'nesterov=true,betas=(0.9,0.99)'.")] = "",
    package: Annotated[
        str | None,
        typer.Option("--all", metavar="PACKAGE", help="Every optimizer of a package; recorded for the pages."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="A directory for page, JSON and a script for each difference.")
    ] = None,
    law: Annotated[list[str] | None, typer.Option(help="Only this law, by the name in its row; repeatable.")] = None,
    time_limit: Annotated[float, typer.Option(min=1, help="Seconds that one optimizer has.")] = 300.0,
    workers: Annotated[int, typer.Option(min=1, help="Optimizers audited at a time.")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="Of everything that is drawn.")] = 0,
    resume: Annotated[bool, typer.Option(help="With --all: take what an interrupted run has found, or not.")] = True,
    replay: Annotated[
        bool, typer.Option("--replay", help="Run the scripts of all recorded differences; with --all, of one package.")
    ] = False,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Audit an optimizer, anyone's: beside a scheme, and as a black box; or all of a package.

    Each runs in a process of its own. Fails when it differs from the scheme, breaks a law that binds, crashes, or does
    not end in time; with --all only when nothing could be audited;
    with --replay when a script does not show what was recorded.
    """
    from verify import console
    from verify.audit import command

    if replay and (optimizer is not None or scheme is not None or kwargs or law or output is not None):
        raise typer.BadParameter("--replay goes with what is recorded: give --all PACKAGE with it, or nothing")
    if not replay and (optimizer is None) == (package is None):
        raise typer.BadParameter(
            "name an optimizer, for example torch.optim:NAdam, or a package with --all torch.optim"
        )
    if package is not None and (scheme is not None or kwargs or law):
        raise typer.BadParameter("--scheme, --kwargs and --law go with one optimizer, not with --all")
    try:
        with console.progress() as progress:
            done = (
                command.one(optimizer, kwargs, scheme, seed, time_limit, output, progress, law or ())
                if optimizer is not None
                else command.replay(package, time_limit, workers, reports, progress)
                if replay
                else command.every(package or "", seed, time_limit, workers, output, reports, progress, resume)
            )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if as_json:
        print_json(done.shown)
    else:
        done.show()
    raise typer.Exit(HOLDS if done.ok else FAILS)
