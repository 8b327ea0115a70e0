"""The command that checks cases by the hundred thousand, and one case by its address."""

from typing import Annotated

import typer

from verify.commands.shared import FAILS, HOLDS, Json, print_json

REPLAY = "replay"


def cases(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CLAIM|LAW]... | replay ADDRESS...",
            help="Claims or laws, default all; or `replay` and addresses SEED:LAW:BLOCK:INDEX.",
        ),
    ] = None,
    number: Annotated[str, typer.Option("--cases", help="Cases of each law, for example 1e6.")] = "1e5",
    seed: Annotated[int | None, typer.Option(min=0, help="The seed; default: that of the checks.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes of one thread each.")] = 2,
    classes: Annotated[bool, typer.Option("--classes", help="Which sampled claims are batched, and why not.")] = False,
    as_json: Json = False,
) -> None:
    """Check one-step laws in batches: random models, one step of a real scheme each, cases a second and failures."""
    from verify import console
    from verify.batched import run_all
    from verify.batched.printing import plain, plain_classes, show, show_classes
    from verify.checks.run import SEED

    if classes:
        print_json(plain_classes()) if as_json else show_classes()
        return
    if what and what[0] == REPLAY:
        raise typer.Exit(_replay(what[1:], as_json))
    try:
        laws, count = _laws(what or []), int(float(number))
        with console.progress() as progress:
            results = run_all(laws, count, SEED if seed is None else seed, workers, progress)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(str(error)) from error
    if as_json:
        print_json([plain(result) for result in results])
    else:
        show(results)
    raise typer.Exit(HOLDS if all(result.ok for result in results) else FAILS)


def _laws(names: list[str]) -> list[str]:
    """The laws that are named, or that speak about a claim that is."""
    from verify.batched import LAWS, about, by_name
    from verify.batched.classes import KINDS, REST

    found: dict[str, None] = dict.fromkeys(() if names else (law.name for law in LAWS))
    for name in names:
        laws = about(name.upper())
        if not laws and name.upper() in REST:
            kind, why = REST[name.upper()]
            raise ValueError(
                f"{name.upper()} is not batched ({why}), as it is {KINDS[kind]}; `orthodrome check` samples it"
            )
        found |= dict.fromkeys(law.name for law in laws or (by_name(name),))
    return list(found)


def _replay(addresses: list[str], as_json: bool) -> int:
    from verify.batched import replay
    from verify.batched.printing import show_case

    if not addresses:
        raise typer.BadParameter("replay needs an address SEED:LAW:BLOCK:INDEX, for example 1:image-step:0:7")
    try:
        found = [replay(address) for address in addresses]
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if as_json:
        print_json([case.plain() for case in found])
    else:
        for case in found:
            show_case(case)
    return FAILS if any(s.ratio > 1 for case in found for s in case.statements) else HOLDS
