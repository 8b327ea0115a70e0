"""Commands about claims: list, show, prove."""

from typing import Annotated

import typer

from verify.commands.shared import (
    FAILS,
    HOLDS,
    REPORTS,
    Cache,
    Id,
    Json,
    Reports,
    faults,
    find,
    not_loaded,
    print_json,
    results_of,
    view_of,
)


def claims(
    verdict: Annotated[str | None, typer.Option(help="Only claims with this verdict, for example false.")] = None,
    reports: Reports = REPORTS,
    cache: Cache = True,
    as_json: Json = False,
) -> None:
    """List every claim: verdict on the printed statement, evidence, finding. Proves what is not proved yet."""
    from derivations import announced
    from derivations.verdict import Verdict
    from verify import console, judgements
    from verify.report import machine
    from verify.report.arrange import all_claims, arranged, measured
    from verify.results import recorded

    if verdict is not None and verdict not in list(Verdict):
        raise typer.BadParameter(f"no verdict is called {verdict!r}: choose one of {', '.join(Verdict)}")
    with console.progress() as progress:
        results = recorded(reports)
        judged = judgements.claims(progress, keep=cache)
        views = all_claims(arranged([measured(claim, results) for claim in judged]))
        lost = []
        if announced.anything():
            from verify import outside

            views += outside.claim_views(progress=progress)
            lost = not_loaded()
    failed = [view.id for view in views if view.problems] + lost
    views = tuple(view for view in views if verdict in (None, view.verdict))
    if as_json:
        typer.echo(machine.claims_json(views), nl=False)
    else:
        console.show_claims(views)
    raise typer.Exit(FAILS if failed else HOLDS)


def show(id: Id, reports: Reports = REPORTS, cache: Cache = True, as_json: Json = False) -> None:
    """Show a claim: the statement as printed, the verdict and why, the corrected statement, the numbers."""
    from verify import console
    from verify.report import machine

    with console.progress() as progress:
        view = view_of(id, reports, progress, cache)
    if as_json:
        print_json(machine.whole_object(view))
    else:
        console.show_claim(view)
    raise typer.Exit(FAILS if view.problems else HOLDS)


def prove(id: Id, reports: Reports = REPORTS, as_json: Json = False) -> None:
    """Prove a claim step by step, now, and replay its counterexamples. Fails unless everything is discharged."""
    from derivations.proof import judge
    from verify import console
    from verify.report import collect, machine

    claim, entry = find(id)
    if claim is None:
        view, proved = collect.claim_view(None, entry, ()), False
    else:
        with console.progress() as progress, faults(claim.id):
            progress(claim.id, 0, 1)
            judgement = judge(claim)
            view = collect.judged(judgement, results_of(claim, reports, progress))
        proved = not view.problems and bool(judgement.proofs or judgement.witnesses)
    if as_json:
        print_json(machine.proof_object(view) | {"ok": proved})
    else:
        console.show_proof(view)
    raise typer.Exit(HOLDS if proved else FAILS)
