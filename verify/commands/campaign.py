"""The commands under `orthodrome campaign`. Each imports what it needs, so that --help waits for nothing."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verify.commands.campaign_records import bench, kill_, recipe, record
from verify.commands.campaign_shared import STORE, Name, Where, failures, usage
from verify.commands.shared import FAILS, HOLDS, Json, print_json

if TYPE_CHECKING:
    from verify.campaign.running import Executor

app = typer.Typer(
    name="campaign",
    help="Cases by the million, on one machine or on a cluster, each counted once: run, resume, merge, replay.",
    no_args_is_help=True,
)

for name, command in (("record", record), ("kill", kill_), ("bench", bench), ("recipe", recipe)):
    app.command(name)(command)


@app.command()
def run(
    what: Annotated[
        list[str] | None, typer.Argument(metavar="[CLAIM|LAW]...", help="What is checked; default: every batched law.")
    ] = None,
    cases: Annotated[str, typer.Option("--cases", help="Cases in all, for example 1e8.")] = "1e7",
    name: Name = "main",
    store: Where = STORE,
    workers: Annotated[int, typer.Option(min=0, help="Processes of one thread each; 0: this process.")] = 2,
    scheduler: Annotated[
        str | None, typer.Option(metavar="tcp://HOST:PORT", help="A Dask scheduler, in the place of --workers.")
    ] = None,
    patience: Annotated[float, typer.Option(min=0, help="Seconds to wait for a scheduler that is away.")] = 60.0,
    subject: Annotated[list[str] | None, typer.Option("--subject", help="A scheme or optimizer; default: all.")] = None,
    model: Annotated[
        list[str] | None, typer.Option("--model", help="drawn, cosine, softplus, square or flat; default: drawn.")
    ] = None,
    dimension: Annotated[
        list[int] | None, typer.Option("--dimension", help="2 to 1024; 0, the default: as drawn, 2 to 64.")
    ] = None,
    dtype: Annotated[
        list[str] | None,
        typer.Option("--dtype", help="float64, float32 or bfloat16, in which optimizers step; default: float64."),
    ] = None,
    seed: Annotated[list[int] | None, typer.Option("--seed", min=0, help="Seeds; default: that of the checks.")] = None,
    random: Annotated[
        bool,
        typer.Option("--random", help="Draw each block's dimension, scales and rates at the ends of their domains."),
    ] = False,
    size: Annotated[int, typer.Option(min=1, help="Blocks of 2,048 cases that are one block of the campaign.")] = 16,
    as_json: Json = False,
) -> None:
    """Run a campaign, or go on with it after whatever ended it; no case is lost or counted twice."""
    from verify import console
    from verify.campaign import printing
    from verify.campaign.address import DRAWN, EXTREME
    from verify.campaign.figures import figures
    from verify.campaign.plan import Plan, laws_named, silences
    from verify.campaign.running import run as complete
    from verify.campaign.store import opened
    from verify.checks.run import SEED

    with usage():
        plan = Plan(
            laws_named(what or []),
            int(float(cases)),
            name,
            tuple(subject or ()),
            tuple(model or (DRAWN,)),
            tuple(dimension or (0,)),
            tuple(dtype or ("float64",)),
            (EXTREME,) if random else (DRAWN,),
            tuple(seed or (SEED,)),
            size,
        )
    with failures(), opened(store, create=True) as kept, console.progress() as progress:
        tally = complete(plan, kept, _executor(workers, scheduler, patience), progress)
        found = figures(kept, name)
    silent = silences(plan)
    if as_json:
        print_json(printing.plain_run(tally, found) | {"silent": silent})
    else:
        printing.show_run(tally, found, store)
        printing.show_silences(silent)
    raise typer.Exit(FAILS if any(row["failed"] for row in found["laws"]) else HOLDS)


def _executor(workers: int, scheduler: str | None, patience: float) -> "Executor":
    from verify.campaign.cluster import cluster
    from verify.campaign.local import here, local
    from verify.campaign.work import measured

    if scheduler is not None:
        return cluster(measured, scheduler, patience, say=lambda words: typer.echo(f"orthodrome: {words}", err=True))
    return local(measured, workers) if workers else here(measured)


@app.command()
def status(name: Name = "", store: Where = STORE, as_json: Json = False) -> None:
    """What a store has: campaigns, blocks, cases, failures, of today's code and of other code."""
    from verify.campaign import printing
    from verify.campaign.figures import known, overview
    from verify.campaign.store import opened

    with failures(), opened(store) as kept:
        found = overview(kept, known(kept, name) if name else "")
    print_json(found) if as_json else printing.show_overview(found)


@app.command()
def worst(name: Name = "main", store: Where = STORE, as_json: Json = False) -> None:
    """The worst case of every claim, with the command that replays it, and the quantiles of all."""
    from verify.campaign import printing
    from verify.campaign.figures import figures, finite, known
    from verify.campaign.store import opened

    with failures(), opened(store) as kept:
        found = figures(kept, known(kept, name))
    print_json(finite(found)) if as_json else printing.show_worst(found)


@app.command()
def merge(
    stores: Annotated[list[Path], typer.Argument(metavar="STORE...", help="The stores to be merged.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="A new store.")],
    as_json: Json = False,
) -> None:
    """Put stores together in a new one: a block that several of them have is counted once."""
    from verify.campaign.moving import merge as merged

    with failures():
        found = merged(stores, output)
    words = f"{output}: {found['blocks']} blocks; {found['again']} were in more than one store, and count once"
    print_json(found) if as_json else typer.echo(words)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where blocks.parquet and told.parquet are written.")],
    store: Where = STORE,
    as_json: Json = False,
) -> None:
    """Write a store as Parquet files: one row a block, and one a claim in a block."""
    from verify.campaign.moving import export as exported
    from verify.campaign.store import opened

    with failures(), opened(store) as kept:
        found = exported(kept, folder)
    if as_json:
        print_json(found)
    else:
        for file, rows in found.items():
            typer.echo(f"{file}: {rows} rows")


@app.command()
def replay(
    addresses: Annotated[
        list[str],
        typer.Argument(metavar="ADDRESS...", help="Of a case, as `worst` shows it; or of a block of the store."),
    ],
    store: Where = STORE,
    as_json: Json = False,
) -> None:
    """Compute a case again, with all its numbers; or a whole block, and compare it with the store's."""
    from verify.batched.printing import show_case
    from verify.campaign import replaying

    cases, blocks = [], []
    with failures(), usage():
        for address in addresses:
            if "/" in address:
                blocks.append(replaying.block(address, store))
            else:
                cases.append(replaying.case(address))
    if as_json:
        print_json([case.plain() for case in cases] + blocks)
    else:
        for case in cases:
            show_case(case)
        for found in blocks:
            typer.echo(f"{found['address']}: {'the same numbers' if found['same'] else 'OTHER NUMBERS'}")
    broken = any(s.ratio > 1 for case in cases for s in case.statements)
    raise typer.Exit(FAILS if broken or not all(found["same"] for found in blocks) else HOLDS)
