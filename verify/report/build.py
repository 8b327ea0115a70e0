"""The main job: judge every claim, run the checks, write the pages, or compare them with those on disk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from derivations.claim import Claim
from derivations.dropped import DROPPED
from verify.checks import CHECKS
from verify.checks.run import CASES, run_checks
from verify.report.collect import all_claims, collect, dropped
from verify.report.ecosystem import RECORD as AUDITS
from verify.report.ecosystem import recorded_ecosystem
from verify.report.equilibria import equilibria
from verify.report.groups import recorded as recorded_groups
from verify.report.peers import RECORD as PEERS
from verify.report.peers import recorded_peers
from verify.report.publish import Files, publish, stale
from verify.report.render import ecosystem_page, peers_page, render
from verify.report.schemes import schemes
from verify.report.shown import shown, trust_shown
from verify.report.speed_page import speed_files
from verify.report.training import training
from verify.report.trust import recorded_trust
from verify.report.view import PaperView
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


def write(claims: Sequence[Claim], reports: Path, progress: Progress | None = None, cases: int = CASES) -> Outcome:
    """Run the numeric checks, record them, judge the claims and write the pages that changed."""
    results = run_checks(CHECKS, cases, progress=progress)
    record = reports / RECORD
    changed = [RECORD.as_posix()] if save(results, record) else []
    files, pages, failed = generate(reports, load(record), claims, progress)
    return Outcome(False, tuple(changed + publish(files, reports)), failed, pages)


def check(claims: Sequence[Claim], reports: Path, progress: Progress | None = None) -> Outcome:
    """Judge the claims, render with the recorded numbers, and name the files on disk that differ."""
    files, pages, failed = generate(reports, load(reports / RECORD), claims, progress)
    return Outcome(True, tuple(stale(files, reports)), failed, pages)


def generate(
    reports: Path, results: Sequence[CheckResult], claims: Sequence[Claim], progress: Progress | None
) -> tuple[Files, tuple[PaperView, ...], tuple[str, ...]]:
    """Every generated file, the pages behind them, and what did not hold."""
    trained = training(reports)
    results = (*results, *trained.results)
    pages = collect(claims, results, progress)
    known = {claim.id for claim in all_claims(pages)}
    failed = [f"{claim.id}: {problem}" for claim in all_claims(pages) for problem in claim.problems]
    failed += [f"{r.claim}: {r.law} checks a claim that is on no page" for r in results if r.claim not in known]
    without = dropped(DROPPED)
    failed += [f"dropping {item.hypothesis}: what shows the consequence does not" for item in without if not item.ok]
    recorded = (
        shown(recorded_peers(reports), peers_page, reports / PEERS, "orthodrome peers"),
        shown(recorded_ecosystem(reports), ecosystem_page, reports / AUDITS, "orthodrome audit --all"),
    )
    trust = trust_shown(recorded_trust(reports), reports)
    others = (*recorded, schemes(), trust, recorded_groups(reports))
    files = render(pages, trained.experiments, without, equilibria(progress), *others, speed=True)
    return files | trained.files | speed_files(reports), pages, tuple(failed)
