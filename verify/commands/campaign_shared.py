"""What the commands under `orthodrome campaign` share: where stores are, what ends a command and how."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from verify.commands.shared import FAILS

Where = Annotated[Path, typer.Option("--store", help="The DuckDB file of the results.")]
STORE = Path("runs") / "campaign.duckdb"
Name = Annotated[str, typer.Option("--name", help="The campaign.")]


@contextmanager
def usage() -> Iterator[None]:
    """What is asked for and does not exist is wrong usage."""
    from verify.reading import RecordError

    try:
        yield
    except RecordError:
        raise
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(str(error)) from error


@contextmanager
def failures() -> Iterator[None]:
    """What a store, workers or a cluster refuse is a line, and a failure; an exit that is asked for is that one."""
    from verify.reading import RecordError

    try:
        yield
    except typer.Exit:  # a RuntimeError too
        raise
    except (RecordError, RuntimeError, LookupError, ValueError) as error:
        typer.echo(f"orthodrome: {error}", err=True)
        raise typer.Exit(FAILS) from None
