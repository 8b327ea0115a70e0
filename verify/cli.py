"""The command `orthodrome`. Each command imports what it needs, so that --help waits for neither SymPy nor torch."""

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verify.trust.cli import app as trust

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from derivations.claim import Claim
    from derivations.contract import Entry
    from verify.outside import Progress
    from verify.results import CheckResult

HOLDS, FAILS, USAGE = 0, 1, 2
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
app.add_typer(trust)

Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
Reports = Annotated[Path, typer.Option("--reports", help="The directory of the generated pages.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="A claim, for example SP-T4.")]
REPORTS = Path("reports")


@app.command()
def report(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing: fail when the committed pages are stale.")
    ] = False,
    experiments: Annotated[
        bool, typer.Option("--experiments", help="Run the training experiments anew first.")
    ] = False,
    cases: Annotated[int | None, typer.Option(min=1, help="Cases a numeric check draws.")] = None,
    outside: Annotated[
        Path | None, typer.Option("--outside", metavar="PAGE", help="Write this page of what others bring, no other.")
    ] = None,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Prove every claim, rerun the numeric checks, write the pages.

    With --check: prove every claim, render the pages with the recorded numbers, and compare them with those on disk.
    With --outside: the same for the schemes, optimizers and claims of others; they never enter the pages of ours.
    """
    if outside is not None:
        if check or experiments:
            raise typer.BadParameter(
                "--outside writes a page of its own: it goes with neither --check nor --experiments"
            )
        _report_outside(outside, cases, as_json)
    from derivations import CLAIMS
    from verify import console
    from verify.checks.run import CASES
    from verify.recording import EXPERIMENTS, record
    from verify.report import build

    if check and (experiments or cases):
        raise typer.BadParameter("--check compares what is recorded: it goes with neither --experiments nor --cases")
    with console.progress() as progress:
        if experiments:
            for name in EXPERIMENTS:
                record(name, reports, resume=False, progress=progress)
        if check:
            outcome = build.check(CLAIMS, reports, progress)
        else:
            outcome = build.write(CLAIMS, reports, progress, cases or CASES)
    if as_json:
        _print_json({"files": outcome.files, "failed": outcome.failed, "ok": outcome.ok})
    else:
        console.show_outcome(outcome)
    raise typer.Exit(HOLDS if outcome.ok else FAILS)


def _report_outside(path: Path, cases: int | None, as_json: bool) -> None:
    from verify import console
    from verify.report import outside

    if path.suffix != ".md" or not path.parent.is_dir():
        raise typer.BadParameter(f"--outside {str(path)!r}: a page in a directory that is there, like outside.md")
    with console.progress() as progress:
        changed, view = outside.write(path, cases, progress)
    if as_json:
        _print_json({"files": [str(path)] if changed else [], "failed": view.failed, "ok": not view.failed})
    else:
        typer.echo("\n".join([*view.failed, f"wrote {path}" if changed else f"{path} is up to date"]))
    raise typer.Exit(FAILS if view.failed else HOLDS)


@app.command()
def claims(
    verdict: Annotated[str | None, typer.Option(help="Only claims with this verdict, for example false.")] = None,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """List every claim: verdict on the printed statement, evidence, finding. Proves them all first."""
    from derivations import CLAIMS
    from derivations.claim import Verdict
    from verify import console, outside
    from verify.report import collect, machine
    from verify.results import recorded

    if verdict is not None and verdict not in list(Verdict):
        raise typer.BadParameter(f"no verdict is called {verdict!r}: choose one of {', '.join(Verdict)}")
    with console.progress() as progress:
        views = collect.all_claims(collect.collect(CLAIMS, recorded(reports), progress))
        views += outside.claim_views(progress=progress)
    failed = [view.id for view in views if view.problems] + _not_loaded()
    views = tuple(view for view in views if verdict in (None, view.verdict))
    if as_json:
        typer.echo(machine.claims_json(views), nl=False)
    else:
        console.show_claims(views)
    raise typer.Exit(FAILS if failed else HOLDS)


@app.command()
def show(id: Id, reports: Reports = REPORTS, as_json: Json = False) -> None:
    """Show a claim: the statement as printed, the verdict and why, the corrected statement, the numbers."""
    from verify import console
    from verify.report import collect, machine

    claim, entry = _find(id)
    with console.progress() as progress, _faults(claim.id if claim else ""):
        view = collect.claim_view(claim, entry, _results(claim, reports, progress), progress)
    if as_json:
        _print_json(machine.whole_object(view))
    else:
        console.show_claim(view)
    raise typer.Exit(FAILS if view.problems else HOLDS)


@app.command()
def prove(id: Id, reports: Reports = REPORTS, as_json: Json = False) -> None:
    """Prove a claim step by step, now, and replay its counterexamples. Fails unless everything is discharged."""
    from derivations.proof import judge
    from verify import console
    from verify.report import collect, machine

    claim, entry = _find(id)
    if claim is None:
        view, proved = collect.claim_view(None, entry, ()), False
    else:
        with console.progress() as progress, _faults(claim.id):
            progress(claim.id, 0, 1)
            judgement = judge(claim)
            view = collect.judged(judgement, _results(claim, reports, progress))
        proved = not view.problems and bool(judgement.proofs or judgement.witnesses)
    if as_json:
        _print_json(machine.proof_object(view) | {"ok": proved})
    else:
        console.show_proof(view)
    raise typer.Exit(HOLDS if proved else FAILS)


@app.command()
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
        _print_json([plain(result) for result in results])
    else:
        console.show_checks(results)
    raise typer.Exit(HOLDS if results and all(result.passed for result in results) else FAILS)


@app.command(name="equilibrium")
def equilibrium_(
    scheme: Annotated[
        str | None, typer.Argument(metavar="SCHEME", help="For example sgd-m; default: list all.")
    ] = None,
    lr: Annotated[float | None, typer.Option(help="Learning rate.")] = None,
    weight_decay: Annotated[float | None, typer.Option(help="Weight decay.")] = None,
    momentum: Annotated[float | None, typer.Option(help="Momentum.")] = None,
    dampening: Annotated[float | None, typer.Option(help="Dampening.")] = None,
    beta: Annotated[float | None, typer.Option(help="Decay of RMSprop's second moment.")] = None,
    beta1: Annotated[float | None, typer.Option(help="Decay of the first moment.")] = None,
    beta2: Annotated[float | None, typer.Option(help="Decay of the second moment, or of Lion's momentum.")] = None,
    second_moment: Annotated[float, typer.Option(help="L, the mean of ‖g‖²‖w‖².")] = 1.0,
    dimension: Annotated[float | None, typer.Option(help="Coordinates of the weight.")] = None,
    after_division: Annotated[
        float | None, typer.Option(help="Also: the learning rate is then divided by this.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Predict where training comes to rest: weight norm, angular update, rate of approach, spread.

    Hyper-parameters that are not given have the scheme's defaults.
    """
    from derivations.equilibrium import NoEquilibrium
    from derivations.schemes import all_schemes
    from verify import console, equilibria
    from verify.report import machine

    options = dict(zip(equilibria.OPTIONS, (lr, weight_decay, momentum, dampening, beta, beta1, beta2), strict=True))
    given = {name: value for name, value in options.items() if value is not None}
    if scheme is None:
        if given or dimension is not None or after_division is not None:
            raise typer.BadParameter("hyper-parameters go with a scheme, for example: orthodrome equilibrium sgd-m")
        with console.progress() as progress:
            rows = equilibria.survey(progress, all_schemes())
        if as_json:
            _print_json([machine.equilibrium_object(row) for row in rows])
        else:
            console.show_equilibria(rows)
        raise typer.Exit(FAILS if _not_loaded() else HOLDS)
    try:
        with _faults():
            found = equilibria.predict(scheme, given, second_moment, dimension, after_division)
    except equilibria.UsageError as error:
        raise typer.BadParameter(str(error)) from error
    except NoEquilibrium as error:
        if as_json:
            _print_json({"scheme": scheme, "ok": False, "reason": str(error)})
        else:
            typer.echo(f"no equilibrium: {error}")
        raise typer.Exit(FAILS) from None
    if as_json:
        _print_json(machine.prediction_object(found))
    else:
        console.show_equilibrium(found)


@app.command()
def scale(
    scheme: Annotated[
        str | None, typer.Argument(metavar="SCHEME", help="For example adamw; default: list all.")
    ] = None,
    as_json: Json = False,
) -> None:
    """By which powers of ρ hyper-parameters and buffers follow when all weights are multiplied by ρ, for the same run.

    Fails for a scheme that has no such law, or one that is not proved.
    """
    from verify import scale as scales

    if scheme is None:
        rows = scales.survey()
        if as_json:
            _print_json([scales.plain(row) for row in rows])
        else:
            scales.show(rows)
        raise typer.Exit(FAILS if _not_loaded() else HOLDS)
    try:
        with _faults():
            row = scales.scale(scheme)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if as_json:
        _print_json(scales.plain(row))
    else:
        scales.show_one(row)
    raise typer.Exit(HOLDS if row.ok else FAILS)


@app.command(name="new-scheme")
def new_scheme(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits and hyphens, like my-sgd.")],
    output: Annotated[Path | None, typer.Option("--output", help="The file; default: my_sgd.py.")] = None,
    as_json: Json = False,
) -> None:
    """Write a file with an update rule, PyTorch code for it, and their lists: it runs as it is; change it."""
    from verify import new_scheme as template

    try:
        path = template.write(name, output)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    commands = template.commands(name, path)
    if as_json:
        _print_json({"file": str(path), "commands": commands})
    else:
        typer.echo("\n".join([f"wrote {path}; it runs as it is:", "", *commands]))


@app.command()
def experiment(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="trajectories: the runs of 001, App. D; equilibrium: of 002; toy: of 003; psi: of 004."
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
        raise typer.BadParameter(f"no experiment is called {name!r}{_nearest(name, EXPERIMENTS)}")
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


@app.command()
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
        _print_json(record)
    else:
        show(record, written, changed)
    raise typer.Exit(HOLDS if complete(record) and not changed else FAILS)


@app.command()
def audit(
    optimizer: Annotated[
        str | None, typer.Argument(metavar="module:Class|file.py:Class", help="Also a function that makes one.")
    ] = None,
    scheme: Annotated[str | None, typer.Option(help="The scheme that it is said to follow, for example adamp.")] = None,
    kwargs: Annotated[str, typer.Option(help="Its options, for example 'nesterov=true,betas=(0.9,0.99)'.")] = "",
    package: Annotated[
        str | None,
        typer.Option("--all", metavar="PACKAGE", help="Every optimizer of a package; recorded for the pages."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="A directory for page, JSON and a script for each difference.")
    ] = None,
    law: Annotated[list[str] | None, typer.Option(help="Only this law, by the name in its row; repeatable.")] = None,
    time_limit: Annotated[float, typer.Option(min=1, help="Seconds that one optimizer has.")] = 300.0,
    workers: Annotated[int, typer.Option(min=1, help="Optimizers audited at a time.")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="Of everything that is drawn.")] = 0,
    reports: Reports = REPORTS,
    as_json: Json = False,
) -> None:
    """Audit an optimizer, anyone's: beside a scheme, and as a black box; or all of a package.

    Each runs in a process of its own. Fails when it differs from the scheme, breaks a law that binds, crashes, or does
    not end in time; with --all only when nothing could be audited.
    """
    from verify import console
    from verify.audit import command

    if (optimizer is None) == (package is None):
        raise typer.BadParameter(
            "name an optimizer, for example torch.optim:NAdam, or a package with --all torch.optim"
        )
    if package is not None and (scheme is not None or kwargs or law):
        raise typer.BadParameter("--scheme, --kwargs and --law go with one optimizer, not with --all")
    try:
        with console.progress() as progress:
            done = (
                command.one(optimizer, kwargs, scheme, seed, time_limit, output, progress, law or ())
                if optimizer is not None
                else command.every(package or "", seed, time_limit, workers, output, reports, progress)
            )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if as_json:
        _print_json(done.shown)
    else:
        done.show()
    raise typer.Exit(HOLDS if done.ok else FAILS)


def main() -> None:
    """Run the command line."""
    from verify.results import RecordError

    try:
        app()
    except RecordError as error:
        typer.echo(f"orthodrome: {error}", err=True)
        raise SystemExit(FAILS) from None


def _usable(device: str) -> None:
    """Wrong usage when torch cannot put a number on the device."""
    import torch

    try:
        torch.zeros(1, device=device)
    except Exception as error:  # torch raises what its backends raise
        raise typer.BadParameter(f"--device {device!r}: torch cannot use it here ({error}); for example cpu") from error


def _find(id: str) -> "tuple[Claim | None, Entry | None]":
    """The claim and the row of the contract with an ID, in any case of letters; wrong usage when there is neither."""
    from derivations import CLAIMS
    from derivations.contract import entries

    claim = next((claim for claim in CLAIMS if claim.id == id.upper()), None)
    entry = entries().get(id.upper())
    if claim is None and entry is None:
        from derivations.outside import load

        others = load()
        theirs = {claim.id: claim for claim in others.of("claims")}
        if id.upper() not in theirs:
            lost = "".join(f"; not loaded: {broken}" for broken in others.broken)
            known = {*entries(), *(c.id for c in CLAIMS), *theirs}
            raise typer.BadParameter(f"no claim is called {id!r}{_nearest(id.upper(), known)}{lost}")
        claim = theirs[id.upper()]
    return claim, entry


def _results(claim: "Claim | None", reports: Path, progress: "Progress") -> "tuple[CheckResult, ...]":
    """The numbers recorded about a claim of ours; about one of others, their checks, run now."""
    from derivations import CLAIMS
    from verify.outside import results_about
    from verify.results import about, recorded

    if claim is None or claim in CLAIMS:
        return () if claim is None else about(recorded(reports), claim.id)
    return results_about(claim, progress=progress)


def _not_loaded() -> list[str]:
    """What others bring that cannot be used, said on standard error."""
    from verify.outside import load

    lost = [f"not loaded: {broken}" for broken in load().broken]
    for line in lost:
        typer.echo(line, err=True)
    return lost


@contextmanager
def _faults(name: str = "") -> "Iterator[None]":
    """What a scheme or a claim of others raises ends the command, with a line that names it."""
    from derivations.outside import Faulty, blamed

    try:
        with blamed(name):
            yield
    except Faulty as error:
        typer.echo(f"orthodrome: {error}", err=True)
        raise typer.Exit(FAILS) from None


def _nearest(name: str, names: "Iterable[str]") -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(names), n=3, cutoff=0.5)
    return f"; did you mean {', '.join(near)}?" if near else f": choose one of {', '.join(sorted(names))}"


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
