"""The command `orthodrome`. Each command imports what it needs, so that --help waits for neither SymPy nor torch."""

import typer

from verify.commands.audit import audit
from verify.commands.bench import bench
from verify.commands.campaign import app as campaign
from verify.commands.cases import cases
from verify.commands.claims import claims, prove, show
from verify.commands.groups import groups
from verify.commands.pages import report
from verify.commands.running import check, experiment, peers
from verify.commands.schemes import equilibrium, new_scheme, scale
from verify.commands.search import search
from verify.commands.shared import FAILS, HOLDS, USAGE
from verify.commands.site import site
from verify.commands.watch import watch
from verify.trust.cli import app as trust
from verify.trust.mutants.command import mutate

__all__ = ["FAILS", "HOLDS", "USAGE", "app", "main"]

EPILOG = "Exit status: 0 all that should hold holds; 1 something does not; 2 wrong usage."

app = typer.Typer(
    name="orthodrome",
    help="Theorems about optimizers on scale-invariant weights: derived in SymPy, checked against PyTorch code.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (
    report,
    claims,
    show,
    prove,
    check,
    equilibrium,
    scale,
    new_scheme,
    experiment,
    peers,
    audit,
    bench,
    cases,
    groups,
    search,
    watch,
    site,
    mutate,
):
    app.command()(command)
app.add_typer(trust)
app.add_typer(campaign)

INTERRUPTED = 130
"""The exit status after Ctrl-C."""


def main() -> None:
    """Run the command line. A record that is none, and what the disk refuses, is a line and a failure."""
    from verify.reading import RecordError

    try:
        app()
    except (RecordError, OSError) as error:
        typer.echo(f"orthodrome: {error}", err=True)
        raise SystemExit(FAILS) from None
    except SystemExit as error:
        if error.code == INTERRUPTED:
            typer.echo("orthodrome: interrupted; what is saved is whole, and long runs go on from it", err=True)
        raise


if __name__ == "__main__":
    main()
