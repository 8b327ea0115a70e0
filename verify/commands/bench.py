"""The command that measures how long things take."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verify.commands.shared import HOLDS, REPORTS, Json, Reports, nearest, print_json
from verify.speed import ROUNDS, SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.request import Request

NAMES = tuple(section.name for section in SECTIONS)


def bench(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help=f"{', '.join(NAMES)}; default: all of them.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds in which the subjects take turns.")] = ROUNDS,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="WORD", help="Optimizers whose name holds this word.")
    ] = None,
    shape: Annotated[
        list[str] | None, typer.Option("--shape", help="Optimizers on resnet20, resnet50 or gpt2; default: on each.")
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Measure again what is recorded of the same sources, undisturbed.")
    ] = False,
    threads: Annotated[
        int, typer.Option(min=1, help="Threads of torch; on a busy machine 1 is less disturbed, and recorded as such.")
    ] = 2,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Measure how long things take, beside others, and record it for the page. Needs a checkout; asserts nothing."""
    from verify import console

    for name in names or ():
        if name not in NAMES:
            raise typer.BadParameter(f"no benchmark is called {name!r}{nearest(name, NAMES)}")
    benches, shapes, request = _benches()
    for name in shape or ():
        if name not in shapes:
            raise typer.BadParameter(f"--shape {name!r}{nearest(name, shapes)}")
    asked = request(Path(reports), rounds, anew, tuple(only or ()), tuple(shape or ()), threads)
    found, took = {}, {}
    with console.progress() as progress:
        for name in names or NAMES:
            found[name], took[name] = benches.timed(name, asked, progress)
    if as_json:
        print_json(found)
    else:
        for name, record in found.items():
            typer.echo("\n".join([f"{name}: {took[name]:.0f} s", *benches.lines(name, record)]))
        typer.echo(f"all: {sum(took.values()):.0f} s; `orthodrome report` puts it on the page")
    raise typer.Exit(HOLDS)


def _benches() -> "tuple[Any, Iterable[str], type[Request]]":
    """The benchmarks of the checkout: they are no part of what is installed."""
    from verify.digest import ROOT

    if not (ROOT / "benchmarks").is_dir():
        raise typer.BadParameter(f"there are no benchmarks beside {ROOT / 'verify'}: run it in a checkout")
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    from benchmarks import run
    from benchmarks.request import Request
    from benchmarks.shapes import NETWORKS

    return run, tuple(NETWORKS), Request
