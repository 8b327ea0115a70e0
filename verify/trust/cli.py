"""The commands under `orthodrome trust`. Each imports what it needs, so that --help waits for nothing."""

import typer

app = typer.Typer(
    name="trust",
    help="How far a green run can be believed: mutants, false alarms, tolerances, hostile input, other routes.",
    no_args_is_help=True,
)
