"""The command `orthodrome watch`: a training run, from the log of its monitor."""

from pathlib import Path
from typing import Annotated

import typer

from verify.commands.shared import FAILS, HOLDS, Json, print_json


def watch(
    log: Annotated[Path, typer.Argument(metavar="LOG", help="What impl.monitor.JSONL writes.")],
    figures: Annotated[
        Path | None, typer.Option("--figures", metavar="DIR", help="Draw norms, angles and rates there, as SVG.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a training run: norms, effective rates and angles against the predicted equilibrium, a line a parameter.

    The exit status is 1 when an alarm was raised.
    """
    from verify.watch.log import LogError, read

    try:
        found = read(log)
    except LogError as error:
        raise typer.BadParameter(str(error)) from error
    drawn: list[Path] = []
    if figures is not None:
        from verify.watch.figures import draw

        try:
            drawn = draw(found, figures)
        except ImportError as error:
            raise typer.BadParameter("--figures needs matplotlib: pip install 'orthodrome[experiments]'") from error
    if as_json:
        last = [records[-1] for records in found.series.values()]
        print_json(
            {
                "step": found.steps,
                "parameters": last,
                "alarms": list(found.alarms),
                "left_out": list(found.left_out),
                "figures": [str(p) for p in drawn],
            }
        )
    else:
        from verify.watch.table import show

        show(found)
        for path in drawn:
            typer.echo(f"wrote {path}")
    raise typer.Exit(FAILS if found.alarms else HOLDS)
