"""The main job: judge every claim, run the checks, write the pages, or compare them with those on disk."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import derivations
from derivations.claim import Claim
from verify import judgements
from verify.campaign.code import sources
from verify.checks import CHECKS
from verify.checks.run import CASES, run_checks
from verify.report import equilibria
from verify.report.arrange import all_claims, arranged, measured
from verify.report.campaign import campaign_files, sampled, sampled_files
from verify.report.collect import collect
from verify.report.comparisons import comparison_files
from verify.report.ecosystem import RECORD as AUDITS
from verify.report.ecosystem import recorded_ecosystem
from verify.report.groups import recorded as recorded_groups
from verify.report.peers import RECORD as PEERS
from verify.report.peers import recorded_peers
from verify.report.publish import Files, publish, stale
from verify.report.render import ecosystem_page, peers_page, render
from verify.report.schemes import schemes
from verify.report.search import search_files
from verify.report.shown import shown, trust_shown
from verify.report.site import site_files
from verify.report.speed_page import speed_files
from verify.report.training import training
from verify.report.trust import recorded_trust
from verify.report.view import ClaimView, PaperView
from verify.results import RECORD, CheckResult, load, save

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Outcome:
    """What became of the pages. `files`: written, or stale when `checked`. `failed`: what did not hold, and why."""

    checked: bool
    files: tuple[str, ...]
    failed: tuple[str, ...]
    pages: tuple[PaperView, ...]

    @property
    def ok(self) -> bool:
        return not self.failed and not (self.checked and self.files)


@dataclass(frozen=True)
class Begun:
    """What other processes work on meanwhile: the claims of ours, the equilibria."""

    claims: Future[tuple[ClaimView, ...]] | None
    equilibria: Future[equilibria.EquilibriaView]


def begin(claims: Sequence[Claim], keep: bool) -> Begun:
    """Have the claims judged, those that are kept excepted, and the equilibria found, each by another process."""
    with_threads = ThreadPoolExecutor(2)
    judging = with_threads.submit(judgements.claims, keep=keep) if claims is derivations.listed() else None
    begun = Begun(judging, with_threads.submit(equilibria.elsewhere))
    with_threads.shutdown(wait=False)
    return begun


def write(
    claims: Sequence[Claim], reports: Path, progress: Progress | None = None, cases: int = CASES, keep: bool = True
) -> Outcome:
    """Run the numeric checks, record them, judge the claims and write the pages that changed."""
    begun = begin(claims, keep)
    results = run_checks(CHECKS, cases, progress=progress)
    record = reports / RECORD
    changed = [RECORD.as_posix()] if save(results, record) else []
    files, pages, failed = generate(reports, load(record), claims, begun, progress)
    return Outcome(False, tuple(changed + publish(files, reports)), failed, pages)


def check(claims: Sequence[Claim], reports: Path, progress: Progress | None = None, keep: bool = True) -> Outcome:
    """Judge the claims, render with the recorded numbers, and name the files on disk that differ."""
    files, pages, failed = generate(reports, load(reports / RECORD), claims, begin(claims, keep), progress)
    return Outcome(True, tuple(stale(files, reports)), failed, pages)


def generate(
    reports: Path, results: Sequence[CheckResult], claims: Sequence[Claim], begun: Begun, progress: Progress | None
) -> tuple[Files, tuple[PaperView, ...], tuple[str, ...]]:
    """Every generated file, the pages behind them, and what did not hold."""
    trained = training(reports)
    campaigns = sampled(reports, sources)
    results = (*results, *trained.results, *campaigns)
    if begun.claims is None:
        pages = collect(claims, results, progress)
    else:
        pages = arranged([measured(claim, results) for claim in begun.claims.result()])
    known = {claim.id for claim in all_claims(pages)}
    failed = [f"{claim.id}: {problem}" for claim in all_claims(pages) for problem in claim.problems]
    failed += [f"{r.claim}: {r.law} checks a claim that is on no page" for r in results if r.claim not in known]
    without = judgements.dropped()
    failed += [f"dropping {item.hypothesis}: what shows the consequence does not" for item in without if not item.ok]
    recorded = (
        shown(recorded_peers(reports), peers_page, reports / PEERS, "orthodrome peers"),
        shown(recorded_ecosystem(reports), ecosystem_page, reports / AUDITS, "orthodrome audit --all"),
    )
    trust = trust_shown(recorded_trust(reports), reports)
    others = (*recorded, schemes(), trust, recorded_groups(reports))
    beside = search_files(reports) | site_files(reports)
    rendered = render(
        pages, trained.experiments, without, begun.equilibria.result(), *others, speed=True, beside=beside
    )
    files: dict[str, str | bytes] = {**rendered, **trained.files, **speed_files(reports), **comparison_files(reports)}
    files |= beside
    homes = {page.paper.id: f"{page.paper.page}.md" for page in pages}
    files |= sampled_files(campaigns, reports) | campaign_files(reports, all_claims(pages), homes, sources)
    return files, pages, tuple(failed)
