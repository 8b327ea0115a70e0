"""The commands under `orthodrome campaign` that write a record, or a recipe. Each imports what it needs."""

from typing import Annotated

import typer

from verify.commands.campaign_shared import STORE, Where, failures, usage
from verify.commands.shared import FAILS, HOLDS, REPORTS, Json, Reports, print_json


def record(
    name: Annotated[list[str] | None, typer.Option("--name", help="Campaigns; default: main.")] = None,
    store: Where = STORE,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Record what campaigns say, of today's code: `orthodrome report` shows it, and takes it as evidence."""
    from verify.campaign.figures import evidence, figures
    from verify.campaign.store import opened
    from verify.report.campaign import RECORDS

    with failures(), opened(store) as kept:
        found = {"campaigns": [evidence(figures(kept, one)) for one in name or ["main"]]}
        RECORDS.save(reports, "campaign", found)
    if as_json:
        print_json(found)
    else:
        for one in found["campaigns"]:
            cases, failed = (sum(law[what] for law in one["laws"]) for what in ("cases", "failed"))
            typer.echo(f"{one['campaign']}: {cases:,} cases of {len(one['laws'])} laws, {failed} failed")
    broken = any(law["failed"] for one in found["campaigns"] for law in one["laws"])
    raise typer.Exit(FAILS if broken else HOLDS)


def kill_(
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of every way to kill.")] = 5,
    seed: Annotated[int, typer.Option(help="Of the moments.")] = 0,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Kill workers, schedulers and clients at random moments, and count what is lost or counted twice. Minutes."""
    from verify import console
    from verify.campaign import kills
    from verify.report.campaign import RECORDS

    with failures(), console.progress() as progress:
        found = kills.survey(rounds, seed, progress)
    faults = found.pop("faults")  # with what was said on this machine: not for the record
    RECORDS.save(reports, "campaign-kills", found)
    if as_json:
        print_json(found)
    else:
        for row in found["rows"]:
            counts = f"{row['kills']} kills, {row['lost']} cases lost, {row['twice']} counted twice"
            typer.echo(f"{row['what']}: {counts}, tables {'equal' if row['equal'] else 'DIFFER'}")
        typer.echo(f"control: {found['control']['twice']} counted twice without a primary key")
    for fault in faults:
        typer.echo(fault, err=True)
    raise typer.Exit(HOLDS if kills.sound(found) else FAILS)


def bench(
    rounds: Annotated[int, typer.Option(min=1, help="Rounds in which every way has its turn.")] = 7,
    blocks: Annotated[int, typer.Option(min=2, help="Blocks of a round that are timed.")] = 30,
    disturbed: Annotated[
        bool, typer.Option("--disturbed", help="Say on the page that others used the machine.")
    ] = False,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Measure cases a second with one and two workers, here and by Dask, and what a block costs. Asserts nothing."""
    from verify import console
    from verify.campaign import bench as benches
    from verify.report.campaign import RECORDS

    with failures(), console.progress() as progress:
        found = benches.bench(rounds, blocks, progress, disturbed)
    RECORDS.save(reports, "campaign-speed", found)
    print_json(found) if as_json else typer.echo("\n".join(benches.lines(found)))


def recipe(
    where: Annotated[str, typer.Argument(metavar="slurm|kubernetes", help="Where the campaign is to run.")],
    workers: Annotated[int, typer.Option(min=1, help="Workers.")] = 100,
    image: Annotated[
        str, typer.Option(help="kubernetes: an image with orthodrome[cluster] in it.")
    ] = "orthodrome:latest",
    partition: Annotated[str, typer.Option(help="slurm: the queue.")] = "normal",
    hours: Annotated[int, typer.Option(min=1, help="slurm: of a worker.")] = 4,
    arguments: Annotated[str, typer.Option("--arguments", help="Of `campaign run`.")] = "--cases 1e10 --size 1024",
) -> None:
    """Write what a cluster needs: a script for SLURM by dask-jobqueue, or manifests for Kubernetes."""
    from verify.campaign import recipes

    if where not in ("slurm", "kubernetes"):
        raise typer.BadParameter(f"{where!r}: choose slurm or kubernetes")
    with usage():
        text = (
            recipes.slurm(workers, partition, hours, arguments)
            if where == "slurm"
            else recipes.kubernetes(workers, image, arguments)
        )
    typer.echo(text, nl=False)
