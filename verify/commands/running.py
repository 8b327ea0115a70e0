"""Commands that run code: the checks of ours, released optimizers, training."""

from pathlib import Path
from typing import Annotated

import typer

from verify.commands.shared import FAILS, HOLDS, REPORTS, Json, Reports, nearest, print_json


def check(
    subject: Annotated[
        str | None,
        typer.Argument(metavar="SCHEME|module:Class", help="A scheme, or an optimizer class; default: every law."),
    ] = None,
    scheme: Annotated[str | None, typer.Option("--as", help="The scheme that module:Class should follow.")] = None,
    cases: Annotated[int | None, typer.Option(min=1, help="Cases to draw.")] = None,
    as_json: Json = False,
) -> None:
    """Check running code: every numeric law; or the optimizers of one scheme; or an optimizer class, anyone's."""
    from verify import console
    from verify.checks import CHECKS
    from verify.checks.run import CASES, run_checks
    from verify.optimizers import check_class, check_others, check_scheme
    from verify.results import plain

    if scheme is not None and (subject is None or ":" not in subject):
        raise typer.BadParameter("--as goes with an optimizer class, for example torch.optim:Adam --as adam-torch")
    try:
        with console.progress() as progress:
            if subject is None:
                results = run_checks(CHECKS, cases or CASES, progress=progress) + check_others(cases, progress)
            elif ":" in subject:
                results = check_class(subject, scheme, cases, progress)
            else:
                results = check_scheme(subject, cases, progress)
    except (ImportError, LookupError, ValueError) as error:
        raise typer.BadParameter(str(error)) from error
    if as_json:
        print_json([plain(result) for result in results])
    else:
        console.show_checks(results)
    raise typer.Exit(HOLDS if results and all(result.passed for result in results) else FAILS)


def experiment(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="trajectories: the runs of 001, App. D; equilibrium: of 002; architectures: of 002, Figs 7, 9; "
            "toy: of 003; psi: of 004; "
            "epsilon: ε and rounding by the norm; ranking: Adam and its variants (000, Table 2); adamp: norms under "
            "SGD and SGDP (003, Fig. 3); psi-table: the protocol of 004, Table 1.",
        ),
    ],
    full: Annotated[
        bool, typer.Option("--full", help="The paper's size, not the one that fits in ten minutes.")
    ] = False,
    cifar: Annotated[
        Path | None, typer.Option("--cifar", help="CIFAR-10 (cifar-10-batches-bin) in place of digits.")
    ] = None,
    resume: Annotated[bool, typer.Option(help="Continue an interrupted run, or start anew.")] = True,
    device: Annotated[str, typer.Option(help="A torch device.")] = "cpu",
    workers: Annotated[int, typer.Option(min=1, help="Processes that share the runs, on a CPU.")] = 2,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Run a training experiment and record its summary for the pages."""
    from verify import console
    from verify.recording import EXPERIMENTS, record

    if name not in EXPERIMENTS:
        raise typer.BadParameter(f"no experiment is called {name!r}{nearest(name, EXPERIMENTS)}")
    _usable(device)
    try:
        with console.progress(separate=workers > 1) as progress:
            path = record(
                name,
                reports,
                full=full,
                cifar=cifar,
                device=device,
                resume=resume,
                workers=workers if device == "cpu" else 1,
                progress=progress,
            )
    except (FileNotFoundError, ValueError) as error:
        raise typer.BadParameter(str(error)) from error
    if as_json:
        typer.echo(path.read_text(encoding="utf-8"), nl=False)
    else:
        typer.echo(f"wrote {path}; `orthodrome report` puts it on the pages")


def peers(reports: Reports = REPORTS, as_json: Json = False) -> None:
    """Compare the released SGDP and AdamP, and geoopt's optimizers, with the printed algorithms and with each other.

    Needs the packages that `make peers` installs. One that is missing is a row "not installed"; then nothing is
    written, and the exit status is 1, as it is when an optimizer is no longer what it was found to be.
    """
    from verify import console
    from verify.peers.console import show
    from verify.peers.survey import complete, survey, unexplained, write

    with console.progress() as progress:
        record = survey(progress)
    changed = unexplained(record)
    written = write(record, reports) if complete(record) else ()
    if as_json:
        print_json(record)
    else:
        show(record, written, changed)
    raise typer.Exit(HOLDS if complete(record) and not changed else FAILS)


def _usable(device: str) -> None:
    """Wrong usage when torch cannot put a number on the device."""
    import torch

    try:
        torch.zeros(1, device=device)
    except Exception as error:  # torch raises what its backends raise
        raise typer.BadParameter(f"--device {device!r}: torch cannot use it here ({error}); for example cpu") from error
