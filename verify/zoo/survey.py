"""What `find_groups` finds on the zoo, against the labels, what torch.fx alone finds, and what AdamP's rule decides."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn

from impl.groups import Cut, as_rows, find_groups, invariant_parameters
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
WRONG = tuple(f"{what}{of}" for of in ("", "_eval", "_structure") for what in ("extra", "missing"))
COUNTS = ("parameters", "slices", "slices_eval", *WRONG, "rescaled")
FINDERS = ("find_groups", "structure", "rule, in most steps", "rule, in some step")


def survey(
    architectures: Sequence[Architecture] = ARCHITECTURES, *, seed: int = 0, progress: Progress | None = None
) -> dict[str, Any]:
    """The record: a row an architecture, and the totals. JSON-ready."""
    rows = []
    for done, architecture in enumerate(architectures):
        if progress:
            progress(architecture.name, done, len(architectures))
        rows.append(row(architecture, seed))
    totals = {name: sum(r[name] for r in rows) for name in COUNTS}
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
        "untraceable": sum(not r["traced"] for r in rows),
        "rule": rule,
        "wrong_parameters": {
            kind: {what: sum(r["wrong_parameters"][kind][what] for r in rows) for what in ("all", *FINDERS)}
            for kind in ("invariant", "other")
        },
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
    truth, told = architecture.truth(model, True), structure(model)
    decisions = measured(architecture, steps=STEPS, seed=seed)
    failed = {
        "find_groups": {w["parameter"] for w in wrong if w["training"]},
        "structure": {name for name in truth if (told or {}).get(name, frozenset()) != truth[name]},
        "rule, in most steps": {name for name, made in decisions.items() if 2 * _wrong(made) > made.total()},
        "rule, in some step": {name for name, made in decisions.items() if _wrong(made)},
    }
    return {
        "name": architecture.name,
        "why": architecture.why,
        "parameters": len(parameters),
        **counts,
        **_counts(truth, told or dict.fromkeys(truth, frozenset()), "_structure"),
        "traced": told is not None,
        "residual": _largest([r.residual for r in discovery.found]),
        "violation": _largest([r.violation for r in discovery.found]),
        "shift": _largest([r.shift for r in discovery.found]),
        "wrong": wrong,
        "rescaled": sum(trial.tried for trial in trials),
        "labels_refuted": [name for trial in trials for name in trial.wrong],
        "rule": {outcome: sum(made[outcome] for made in decisions.values()) for outcome in OUTCOMES},
        "wrong_parameters": {
            "invariant": _by_finder({name for name in decisions if truth[name]}, failed),
            "other": _by_finder({name for name in decisions if not truth[name]}, failed),
        },
    }


def structure(model: nn.Module) -> dict[str, frozenset[Slice]] | None:
    """What `invariant_parameters` tells of each parameter, None where torch.fx cannot trace the model."""
    try:
        told = invariant_parameters(model, frozen=True)
    except ValueError:
        return None
    numbered = {name: torch.arange(p.numel()).reshape(p.shape) for name, p in model.named_parameters()}
    return {
        name: frozenset(frozenset(r.tolist()) for r in as_rows(numbered[name], invariant)) if invariant else frozenset()
        for name, invariant in told.items()
    }


def _wrong(made: Counter[str]) -> int:
    return sum(count for outcome, count in made.items() if not outcome.endswith("right"))


def _by_finder(names: set[str], failed: Mapping[str, set[str]]) -> dict[str, int]:
    """Of the parameters on which the rule decides, how many each finder has wrong."""
    return {"all": len(names)} | {finder: len(names & failed[finder]) for finder in FINDERS}


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
