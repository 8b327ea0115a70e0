"""What a recorded training run says about the claims: the summary of `trajectories` as check results."""

import math
from collections.abc import Iterator
from typing import Any

import torch

from verify.results import CheckResult

EXACT = ("wn", "bn-eps-1e-20", "bn-eps-1e-20-from-scratch", "wn-from-scratch")
"""Continuations in float64 of networks that are radially invariant to rounding: no BatchNorm epsilon in the way."""

ROUNDING = torch.finfo(torch.float64).eps


def evidence(summary: dict[str, Any]) -> tuple[CheckResult, ...]:
    """One result a law and a run. `allowed` is the threshold of the statement, or what rounding may do.

    The size of the Taylor variable is judged where the paper continues from a trained network; from scratch it has
    no bound but the learning rate's (`taylor_printed` in the summary, drawn in the figure).
    """
    return (*_hypotheses(summary), *_equivalence(summary))


def _hypotheses(summary: dict[str, Any]) -> Iterator[CheckResult]:
    for run, entry in summary["pretraining"].items():
        cases, largest = entry["steps"] * summary["filters"], entry["largest"]
        for claim, law, name, allowed in (
            ("SP-T2-H", "(H1) in training: A⟨c,u⟩ < 1", "radial_signed", 1.0),
            ("SP-T2-H", "(H2) in training: ηᵉ‖c⊥‖ < π", "tangential", math.pi),
            # x_{k+1} is rounded to float32, half an eps of its norm; the rest of the step's rounding is far smaller.
            ("SP-T2-STEP", "formula and step agree in training", "mismatch", torch.finfo(torch.float32).eps),
        ):
            yield _result(claim, law, cases, largest[name], allowed, "float32", run)


def _equivalence(summary: dict[str, Any]) -> Iterator[CheckResult]:
    options = summary["config"]["continuation"]
    cases = options["steps"] * summary["filters"]
    for variant in options["variants"]:
        name, dtype = variant["name"], variant["dtype"]
        entry = summary["continuation"][name]
        schemes, along = entry["schemes"], entry["sgd"]
        if variant["trained"]:
            printed = max(along["taylor_printed"])
            law = "the Taylor variable stays below 10⁻² after training"
            yield _result("SP-T4-SMALL", law, cases, printed, 1e-2, dtype, name)
        if "adagrad-equal-steps" in schemes:
            ours, other = (schemes[s]["misalignment"]["mean"][-1] for s in ("adagrad-g", "adagrad-equal-steps"))
            law = "AdaGradG stays nearer to SGD than AdaGrad with steps as long (1 - cos, mean)"
            yield _result("SP-T4-FIG2", law, cases, ours, other, dtype, name)
        if name in EXACT:
            worst = max(schemes["spherical-sgd"]["misalignment"]["max"])
            law = "filters under SphericalSGD have cosine 1 with SGD's, in float64"
            yield _result("OD-EXACT", law, cases, worst, ROUNDING / 2, dtype, name)
            # A step of the two recursions and the ratio itself round some 16 times.
            allowed = 16 * options["steps"] * ROUNDING
            law = "the ratio of effective rates leaves its uniform bound by rounding alone"
            yield _result("OD-UNIFORM", law, cases, max(entry["excess"], 0.0), allowed, dtype, name)


def _result(
    claim: str, law: str, cases: int, worst: float | None, allowed: float | None, dtype: str, run: str
) -> CheckResult:
    """A number that is null, because training diverged, is a failure."""
    if worst is None or allowed is None:
        worst, allowed = math.inf, 0.0
    return CheckResult(claim, law, cases, worst, allowed, dtype, "cpu", worst <= allowed, f"training run {run}")
