"""Any optimizer against the scheme that it is to follow, by name or by class: what `orthodrome check` runs."""

import importlib
import inspect
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import torch

from derivations.scheme import Scheme
from derivations.schemes import all_schemes, by_name
from verify.cases import Case, seeded_cases
from verify.checks import run as checks
from verify.checks.run import SEED, run_checks
from verify.outside import failing, load, subjects
from verify.results import CheckResult
from verify.rows import as_matrix
from verify.shipped import SUBJECTS
from verify.subject import DTYPES, is_about
from verify.trace import Comparison, Subject, compare

CASES = 60

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Row:
    """A subject, and the hyper-parameters that it does not take: those keep the scheme's defaults."""

    subject: Subject
    fixed: frozenset[str] = frozenset()


def check_scheme(name: str, cases: int | None = None, progress: Progress | None = None) -> tuple[CheckResult, ...]:
    """The optimizers of one scheme (or one optimizer, by its name) against it, in parameters and buffers.

    ValueError with the nearest names when there is none. The worst error is in units of the one that rounding allows.
    """
    return check_subjects(subjects(name), cases, progress)


def check_subjects(
    listed: Sequence[Subject], cases: int | None = None, progress: Progress | None = None
) -> tuple[CheckResult, ...]:
    """Optimizers against the schemes of their own rows."""
    return _check([Row(subject) for subject in listed], cases, progress)


def check_others(cases: int | None = None, progress: Progress | None = None) -> tuple[CheckResult, ...]:
    """The checks and the optimizers that others bring; a failing row for each thing of theirs that cannot be used."""
    found = load()
    checked = run_checks(found.checks, cases or checks.CASES, progress=progress)
    return (*checked, *check_subjects(found.subjects, cases, progress), *map(failing, found.broken))


def check_class(
    path: str, scheme: str | None = None, cases: int | None = None, progress: Progress | None = None
) -> tuple[CheckResult, ...]:
    """The optimizer class `module:Class` against `scheme`, in its parameters.

    Without `scheme`: against its own rows where it is torch's or ours; otherwise against every scheme that moves
    freely, and then the result is the schemes that it follows, or all that it does not follow.
    """
    optimizer = load_class(path)
    if scheme is not None:
        return _check([row_of(optimizer, by_name(scheme))], cases, progress)
    if own := [Row(subject) for subject in SUBJECTS if is_about(subject, optimizer)]:
        return _check(own, cases, progress)
    rows = [row_of(optimizer, s) for s in all_schemes() if not s.on_sphere]
    results = _check(rows, cases, progress)
    followed = {r.law for r in results} - {r.law for r in results if not r.passed}
    return tuple(r for r in results if r.law in followed) or results


def load_class(path: str) -> type[torch.optim.Optimizer]:
    """The class that `module:Class` names, also from the working directory; ValueError when there is none."""
    module, _, name = path.partition(":")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found = getattr(importlib.import_module(module), name, None)
    except Exception as error:  # whatever keeps a stranger's module from being imported
        raise ValueError(
            f"{path!r}: cannot import {module!r} ({type(error).__name__}: {error}); write module:Class, e.g. "
            "torch.optim:Adam, and run where the module lies"
        ) from error
    if not (inspect.isclass(found) and issubclass(found, torch.optim.Optimizer)):
        raise ValueError(f"{path!r} does not name a torch.optim.Optimizer: write module:Class, e.g. torch.optim:Adam")
    return found


def row_of(optimizer: type[torch.optim.Optimizer], scheme: Scheme) -> Row:
    """An optimizer class as a row: hyper-parameters passed by name, β₁ and β₂ as `betas` where it takes those."""
    accepted = set(inspect.signature(optimizer).parameters)
    pairs = {"beta1", "beta2"} if "betas" in accepted else set()
    taken = (accepted | pairs) & set(scheme.hyperparameters)

    def make(params: Any, h: SimpleNamespace, **options: Any) -> torch.optim.Optimizer:
        arguments = {name: getattr(h, name) for name in taken - pairs}
        if pairs <= taken:
            arguments |= {"betas": (h.beta1, h.beta2)} if pairs else {}
        return optimizer(params, **arguments, **options)

    shaped = as_matrix if scheme.of_matrix else None
    subject = Subject(f"{optimizer.__module__}.{optimizer.__qualname__}", scheme, make, lambda h: {}, shaped=shaped)
    return Row(subject, frozenset(scheme.hyperparameters) - taken)


def _check(rows: Sequence[Row], cases: int | None, progress: Progress | None) -> tuple[CheckResult, ...]:
    results = []
    for done, row in enumerate(rows):
        if progress:
            progress(row.subject.name, done, len(rows))
        results += [_result(row, dtype, cases or CASES) for dtype in DTYPES]
    if progress:
        progress("", len(rows), len(rows))
    return tuple(results)


def _result(row: Row, dtype: torch.dtype, count: int) -> CheckResult:
    subject = row.subject
    try:
        found = compare(subject, _cases(row, dtype, count))
    except Exception as error:  # the optimizer is anyone's code
        found = Comparison(subject.name, 0, 0, math.inf, 0, 0)
        note = f"raised {type(error).__name__}: {error}"
    else:
        note = _note(found, row.fixed)
    law = f"{subject.name} follows {subject.scheme.name}"
    name = str(dtype).removeprefix("torch.")
    return CheckResult(subject.scheme.name, law, found.cases, found.worst, 1.0, name, "cpu", found.ok, note)


def _note(found: Comparison, fixed: frozenset[str]) -> str:
    kept = f"at the default {', '.join(sorted(fixed))}; " if fixed else ""
    if found.divergence is None:
        return f"{kept}{found.steps} steps, {found.decided} numbers compared"
    at = found.divergence
    h = ", ".join(f"{name}={value!r}" for name, value in sorted(vars(at.case.hyperparameters).items()))
    options = "".join(f", {name}={value}" for name, value in at.options.items())
    drawn = f"{h}, shapes {at.case.shapes}, {at.case.gradient} gradients{options}"
    return f"{kept}leaves it at step {at.step} in {at.quantity} ({drawn})"


def _cases(row: Row, dtype: torch.dtype, count: int) -> Iterator[Case]:
    scheme = row.subject.scheme
    defaults = {name: scheme.hyperparameters[name].default for name in row.fixed}
    for case in seeded_cases(scheme, count, SEED, dtype=dtype):
        yield replace(case, hyperparameters=SimpleNamespace(**(vars(case.hyperparameters) | defaults)))
