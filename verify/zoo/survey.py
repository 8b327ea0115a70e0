"""What `find_groups` finds on the zoo, against the labels, and what AdamP's rule decides there."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from impl.groups import Cut, find_groups
from impl.groups.discovery import TOLERANCE
from verify.zoo import ARCHITECTURES, Architecture
from verify.zoo.architecture import Slice
from verify.zoo.rule import DELTA, measured
from verify.zoo.tasks import batches
from verify.zoo.truth import tried

Progress = Callable[[str, int, int], None]
EPS = 1e-5
EXAMPLES, STEPS = 12, 40
OUTCOMES = tuple(f"{kind} {what}" for kind in ("invariant", "other") for what in ("right", "missed", "false"))


def survey(
    architectures: Sequence[Architecture] = ARCHITECTURES, *, seed: int = 0, progress: Progress | None = None
) -> dict[str, Any]:
    """The record: a row an architecture, and the totals. JSON-ready."""
    rows = []
    for done, architecture in enumerate(architectures):
        if progress:
            progress(architecture.name, done, len(architectures))
        rows.append(row(architecture, seed))
    counts = ("parameters", "slices", "extra", "missing", "slices_eval", "extra_eval", "missing_eval", "rescaled")
    totals = {name: sum(r[name] for r in rows) for name in counts}
    rule = {outcome: sum(r["rule"][outcome] for r in rows) for outcome in OUTCOMES}
    residuals = [r["residual"] for r in rows if r["residual"] is not None]
    return {
        "seed": seed,
        "steps": STEPS,
        "delta": DELTA,
        "tolerance": float(f"{TOLERANCE:.1e}"),
        "architectures": len(rows),
        "totals": totals,
        "residual": max(residuals, default=None),
        "rule": rule,
        "rows": rows,
    }


def row(architecture: Architecture, seed: int) -> dict[str, Any]:
    """One architecture: slices by label, slices found that are none (extra) and not found (missing), by both modes."""
    torch.manual_seed(seed)
    model = architecture.build(EPS)
    inputs, _ = next(batches(architecture.kind, EXAMPLES, 1, seed))
    discovery = find_groups(model, inputs)
    parameters = dict(model.named_parameters())
    trials = [tried(architecture, training=training) for training in (True, False)]
    wrong: list[dict[str, Any]] = []
    counts: dict[str, int] = {}
    for training, suffix in ((True, ""), (False, "_eval")):
        truth = architecture.truth(model, training)
        found = {
            r.name: positions(parameters[r.name], r.training if training else r.evaluation) for r in discovery.found
        }
        counts |= _counts(truth, found, suffix)
        for name in truth:
            if truth[name] != found[name]:
                extra, missing = len(found[name] - truth[name]), len(truth[name] - found[name])
                wrong.append({"parameter": name, "training": training, "extra": extra, "missing": missing})
    return {
        "name": architecture.name,
        "why": architecture.why,
        "parameters": len(parameters),
        **counts,
        "residual": _largest([r.residual for r in discovery.found]),
        "violation": _largest([r.violation for r in discovery.found]),
        "shift": _largest([r.shift for r in discovery.found]),
        "wrong": wrong,
        "rescaled": sum(trial.tried for trial in trials),
        "labels_refuted": [name for trial in trials for name in trial.wrong],
        "rule": {outcome: 0 for outcome in OUTCOMES} | dict(measured(architecture, steps=STEPS, seed=seed)),
    }


def positions(p: torch.Tensor, cuts: Sequence[Cut]) -> frozenset[Slice]:
    """The slices of some cuts as sets of the positions of their numbers."""
    numbered = torch.arange(p.numel()).reshape(p.shape)
    return frozenset(frozenset(r.tolist()) for cut in cuts for r in cut.rows(numbered))


def _counts(
    truth: Mapping[str, frozenset[Slice]], found: Mapping[str, frozenset[Slice]], suffix: str
) -> dict[str, int]:
    return {
        f"slices{suffix}": sum(len(slices) for slices in truth.values()),
        f"extra{suffix}": sum(len(found[name] - truth[name]) for name in truth),
        f"missing{suffix}": sum(len(truth[name] - found[name]) for name in truth),
    }


def _largest(values: Sequence[float | None]) -> float | None:
    """To two digits: more would be of this machine's rounding."""
    known = [value for value in values if value is not None]
    return float(f"{max(known):.1e}") if known else None
