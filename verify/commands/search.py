"""The command `orthodrome search`: counterexamples by optimisation, compared with drawing at random."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verify.commands.shared import FAILS, HOLDS, REPORTS, Json, Reports, nearest, print_json

if TYPE_CHECKING:
    from verify.search.families import Entry


def search(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FAMILY|TARGET]...",
            help="Families (corpus, printed, steps, generated, thin, dropped, theorems) or targets; "
            "default: printed and steps.",
        ),
    ] = None,
    method: Annotated[
        str, typer.Option(help="random, evolution, simplex, gradient, mixed or spread (points apart, then a simplex).")
    ] = "spread",
    budget: Annotated[int, typer.Option(min=1, help="Cases of each search, or of each subject of a law.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Of the searches.")] = 0,
    compare: Annotated[bool, typer.Option("--compare", help="Every method, many seeds; recorded.")] = False,
    seeds: Annotated[int, typer.Option(min=1, help="With --compare: of each method.")] = 30,
    laws: Annotated[bool, typer.Option("--laws", help="Drive every batched law to its bound; recorded.")] = False,
    every: Annotated[
        bool, typer.Option("--all", help="All that reports/search.md shows but the laws, as far as it is not recorded.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="What is recorded, too.")] = False,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Search counterexamples by optimisation: to printed, broken and true statements, and to the batched laws.

    The exit status is 1 when a statement that is known to be true was refuted, or a law broken.
    """
    from dataclasses import asdict

    from verify.search.families import made
    from verify.search.methods import METHODS, hunt

    if method not in METHODS:
        raise typer.BadParameter(f"--method {method!r}{nearest(method, METHODS)}")
    if laws:
        raise typer.Exit(_laws(budget, seed, reports, as_json))
    if every:
        raise typer.Exit(_all(seeds, budget, again, reports, as_json))
    entries = _entries(what or ["printed", "steps"])
    if compare:
        raise typer.Exit(_compare(entries, seeds, budget, again, reports, as_json))
    targets = list(made(entries))
    hunts = [hunt(target, method, budget, seed) for target in targets]
    if as_json:
        print_json([asdict(h) for h in hunts])
    else:
        for h in hunts:
            point = ", ".join(f"{k} = {v}" for k, v in h.found.point.items()) if h.found else "nothing"
            typer.echo(f"{h.target}: {point} ({h.cases} cases)")
    refuted = [h for h, target in zip(hunts, targets, strict=True) if h.found and target.false is False]
    raise typer.Exit(FAILS if refuted else HOLDS)


def _entries(names: list[str]) -> "list[Entry]":
    from verify.search.families import FAMILIES, entry_named

    found: dict[str, Entry] = {}
    for name in names:
        try:
            if name in FAMILIES:
                found |= {entry.name: entry for entry in FAMILIES[name]("")}
            else:
                found[name] = entry_named(name)
        except KeyError as error:
            others = {*FAMILIES, *error.args[1]}
            raise typer.BadParameter(f"no target is called {name!r}{nearest(name, others)}") from error
        except LookupError as error:
            raise typer.BadParameter(str(error)) from error
    return list(found.values())


def _compare(entries: "list[Entry]", seeds: int, budget: int, again: bool, reports: Path, as_json: bool) -> int:
    from verify import console
    from verify.search.campaign import compared

    with console.progress() as progress:
        rows = list(compared(entries, seeds, budget, reports, again, progress))
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            found = {r["method"]: (sum(c is not None for c in r["cases"]), len(r["cases"])) for r in row["races"]}
            typer.echo(f"{row['name']}: " + ", ".join(f"{m} {n}/{of}" for m, (n, of) in found.items()))
    return FAILS if any(row["example"] and row["false"] is False for row in rows) else HOLDS


def _all(seeds: int, budget: int, again: bool, reports: Path, as_json: bool) -> int:
    from verify import console
    from verify.search import campaign

    names = [*campaign.COMPARED, "theorems"]
    failed = _compare(_entries(names), seeds, budget, again, reports, as_json)
    with console.progress() as progress:
        list(campaign.without(campaign.named(), reports, again, progress))
        list(campaign.tight(reports, again, progress))
    return failed


def _laws(budget: int, seed: int, reports: Path, as_json: bool) -> int:
    from dataclasses import asdict

    from verify import console
    from verify.batched import LAWS
    from verify.search.record import keep
    from verify.search.sweep import drive_all

    rows = []
    with console.progress() as progress:
        for driven in drive_all(LAWS, budget, seed, progress):
            rows.append(asdict(driven))
            keep(reports, "laws", rows[-1:], "law")
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            typer.echo(f"{row['law']}: {row['uniform']:.3g} uniform, {row['searched']:.3g} searched, {row['where']}")
    return FAILS if any(row["broken"] for row in rows) else HOLDS
