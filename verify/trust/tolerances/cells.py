"""A cell of the table: an optimizer on a path, in a dtype, on a device, over many runs beside its scheme."""

import math
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from verify.cases import Case, seeded_cases
from verify.results import rounded_up
from verify.subject import Subject
from verify.tolerance import Judgement
from verify.trace import compare
from verify.trust.tolerances.paths import COMPILED, LOOP, along, reversed_steps

SEED = 20261122
COMPILED_CASES = 2
"""Runs that are compiled, each for itself: their steps, not their number, make up the cases."""
CANDIDATES = 100
"""Cases that one is looked for among."""
POWER_CASES = 6
SMALL = 2.0**-8

Row = dict[str, Any]


def measure(
    subject: Subject, path: str, dtype: torch.dtype, device: str, cases: int, missing: str | None = None
) -> Row:
    """The figures of a cell; `not_run` with the reason where the path cannot be taken, `missing` if it is known."""
    about = {"scheme": subject.scheme.name, "optimizer": subject.name, "path": path, "device": device}
    about["dtype"] = str(dtype).removeprefix("torch.")
    if missing:
        return about | {"not_run": missing}
    chosen, seen = along(subject, path, dtype), list[Judgement]()
    runs, steps, faults = 0, 0, list[str]()
    try:
        for number, case in enumerate(drawn(chosen, path, dtype, device, cases)):
            option = chosen.options[number % len(chosen.options)]
            found = compare(replace(chosen, options=(option,)), [case], seen.append)
            runs, steps = runs + found.cases, steps + found.steps
            if found.divergence is not None:
                at = found.divergence
                faults.append(f"case {number}, step {at.step}: {at.quantity} is {at.ratio:.3g} of the bound off")
    except Exception as error:  # what a compiler or a kernel refuses; the formula is not to blame
        if path != COMPILED and not isinstance(error, NotImplementedError | RuntimeError):
            raise
        return about | {"not_run": _reason(error)}
    return (
        about | {"cases": runs, "steps": steps, "faults": faults} | figures(seen) | _power(chosen, path, dtype, device)
    )


def figures(seen: list[Judgement]) -> Row:
    """Counts, and the largest and the median ratio of an error to its bound, where the bound is not 0."""
    ratios = np.concatenate([np.zeros(0), *(judgement.ratios for judgement in seen)])
    decided, undecided = (sum(getattr(judgement, name) for judgement in seen) for name in ("decided", "undecided"))
    worst = max((judgement.worst for judgement in seen), default=0.0)
    return {
        "decided": decided,
        "undecided": undecided,
        "worst": rounded_up(worst, 2) if np.isfinite(worst) else None,
        "median": float(f"{np.median(ratios):.1e}") if ratios.size else None,
        "bounded": int(ratios.size),
    }


def drawn(subject: Subject, path: str, dtype: torch.dtype, device: str, cases: int) -> Iterator[Case]:
    """The cases of a cell. Those that are compiled keep their rate, or each of their steps would be compiled anew.

    They are few, so that each has to count: weights and gradients are of size 1, the hyper-parameters the default ones
    and the first drawn ones that switch nothing off.
    """
    if path != COMPILED:
        yield from seeded_cases(subject.scheme, cases, SEED, dtype=dtype, device=device)
        return
    steps = -(-cases // COMPILED_CASES)
    candidates = seeded_cases(subject.scheme, CANDIDATES, SEED, dtype=dtype, device=device)
    full = [case.hyperparameters for case in candidates if all(vars(case.hyperparameters).values())]
    chosen = [subject.scheme.numbers(), *(full or [subject.scheme.numbers()])]
    for h, case in zip(chosen, _plain(subject, dtype, device, COMPILED_CASES), strict=False):
        yield replace(case, hyperparameters=h, schedule="constant", steps=steps)


def _power(subject: Subject, path: str, dtype: torch.dtype, device: str) -> Row:
    if path == COMPILED:
        return {"sees": {}, "rejects": rejects(subject, dtype, device)}
    numbers = vars(subject.scheme.numbers())
    names = [name for name, value in numbers.items() if value] if path == LOOP else [n for n in ("lr",) if n in numbers]
    return {"sees": {name: sees(subject, name, dtype, device) for name in names}}


def rejects(subject: Subject, dtype: torch.dtype, device: str) -> bool:
    """Whether a kernel that goes each step the other way is noticed, in one run.

    Its weights are small: in bfloat16 a step of Adam's default rate is lost beside weights of size 1. A slice of one
    number has no direction to turn to: where slices are what counts, the run has another.
    """
    wrong = replace(subject, make=reversed_steps(subject.make), options=subject.options[:1])
    runs = _plain(subject, dtype, device, POWER_CASES)
    run = next(c for c in runs if not subject.sliced or any(math.prod(s) > c.rows(s) for s in c.shapes))
    return not compare(wrong, [replace(run, radius=SMALL)]).ok


def sees(subject: Subject, name: str, dtype: torch.dtype, device: str) -> int | None:
    """The largest j such that a hyper-parameter too small by its 2^-j-th part is noticed; None where none is."""

    def noticed(exponent: int) -> bool:
        def make(groups: Any, h: SimpleNamespace, **options: Any) -> Any:
            return subject.make(groups, SimpleNamespace(**(vars(h) | {name: off(getattr(h, name))})), **options)

        def off(value: float) -> float:
            return value * (1 - 2.0**-exponent)

        try:
            runs = _plain(subject, dtype, device, POWER_CASES)
            return not compare(replace(subject, make=make, options=subject.options[:1]), runs).ok
        except ValueError:  # outside of its domain
            return True

    if not noticed(1):
        return None
    low, high = 1, 1 - int(np.log2(torch.finfo(torch.float64).eps))  # beyond, a double does not change
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if noticed(middle) else (low, middle)
    return low


def _plain(subject: Subject, dtype: torch.dtype, device: str, count: int) -> Iterator[Case]:
    """Runs at the default hyper-parameters, with weights and gradients of size 1."""
    default = subject.scheme.numbers()
    for case in seeded_cases(subject.scheme, count, SEED, dtype=dtype, device=device):
        yield replace(case, hyperparameters=default, radius=1.0, gradient_scale=1.0, gradient="gaussian", steps=4)


def _reason(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0] if text else ''}"[:160]
