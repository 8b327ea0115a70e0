"""What others bring (`derivations.outside`), judged as far as it is code, and run like ours: rows, checks, claims."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from derivations import outside
from derivations.claim import Claim, Evidence, Verdict
from derivations.outside import Broken
from derivations.scheme import Scheme
from verify import shipped
from verify.checks.run import CASES, Check, run_checks
from verify.report.collect import claim_view
from verify.report.view import ClaimView
from verify.results import CheckResult
from verify.subject import Subject

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Outside:
    """All that others bring and that can be used, and what cannot."""

    schemes: tuple[Scheme, ...] = ()
    claims: tuple[Claim, ...] = ()
    subjects: tuple[Subject, ...] = ()
    checks: tuple[Check, ...] = ()
    broken: tuple[Broken, ...] = ()


def load() -> Outside:
    """What others bring now."""
    found = outside.load()
    subjects: list[Subject] = []
    broken = list(found.broken)
    checks = []
    for item in found.items:
        if item.kind == "optimizers":
            reason = _subject(item.value, subjects)
            subjects += [] if reason else [item.value]
        elif item.kind == "checks":
            known = isinstance(item.value, Check)
            reason = "" if known else f"{item.value!r} is no verify.checks.run.Check"
            checks += [item.value] if known else []
        else:
            continue
        broken += [Broken(item.source, reason)] if reason else []
    return Outside(found.of("schemes"), found.of("claims"), tuple(subjects), tuple(checks), tuple(broken))


def _subject(value: Any, before: Sequence[Subject]) -> str:
    """Why it is no optimizer that could stand beside the others; empty if it is one."""
    if not isinstance(value, Subject):
        return f"{value!r} is no verify.subject.Subject, which is an optimizer with the scheme that it is to follow"
    if not isinstance(value.scheme, Scheme):
        return f"the optimizer {value.name!r} has no scheme to follow, but {value.scheme!r}"
    taken = {subject.name for subject in shipped.SUBJECTS}
    taken |= {name.removeprefix("torch.optim.") for name in taken}
    if value.name in taken:
        return f"the optimizer's name {value.name!r} is ours: choose another"
    return f"the name {value.name!r} is taken: choose another" if any(value.name == s.name for s in before) else ""


def subjects(name: str) -> tuple[Subject, ...]:
    """The optimizers, ours and others', called `name` or following the scheme `name`; ValueError with near ones."""
    found = load()
    theirs = tuple(s for s in found.subjects if name in (s.name, s.scheme.name))
    try:
        return (*shipped.subjects(name), *theirs)
    except ValueError as error:
        if theirs:
            return theirs
        if any(scheme.name == name for scheme in found.schemes):
            raise ValueError(
                f"no optimizer is listed for the scheme {name!r}; give one: `orthodrome check module:Class --as {name}`"
            ) from error
        names = {s.name for s in found.subjects} | {s.scheme.name for s in found.subjects}
        near = ", ".join(get_close_matches(name, sorted(names), n=3))
        lost = "".join(f"; not loaded: {broken}" for broken in found.broken)
        raise ValueError(f"{error}{f' Or {near}?' if near else ''}{lost}") from error


def failing(broken: Broken) -> CheckResult:
    """A row that says what could not be loaded."""
    return CheckResult("-", f"{broken.source} can be loaded", 0, math.inf, 0.0, "-", "-", False, broken.reason)


def results_about(claim: Claim, cases: int = CASES, progress: Progress | None = None) -> tuple[CheckResult, ...]:
    """The numeric checks that others bring about a claim of theirs, run now: nothing of theirs is recorded here."""
    return run_checks([check for check in load().checks if claim.id in check.claims], cases, progress=progress)


def claim_views(cases: int = CASES, progress: Progress | None = None) -> tuple[ClaimView, ...]:
    """The claims of others, checked and judged. One whose proof raises is open, and says so."""
    return tuple(_claim_view(claim, cases, progress) for claim in load().claims)


def _claim_view(claim: Claim, cases: int, progress: Progress | None) -> ClaimView:
    results = results_about(claim, cases, progress)
    try:
        return claim_view(claim, None, results, progress)
    except Exception as error:  # anyone's code
        problem = f"judging it {outside.raised(error)}"
        told = claim.id, claim.paper, claim.where, claim.printed, Verdict.OPEN, Evidence.OPEN, claim.finding
        return ClaimView(*told, checks=results, problems=(problem,))
