"""The command `orthodrome mutate`."""

from pathlib import Path
from typing import Annotated

import typer


def mutate(
    family: Annotated[
        list[str] | None, typer.Option("--family", help="schemes, derivations or sources; default: all.")
    ] = None,
    target: Annotated[
        list[str] | None, typer.Option("--target", help="Only mutants of this file or claim, recorded beside the rest.")
    ] = None,
    sample: Annotated[
        int | None, typer.Option(min=1, help="So many, drawn by --seed; recorded with --no-resume.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Which sample.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Processes that share the mutants.")] = 2,
    limit: Annotated[float, typer.Option(min=0.1, help="Seconds that a mutant has; one that hangs is noticed.")] = 60.0,
    resume: Annotated[bool, typer.Option(help="Keep the fates of an earlier run whose sources are the same.")] = True,
    runs: Annotated[Path, typer.Option("--runs", help="Where fates are kept, a line each.")] = Path("runs/mutants"),
    reports: Annotated[Path, typer.Option("--reports", help="The directory of the generated pages.")] = Path("reports"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")] = False,
) -> None:
    """Change one thing in a scheme, a proof or an optimizer, and see it noticed, thousands of times.

    Fails for a mutant that survives and is not shown to be equivalent. What is run is recorded for the page of trust.
    Interrupted, it goes on where it was.
    """
    import json
    import time

    from verify import console
    from verify.trust import record
    from verify.trust.mutants import FAMILIES, gate
    from verify.trust.mutants.mutant import State

    names = tuple(dict.fromkeys(family or FAMILIES))
    if unknown := [name for name in names if name not in FAMILIES]:
        raise typer.BadParameter(f"no family is called {unknown[0]!r}: choose from {', '.join(FAMILIES)}")
    chosen = {name: FAMILIES[name] for name in names}
    options = gate.Options(chosen, tuple(target or ()), sample, seed, workers, limit, resume, runs)
    began = time.monotonic()
    try:
        with console.progress() as progress:
            outcome = gate.run(options, progress)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    before = record.load(reports, "mutants")
    if sample is None:
        now = names if options.whole else ()  # of a family judged in part, the rest is of the code that it was of
        record.save(reports, "mutants", gate.record(outcome, before, options.whole), now)
    elif not resume:
        record.save(reports, "mutants", gate.record_sample(outcome, before, options, time.monotonic() - began), ())
    counts = {
        name: {str(state): sum(fate.state is state for _, fate in outcome.of(name)) for state in State}
        for name in names
    }
    if as_json:
        typer.echo(
            json.dumps(
                {"families": counts, "problems": outcome.problems, "ok": not outcome.problems}, ensure_ascii=False
            )
        )
    else:
        for name, states in counts.items():
            typer.echo(f"{name:12} " + ", ".join(f"{n} {state}" for state, n in states.items() if n))
        for problem in outcome.problems:
            typer.echo(problem)
    raise typer.Exit(1 if outcome.problems else 0)
