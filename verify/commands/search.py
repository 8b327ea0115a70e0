"""The command `orthodrome search`: counterexamples by optimisation, compared with drawing at random."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verify.commands.shared import FAILS, HOLDS, REPORTS, Json, Reports, nearest, print_json

if TYPE_CHECKING:
    from verify.search.target import Target


def search(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FAMILY|TARGET]...",
            help="Families (corpus, printed, steps, thin, dropped, theorems) or targets; default: printed and steps.",
        ),
    ] = None,
    method: Annotated[str, typer.Option(help="random, evolution, simplex or gradient.")] = "simplex",
    budget: Annotated[int, typer.Option(min=1, help="Cases of each search, or of each subject of a law.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Of the searches.")] = 0,
    compare: Annotated[bool, typer.Option("--compare", help="Every method, many seeds; recorded.")] = False,
    seeds: Annotated[int, typer.Option(min=1, help="With --compare: of each method.")] = 30,
    laws: Annotated[bool, typer.Option("--laws", help="Drive every batched law to its bound; recorded.")] = False,
    again: Annotated[bool, typer.Option("--again", help="With --compare: targets that are recorded, too.")] = False,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Search counterexamples by optimisation: to printed, broken and true statements, and to the batched laws.

    The exit status is 1 when a statement that is known to be true was refuted, or a law broken.
    """
    from dataclasses import asdict

    from verify.search.methods import METHODS, hunt

    if method not in METHODS:
        raise typer.BadParameter(f"--method {method!r}{nearest(method, METHODS)}")
    if laws:
        raise typer.Exit(_laws(budget, seed, reports, as_json))
    targets = _targets(what or ["printed", "steps"])
    if compare:
        raise typer.Exit(_compare(targets, seeds, budget, again, reports, as_json))
    hunts = [hunt(target, method, budget, seed) for target in targets]
    if as_json:
        print_json([asdict(h) for h in hunts])
    else:
        for h in hunts:
            point = ", ".join(f"{k} = {v}" for k, v in h.found.point.items()) if h.found else "nothing"
            typer.echo(f"{h.target}: {point} ({h.cases} cases)")
    refuted = [h for h, target in zip(hunts, targets, strict=True) if h.found and not target.false]
    raise typer.Exit(FAILS if refuted else HOLDS)


def _targets(names: list[str]) -> "list[Target]":
    from verify.search.families import FAMILIES, THEOREMS

    found: dict[str, Target] = {}
    try:
        for name in (n for n in names if n in FAMILIES):
            found |= {target.name: target for target in FAMILIES[name]()}
        for name in (n for n in names if n not in FAMILIES):
            # The names of theorems have a colon; to make them all takes minutes.
            among = [family for family in FAMILIES if (family in THEOREMS) is (":" in name)]
            known: dict[str, Target] = {}
            for target in (target for family in among for target in FAMILIES[family]()):
                known[target.name] = target
                if target.name == name:
                    break
            if name not in known:
                raise typer.BadParameter(f"no target is called {name!r}{nearest(name, {*FAMILIES, *known})}")
            found[name] = known[name]
    except LookupError as error:
        raise typer.BadParameter(str(error)) from error
    return list(found.values())


def _compare(targets: "list[Target]", seeds: int, budget: int, again: bool, reports: Path, as_json: bool) -> int:
    from verify import console
    from verify.search.compare import compare
    from verify.search.record import keep, load

    done = set() if again else {row["name"] for row in load(reports)["targets"]}
    rows, left = [], [t for t in targets if t.name not in done]
    with console.progress() as progress:
        for number, target in enumerate(left):
            progress(target.name, number, len(left))
            rows.append(compare(target, seeds, budget))
            keep(reports, "targets", rows[-1:], "name")
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            races = ", ".join(
                f"{r['method']} {r['found']}/{r['seeds']} {r['quartiles'][1] or '–'}" for r in row["races"]
            )
            typer.echo(f"{row['name']}: {races}")
    return FAILS if any(row["example"] and not row["false"] for row in rows) else HOLDS


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
